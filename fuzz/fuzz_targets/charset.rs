//! Any bytes as text, with and without a label before the first line end.
#![no_main]

use finews::charset;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = charset::decode(bytes, None, None);
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return };
    let (label, rest) = bytes.split_at(end);
    let label = String::from_utf8_lossy(label);
    let _ = charset::decode(rest, Some(&label), None);
    let _ = charset::decode(rest, None, Some(&label));
});
