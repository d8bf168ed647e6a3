//! A bare UDP socket that speaks SIP by hand, for what no real telephone would send.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::timeout;

/// The socket and whom it talks to.
#[derive(Debug)]
pub struct RawSip {
    socket: UdpSocket,
    server: SocketAddr,
}

impl RawSip {
    /// A socket on loopback.
    pub async fn new(server: SocketAddr) -> io::Result<Self> {
        Self::bound("127.0.0.1:0", server).await
    }

    /// A socket on a given address.
    pub async fn bound(own: &str, server: SocketAddr) -> io::Result<Self> {
        Ok(Self {
            socket: UdpSocket::bind(own).await?,
            server,
        })
    }

    /// The own address.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Sends bytes as they are.
    pub async fn send(&self, bytes: &[u8]) -> io::Result<()> {
        self.socket.send_to(bytes, self.server).await.map(|_| ())
    }

    /// The next datagram within the time, as text.
    pub async fn receive(&self, within: Duration) -> Option<String> {
        let mut buffer = vec![0; 65_536];
        let (length, _) = timeout(within, self.socket.recv_from(&mut buffer))
            .await
            .ok()?
            .ok()?;
        buffer
            .get(..length)
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A request outside any dialog. `body` may be empty; `extra` are whole header lines.
    pub fn request(
        &self,
        method: &str,
        user: &str,
        call_id: &str,
        extra: &str,
        body: &str,
    ) -> io::Result<String> {
        let own = self.address()?;
        let server = self.server;
        Ok(format!(
            "{method} sip:{user}@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bK{call_id}{method}\r\nMax-Forwards: 70\r\nFrom: <sip:90000001@{own}>;tag=raw\r\nTo: <sip:{user}@{server}>\r\nCall-ID: {call_id}\r\nCSeq: 1 {method}\r\nContact: <sip:raw@{own}>\r\n{extra}Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Asks OPTIONS and gives the status of the answer; other datagrams are passed over.
    pub async fn options(&self, call_id: &str) -> io::Result<Option<u16>> {
        self.send(
            self.request("OPTIONS", "linje", call_id, "", "")?
                .as_bytes(),
        )
        .await?;
        Ok(self.status_for(call_id, Duration::from_secs(5)).await)
    }

    /// The status of the next final response with this Call-ID.
    pub async fn status_for(&self, call_id: &str, within: Duration) -> Option<u16> {
        let find = async {
            while let Some(text) = self.receive(within).await {
                let status: Option<u16> = text
                    .strip_prefix("SIP/2.0 ")
                    .and_then(|rest| rest.get(..3)?.parse().ok());
                if status.is_some_and(|status| status >= 200) && text.contains(call_id) {
                    return status;
                }
            }
            None
        };
        timeout(within, find).await.ok().flatten()
    }
}
