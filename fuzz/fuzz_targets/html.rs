//! Any markup made safe; what is safe stays as it is.
#![no_main]

use finews::html;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|markup: &str| {
    let base = Url::parse("https://bell.example/a/").expect("an address");
    let once = html::clean(markup, Some(&base));
    let twice = html::clean(once.as_str(), Some(&base));
    assert_eq!(once.as_str(), twice.as_str(), "cleaning is not at rest");
    let _ = html::markdown(&once);
    let _ = html::first_image(&once);
    let _ = html::text(markup);
    let _ = html::line(markup);
});
