//! Any text as one of the predecessor's posts.
#![no_main]

use chrono_tz::Asia::Shanghai;
use finews::jekyll;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let names = ["2022-03-09-NW202203092303042960.md", "-202205262391921712.md"];
    let read = |name: &str| jekyll::read(name, text, Shanghai).ok();
    let posts: Vec<_> = names.into_iter().filter_map(read).collect();
    for post in &posts {
        let _ = jekyll::write(post, &jekyll::Form::default());
        let _ = jekyll::from_original(&jekyll::to_original(post));
    }
    let _ = jekyll::repair(posts, Shanghai);
});
