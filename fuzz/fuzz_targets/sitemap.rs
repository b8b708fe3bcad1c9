//! Any bytes as a sitemap.
#![no_main]

use finews::listing::sitemap;
use finews_fuzz::with_context;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = with_context(|context| sitemap::read(bytes, &sitemap::Plan::default(), context));
});
