//! SIP over TCP: our own framing in front of the stack, one channel connection per stream.
//!
//! A stream that is slow, silent or wrong is closed; none may hold memory beyond its buffer.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rsipstack::sip::{SipMessage, Transport};
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::channel::ChannelConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportEvent};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::scan::{is_folded, unfold};
use super::{Decision, Gate};
use crate::flows::Flows;

/// Longest message.
const MAX_MESSAGE: usize = 65_536;
/// Longest header.
const MAX_HEADER: usize = 16_384;
/// Messages that may wait to be written.
const MAX_OUT: usize = 256;
/// A message that has begun must be whole within this time.
const MESSAGE_TIME: Duration = Duration::from_secs(10);
/// The first message must come within this time.
const FIRST_TIME: Duration = Duration::from_secs(30);

/// A connection to the trunk stays open between calls; a dead one is noticed when a call finds it silent.
const TRUNK_IDLE: Duration = Duration::from_secs(24 * 3_600);

/// What is said when a stream closed, so that registrations over it end.
pub(crate) type Closed = mpsc::Sender<SocketAddr>;

/// Takes connections and feeds the stack.
pub(crate) struct TcpGuard {
    pub(crate) gate: Arc<Gate>,
    pub(crate) endpoint: EndpointInnerRef,
    pub(crate) flows: Arc<Flows>,
    pub(crate) closed: Closed,
    pub(crate) stop: CancellationToken,
    pub(crate) places: Arc<Places>,
    /// Ends the connection that we opened to the trunk.
    pub(crate) ours: Mutex<Option<CancellationToken>>,
}

/// Which side opened a connection.
enum Opener {
    Peer,
    /// We did; this is told when the stack knows of it.
    Us(oneshot::Sender<()>),
}

/// Counts open connections, in all and per address.
#[derive(Default)]
pub(crate) struct Places {
    all: AtomicUsize,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

impl Places {
    pub(crate) fn count(&self) -> usize {
        self.all.load(Ordering::Relaxed)
    }

    fn take(&self, ip: IpAddr, limits: &crate::config::Guard, is_trunk: bool) -> bool {
        let Ok(mut by_address) = self.by_address.lock() else {
            return false;
        };
        let own = by_address.get(&ip).copied().unwrap_or(0);
        let most = if is_trunk {
            limits.max_connections
        } else {
            limits.max_connections_per_address
        };
        if own >= most || self.count() >= limits.max_connections {
            return false;
        }
        by_address.insert(ip, own + 1);
        self.all.fetch_add(1, Ordering::Relaxed);
        true
    }

    fn give_back(&self, ip: IpAddr) {
        self.all.fetch_sub(1, Ordering::Relaxed);
        if let Ok(mut by_address) = self.by_address.lock() {
            match by_address.get_mut(&ip) {
                Some(own) if *own > 1 => *own -= 1,
                _ => {
                    by_address.remove(&ip);
                }
            }
        }
    }
}

impl TcpGuard {
    /// Accepts until stopped.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let is_trunk = self.gate.is_trunk(peer.ip());
                    if self.places.take(peer.ip(), &self.gate.limits, is_trunk) {
                        tokio::spawn(Arc::clone(&self).connection(stream, peer, Opener::Peer));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a SIP connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// Opens a connection to the trunk, unless there is one. False when that is not possible.
    pub(crate) async fn open(self: Arc<Self>, trunk: SocketAddr, within: Duration) -> bool {
        if self.flows.is_open(trunk) {
            return true;
        }
        let Ok(Ok(stream)) = timeout(within, TcpStream::connect(trunk)).await else {
            return false;
        };
        if !self.places.take(trunk.ip(), &self.gate.limits, true) {
            return false;
        }
        let (opened, is_open) = oneshot::channel();
        tokio::spawn(self.connection(stream, trunk, Opener::Us(opened)));
        is_open.await.is_ok()
    }

    /// Closes the connection to the trunk: nothing comes out of it any more.
    pub(crate) fn close_ours(&self) {
        let token = self.ours.lock().ok().and_then(|mut ours| ours.take());
        if let Some(token) = token {
            token.cancel();
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, opener: Opener) {
        // Only latency suffers if this fails.
        let _set = stream.set_nodelay(true);
        let token = self.stop.child_token();
        let (to_stack, from_us) = mpsc::unbounded_channel();
        let (to_us, from_stack) = mpsc::channel(MAX_OUT);
        let address = SipAddr {
            r#type: Some(Transport::Tcp),
            addr: peer.into(),
        };
        let made = ChannelConnection::create_connection_bounded(
            from_us,
            to_us,
            address.clone(),
            Some(token.clone()),
        )
        .await;
        if let Ok(channel) = made {
            let connection = SipConnection::Channel(channel);
            self.endpoint
                .transport_layer
                .add_connection(connection.clone());
            self.flows.stream_opened(peer);
            let (first, idle) = match opener {
                Opener::Peer => (FIRST_TIME, self.gate.limits.idle),
                Opener::Us(opened) => {
                    if let Ok(mut ours) = self.ours.lock() {
                        *ours = Some(token.clone());
                    }
                    // Whoever asked may have given up.
                    let _told = opened.send(());
                    (TRUNK_IDLE, TRUNK_IDLE)
                }
            };
            let (read, write) = stream.into_split();
            let (pong, pongs) = mpsc::channel(4);
            let writer = tokio::spawn(written(write, from_stack, pongs, token.clone()));
            let reader = Reader {
                guard: &self,
                peer,
                address,
                connection: &connection,
                to_stack,
                pong,
                buffer: Vec::new(),
            };
            tokio::select! {
                () = token.cancelled() => {}
                () = reader.run(read, first, idle) => {}
            }
            // What waits to be written (an answer to the message that closed the stream) still goes out.
            self.flows.stream_closed(peer);
            self.endpoint.transport_layer.remove_connection(&connection);
            token.cancel();
            let _ended = timeout(MESSAGE_TIME, writer).await;
            let _told = self.closed.send(peer).await;
        }
        self.places.give_back(peer.ip());
    }
}

/// Writes what the stack and the guard send, until told to stop.
async fn written(
    mut write: OwnedWriteHalf,
    mut from_stack: mpsc::Receiver<TransportEvent>,
    mut pongs: mpsc::Receiver<Vec<u8>>,
    token: CancellationToken,
) {
    loop {
        let bytes = tokio::select! {
            biased;
            Some(bytes) = pongs.recv() => bytes,
            event = from_stack.recv() => match event {
                Some(TransportEvent::Incoming(message, ..)) => message.to_bytes(),
                Some(TransportEvent::New(_) | TransportEvent::Closed(_)) => continue,
                None => break,
            },
            () = token.cancelled() => break,
        };
        if !matches!(
            timeout(MESSAGE_TIME, write.write_all(&bytes)).await,
            Ok(Ok(()))
        ) {
            token.cancel();
            break;
        }
    }
    // The other side may be gone already.
    let _closed = write.shutdown().await;
}

struct Reader<'a> {
    guard: &'a TcpGuard,
    peer: SocketAddr,
    address: SipAddr,
    connection: &'a SipConnection,
    to_stack: mpsc::UnboundedSender<TransportEvent>,
    pong: mpsc::Sender<Vec<u8>>,
    buffer: Vec<u8>,
}

/// What the front of the buffer holds.
enum Framed {
    /// Keep-alive line ends, with their length.
    Ping(usize),
    /// A whole message, with its length.
    Whole(usize),
    /// More bytes are needed.
    More,
    /// The stream cannot be followed any longer; a header without a length is answered first.
    Broken { length: usize },
}

impl Reader<'_> {
    async fn run(mut self, mut read: OwnedReadHalf, first: Duration, idle: Duration) {
        let mut limit = first;
        let mut chunk = vec![0; 8_192];
        loop {
            let Ok(Ok(count)) = timeout(limit, read.read(&mut chunk)).await else {
                return;
            };
            if count == 0 {
                return;
            }
            self.buffer
                .extend_from_slice(chunk.get(..count).unwrap_or(&[]));
            if !self.take_messages().await {
                return;
            }
            limit = if self.buffer.is_empty() {
                idle
            } else {
                MESSAGE_TIME
            };
        }
    }

    /// Takes every whole message; false when the stream is to be closed.
    async fn take_messages(&mut self) -> bool {
        loop {
            let (length, goes_on) = match framed(&self.buffer) {
                Framed::More => return true,
                Framed::Ping(length) => {
                    // RFC 5626: two line ends ask, one answers; a single one is the answer to ours.
                    if length >= 4 && self.pong.send(b"\r\n".to_vec()).await.is_err() {
                        return false;
                    }
                    self.buffer.drain(..length);
                    continue;
                }
                Framed::Whole(length) => (length, true),
                Framed::Broken { length } => (length, false),
            };
            let mut message: Vec<u8> = self.buffer.drain(..length).collect();
            if is_folded(&message) {
                let length = unfold(&mut message);
                message.truncate(length);
            }
            if !self.pass(&message).await || !goes_on {
                return false;
            }
        }
    }

    async fn pass(&self, message: &[u8]) -> bool {
        match self.guard.gate.judge(message, self.peer, Transport::Tcp) {
            Decision::Drop => true,
            Decision::Answer { bytes, .. } => self.pong.send(bytes).await.is_ok(),
            Decision::Pass { length, .. } => {
                let read = message
                    .get(..length)
                    .and_then(|bytes| SipMessage::try_from(bytes).ok());
                let stamped = read.and_then(|read| {
                    SipConnection::update_msg_received(read, self.peer, Transport::Tcp).ok()
                });
                let Some(message) = stamped else { return true };
                self.guard.gate.entered();
                let event = TransportEvent::Incoming(
                    message,
                    self.connection.clone(),
                    self.address.clone(),
                );
                self.to_stack.send(event).is_ok()
            }
        }
    }
}

fn framed(buffer: &[u8]) -> Framed {
    let line_ends = buffer
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count();
    if line_ends > 0 {
        // A lone CR may be the first half of a line end.
        return if line_ends == 1 && buffer.len() == 1 {
            Framed::More
        } else {
            Framed::Ping(line_ends)
        };
    }
    let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return if buffer.len() > MAX_HEADER {
            Framed::Broken {
                length: buffer.len(),
            }
        } else {
            Framed::More
        };
    };
    let body = end + 4;
    let header = buffer.get(..end).unwrap_or(&[]);
    match content_length(header) {
        Some(length) if body + length <= MAX_MESSAGE => {
            if buffer.len() >= body + length {
                Framed::Whole(body + length)
            } else {
                Framed::More
            }
        }
        _ => Framed::Broken { length: body },
    }
}

/// The one number of all Content-Length fields.
fn content_length(header: &[u8]) -> Option<usize> {
    let mut found: Option<usize> = None;
    for line in header.split(|&byte| byte == b'\n') {
        let Some(colon) = line.iter().position(|&byte| byte == b':') else {
            continue;
        };
        let (name, value) = line.split_at(colon);
        let name = name.trim_ascii();
        if !(name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"l")) {
            continue;
        }
        let value = std::str::from_utf8(value.get(1..)?)
            .ok()?
            .trim()
            .parse()
            .ok()?;
        if found.is_some_and(|other| other != value) {
            return None;
        }
        found = Some(value);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> Option<usize> {
        match framed(bytes) {
            Framed::Whole(length) => Some(length),
            Framed::Ping(_) | Framed::More | Framed::Broken { .. } => None,
        }
    }

    #[test]
    fn messages_are_cut_where_their_length_says() {
        let one = b"OPTIONS sip:a SIP/2.0\r\nl : 3\r\n\r\nabc";
        assert_eq!(whole(one), Some(one.len()));
        assert_eq!(
            whole(&[one.as_slice(), b"INVITE"].concat()),
            Some(one.len())
        );
        assert!(matches!(framed(&one[..one.len() - 1]), Framed::More));
        assert!(matches!(framed(b"OPTIONS"), Framed::More));
    }

    #[test]
    fn a_stream_that_cannot_be_followed_is_broken() {
        assert!(matches!(framed(b"X\r\n\r\n"), Framed::Broken { .. }));
        assert!(matches!(
            framed(b"X\r\nl: -1\r\n\r\n"),
            Framed::Broken { .. }
        ));
        assert!(matches!(
            framed(b"X\r\nl: 1\r\nContent-Length: 2\r\n\r\n"),
            Framed::Broken { .. }
        ));
        assert!(matches!(
            framed(b"X\r\nl: 99999999\r\n\r\n"),
            Framed::Broken { .. }
        ));
        assert!(matches!(
            framed(&[b'x'; MAX_HEADER + 1]),
            Framed::Broken { .. }
        ));
    }

    #[test]
    fn line_ends_between_messages_are_pings() {
        assert!(matches!(framed(b"\r\n\r\nOPTIONS"), Framed::Ping(4)));
        assert!(matches!(framed(b"\r\n"), Framed::Ping(2)));
        assert!(matches!(framed(b"\r"), Framed::More));
    }
}
