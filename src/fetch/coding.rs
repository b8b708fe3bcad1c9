//! A body as it was sent to the body that was meant; pure, and bounded in what it makes.

use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress, Status};

/// More layers of encoding than this are refused.
const LAYERS: usize = 2;
/// Honest bodies shrink to a twentieth; beyond this they are bombs.
const RATIO: usize = 200;
/// Up to this size nobody minds how a body grew.
const HARMLESS: usize = 1 << 20;
/// RFC 9659: windows of at most 8 MiB.
const ZSTD_WINDOW_LOG: u32 = 23;

/// A body that was decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub bytes: Vec<u8>,
    /// Whether its `Content-Encoding` told the truth.
    pub labelled: bool,
}

/// Why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// It is not encoded as its label says, nor is it plain.
    Undecodable,
    /// It has more bytes than this.
    TooLarge(usize),
    /// It grows more than so many times.
    Inflated(usize),
}

/// Takes the encodings off that `Content-Encoding` names. A body that is labelled and plain is
/// taken as it is, and one that is packed by gzip without a label is unpacked.
pub(super) fn decode(wire: Vec<u8>, label: &str, limit: usize) -> Result<Decoded, Bad> {
    let bound = Bound { limit, wire: wire.len() };
    let labels = label.split(',').map(str::trim);
    let layers: Vec<_> = labels
        .filter(|it| !it.is_empty() && !it.eq_ignore_ascii_case("identity"))
        .map(str::to_ascii_lowercase)
        .collect();
    if layers.len() > LAYERS && !looks_plain(&wire) {
        return Err(Bad::Undecodable);
    }
    if layers.is_empty() {
        return bound.unlabelled(wire);
    }
    let mut bytes = wire;
    for layer in layers.iter().rev() {
        match bound.peel(&bytes, layer) {
            Ok(inner) => bytes = inner,
            Err(Bad::Undecodable) if looks_plain(&bytes) => {
                return Ok(Decoded { bytes, labelled: false });
            }
            Err(bad) => return Err(bad),
        }
    }
    Ok(Decoded { bytes, labelled: true })
}

/// Whether bytes can be text: markup and JSON have none of these control characters at
/// their beginning, while compressed data has them soon.
fn looks_plain(bytes: &[u8]) -> bool {
    const ESCAPE: u8 = 0x1b;
    let odd = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace() && *byte != ESCAPE;
    !bytes.iter().take(512).any(odd) || wide(bytes)
}

/// UTF-16, whose every second byte is a control character in most scripts.
fn wide(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || bytes.starts_with(b"<\0")
        || bytes.starts_with(b"\0<")
}

/// How much may come out.
struct Bound {
    limit: usize,
    /// Bytes as they were sent.
    wire: usize,
}

impl Bound {
    fn unlabelled(&self, wire: Vec<u8>) -> Result<Decoded, Bad> {
        if wire.starts_with(&GZIP) {
            match self.peel(&wire, "gzip") {
                Ok(bytes) => return Ok(Decoded { bytes, labelled: false }),
                Err(Bad::Undecodable) => {}
                Err(bad) => return Err(bad),
            }
        }
        self.check(wire.len())?;
        Ok(Decoded { bytes: wire, labelled: true })
    }

    /// What is inside one layer. Some servers name another coding than they use; these two are
    /// known by their first bytes.
    fn peel(&self, bytes: &[u8], layer: &str) -> Result<Vec<u8>, Bad> {
        match layer {
            _ if bytes.starts_with(&GZIP) => self.gzip(bytes),
            _ if bytes.starts_with(&ZSTD) => self.zstd(bytes),
            "deflate" => self.inflate(bytes),
            "br" => self.all(brotli_decompressor::Decompressor::new(bytes, 4096)),
            // Nothing at all is what a body of no bytes is packed to.
            _ if bytes.is_empty() => Ok(Vec::new()),
            _ => Err(Bad::Undecodable),
        }
    }

    /// One member after the other; what follows the last is padding.
    fn gzip(&self, mut bytes: &[u8]) -> Result<Vec<u8>, Bad> {
        let mut all = Vec::new();
        while bytes.starts_with(&GZIP) {
            let mut member = flate2::bufread::GzDecoder::new(bytes);
            self.append(&mut all, &mut member)?;
            bytes = member.into_inner();
        }
        Ok(all)
    }

    fn zstd(&self, bytes: &[u8]) -> Result<Vec<u8>, Bad> {
        let mut reader = zstd::stream::read::Decoder::with_buffer(bytes).map_err(undecodable)?;
        reader.window_log_max(ZSTD_WINDOW_LOG).map_err(undecodable)?;
        self.all(reader)
    }

    /// RFC 9110 §8.4.1.2 says zlib; some servers leave the wrapper out.
    fn inflate(&self, bytes: &[u8]) -> Result<Vec<u8>, Bad> {
        match self.flate(bytes, true) {
            Err(Bad::Undecodable) => self.flate(bytes, false),
            done => done,
        }
    }

    fn flate(&self, bytes: &[u8], wrapped: bool) -> Result<Vec<u8>, Bad> {
        let mut engine = Decompress::new(wrapped);
        let mut all = Vec::new();
        loop {
            let at = engine.total_in() as usize;
            let rest = bytes.get(at..).unwrap_or_default();
            all.reserve(16 << 10);
            let before = all.len();
            let status = engine.decompress_vec(rest, &mut all, FlushDecompress::None);
            self.check(all.len())?;
            match status {
                Ok(Status::StreamEnd) => return Ok(all),
                Ok(_) if engine.total_in() as usize > at || all.len() > before => {}
                _ => return Err(Bad::Undecodable),
            }
        }
    }

    fn all(&self, mut reader: impl Read) -> Result<Vec<u8>, Bad> {
        let mut all = Vec::new();
        self.append(&mut all, &mut reader)?;
        Ok(all)
    }

    fn append(&self, all: &mut Vec<u8>, reader: &mut impl Read) -> Result<(), Bad> {
        let mut piece = [0; 16 << 10];
        loop {
            match reader.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(count) => all.extend(piece.get(..count).unwrap_or_default()),
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => return Err(undecodable(why)),
            }
            self.check(all.len())?;
        }
    }

    fn check(&self, length: usize) -> Result<(), Bad> {
        if length > HARMLESS && length / RATIO > self.wire {
            return Err(Bad::Inflated(RATIO));
        }
        if length > self.limit { Err(Bad::TooLarge(self.limit)) } else { Ok(()) }
    }
}

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

fn undecodable(_: io::Error) -> Bad {
    Bad::Undecodable
}

#[cfg(test)]
mod tests;
