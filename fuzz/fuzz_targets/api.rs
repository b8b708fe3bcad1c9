//! Any bytes as an answer of an API: bare or wrapped, and inside a page.
#![no_main]

use std::sync::LazyLock;

use finews::config::{Form, List};
use finews::listing::api;
use finews_fuzz::{list, with_context};
use libfuzzer_sys::fuzz_target;

const KEYS: &str = r#"
url = "https://bell.example/"
items = "$..list[*]"
guid = { path = "$['code','id','guid']", pattern = "\\w+" }
title = ["$.title", "$.t"]
link = ["$.url", "/a/{code}.html"]
date = ["$.time", "$.date", { template = "{year}-{day}" }]
summary = "$.summary"
body = "$.content"
image = "$..image"
author = { path = "$.author", split = "[,/]" }
label = "$.keywords"
medium = "$.medium"
vars = { year = ["$.y", "$.year"], day = "$.d" }
skip = ["$.ad", { path = "$.type", equals = [1, "x"] }]
cursor = "$.list[-1:].id"
pages = { most = 2 }
"#;

static LISTS: LazyLock<Vec<List>> = LazyLock::new(|| {
    let wraps = ["", "variable = \"x\"", "within = \"script\"", "within = \"div@data-page\""];
    let one = |wrap: &str| {
        list(&format!("[[source]]\nid = \"s\"\nkind = \"api\"\n[source.list]\n{wrap}{KEYS}"))
    };
    wraps.into_iter().map(one).collect()
});

fuzz_target!(|bytes: &[u8]| {
    for list in LISTS.iter() {
        let Form::Api(plan) = &list.form else { return };
        let _ = with_context(|context| api::read(bytes, plan, context));
    }
});
