//! Content codings: which of them a client takes, and how they are made (RFC 9110 §12.5.3).

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

/// Below this many bytes a compressed answer saves no packet.
pub(super) const WORTHWHILE: usize = 512;
/// Levels where more time gains little: each content is compressed once.
const ZSTD: i32 = 9;
const BROTLI: i32 = 6;

/// How a body is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Zstd,
    Brotli,
}

impl Coding {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Zstd, Self::Brotli];

    /// The word for `Content-Encoding`, if one is needed.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Zstd => Some("zstd"),
            Self::Brotli => Some("br"),
        }
    }

    /// What its entity tag ends with: no two codings share a tag (RFC 9110 §8.8.3.3).
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "-gzip",
            Self::Zstd => "-zstd",
            Self::Brotli => "-br",
        }
    }

    fn of(name: &str) -> Option<Self> {
        let is = |one: &str| name.eq_ignore_ascii_case(one);
        match name {
            _ if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            _ if is("br") => Some(Self::Brotli),
            _ if is("zstd") => Some(Self::Zstd),
            _ if is("identity") => Some(Self::Identity),
            _ => None,
        }
    }
}

/// What a client said of codings: weights in thousandths.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Accepted {
    /// Whether it said anything: who is silent takes everything (RFC 9110 §12.5.3).
    said: bool,
    named: [Option<u16>; 4],
    rest: Option<u16>,
}

impl Accepted {
    /// What the headers of a request say.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut accepted = Self::default();
        for value in headers.get_all(ACCEPT_ENCODING) {
            accepted.said = true;
            let list = value.to_str().unwrap_or_default();
            for (name, weight) in list.split(',').filter_map(choice) {
                match Coding::of(name) {
                    Some(coding) => accepted.named[coding as usize] = Some(weight),
                    None if name == "*" => accepted.rest = Some(weight),
                    None => {}
                }
            }
        }
        accepted
    }

    /// Whether an answer in a coding would be understood.
    pub(super) fn takes(&self, coding: Coding) -> bool {
        self.weight(coding) > 0
    }

    /// The coding that is liked best; among equals what was named, then the smallest. `None` where
    /// the client takes nothing that we have. Who is silent gets the plain bytes.
    pub(super) fn best(&self) -> Option<Coding> {
        if !self.said {
            return Some(Coding::Identity);
        }
        let liked = Coding::ALL.into_iter().filter(|coding| self.takes(*coding));
        liked.max_by_key(|coding| {
            let named = self.named[*coding as usize].is_some();
            (self.weight(*coding), named, likes(*coding, named))
        })
    }

    fn weight(&self, coding: Coding) -> u16 {
        match (self.named[coding as usize], self.rest) {
            _ if !self.said => 1000,
            (Some(weight), _) | (None, Some(weight)) => weight,
            // Plain bytes are always understood, but any coding that is named is liked better.
            (None, None) => u16::from(coding == Coding::Identity),
        }
    }
}

/// Of codings that only `*` covers, the oldest comes first: who says it may know no other.
fn likes(coding: Coding, named: bool) -> u8 {
    match coding {
        Coding::Identity => 0,
        Coding::Gzip if !named => 4,
        coding => coding as u8,
    }
}

/// A coding and its weight.
fn choice(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let mut weights =
        parts.filter_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((name, weights.next().map_or(1000, weight)))
}

fn weight(text: &str) -> u16 {
    let sound = text.parse::<f32>().ok().filter(|weight| (0.0..=1.0).contains(weight));
    sound.map_or(0, |weight| (weight * 1000.0).round() as u16)
}

/// The bytes in a coding, unless that gains nothing.
pub(super) fn pack(coding: Coding, bytes: &[u8]) -> Option<Bytes> {
    if bytes.len() < WORTHWHILE {
        return None;
    }
    let packed = match coding {
        Coding::Identity => return None,
        Coding::Gzip => gzip(bytes)?,
        Coding::Zstd => zstd::bulk::compress(bytes, ZSTD).ok()?,
        Coding::Brotli => brotli(bytes)?,
    };
    (packed.len() < bytes.len()).then(|| Bytes::from(packed.into_boxed_slice()))
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::default());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

fn brotli(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut packed = Vec::with_capacity(bytes.len() / 3);
    let how = brotli::enc::BrotliEncoderParams {
        quality: BROTLI,
        // No larger than the text: the encoder's memory grows with it.
        lgwin: bytes.len().next_power_of_two().ilog2().clamp(16, 22) as i32,
        size_hint: bytes.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    brotli::BrotliCompress(&mut bytes, &mut packed, &how).ok()?;
    Some(packed)
}
