//! The UDP socket that the SIP stack reads from: only what passed the guard comes out of it.
//!
//! The guard reads on a thread of its own. However far behind the stack is, what waits is seen and has an age, and
//! a refusal goes out at once; in the kernel's buffer it would grow old unseen.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use rsipstack::platform::net::UdpSocket;
use rsipstack::sip::Transport;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use super::scan::{is_folded, unfold};
use super::{Decision, Gate};

/// Longest datagram there is, and one more to see that it was not longer.
const LONGEST: usize = 65_536;

/// A message that passed, and where it came from.
type Passed = (Vec<u8>, SocketAddr);

/// A socket behind the gate.
pub(crate) struct GuardedUdp {
    socket: tokio::net::UdpSocket,
    passed: Mutex<mpsc::Receiver<Passed>>,
    gate: Arc<Gate>,
    advertised: SocketAddr,
}

impl GuardedUdp {
    /// Starts the thread that reads and judges, until `stop`.
    pub(crate) fn new(
        socket: tokio::net::UdpSocket,
        gate: Arc<Gate>,
        advertised: SocketAddr,
        stop: CancellationToken,
    ) -> io::Result<Self> {
        let socket = socket.into_std()?;
        let read = socket.try_clone()?;
        let (to_stack, passed) = mpsc::channel(2 * gate.limits.max_depth.max(1));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        let of_thread = Arc::clone(&gate);
        let guarding = async move {
            match tokio::net::UdpSocket::from_std(read) {
                Ok(socket) => {
                    let sentry = Sentry {
                        socket,
                        gate: of_thread,
                    };
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = sentry.watch(to_stack) => {}
                    }
                }
                Err(error) => tracing::error!(%error, "SIP over UDP cannot be read"),
            }
        };
        std::thread::Builder::new()
            .name("linje-guard".to_owned())
            .spawn(move || runtime.block_on(guarding))?;
        Ok(Self {
            socket: tokio::net::UdpSocket::from_std(socket)?,
            passed: Mutex::new(passed),
            gate,
            advertised,
        })
    }
}

/// Who reads the socket.
struct Sentry {
    socket: tokio::net::UdpSocket,
    gate: Arc<Gate>,
}

impl Sentry {
    /// Judges what comes and hands on what passes. What finds no room is lost, as it would be in a full buffer of
    /// the kernel; new calls were refused long before.
    async fn watch(&self, to_stack: mpsc::Sender<Passed>) {
        let mut buffer = vec![0; LONGEST];
        loop {
            let (length, from) = match self.socket.recv_from(&mut buffer).await {
                Ok(got) => got,
                // An ICMP error of something that was sent; the socket is fine.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
                Err(error) => {
                    tracing::error!(%error, "SIP over UDP cannot be read");
                    return;
                }
            };
            if from.port() == 0 || is_not_a_peer(from.ip()) {
                continue;
            }
            let Some(length) = self.judged(&mut buffer, length, from) else {
                continue;
            };
            match to_stack.try_reserve() {
                Ok(room) => {
                    let message = buffer.get(..length).unwrap_or_default().to_vec();
                    self.gate.entered();
                    room.send((message, from));
                }
                Err(mpsc::error::TrySendError::Full(())) => {}
                Err(mpsc::error::TrySendError::Closed(())) => return,
            }
        }
    }

    /// Length of the message to hand on, or None.
    fn judged(&self, buffer: &mut [u8], length: usize, from: SocketAddr) -> Option<usize> {
        if length == buffer.len() {
            // It may be longer than what was read.
            return None;
        }
        let length = match buffer.get_mut(..length) {
            Some(message) if is_folded(message) => unfold(message),
            _ => length,
        };
        let message = buffer.get(..length)?;
        match self.gate.judge(message, from, Transport::Udp) {
            Decision::Pass { insert, length } => repaired(buffer, length, insert),
            Decision::Answer { bytes, port } => {
                // A full send buffer is a reason to lose an answer, not to wait.
                let _sent = self
                    .socket
                    .try_send_to(&bytes, SocketAddr::new(from.ip(), port));
                None
            }
            Decision::Drop => None,
        }
    }
}

/// Inserts the missing header in place.
fn repaired(buffer: &mut [u8], length: usize, insert: Option<(usize, String)>) -> Option<usize> {
    let Some((at, text)) = insert else {
        return Some(length);
    };
    let longer = length + text.len();
    if longer >= buffer.len() {
        return None;
    }
    buffer.copy_within(at..length, at + text.len());
    buffer
        .get_mut(at..at + text.len())?
        .copy_from_slice(text.as_bytes());
    Some(longer)
}

#[async_trait]
impl UdpSocket for GuardedUdp {
    async fn recv_from(&self, buffer: &mut [u8]) -> rsipstack::Result<(usize, SocketAddr)> {
        let mut passed = self.passed.lock().await;
        loop {
            let Some((message, from)) = passed.recv().await else {
                return Err(io::Error::from(io::ErrorKind::BrokenPipe).into());
            };
            if let Some(place) = buffer.get_mut(..message.len()) {
                place.copy_from_slice(&message);
                return Ok((message.len(), from));
            }
            // Longer than the stack reads: it never hears of it.
            self.gate.left();
        }
    }

    async fn send_to(&self, bytes: &[u8], to: SocketAddr) -> rsipstack::Result<usize> {
        Ok(self.socket.send_to(bytes, to).await?)
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        Ok(self.advertised)
    }
}

fn is_not_a_peer(ip: IpAddr) -> bool {
    ip.is_multicast() || ip.is_unspecified()
}
