//! Any bytes as a list page.
#![no_main]

use std::sync::LazyLock;

use finews::config::{Form, List};
use finews::listing::page;
use finews_fuzz::{list, with_context};
use libfuzzer_sys::fuzz_target;

static LIST: LazyLock<List> = LazyLock::new(|| {
    list(
        r#"
[[source]]
id = "s"
kind = "page"
[source.list]
url = "https://bell.example/"
items = "li, article, tr, a"
title = ["@title", "h2 a", "a", "."]
link = ["a", "@href"]
date = ["time", ".date", "@data-date", { select = ".", pattern = "\\d{4}.*" }]
updated = "meta@content"
summary = "p"
body = "div"
image = ["img", "source@data-srcset", { select = "@style", pattern = "url\\((.+?)\\)" }]
author = { select = ".author", split = "[,/]" }
label = ".tag"
language = "@lang"
medium = ".source"
guid = "@id"
vars = { year = "b", day = "i" }
skip = [".ad", { select = "@class", equals = ["ad"] }]
next = "a.next, link[rel=next]"
pages = { most = 2 }
"#,
    )
});

fuzz_target!(|bytes: &[u8]| {
    let Form::Page(plan) = &LIST.form else { return };
    let _ = with_context(|context| page::read(bytes, plan, context));
});
