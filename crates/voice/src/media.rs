//! The media path: own threads, one 20 ms tick each, many legs per thread.
//!
//! Legs of one call live on one thread, so that relaying is a copy between two slots. A thread never waits for
//! anyone but the kernel's timer and its sockets; what it has to say goes into a bounded channel or waits.

mod browser;
mod keys;
mod leg;
mod mix;
mod record;
mod thread;

pub(crate) use browser::{End, Ends};
pub use record::Sound;

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use nix::sys::eventfd::EventFd;
use nix::sys::socket::{setsockopt, sockopt};

use crate::audio::{AudioBank, ClipId};
use crate::sdp::Remote;
use crate::{Error, Party};

/// Orders that may wait for one media thread.
const ORDERS: usize = 16_384;
/// Receive buffer of the port that browsers share, in bytes.
const BROWSER_BUFFER: usize = 4 << 20;
/// Reports that may wait for the switchboard.
pub(crate) const REPORTS: usize = 16_384;

/// What follows when the clips are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Silence,
    Music,
    Echo,
}

/// What a leg hears.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Frames of silence, so that addresses behind a translator stay open.
    Silence,
    Music,
    /// The tone that says that it rings elsewhere.
    Ringing,
    Clips {
        play: Option<u64>,
        items: Vec<ClipId>,
        after: After,
    },
    Relay {
        from: Party,
    },
    /// Several voices at once.
    Mix {
        of: [Option<Party>; 2],
    },
    Echo,
}

/// What the switchboard asks of a media thread.
#[derive(Debug)]
pub(crate) enum Order {
    Add(Box<NewLeg>),
    /// The other side was described anew.
    Remote {
        party: Party,
        remote: Remote,
    },
    Hear {
        party: Party,
        source: Source,
    },
    /// A browser came to its leg, or came back to it.
    Browser {
        party: Party,
        end: Box<End>,
    },
    /// The other side shall hear that a key was pressed.
    Key {
        party: Party,
        key: char,
    },
    Remove {
        party: Party,
    },
    /// What the two say to each other is handed on to `to`; to nobody any more when there is none.
    Record {
        far: Party,
        near: Party,
        to: Option<tokio::sync::mpsc::Sender<Sound>>,
    },
    Stop,
}

/// A leg that starts.
#[derive(Debug)]
pub(crate) struct NewLeg {
    pub(crate) party: Party,
    /// The leg's own port; none for a browser.
    pub(crate) socket: Option<UdpSocket>,
    pub(crate) ssrc: u32,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    /// The address that signalling comes from; RTP may come from there too.
    pub(crate) signalling: IpAddr,
}

/// What a media thread tells the switchboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    Digit {
        party: Party,
        digit: char,
    },
    PlayEnded {
        party: Party,
        play: u64,
    },
    /// No RTP came for longer than allowed. Told once.
    Quiet {
        party: Party,
    },
}

/// Limits of the media path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Silence after which a leg that was heard counts as dead.
    pub(crate) quiet: Duration,
    /// Silence after which a leg that was never heard counts as dead.
    pub(crate) never_heard: Duration,
}

/// Counters of the media path since start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) sent: AtomicU64,
    pub(crate) received: AtomicU64,
    /// Packets from an address that is not the leg's.
    pub(crate) strangers: AtomicU64,
    /// Ticks that began more than 10 ms late.
    pub(crate) late_ticks: AtomicU64,
    /// Packets that the kernel did not take.
    pub(crate) unsent: AtomicU64,
}

/// What a thread sends by, and what it counts.
#[derive(Debug)]
pub(super) struct Outlet {
    pub(super) counters: Arc<Counters>,
    /// The port of the thread's browsers.
    pub(super) browsers: Option<UdpSocket>,
}

impl Outlet {
    /// Sends bytes to a browser. What the kernel does not take is lost, as it is on the way.
    pub(super) fn carry(&self, bytes: &[u8], to: SocketAddr) {
        if let Some(socket) = &self.browsers
            && socket.send_to(bytes, to).is_err()
        {
            self.counters.unsent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Where browsers speak to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Browsers {
    /// The port of the first thread, the next one for the next; 0 lets the system choose.
    pub(crate) listen: SocketAddr,
    /// The address that browsers are told.
    pub(crate) announced: Option<IpAddr>,
}

struct Thread {
    /// Where its browsers are told to send.
    told: SocketAddr,
    orders: SyncSender<Order>,
    wake: Arc<EventFd>,
    /// Whether a wake-up is on its way already.
    woken: Arc<AtomicBool>,
    legs: AtomicUsize,
}

/// The threads, as the switchboard sees them.
pub(crate) struct Media {
    threads: Vec<Thread>,
    joins: Vec<std::thread::JoinHandle<()>>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) ends: Ends,
}

impl Media {
    /// Starts `threads` (at least one) threads.
    pub(crate) fn start(
        threads: usize,
        browsers: Browsers,
        bank: &Arc<AudioBank>,
        limits: Limits,
        reports: &tokio::sync::mpsc::Sender<Report>,
    ) -> Result<Self, Error> {
        let counters = Arc::new(Counters::default());
        let mut media = Self {
            threads: Vec::new(),
            joins: Vec::new(),
            counters,
            ends: Ends::new(),
        };
        for number in 0..threads.max(1) {
            let (orders, inbox) = sync_channel(ORDERS);
            let flags = nix::sys::eventfd::EfdFlags::EFD_NONBLOCK
                | nix::sys::eventfd::EfdFlags::EFD_CLOEXEC;
            let wake = Arc::new(EventFd::from_value_and_flags(0, flags).map_err(Error::media)?);
            let woken = Arc::new(AtomicBool::new(false));
            let port = browser_socket(browsers.listen, number)?;
            let bound = port
                .local_addr()
                .map_err(|source| Error::Media { source })?;
            let worker = thread::Worker::new(thread::Parts {
                orders: inbox,
                wake: Arc::clone(&wake),
                woken: Arc::clone(&woken),
                bank: Arc::clone(bank),
                limits,
                reports: reports.clone(),
                outlet: Outlet {
                    counters: Arc::clone(&media.counters),
                    browsers: Some(port),
                },
            })?;
            let join = std::thread::Builder::new()
                .name(format!("linje-media-{number}"))
                .spawn(move || worker.run())
                .map_err(|source| Error::Media { source })?;
            media.joins.push(join);
            media.threads.push(Thread {
                told: browser::told(bound, browsers.announced),
                orders,
                wake,
                woken,
                legs: AtomicUsize::new(0),
            });
        }
        Ok(media)
    }

    /// The thread with the fewest legs. Every leg of a call goes to the thread of its caller.
    pub(crate) fn quietest(&self) -> usize {
        let legs = |index: &usize| self.threads[*index].legs.load(Ordering::Relaxed);
        (0..self.threads.len()).min_by_key(legs).unwrap_or(0)
    }

    pub(crate) fn add(&self, thread: usize, leg: NewLeg) {
        self.threads[thread].legs.fetch_add(1, Ordering::Relaxed);
        self.order(thread, Order::Add(Box::new(leg)));
    }

    pub(crate) fn remove(&self, thread: usize, party: Party) {
        self.threads[thread].legs.fetch_sub(1, Ordering::Relaxed);
        self.order(thread, Order::Remove { party });
    }

    /// Where browsers of this thread are told to send.
    pub(crate) fn told(&self, thread: usize) -> SocketAddr {
        self.threads[thread].told
    }

    /// Hands an order over. The queue holds more orders than legs can cause between two ticks;
    /// should it be full all the same, the order is lost and that is logged.
    pub(crate) fn order(&self, thread: usize, order: Order) {
        let to = &self.threads[thread];
        match to.orders.try_send(order) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => tracing::error!(thread, "media thread takes no orders"),
            Err(TrySendError::Disconnected(_)) => tracing::error!(thread, "media thread is gone"),
        }
        if !to.woken.swap(true, Ordering::AcqRel) && to.wake.write(1).is_err() {
            tracing::error!(thread, "media thread cannot be woken");
        }
    }

    /// Stops the threads and waits for them.
    pub(crate) fn stop(&mut self) {
        if self.joins.is_empty() {
            return;
        }
        for index in 0..self.threads.len() {
            self.order(index, Order::Stop);
        }
        for join in self.joins.drain(..) {
            if join.join().is_err() {
                tracing::error!("media thread ended in a panic");
            }
        }
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The port of a thread's browsers.
fn browser_socket(listen: SocketAddr, thread: usize) -> Result<UdpSocket, Error> {
    let mut address = listen;
    if listen.port() != 0 {
        let ahead = u16::try_from(thread).unwrap_or(u16::MAX);
        address.set_port(listen.port().saturating_add(ahead));
    }
    let failed = |source| Error::Listen {
        address,
        transport: "webrtc",
        source,
    };
    let socket = UdpSocket::bind(address).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    // Without the privilege the system gives what its limit allows.
    if setsockopt(&socket, sockopt::RcvBufForce, &BROWSER_BUFFER).is_err() {
        let _set = setsockopt(&socket, sockopt::RcvBuf, &BROWSER_BUFFER);
    }
    Ok(socket)
}

/// A socket on a port that the system chose: even if one is to be had, as RTP asks for.
pub(crate) fn rtp_socket(ip: IpAddr) -> std::io::Result<UdpSocket> {
    let mut socket = UdpSocket::bind(SocketAddr::new(ip, 0))?;
    for _ in 0..4 {
        if socket.local_addr()?.port() % 2 == 0 {
            break;
        }
        // The odd one stays bound until an other was found.
        socket = UdpSocket::bind(SocketAddr::new(ip, 0))?;
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests;
