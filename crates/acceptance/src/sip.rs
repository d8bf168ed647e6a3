//! A caller over UDP: rings, presses keys, hangs up. Enough of RFC 3261 for that and no more.

use std::io::{ErrorKind, Result};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// First time after which a request is sent again (T1).
const T1: Duration = Duration::from_millis(500);
/// How long a request may go unanswered, or a call ring.
const LIMIT: Duration = Duration::from_secs(30);
/// The largest message over UDP.
const MAX_BYTES: usize = 65_535;

/// A message that came back.
#[derive(Debug, Clone)]
pub struct Message {
    /// The status code; 0 for a request.
    pub status: u16,
    /// The whole text.
    pub text: String,
}

impl Message {
    fn parse(bytes: &[u8]) -> Message {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let status = text
            .strip_prefix("SIP/2.0 ")
            .and_then(|rest| rest.split(' ').next())
            .and_then(|code| code.parse().ok())
            .unwrap_or(0);
        Message { status, text }
    }

    /// The value of the first header of this name, whatever its letters' case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.text.split("\r\n").skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The address between `<` and `>` of the Contact header.
    fn target(&self) -> Option<String> {
        let contact = self.header("contact")?;
        let (_, rest) = contact.split_once('<')?;
        Some(rest.split_once('>')?.0.to_owned())
    }
}

/// A telephone that only calls.
#[derive(Debug)]
pub struct Caller {
    socket: UdpSocket,
    server: SocketAddr,
    number: Option<String>,
    next: u32,
    limit: Duration,
    named: Option<String>,
}

/// Why a call was not answered.
#[derive(Debug)]
pub enum Failure {
    /// Nobody said anything final.
    Silence(std::io::Error),
    /// The final response was not 200.
    Refused(Box<Message>),
}

/// A call that was answered.
#[derive(Debug)]
pub struct Call {
    id: String,
    from: String,
    to: String,
    target: String,
    cseq: u32,
    /// The contact that the server named.
    pub contact: String,
}

impl Caller {
    /// A caller with this number; without one the number is withheld.
    #[must_use]
    pub fn open(server: SocketAddr, number: Option<&str>) -> Caller {
        assert!(server.ip().is_loopback(), "{server} is not loopback");
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.connect(server).expect("the server's address");
        Caller {
            socket,
            server,
            number: number.map(str::to_owned),
            next: 0,
            limit: LIMIT,
            named: None,
        }
    }

    /// The same caller, who gives up after `limit`.
    #[must_use]
    pub fn patience(self, limit: Duration) -> Caller {
        Caller { limit, ..self }
    }

    /// The contact that the server named last, in whatever response.
    #[must_use]
    pub fn named(&self) -> Option<&str> {
        self.named.as_deref()
    }

    /// Rings `number` and waits for the answer, which must be 200 and name its contact.
    #[track_caller]
    pub fn call(&mut self, number: &str) -> Call {
        self.ring(number)
            .unwrap_or_else(|failure| panic!("the call to {number} failed: {failure:?}"))
    }

    /// Rings `number`.
    ///
    /// # Errors
    /// When there is no final response, or it is not 200.
    #[track_caller]
    pub fn ring(&mut self, number: &str) -> std::result::Result<Call, Failure> {
        self.next += 1;
        let me = self.socket.local_addr().expect("an address");
        let id = format!("{}-{}@{me}", std::process::id(), self.next);
        let user = self
            .number
            .clone()
            .unwrap_or_else(|| "anonymous".to_owned());
        let host = if self.number.is_some() {
            "127.0.0.1"
        } else {
            "anonymous.invalid"
        };
        let target = format!("sip:{number}@{}", self.server);
        let mut call = Call {
            id,
            from: format!("<sip:{user}@{host}>;tag=t{}", self.next),
            to: format!("<{target}>"),
            target,
            cseq: 1,
            contact: String::new(),
        };
        let mut contact = None;
        let answer = self
            .ask(
                &call,
                "INVITE",
                "application/sdp",
                &sdp(me.port()),
                |message| {
                    let named = message.header("x-linje-contact");
                    contact = named.map(str::to_owned).or_else(|| contact.take());
                },
            )
            .map_err(Failure::Silence);
        self.named.clone_from(&contact);
        let answer = answer?;
        if let Some(to) = answer.header("to") {
            to.clone_into(&mut call.to);
        }
        call.target = answer.target().unwrap_or(call.target);
        self.write(&call, "ACK", "", "", &branch(&call, "ack"));
        if answer.status != 200 {
            return Err(Failure::Refused(Box::new(answer)));
        }
        call.contact = contact.expect("the answer names its contact");
        Ok(call)
    }

    /// Presses a key by INFO, which must be answered.
    #[track_caller]
    pub fn press(&mut self, call: &mut Call, key: char) {
        self.try_press(call, key).expect("an answer to INFO");
    }

    /// Presses a key by INFO.
    ///
    /// # Errors
    /// When it is not answered.
    #[track_caller]
    pub fn try_press(&mut self, call: &mut Call, key: char) -> Result<()> {
        call.cseq += 1;
        let body = format!("Signal={key}\r\nDuration=160\r\n");
        let answer = self.ask(call, "INFO", "application/dtmf-relay", &body, |_| {})?;
        assert_eq!(answer.status, 200, "{}", answer.text);
        Ok(())
    }

    /// Hangs up.
    #[track_caller]
    pub fn hang_up(&mut self, call: Call) {
        let status = self.try_hang_up(call).expect("an answer to BYE");
        assert_eq!(status, 200);
    }

    /// Hangs up; gives the status of the answer.
    ///
    /// # Errors
    /// When it is not answered.
    pub fn try_hang_up(&mut self, mut call: Call) -> Result<u16> {
        call.cseq += 1;
        let answer = self.ask(&call, "BYE", "", "", |_| {})?;
        Ok(answer.status)
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// When the system does not send them.
    pub fn send_raw(&self, bytes: &[u8]) -> Result<()> {
        self.socket.send(bytes).map(|_| ())
    }

    /// Asks whether the server is there; gives the status.
    #[track_caller]
    pub fn options(&mut self) -> u16 {
        self.next += 1;
        let me = self.socket.local_addr().expect("an address");
        let target = format!("sip:{}", self.server);
        let call = Call {
            id: format!("o{}-{}@{me}", std::process::id(), self.next),
            from: format!("<sip:asks@127.0.0.1>;tag=o{}", self.next),
            to: format!("<{target}>"),
            target,
            cseq: 1,
            contact: String::new(),
        };
        let answer = self.ask(&call, "OPTIONS", "", "", |_| {});
        answer.expect("an answer to OPTIONS").status
    }

    /// Sends a request, again and again as RFC 3261 wants, until its final response is here.
    fn ask(
        &self,
        call: &Call,
        method: &str,
        kind: &str,
        body: &str,
        mut seen: impl FnMut(&Message),
    ) -> Result<Message> {
        let branch = branch(call, method);
        let end = Instant::now() + self.limit;
        let mut is_heard = false;
        let mut wait = T1;
        while Instant::now() < end {
            if !is_heard {
                self.write(call, method, kind, body, &branch);
            }
            let again = Instant::now() + wait;
            wait = (wait * 2).min(T1 * 8);
            while let Some(message) = self.take(again.saturating_duration_since(Instant::now()))? {
                let is_ours = message.header("call-id") == Some(call.id.as_str())
                    && message.header("cseq") == Some(&format!("{} {method}", call.cseq));
                if message.status == 0 {
                    self.answer_request(&message);
                } else if is_ours {
                    seen(&message);
                    is_heard = true;
                    if message.status >= 200 {
                        return Ok(message);
                    }
                }
            }
        }
        Err(ErrorKind::TimedOut.into())
    }

    /// The next message within `limit`.
    fn take(&self, limit: Duration) -> Result<Option<Message>> {
        if limit.is_zero() {
            return Ok(None);
        }
        self.socket.set_read_timeout(Some(limit))?;
        let mut bytes = vec![0; MAX_BYTES];
        match self.socket.recv(&mut bytes) {
            Ok(n) => {
                bytes.truncate(n);
                Ok(Some(Message::parse(&bytes)))
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Ok(None)
            }
            // The server was killed: the loopback says so at once.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Answers what the server asks of a caller: BYE and OPTIONS.
    fn answer_request(&self, request: &Message) {
        if request.text.starts_with("ACK ") {
            return;
        }
        let mut answer = String::from("SIP/2.0 200 OK\r\n");
        for line in request
            .text
            .split("\r\n")
            .skip(1)
            .take_while(|line| !line.is_empty())
        {
            let name = line
                .split(':')
                .next()
                .unwrap_or_default()
                .trim()
                .to_lowercase();
            if ["via", "v", "from", "f", "to", "t", "call-id", "i", "cseq"].contains(&name.as_str())
            {
                answer.push_str(line);
                answer.push_str("\r\n");
            }
        }
        answer.push_str("Content-Length: 0\r\n\r\n");
        drop(self.socket.send(answer.as_bytes()));
    }

    fn write(&self, call: &Call, method: &str, kind: &str, body: &str, branch: &str) {
        let me = self.socket.local_addr().expect("an address");
        let mut text = format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch={branch};rport\r\n\
             Max-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {} {method}\r\n\
             Contact: <sip:caller@{me}>\r\n",
            call.target, call.from, call.to, call.id, call.cseq
        );
        if self.number.is_none() {
            text.push_str("Privacy: id\r\n");
        }
        if !kind.is_empty() {
            text.push_str(&format!("Content-Type: {kind}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        drop(self.socket.send(text.as_bytes()));
    }
}

fn branch(call: &Call, method: &str) -> String {
    let id: String = call
        .id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    format!("z9hG4bK{id}{}{method}", call.cseq)
}

/// An offer of A-law and telephone-event; nobody listens on the port, which is as good as silence.
fn sdp(port: u16) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_read() {
        let message = Message::parse(
            b"SIP/2.0 183 Progress\r\nX-Linje-Contact: abc\r\nContact: \"x\" <sip:a@b:1>;q=1\r\n\r\n",
        );
        assert_eq!(message.status, 183);
        assert_eq!(message.header("x-linje-contact"), Some("abc"));
        assert_eq!(message.target().as_deref(), Some("sip:a@b:1"));
    }
}
