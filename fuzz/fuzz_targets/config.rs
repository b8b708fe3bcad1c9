//! Any text as settings.
#![no_main]

use finews::config::{self, Outside};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let outside = Outside {
        env: &|name| (name.len() < 8).then(|| name.to_owned()),
        file: &|path| Ok(path.to_owned()),
    };
    if let Err(faults) = config::parse(text, &outside) {
        assert!(!faults.to_string().is_empty());
    }
});
