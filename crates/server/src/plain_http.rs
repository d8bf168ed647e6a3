//! A small HTTP client for commands that talk to a running server of one's own; no TLS, no redirects.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest reply, bytes.
const LONGEST: u64 = 32 * 1024 * 1024;

/// A server to talk to.
#[derive(Debug)]
pub(crate) struct Server {
    /// Name or address with port.
    host: String,
    /// Shown with every request.
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    /// The value of a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `Null` when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

impl Server {
    /// Reads `http://host:port`.
    ///
    /// # Errors
    /// What is wrong with the address, for people.
    pub(crate) fn parse(url: &str) -> Result<Server, String> {
        let Some(host) = url.strip_prefix("http://") else {
            return Err(format!(
                "`{url}` is no address of a server; write it as http://127.0.0.1:8080"
            ));
        };
        let host = host.trim_end_matches('/');
        if host.is_empty() || host.contains('/') || host.contains(char::is_whitespace) {
            return Err(format!("`{url}` has more than a name and a port"));
        }
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| {
            !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit())
        });
        Ok(Server {
            host: if has_port {
                host.to_owned()
            } else {
                format!("{host}:80")
            },
            token: None,
        })
    }

    /// With a token; without one, a demo gives its own.
    pub(crate) fn with_token(mut self, token: Option<String>) -> Result<Server> {
        self.token = match token {
            Some(token) => Some(token),
            None => self.demo_token()?,
        };
        Ok(self)
    }

    /// The token that a demo gives for the asking; None from a service for work.
    fn demo_token(&self) -> Result<Option<String>> {
        let said = self.get("/api/v1/session")?.json();
        let Some(url) = said["token_url"].as_str() else {
            return Ok(None);
        };
        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
        let form = "grant_type=client_credentials&client_id=linje-command";
        let reply = self.ask(&format!(
            "POST /{path} HTTP/1.0\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.host,
            form.len()
        ))?;
        let token = reply.json()["access_token"].as_str().map(str::to_owned);
        Ok(Some(token.context("the demo gave no token")?))
    }

    fn speaks(&self) -> String {
        let token = self.token.as_ref();
        token.map_or_else(String::new, |token| {
            format!("Authorization: Bearer {token}\r\n")
        })
    }

    pub(crate) fn get(&self, path: &str) -> Result<Reply> {
        self.ask(&format!(
            "GET {path} HTTP/1.0\r\nHost: {}\r\n{}\r\n",
            self.host,
            self.speaks()
        ))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        let body = body.to_string();
        self.ask(&format!(
            "POST {path} HTTP/1.0\r\nHost: {}\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            self.speaks(),
            body.len()
        ))
    }

    /// Version 1.0 of HTTP: the reply ends when the connection does, and is never in chunks.
    fn ask(&self, request: &str) -> Result<Reply> {
        let mut addresses = self.host.to_socket_addrs().context("an unknown name")?;
        let address = addresses.next().context("a name without an address")?;
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        let mut bytes = Vec::new();
        stream.take(LONGEST).read_to_end(&mut bytes)?;
        parse(&bytes)
    }
}

fn parse(bytes: &[u8]) -> Result<Reply> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.context("the reply is no HTTP")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let Some(status) = status.and_then(|status| status.parse().ok()) else {
        bail!("the reply is no HTTP");
    };
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(key, value)| (key.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Ok(Reply {
        status,
        headers,
        body: bytes[end + 4..].to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_name_and_a_port() {
        let host = |url| Server::parse(url).map(|server| server.host);
        assert_eq!(
            host("http://127.0.0.1:8080"),
            Ok("127.0.0.1:8080".to_owned())
        );
        assert_eq!(host("http://centre/"), Ok("centre:80".to_owned()));
        for wrong in ["127.0.0.1:8080", "https://centre", "http://", "http://a/b"] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_reply_has_a_status_headers_and_a_body() {
        let reply = parse(b"HTTP/1.0 200 OK\r\nETag: \"5\"\r\n\r\n{\"a\":1}").unwrap();
        assert_eq!((reply.status, reply.header("etag")), (200, Some("\"5\"")));
        assert_eq!(reply.json()["a"], 1);
        assert!(parse(b"SIP/2.0").is_err());
    }
}
