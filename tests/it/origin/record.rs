//! What a client sent, byte for byte and in its order.

use std::io;
use std::time::Instant;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use super::Stream;

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Record {
    /// `GET`, `POST` …
    pub method: String,
    /// Path with query, as sent.
    pub target: String,
    /// Name and value of each header, in order; white space round the value is left out.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
    /// When its head was there.
    pub at: Instant,
}

impl Record {
    /// The first header of a name, in whatever case it came.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }

    /// The same as text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.header(name).map(|value| String::from_utf8_lossy(value).into_owned())
    }
}

/// The next request; `None` when the client is done.
pub(super) async fn read(stream: &mut BufReader<impl Stream>) -> io::Result<Option<Record>> {
    let Some(first) = line(stream).await? else {
        return Ok(None);
    };
    let first = String::from_utf8_lossy(&first).into_owned();
    let mut words = first.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (method, target) = (word(), word());
    let mut headers = Vec::new();
    while let Some(line) = line(stream).await?.filter(|line| !line.is_empty()) {
        headers.push(header(&line));
    }
    let mut record = Record { method, target, headers, body: Vec::new(), at: Instant::now() };
    let length = record.text("Content-Length").and_then(|text| text.parse().ok());
    record.body = vec![0; length.unwrap_or_default()];
    stream.read_exact(&mut record.body).await?;
    Ok(Some(record))
}

/// A line without its end.
async fn line(stream: &mut BufReader<impl Stream>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    if stream.read_until(b'\n', &mut line).await? == 0 {
        return Ok(None);
    }
    line.truncate(line.trim_ascii_end().len());
    Ok(Some(line))
}

fn header(line: &[u8]) -> (String, Vec<u8>) {
    let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
    let (name, value) = line.split_at(colon);
    let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
    (String::from_utf8_lossy(name).into_owned(), value.to_vec())
}
