//! The handle: starts everything, takes commands, tells figures, ends everything.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::socket::{setsockopt, sockopt};
use rsipstack::EndpointBuilder;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::sip::{Method, Transport};
use rsipstack::transaction::Endpoint;
use rsipstack::transport::channel::ChannelConnection;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportLayer};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::audio::AudioBank;
use crate::flows::{Flows, Locator};
use crate::guard::{DepthInspector, Gate, GuardedUdp, TcpGuard};
use crate::media::{self, Limits, Media};
use crate::registrar::Registrar;
use crate::sip::board::{Board, Inbox};
use crate::sip::{Notice, Shared, Trunk, dispatch};
use crate::web::Browsers;
use crate::{Command, Config, Error, Event, Outgoing, User};

/// Commands that may wait.
const COMMANDS: usize = 32_768;
/// New calls and registrations that may wait for the switchboard.
const NOTICES: usize = 4_096;
/// Receive buffer of the SIP socket that we ask for; the system may give less.
const RECEIVE_BUFFER: usize = 8 << 20;
/// Port numbers to try when the system's choice is free for UDP only.
const PORT_TRIES: usize = 32;
/// How long a shutdown waits for the last answers.
const LAST_WORDS: Duration = Duration::from_secs(4);

/// The telephony shell. Dropping it stops it at once; [`Voice::shutdown`] hangs up first.
pub struct Voice {
    commands: mpsc::Sender<Command>,
    notices: mpsc::Sender<Notice>,
    shared: Arc<Shared>,
    endpoint: Endpoint,
    counters: Arc<media::Counters>,
    connections: Arc<crate::guard::Places>,
    address: SocketAddr,
    board: Option<tokio::task::JoinHandle<()>>,
    stop_board: CancellationToken,
    stop: CancellationToken,
}

/// Figures since start, and what is open now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Calls from and to the outside that are open.
    pub calls: usize,
    /// Those of them that go to the outside, and those that wait for a connection to the trunk.
    pub outgoing: usize,
    /// Calls to phones that are open.
    pub legs: usize,
    /// Users with a phone.
    pub registered: usize,
    /// Dialogs that the SIP stack holds.
    pub dialogs: usize,
    /// Transactions that the SIP stack holds, finished ones included.
    pub transactions: usize,
    /// Messages that wait for the SIP stack.
    pub depth: usize,
    /// TCP connections.
    pub connections: usize,
    /// Contacts behind address translators that are remembered.
    pub flows: usize,
    /// SIP messages that passed the guard.
    pub passed: u64,
    /// SIP messages that the guard answered itself.
    pub answered: u64,
    /// SIP messages that the guard dropped.
    pub dropped: u64,
    /// Messages over their source's rate.
    pub limited: u64,
    /// RTP packets sent.
    pub rtp_sent: u64,
    /// RTP packets received.
    pub rtp_received: u64,
    /// RTP packets from an address that is not the leg's.
    pub rtp_strangers: u64,
    /// RTP packets that the kernel did not take.
    pub rtp_unsent: u64,
    /// Media ticks that began more than 10 ms late.
    pub late_ticks: u64,
}

impl Voice {
    /// Opens the ports and starts. New calls get 503 until [`Voice::set_ready`].
    ///
    /// Signalling has a thread and a runtime of its own: its many small steps would otherwise wake
    /// one worker after another. `events` may be slow: then new calls are refused.
    pub async fn start(
        config: Config,
        audio: Arc<AudioBank>,
        events: mpsc::Sender<Event>,
    ) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| Error::Media { source })?;
        let (started, result) = oneshot::channel();
        std::thread::Builder::new()
            .name("linje-sip".to_owned())
            .spawn(move || runtime.block_on(signalling(config, audio, events, started)))
            .map_err(|source| Error::Media { source })?;
        result.await.map_err(|_| Error::Closed)?
    }

    async fn start_here(
        config: Config,
        audio: Arc<AudioBank>,
        events: mpsc::Sender<Event>,
    ) -> Result<Self, Error> {
        let (udp, tcp) = listen(config.sip).await?;
        let bound = udp
            .local_addr()
            .map_err(|source| listen_error(config.sip, "udp", source))?;
        let address = SocketAddr::new(
            config.advertised.unwrap_or_else(|| bound.ip()),
            bound.port(),
        );
        let stop = CancellationToken::new();
        let trunk = config.outgoing.clone().map(trunk).transpose()?;
        let gate = Arc::new(Gate::new(
            config.trunks.clone(),
            config.outgoing.as_ref().map(|outgoing| outgoing.trunk.ip()),
            config.guard,
            config.retry_after_s,
            random()?,
        ));
        let flows = Arc::new(Flows::with_trunk(
            trunk.as_ref().map(|trunk| trunk.at().clone()),
        ));
        let endpoint = endpoint(udp, address, &gate, &flows, &stop).await?;
        let incoming = endpoint.incoming_transactions().map_err(stack)?;
        let (states, state_inbox) = mpsc::unbounded_channel();
        let (closed, streams) = mpsc::channel(1_024);
        let connections = Arc::default();
        let guard = Arc::new(TcpGuard {
            gate: Arc::clone(&gate),
            endpoint: Arc::clone(&endpoint.inner),
            flows: Arc::clone(&flows),
            closed,
            stop: stop.clone(),
            places: Arc::clone(&connections),
            ours: Mutex::default(),
        });
        let shared = Arc::new(Shared {
            layer: Arc::new(DialogLayer::new(Arc::clone(&endpoint.inner))),
            registrar: Mutex::new(Registrar::new(&config, random()?, Arc::clone(&flows))),
            flows,
            gate,
            states,
            advertised: address,
            max_calls: config.max_calls,
            calls: AtomicUsize::new(0),
            legs: AtomicUsize::new(0),
            last_call: AtomicU64::new(0),
            retry_after_s: config.retry_after_s,
            trunk,
            outgoing: AtomicUsize::new(0),
            tcp: Arc::clone(&guard),
        });
        let (reports, report_inbox) = mpsc::channel(media::REPORTS);
        let limits = Limits {
            quiet: config.media_timeout,
            never_heard: config.never_heard_timeout,
        };
        let browsers = media::Browsers {
            listen: config.browsers,
            announced: config.browsers_announced,
        };
        let media = Media::start(config.media_threads, browsers, &audio, limits, &reports)?;
        let counters = Arc::clone(&media.counters);
        let (commands, command_inbox) = mpsc::channel(COMMANDS);
        let (notices, notice_inbox) = mpsc::channel(NOTICES);
        let inbox = Inbox {
            commands: command_inbox,
            notices: notice_inbox,
            states: state_inbox,
            reports: report_inbox,
        };
        let board = Board::new(Arc::clone(&shared), media, events, config.dial_timeout);
        let stop_board = CancellationToken::new();
        let board = tokio::spawn(board.run(inbox, stop_board.clone()));
        tokio::spawn(guard.serve(tcp));
        tokio::spawn(forget_streams(
            Arc::clone(&shared),
            streams,
            notices.clone(),
        ));
        tokio::spawn(dispatch(Arc::clone(&shared), incoming, notices.clone()));
        let inner = Arc::clone(&endpoint.inner);
        tokio::spawn(async move {
            if let Err(error) = inner.serve().await {
                tracing::error!(%error, "the SIP stack ended");
            }
        });
        Ok(Self {
            commands,
            notices,
            shared,
            endpoint,
            counters,
            connections,
            address,
            board: Some(board),
            stop_board,
            stop,
        })
    }

    /// The address and port of SIP, UDP and TCP.
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Whether new calls and registrations are taken; otherwise they get 503 with `Retry-After`.
    pub fn set_ready(&self, ready: bool) {
        self.shared.gate.set_ready(ready);
    }

    /// Replaces the users who may register phones.
    pub fn set_users(&self, users: Vec<User>) {
        self.shared
            .registrar
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .set_users(users);
    }

    /// The door for browsers that are phones or call.
    pub fn browsers(&self) -> Browsers {
        Browsers(self.notices.clone())
    }

    /// Gives a command. It never waits; a full queue gives the command back.
    pub fn send(&self, command: Command) -> Result<(), Error> {
        self.commands
            .try_send(command)
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(command) => Error::Busy(Box::new(command)),
                mpsc::error::TrySendError::Closed(_) => Error::Closed,
            })
    }

    /// Figures for the health page.
    pub fn stats(&self) -> Stats {
        let gate = &self.shared.gate;
        let stack = self.endpoint.inner.get_stats();
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            calls: self.shared.calls.load(Ordering::Relaxed),
            outgoing: self.shared.outgoing.load(Ordering::Relaxed),
            legs: self.shared.legs.load(Ordering::Relaxed),
            registered: self
                .shared
                .registrar
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .registered(),
            dialogs: self.shared.layer.len(),
            transactions: stack.running_transactions + stack.finished_transactions,
            depth: gate.depth(),
            connections: self.connections.count(),
            flows: self.shared.flows.len(),
            passed: count(&gate.counters.passed),
            answered: count(&gate.counters.answered),
            dropped: count(&gate.counters.dropped),
            limited: count(&gate.counters.limited),
            rtp_sent: count(&self.counters.sent),
            rtp_received: count(&self.counters.received),
            rtp_strangers: count(&self.counters.strangers),
            rtp_unsent: count(&self.counters.unsent),
            late_ticks: count(&self.counters.late_ticks),
        }
    }

    /// Takes no more calls, hangs up those that are open, and stops.
    pub async fn shutdown(mut self) {
        self.set_ready(false);
        self.stop_board.cancel();
        if let Some(board) = self.board.take()
            && tokio::time::timeout(LAST_WORDS, board).await.is_err()
        {
            tracing::warn!("the switchboard did not end in time");
        }
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        self.stop_board.cancel();
        self.stop.cancel();
    }
}

/// Runs until the handle is dropped.
async fn signalling(
    config: Config,
    audio: Arc<AudioBank>,
    events: mpsc::Sender<Event>,
    started: oneshot::Sender<Result<Voice, Error>>,
) {
    let voice = Voice::start_here(config, audio, events).await;
    let stop = voice.as_ref().ok().map(|voice| voice.stop.clone());
    if let (Ok(()), Some(stop)) = (started.send(voice), stop) {
        stop.cancelled().await;
    }
}

fn trunk(settings: Outgoing) -> Result<Trunk, Error> {
    let host = settings.host.clone().unwrap_or_default();
    Trunk::new(settings).ok_or(Error::TrunkHost { host })
}

fn stack(error: rsipstack::Error) -> Error {
    Error::Stack {
        reason: error.to_string(),
    }
}

fn random() -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Error::Random)?;
    Ok(bytes)
}

fn listen_error(address: SocketAddr, transport: &'static str, source: std::io::Error) -> Error {
    Error::Listen {
        address,
        transport,
        source,
    }
}

/// One port number for UDP and TCP.
async fn listen(address: SocketAddr) -> Result<(UdpSocket, TcpListener), Error> {
    let mut tries = if address.port() == 0 { PORT_TRIES } else { 1 };
    loop {
        tries -= 1;
        let udp = UdpSocket::bind(address)
            .await
            .map_err(|source| listen_error(address, "udp", source))?;
        // Without the privilege the system gives what its limit allows.
        if setsockopt(&udp, sockopt::RcvBufForce, &RECEIVE_BUFFER).is_err() {
            let _set = setsockopt(&udp, sockopt::RcvBuf, &RECEIVE_BUFFER);
        }
        let both = udp
            .local_addr()
            .map_err(|source| listen_error(address, "udp", source))?;
        match TcpListener::bind(both).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(_) if tries > 0 => {}
            Err(source) => return Err(listen_error(both, "tcp", source)),
        }
    }
}

async fn endpoint(
    udp: UdpSocket,
    address: SocketAddr,
    gate: &Arc<Gate>,
    flows: &Arc<Flows>,
    stop: &CancellationToken,
) -> Result<Endpoint, Error> {
    let layer = TransportLayer::new(stop.child_token());
    let guarded = GuardedUdp::new(udp, Arc::clone(gate), address, stop.child_token())
        .map_err(|source| listen_error(address, "udp", source))?;
    let connection =
        UdpConnection::from_socket(Arc::new(guarded), None, Some(stop.child_token())).await;
    layer.add_transport(connection.map_err(stack)?.into());
    // Never served: it makes the stack write our TCP address into Via and Contact of TCP dialogs.
    let (_to_stack, from_us) = mpsc::unbounded_channel();
    let (to_us, _from_stack) = mpsc::channel(1);
    let name = SipAddr {
        r#type: Some(Transport::Tcp),
        addr: address.into(),
    };
    let named = ChannelConnection::create_connection_bounded(from_us, to_us, name, None).await;
    layer.add_transport(SipConnection::Channel(named.map_err(stack)?));
    let endpoint = EndpointBuilder::new()
        .with_user_agent("Linje")
        .with_transport_layer(layer)
        .with_cancel_token(stop.clone())
        .with_allows(vec![
            Method::Invite,
            Method::Ack,
            Method::Cancel,
            Method::Bye,
            Method::Options,
            Method::Info,
            Method::Update,
        ])
        .with_target_locator(Box::new(Locator(Arc::clone(flows))))
        .with_transport_inspector(Box::new(DepthInspector(Arc::clone(gate))))
        .build();
    Ok(endpoint)
}

/// Ends the registrations of phones whose connection closed.
async fn forget_streams(
    shared: Arc<Shared>,
    mut streams: mpsc::Receiver<SocketAddr>,
    notices: mpsc::Sender<Notice>,
) {
    while let Some(peer) = streams.recv().await {
        let at = SipAddr {
            r#type: Some(Transport::Tcp),
            addr: peer.into(),
        };
        let events = {
            let mut registrar = shared
                .registrar
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            registrar.stream_closed(&at)
        };
        if !events.is_empty() && notices.send(Notice::Registry(events)).await.is_err() {
            return;
        }
    }
}
