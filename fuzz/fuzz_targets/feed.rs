//! Any bytes as a feed.
#![no_main]

use finews::listing::feed;
use finews_fuzz::with_context;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = with_context(|context| feed::read(bytes, context));
});
