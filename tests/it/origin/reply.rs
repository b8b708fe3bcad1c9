//! One reply of the script: what is said, and how badly.

use std::io::{self, Write};
use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::{Record, Stream};

/// A reply; made with [`reply`] and the words below.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    length: Length,
    stall: Duration,
    drip: Option<(usize, Duration)>,
    close_after: Option<usize>,
    silent: bool,
    reset: bool,
    bad_chunk: bool,
    hints: usize,
    unless: Option<String>,
    raw: bool,
    echo: Option<String>,
}

/// What is said of the body's length.
#[derive(Clone, Debug, Default)]
enum Length {
    /// The truth.
    #[default]
    True,
    /// Something else.
    Said(u64),
    /// Chunks.
    Chunked,
    /// Nothing: the end of the connection is the end of the body.
    Unsaid,
}

/// A reply with a status, without headers or body.
pub fn reply(status: u16) -> Reply {
    Reply { status, ..Reply::default() }
}

impl Reply {
    /// A redirect to an address.
    pub fn redirect(status: u16, to: impl AsRef<str>) -> Self {
        reply(status).header("Location", to.as_ref())
    }

    /// Bytes in place of a whole answer; the connection ends after them.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { raw: true, body: bytes.into(), length: Length::Unsaid, ..Self::default() }
    }

    /// No answer, ever.
    pub fn silence() -> Self {
        Self { silent: true, ..Self::default() }
    }

    /// Adds a header, its value as exact bytes.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Answers with the value of a query's field.
    pub fn echo(mut self, field: &str) -> Self {
        self.echo = Some(field.to_owned());
        self
    }

    /// The same, with the body that the query asks for.
    pub(super) fn said_back(mut self, target: &str) -> Self {
        if let Some(field) = &self.echo {
            let query = target.split_once('?').map_or("", |(_, query)| query);
            let pair =
                url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == field);
            self.body = pair.map(|(_, value)| value.into_owned().into_bytes()).unwrap_or_default();
        }
        self
    }

    /// Labels the body with an encoding, without a change.
    pub fn labelled(self, coding: &str) -> Self {
        self.header("Content-Encoding", coding)
    }

    /// Compresses the body with gzip and labels it.
    pub fn gzip(mut self) -> Self {
        let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        coder.write_all(&self.body).expect("gzip writes to memory");
        self.body = coder.finish().expect("gzip ends in memory");
        self.labelled("gzip")
    }

    /// Waits before the head.
    pub fn stall(mut self, time: Duration) -> Self {
        self.stall = time;
        self
    }

    /// Sends the body in pieces of so many bytes, with a pause after each.
    pub fn drip(mut self, bytes: usize, pause: Duration) -> Self {
        self.drip = Some((bytes, pause));
        self
    }

    /// Says another `Content-Length` than the body has, and closes after the body.
    pub fn claim(mut self, length: u64) -> Self {
        self.length = Length::Said(length);
        self
    }

    /// Sends the body in chunks.
    pub fn chunked(mut self) -> Self {
        self.length = Length::Chunked;
        self
    }

    /// Says no length, and closes after the body.
    pub fn until_close(mut self) -> Self {
        self.length = Length::Unsaid;
        self
    }

    /// Closes the connection after so many bytes of the body.
    pub fn close_after(mut self, bytes: usize) -> Self {
        self.close_after = Some(bytes);
        self
    }

    /// Breaks the connection off with a reset after so many bytes of the body.
    pub fn reset_after(mut self, bytes: usize) -> Self {
        self.reset = true;
        self.close_after(bytes)
    }

    /// Sends the body in chunks, and says something else than a length before the last.
    pub fn bad_chunk(mut self) -> Self {
        self.bad_chunk = true;
        self.chunked()
    }

    /// Says 304 to those who have this tag already.
    pub fn unless(mut self, tag: &str) -> Self {
        self.unless = Some(tag.to_owned());
        self
    }

    /// What is said to a request.
    pub(super) fn to(self, record: &Record) -> Self {
        match &self.unless {
            Some(tag) if record.text("If-None-Match").as_ref() == Some(tag) => reply(304),
            _ => self,
        }
    }

    /// Sends so many informational answers before the real one.
    pub fn hints(mut self, count: usize) -> Self {
        self.hints = count;
        self
    }

    /// Sends the reply; whether the connection lives on.
    pub(super) async fn play(&self, stream: &mut impl Stream) -> io::Result<bool> {
        if self.silent {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(self.stall).await;
        if !self.raw {
            stream.write_all(&self.head()).await?;
        }
        let body = self.wire_body();
        let end = self.close_after.unwrap_or(body.len()).min(body.len());
        let (piece, pause) = self.drip.unwrap_or((body.len().max(1), Duration::ZERO));
        for piece in body[..end].chunks(piece) {
            stream.write_all(piece).await?;
            tokio::time::sleep(pause).await;
        }
        stream.flush().await?;
        if self.reset {
            stream.abort()?;
            return Ok(false);
        }
        let lives =
            self.close_after.is_none() && matches!(self.length, Length::True | Length::Chunked);
        if !lives {
            stream.shutdown().await?;
        }
        Ok(lives)
    }

    /// The reply in HTTP/2: head, body, and whether the stream is broken off after the body.
    pub(super) fn parts(&self) -> (http::Response<()>, Vec<u8>, bool) {
        let mut head = http::Response::builder().status(self.status);
        for (name, value) in &self.headers {
            head = head.header(name.to_lowercase(), value.as_slice());
        }
        if let Length::Said(length) = self.length {
            head = head.header("content-length", length);
        }
        let end = self.close_after.unwrap_or(self.body.len()).min(self.body.len());
        (head.body(()).expect("a head"), self.body[..end].to_vec(), self.close_after.is_some())
    }

    fn head(&self) -> Vec<u8> {
        let hint = "HTTP/1.1 103 Early Hints\r\nLink: </x.css>; rel=preload\r\n\r\n";
        let mut head = hint.repeat(self.hints).into_bytes();
        head.extend(format!("HTTP/1.1 {} Scripted\r\n", self.status).as_bytes());
        let mut line = |name: &str, value: &[u8]| {
            head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        };
        for (name, value) in &self.headers {
            line(name, value);
        }
        match self.length {
            Length::True if matches!(self.status, 204 | 304) => {}
            Length::True => line("Content-Length", self.body.len().to_string().as_bytes()),
            Length::Said(length) => line("Content-Length", length.to_string().as_bytes()),
            Length::Chunked => line("Transfer-Encoding", b"chunked"),
            Length::Unsaid => line("Connection", b"close"),
        }
        head.extend(b"\r\n");
        head
    }

    /// The body as it goes over the wire.
    fn wire_body(&self) -> Vec<u8> {
        if !matches!(self.length, Length::Chunked) {
            return self.body.clone();
        }
        let mut wire = Vec::new();
        for piece in self.body.chunks(16 << 10) {
            wire.extend(format!("{:x}\r\n", piece.len()).as_bytes());
            wire.extend(piece);
            wire.extend(b"\r\n");
        }
        wire.extend(if self.bad_chunk { &b"more\r\n"[..] } else { b"0\r\n\r\n" });
        wire
    }
}
