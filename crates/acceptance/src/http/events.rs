//! Server-sent events, one at a time.

use std::io::{BufReader, ErrorKind, Read as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

/// One event of a stream.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// Its id, when it has one.
    pub id: Option<String>,
    /// What it says.
    pub data: Value,
}

/// An open stream.
#[derive(Debug)]
pub struct Events {
    reader: BufReader<TcpStream>,
    is_chunked: bool,
    is_over: bool,
    raw: Vec<u8>,
    text: Vec<u8>,
}

impl Events {
    pub(super) fn new(reader: BufReader<TcpStream>, headers: &[(String, String)]) -> Events {
        let is_chunked = headers
            .iter()
            .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        Events {
            reader,
            is_chunked,
            is_over: false,
            raw: Vec::new(),
            text: Vec::new(),
        }
    }

    /// What `wanted` makes of the first event that it takes; panics with `what` when `limit` is
    /// over or the stream has ended.
    #[track_caller]
    pub fn until<T>(
        &mut self,
        what: &str,
        limit: Duration,
        mut wanted: impl FnMut(&Event) -> Option<T>,
    ) -> T {
        let end = Instant::now() + limit;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if let Some(found) = self.next(left).as_ref().and_then(&mut wanted) {
                return found;
            }
            assert!(!self.is_over, "the stream ended before: {what}");
            assert!(
                Instant::now() < end,
                "no event came within {} s that says: {what}",
                limit.as_secs()
            );
        }
    }

    /// Whether nothing more comes.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// The next event, or `None` when none comes within `limit` or the stream has ended.
    pub fn next(&mut self, limit: Duration) -> Option<Event> {
        let end = Instant::now() + limit;
        loop {
            while let Some(block) = self.take_block() {
                let event = parse(&block);
                if event.is_some() {
                    return event;
                }
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.is_over {
                return None;
            }
            self.fill(left);
        }
    }

    /// The lines up to the next empty one, if that is here.
    fn take_block(&mut self) -> Option<String> {
        let end = self.text.windows(2).position(|pair| pair == b"\n\n")?;
        let block: Vec<u8> = self.text.drain(..end + 2).collect();
        Some(String::from_utf8_lossy(&block).into_owned())
    }

    /// Takes in what comes within `limit`.
    fn fill(&mut self, limit: Duration) {
        let mut bytes = [0; 16 * 1024];
        let timed = self.reader.get_ref().set_read_timeout(Some(limit));
        match timed.and_then(|()| self.reader.read(&mut bytes)) {
            Ok(0) => self.is_over = true,
            Ok(n) => self.raw.extend(bytes.iter().take(n)),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => self.is_over = true,
        }
        if !self.is_chunked {
            self.text.append(&mut self.raw);
        }
        while self.is_chunked
            && let Some(chunk) = take_chunk(&mut self.raw)
        {
            self.is_over |= chunk.is_empty();
            self.text.extend(chunk);
        }
    }
}

/// The first chunk of `raw`, if it is all here; an empty one is the last.
fn take_chunk(raw: &mut Vec<u8>) -> Option<Vec<u8>> {
    let line = raw.windows(2).position(|pair| pair == b"\r\n")?;
    let size = std::str::from_utf8(raw.get(..line)?).ok()?;
    let size = usize::from_str_radix(size.trim(), 16).ok()?;
    let begin = line + 2;
    if raw.len() < begin + size + 2 {
        return None;
    }
    let mut chunk: Vec<u8> = raw.drain(..begin + size + 2).skip(begin).collect();
    chunk.truncate(size);
    Some(chunk)
}

fn parse(block: &str) -> Option<Event> {
    let mut event = Event {
        name: "message".to_owned(),
        id: None,
        data: Value::Null,
    };
    let mut data = String::new();
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut event.name),
            "id" => event.id = Some(value.to_owned()),
            "data" => data.push_str(value),
            _ => {}
        }
    }
    if data.is_empty() {
        return None;
    }
    event.data = serde_json::from_str(&data).unwrap_or(Value::Null);
    Some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_read_and_a_comment_is_not() {
        let event = parse("event: change\nid: 17\ndata: {\"seq\":17}").expect("an event");
        assert_eq!(
            (event.name.as_str(), event.id.as_deref()),
            ("change", Some("17"))
        );
        assert_eq!(event.data.get("seq"), Some(&Value::from(17)));
        assert!(parse(": still here").is_none());
    }

    #[test]
    fn chunks_come_whole_or_not_at_all() {
        let mut raw = b"4\r\nda".to_vec();
        assert_eq!(take_chunk(&mut raw), None);
        raw.extend(b"ta\r\n0\r\n\r\n");
        assert_eq!(take_chunk(&mut raw), Some(b"data".to_vec()));
        assert_eq!(take_chunk(&mut raw), Some(Vec::new()));
    }
}
