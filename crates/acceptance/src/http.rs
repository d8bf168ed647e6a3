//! A small HTTP/1.1 client over a plain socket, for loopback addresses only.

mod body;
mod events;

use std::io::{BufRead as _, BufReader, Error, ErrorKind, Result, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

pub use events::{Event, Events};

/// How long a reply may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server to talk to.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    address: SocketAddr,
    patience: Duration,
    /// Lives as long as the test.
    token: Option<&'static str>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Reply {
    /// The value of a header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `Null` when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as JSON of a reply that must have this status.
    #[track_caller]
    #[must_use]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "the reply was: {}", self.text());
        self.json()
    }

    /// The body of a refusal: it must have this status and be a problem document that says
    /// something to people.
    #[track_caller]
    #[must_use]
    pub fn problem(&self, status: u16) -> Value {
        let problem = self.expect(status);
        assert_eq!(
            self.header("content-type")
                .map(|kind| kind.split(';').next().unwrap_or(kind)),
            Some("application/problem+json"),
            "{}",
            self.text()
        );
        for field in ["type", "title", "detail"] {
            let text = problem
                .get(field)
                .and_then(Value::as_str)
                .unwrap_or_default();
            assert!(!text.is_empty(), "`{field}` is missing in {problem}");
        }
        assert_eq!(
            problem.get("status"),
            Some(&Value::from(status)),
            "{problem}"
        );
        problem
    }
}

impl Client {
    /// A client for a loopback address; panics for any other.
    #[must_use]
    pub fn new(address: SocketAddr) -> Client {
        assert!(address.ip().is_loopback(), "{address} is not loopback");
        Client {
            address,
            patience: PATIENCE,
            token: None,
        }
    }

    /// The same server, asked as the program that holds `token`.
    #[must_use]
    pub fn bearer(self, token: &'static str) -> Client {
        Client {
            token: Some(token),
            ..self
        }
    }

    /// The same server, asked by nobody in particular.
    #[must_use]
    pub fn nobody(self) -> Client {
        Client {
            token: None,
            ..self
        }
    }

    /// A token for programs, from the token endpoint `url` of the demo. `fields` are further parts of the
    /// form: `scope` names roles, `act_as` somebody. Kept until the test ends.
    #[track_caller]
    #[must_use]
    pub fn fetch_token(&self, url: &str, fields: &[(&str, &str)]) -> &'static str {
        let (_, rest) = url.split_once("://").expect("an address");
        let (_, path) = rest.split_once('/').expect("a path");
        let mut form = String::from("grant_type=client_credentials");
        for (name, value) in fields {
            form.push_str(&format!("&{name}={value}"));
        }
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Authorization", "Basic YWNjZXB0YW5jZTphY2NlcHRhbmNl"),
        ];
        let path = format!("/{path}");
        let reply = self
            .nobody()
            .send_raw("POST", &path, &headers, Some(form.as_bytes()))
            .unwrap_or_else(|error| panic!("POST {url}: {error}"));
        let answer = reply.expect(200);
        let token = answer["access_token"].as_str().expect("a token");
        Box::leak(token.to_owned().into_boxed_str())
    }

    /// The same server, with another patience for each reply.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Client {
        Client { patience, ..self }
    }

    /// Where it talks to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `GET path`, which must be answered.
    #[track_caller]
    #[must_use]
    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None)
            .unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    /// `POST path` with a key of its own, which must be answered.
    #[track_caller]
    #[must_use]
    pub fn post(&self, path: &str, key: &str, body: &Value) -> Reply {
        self.try_post(path, key, body)
            .unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    /// `POST path` that may go unanswered.
    ///
    /// # Errors
    /// When there is no connection or no whole reply: what was asked may have happened or not.
    pub fn try_post(&self, path: &str, key: &str, body: &Value) -> Result<Reply> {
        self.send("POST", path, &[("Idempotency-Key", key)], Some(body))
    }

    /// `PUT path`, which must be answered.
    #[track_caller]
    #[must_use]
    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.send("PUT", path, &[], Some(body))
            .unwrap_or_else(|error| panic!("PUT {path}: {error}"))
    }

    /// `DELETE path`, which must be answered.
    #[track_caller]
    #[must_use]
    pub fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, &[], None)
            .unwrap_or_else(|error| panic!("DELETE {path}: {error}"))
    }

    /// One request on a connection of its own, and its reply.
    ///
    /// # Errors
    /// When there is no connection or no whole reply.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply> {
        let body = body.map(Value::to_string);
        self.send_raw(method, path, headers, body.as_deref().map(str::as_bytes))
    }

    /// One request with a body that need not be JSON.
    ///
    /// # Errors
    /// When there is no connection or no whole reply.
    pub fn send_raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Reply> {
        let mut reader = self.ask(method, path, headers, body, "close")?;
        let (status, headers) = head(&mut reader)?;
        let body = body::read(&mut reader, &headers)?;
        Ok(Reply {
            status,
            headers,
            body,
        })
    }

    /// Opens a stream of server-sent events, which must be answered.
    #[track_caller]
    #[must_use]
    pub fn events(&self, path: &str) -> Events {
        self.try_events(path)
            .unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    /// Opens a stream of server-sent events.
    ///
    /// # Errors
    /// When there is no connection, or no stream behind it.
    pub fn try_events(&self, path: &str) -> Result<Events> {
        self.events_after(path, None)
    }

    /// Opens a stream of server-sent events that goes on after the event `last`.
    ///
    /// # Errors
    /// When there is no connection, or no stream behind it.
    pub fn events_after(&self, path: &str, last: Option<&str>) -> Result<Events> {
        let mut headers = vec![("Accept", "text/event-stream")];
        headers.extend(last.map(|last| ("Last-Event-ID", last)));
        let mut reader = self.ask("GET", path, &headers, None, "keep-alive")?;
        let (status, headers) = head(&mut reader)?;
        if status != 200 {
            return Err(Error::other(format!("status {status} instead of a stream")));
        }
        Ok(Events::new(reader, &headers))
    }

    fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
        connection: &str,
    ) -> Result<BufReader<TcpStream>> {
        let mut stream = TcpStream::connect_timeout(&self.address, self.patience)?;
        stream.set_read_timeout(Some(self.patience))?;
        stream.set_write_timeout(Some(self.patience))?;
        stream.set_nodelay(true)?;
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: {connection}\r\n",
            self.address
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        let speaks = headers
            .iter()
            .any(|(name, _)| matches!(*name, "Authorization" | "Cookie"));
        if let Some(token) = self.token.filter(|_| !speaks) {
            request.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        if let Some(body) = body {
            if !headers.iter().any(|(name, _)| *name == "Content-Type") {
                request.push_str("Content-Type: application/json\r\n");
            }
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body.unwrap_or_default());
        stream.write_all(&bytes)?;
        Ok(BufReader::new(stream))
    }
}

/// The status line and the headers.
fn head(reader: &mut BufReader<TcpStream>) -> Result<(u16, Vec<(String, String)>)> {
    let status = line(reader)?
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| Error::new(ErrorKind::InvalidData, "no status line"))?;
    let mut headers = Vec::new();
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            return Ok((status, headers));
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

/// One line without its end; an error when the connection ended.
fn line(reader: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Err(Error::new(ErrorKind::UnexpectedEof, "the server went away"));
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
