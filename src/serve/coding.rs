//! Content codings: which of them a client wants, and how they are made (RFC 9110 §12.5.3).

use std::io::Write;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Below this many bytes a compressed answer saves no packet.
const WORTHWHILE: usize = 512;

/// How a body is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
}

impl Coding {
    /// The word for `Content-Encoding`, if one is needed.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
        }
    }

    /// What its entity tag ends with: no two codings share a tag (RFC 9110 §8.8.3.3).
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "-gzip",
        }
    }
}

/// The coding a client likes best. Where it accepts none that we have, it gets the plain bytes.
pub(super) fn wanted(headers: &HeaderMap) -> Coding {
    let (mut gzip, mut identity, mut rest) = (None, None, None);
    let lists = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for (name, weight) in lists.flat_map(|list| list.split(',')).filter_map(choice) {
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => gzip = Some(weight),
            "identity" => identity = Some(weight),
            "*" => rest = Some(weight),
            _ => {}
        }
    }
    let gzip = gzip.or(rest).unwrap_or(0);
    if gzip > 0 && gzip >= identity.unwrap_or(0) { Coding::Gzip } else { Coding::Identity }
}

/// A coding and its weight in thousandths.
fn choice(text: &str) -> Option<(&str, u32)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let mut weights =
        parts.filter_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((name, weights.next().map_or(1000, weight)))
}

fn weight(text: &str) -> u32 {
    let sound = text.parse::<f32>().ok().filter(|weight| (0.0..=1.0).contains(weight));
    sound.map_or(0, |weight| (weight * 1000.0).round() as u32)
}

/// The bytes compressed, unless that gains nothing.
pub(super) fn gzip(bytes: &[u8]) -> Option<Bytes> {
    if bytes.len() < WORTHWHILE {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < bytes.len()).then(|| Bytes::from(packed))
}
