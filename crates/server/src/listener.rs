//! The HTTP port: open text on this machine, TLS, or open text from one trusted proxy.
//!
//! A handshake that hangs holds up nobody else. Whoever comes past the proxy is not answered.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

use crate::trusted::Transport;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes that go on at one time.
const MAX_HANDSHAKES: usize = 256;
/// After an error of the socket, such as too many open files.
const AGAIN: Duration = Duration::from_millis(100);

/// A connection.
pub(crate) enum Stream {
    /// Open text.
    Plain(TcpStream),
    /// TLS.
    Tls(Box<TlsStream<TcpStream>>),
}

/// Gives connections to the web server.
pub(crate) struct Listener {
    address: SocketAddr,
    ready: mpsc::Receiver<(Stream, SocketAddr)>,
}

impl Listener {
    /// Takes connections from `tcp` as `transport` wants it.
    pub(crate) fn new(tcp: TcpListener, transport: &Transport) -> Result<Listener> {
        let address = tcp.local_addr().context("cannot learn the HTTP port")?;
        let (give, ready) = mpsc::channel(64);
        match transport {
            Transport::Here => drop(tokio::spawn(plain(tcp, give, None))),
            Transport::Proxy(proxy) => drop(tokio::spawn(plain(tcp, give, Some(*proxy)))),
            Transport::Tls { cert, key } => {
                let acceptor = TlsAcceptor::from(Arc::new(config(cert, key)?));
                drop(tokio::spawn(tls(tcp, give, acceptor)));
            }
        }
        Ok(Listener { address, ready })
    }
}

impl axum::serve::Listener for Listener {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The task lives as long as the receiver; without it nobody comes any more.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

type Give = mpsc::Sender<(Stream, SocketAddr)>;

async fn plain(tcp: TcpListener, give: Give, only: Option<IpAddr>) {
    while let Some((stream, peer)) = next(&tcp, &give).await {
        if only.is_none_or(|proxy| may_pass(peer.ip(), proxy))
            && give.send((Stream::Plain(stream), peer)).await.is_err()
        {
            return;
        }
    }
}

/// The proxy itself, and this machine, whose probes ask without it.
fn may_pass(peer: IpAddr, proxy: IpAddr) -> bool {
    peer == proxy || peer.is_loopback()
}

async fn tls(tcp: TcpListener, give: Give, acceptor: TlsAcceptor) {
    let hands = Arc::new(Semaphore::new(MAX_HANDSHAKES));
    while let Some((stream, peer)) = next(&tcp, &give).await {
        let Ok(hand) = Arc::clone(&hands).try_acquire_owned() else {
            continue;
        };
        let (acceptor, give) = (acceptor.clone(), give.clone());
        tokio::spawn(async move {
            let shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
            drop(hand);
            if let Ok(Ok(stream)) = shaken {
                // Nobody takes connections any more: the service ends.
                give.send((Stream::Tls(Box::new(stream)), peer)).await.ok();
            }
        });
    }
}

/// The next connection; None when nobody takes them any more.
async fn next(tcp: &TcpListener, give: &Give) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = tokio::select! {
            accepted = tcp.accept() => accepted,
            () = give.closed() => return None,
        };
        match accepted {
            Ok(connection) => return Some(connection),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

fn config(cert: &Path, key: &Path) -> Result<ServerConfig> {
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("cannot read the certificate `{}`", cert.display()))?;
    let secret = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("cannot read the key `{}`", key.display()))?;
    ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .with_context(|| {
            let (cert, key) = (cert.display(), key.display());
            format!("the certificate `{cert}` and the key `{key}` do not belong together")
        })
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_past_the_proxy_is_not_let_in() {
        let proxy: IpAddr = "10.0.0.5".parse().unwrap();
        for (peer, passes) in [
            ("10.0.0.5", true),
            ("127.0.0.1", true),
            ("::1", true),
            ("10.0.0.6", false),
            ("192.0.2.1", false),
        ] {
            assert_eq!(may_pass(peer.parse().unwrap(), proxy), passes, "{peer}");
        }
    }
}
