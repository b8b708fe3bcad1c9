//! Bytes out of gzip, whatever the server calls them, and never more than a sitemap may have.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;

use crate::model::Fault;

/// Bytes of a sitemap, unpacked (sitemaps.org); more are left out.
const LONGEST: u64 = 50 << 20;

/// The bytes as they are, or out of gzip; what can be unpacked of a broken file is kept.
pub(super) fn unpacked<'b>(bytes: &'b [u8], faults: &mut Vec<Fault>) -> Cow<'b, [u8]> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes.into();
    }
    let mut plain = Vec::new();
    let mut decoder = MultiGzDecoder::new(bytes).take(LONGEST);
    if let Err(why) = decoder.read_to_end(&mut plain) {
        faults.push(Fault::new("gzip", why.to_string()));
    }
    if decoder.limit() == 0 {
        let what = format!("longer than {} MiB; the rest was left out", LONGEST >> 20);
        faults.push(Fault::new("gzip", what));
    }
    plain.into()
}
