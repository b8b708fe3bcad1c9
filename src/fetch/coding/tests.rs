//! Encodings by tables, and what they make of any bytes.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;

use super::{Bad, Decoded, decode};

const FEED: &[u8] = "<rss><channel><title>消息</title></channel></rss>".as_bytes();

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut coder = GzEncoder::new(Vec::new(), Compression::best());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut coder = ZlibEncoder::new(Vec::new(), Compression::best());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut coder = DeflateEncoder::new(Vec::new(), Compression::best());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// `<rss/>` in brotli.
const BROTLI: [u8; 10] = [0x8b, 0x02, 0x80, 0x3c, 0x72, 0x73, 0x73, 0x2f, 0x3e, 0x03];

fn check(wire: &[u8], label: &str, expect: Option<(&[u8], bool)>) {
    let found = decode(wire.to_vec(), label, 1 << 20).ok();
    let expect = expect.map(|(bytes, labelled)| Decoded { bytes: bytes.to_vec(), labelled });
    assert_eq!(found, expect, "{label}");
}

#[test]
fn f43_every_encoding_gives_the_same_bytes() {
    check(FEED, "", Some((FEED, true)));
    check(FEED, "identity", Some((FEED, true)));
    check(&gzip(FEED), "gzip", Some((FEED, true)));
    check(&gzip(FEED), "X-GZIP", Some((FEED, true)));
    check(&zlib(FEED), "deflate", Some((FEED, true)));
    check(&deflate(FEED), "deflate", Some((FEED, true)));
    check(&zstd(FEED), "zstd", Some((FEED, true)));
    check(&BROTLI, "br", Some((b"<rss/>", true)));
    check(&[gzip(b"<rss"), gzip(b"/>")].concat(), "gzip", Some((b"<rss/>", true)));
    check(&[gzip(FEED), vec![0; 9]].concat(), "gzip", Some((FEED, true)));
    check(&[zstd(b"<rss"), zstd(b"/>")].concat(), "zstd", Some((b"<rss/>", true)));
    check(&gzip(&zlib(FEED)), "deflate, gzip", Some((FEED, true)));
    check(b"", "gzip", Some((b"", true)));
}

#[test]
fn f43_labels_that_lie_are_seen_through() {
    for label in ["gzip", "deflate", "br", "zstd", "UTF-8", "gzip, gzip", "a, b, c"] {
        check(FEED, label, Some((FEED, false)));
    }
    check(&gzip(FEED), "gzip, gzip", Some((FEED, false)));
    check(&gzip(FEED), "", Some((FEED, false)));
    check(&gzip(FEED), "br", Some((FEED, true)));
    let wide: Vec<u8> = "<rss/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&wide, "gzip", Some((&wide, false)));
}

#[test]
fn what_is_neither_plain_nor_encoded_is_nothing() {
    check(&deflate(FEED), "compress", None);
    check(&gzip(&gzip(&gzip(FEED))), "gzip, gzip, gzip", None);
    for (whole, label) in [
        (gzip(FEED), "gzip"),
        (zlib(FEED), "deflate"),
        (zstd(FEED), "zstd"),
        (BROTLI.to_vec(), "br"),
    ] {
        check(&whole[..whole.len() - 1], label, None);
    }
    let mut wrong = gzip(FEED);
    let sum = wrong.len() - 6;
    wrong[sum] ^= 1;
    check(&wrong, "gzip", None);
}

#[test]
fn a_sitemap_in_half_a_gzip_file_is_left_to_its_reader() {
    let half = &gzip(FEED)[..30];
    check(half, "", Some((half, true)));
}

#[test]
fn s21_what_grows_too_much_is_refused() {
    let zeros = vec![0; 4 << 20];
    for (bomb, label) in [(gzip(&zeros), "gzip"), (zlib(&zeros), "deflate"), (zstd(&zeros), "zstd")]
    {
        assert_eq!(decode(bomb, label, 32 << 20), Err(Bad::Inflated(200)), "{label}");
    }
    let nested = gzip(&gzip(&zeros));
    assert_eq!(decode(nested, "gzip, gzip", 32 << 20), Err(Bad::Inflated(200)));
    assert_eq!(decode(gzip(&zeros), "gzip", 1 << 19), Err(Bad::TooLarge(1 << 19)));
    assert_eq!(decode(vec![b'x'; 11], "", 10), Err(Bad::TooLarge(10)));
}

proptest! {
    #[test]
    fn any_bytes_end_within_the_limit(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        label in "(gzip|deflate|br|zstd|[a-z, ]{0,9})",
        magic in 0..3_usize,
    ) {
        let magic: &[u8] = [&[][..], &super::GZIP, &super::ZSTD][magic];
        if let Ok(decoded) = decode([magic, &bytes].concat(), &label, 4096) {
            prop_assert!(decoded.bytes.len() <= 4096);
        }
    }

    #[test]
    fn what_was_packed_comes_out(bytes in proptest::collection::vec(any::<u8>(), 1..300)) {
        for (wire, label) in
            [(gzip(&bytes), "gzip"), (zlib(&bytes), "deflate"), (zstd(&bytes), "zstd")]
        {
            prop_assert_eq!(decode(wire, label, 4096).map(|it| it.bytes), Ok(bytes.clone()));
        }
    }
}
