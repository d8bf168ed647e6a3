//! The body of a reply: by length, in chunks, or to the end of the connection.

use std::io::{BufReader, Error, ErrorKind, Read as _, Result};
use std::net::TcpStream;

/// Reads all of it.
pub(super) fn read(
    reader: &mut BufReader<TcpStream>,
    headers: &[(String, String)],
) -> Result<Vec<u8>> {
    let header = |name: &str| {
        let found = headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    };
    if header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        let mut body = Vec::new();
        while let Some(chunk) = chunk(reader)? {
            body.extend(chunk);
        }
        return Ok(body);
    }
    let mut body = Vec::new();
    if let Some(length) = header("content-length") {
        let length: usize = length
            .parse()
            .map_err(|_| Error::new(ErrorKind::InvalidData, "unreadable content-length"))?;
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
    } else {
        reader.read_to_end(&mut body)?;
    }
    Ok(body)
}

/// The next chunk; `None` after the last.
fn chunk(reader: &mut BufReader<TcpStream>) -> Result<Option<Vec<u8>>> {
    let size = super::line(reader)?;
    let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16)
        .map_err(|_| Error::new(ErrorKind::InvalidData, "unreadable size of a chunk"))?;
    let mut bytes = vec![0; size];
    reader.read_exact(&mut bytes)?;
    super::line(reader)?;
    Ok((size > 0).then_some(bytes))
}
