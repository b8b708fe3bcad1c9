//! Any text as a date; behind the first line, a format.
#![no_main]

use chrono_tz::Asia::Shanghai;
use finews::date;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = date::parse(text, finews_fuzz::now(), Shanghai);
    if let Some((text, format)) = text.split_once('\n') {
        let _ = date::parse_format(text, format, Shanghai);
    }
});
