//! The UDP socket that the SIP stack reads from: only what passed the guard comes out of it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use rsipstack::platform::net::UdpSocket;
use rsipstack::sip::Transport;

use super::scan::{Facts, is_folded, unfold};
use super::{Decision, Gate};

/// A socket behind the gate.
pub(crate) struct GuardedUdp {
    socket: tokio::net::UdpSocket,
    gate: Arc<Gate>,
    advertised: SocketAddr,
}

impl GuardedUdp {
    pub(crate) fn new(
        socket: tokio::net::UdpSocket,
        gate: Arc<Gate>,
        advertised: SocketAddr,
    ) -> Self {
        Self {
            socket,
            gate,
            advertised,
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
            Decision::Answer(bytes) => {
                let port = Facts::response_port(message, from);
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
        loop {
            let (length, from) = match self.socket.recv_from(buffer).await {
                Ok(got) => got,
                // An ICMP error of something that was sent; the socket is fine.
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => continue,
                Err(error) => return Err(error.into()),
            };
            if from.port() == 0 || is_not_a_peer(from.ip()) {
                continue;
            }
            if let Some(length) = self.judged(buffer, length, from) {
                self.gate.entered();
                return Ok((length, from));
            }
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
