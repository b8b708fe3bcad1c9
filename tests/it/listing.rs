//! Guards the reading of lists: each folder of `tests/fixtures/listing` holds the settings of a
//! source, what its server answers, and what must come of it.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use finews::config::{self, Form, List, Outside, Source};
use finews::listing::{self, Context};
use serde_json::{Map, Value, json};
use url::Url;

mod walks;

/// When every fixture is read.
const NOW: &str = "2026-11-05T04:00:00Z";

#[test]
fn api() {
    all("api");
}

#[test]
fn page() {
    all("page");
}

#[test]
fn sitemap() {
    all("sitemap");
}

/// Reads every fixture of a kind, and shows all that differ at once.
fn all(kind: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/listing").join(kind);
    let mut folders: Vec<_> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut wrong = Vec::new();
    for folder in folders {
        let got = got(&folder);
        let expect = std::fs::read_to_string(folder.join("expect.json")).unwrap_or_default();
        if serde_json::from_str::<Value>(&expect).ok().as_ref() != Some(&got) {
            let got = serde_json::to_string_pretty(&got).unwrap();
            wrong.push(format!("{}: this came instead:\n{got}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Answers that break off or are damaged are read or refused, and nothing worse.
#[test]
fn damaged_answers_never_panic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/listing");
    let kinds = ["api", "page", "sitemap"].map(|kind| std::fs::read_dir(root.join(kind)).unwrap());
    let url = Url::parse("https://bell.example/list").unwrap();
    for folder in kinds.into_iter().flatten().map(|entry| entry.unwrap().path()) {
        let source = source(&folder);
        let bytes = std::fs::read(file(&folder, "answer")).unwrap();
        let mut dice = 17_u64;
        for _ in 0..DAMAGES {
            read(&damaged(&bytes, &mut dice), &source.lists[0], &context(Some(&url), source.zone));
        }
    }
}

/// How often each answer is damaged.
const DAMAGES: usize = 60;

/// Some bytes cut out, doubled or replaced by others of the same answer, the same each time.
fn damaged(bytes: &[u8], dice: &mut u64) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut roll = |below: usize| {
        *dice =
            dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*dice >> 33).unwrap() % below.max(1)
    };
    for _ in 0..=roll(6) {
        let (from, length, to) = (roll(bytes.len()), roll(24), roll(bytes.len()));
        let piece = bytes[from..(from + length).min(bytes.len())].to_vec();
        let end = match roll(4) {
            0 => (to + length).min(bytes.len()),
            1 => bytes.len(),
            _ => to,
        };
        bytes.splice(to..end, piece);
    }
    bytes
}

fn got(folder: &Path) -> Value {
    let source = source(folder);
    let list = &source.lists[0];
    let first = list.first.as_ref().map(|first| {
        let bytes = std::fs::read(file(folder, "first")).unwrap();
        let values = listing::first::read(&bytes, &first.values, &context(None, source.zone));
        values.unwrap_or_else(|why| panic!("{}: {why}", folder.display()))
    });
    let know = |name: &str| first.iter().flatten().find(|(known, _)| *known == name);
    let known = |name: &str| Some(know(name).map_or("1", |(_, value)| value).to_owned());
    let url = Url::parse(&list.urls[0].fill_url(known).unwrap()).unwrap();
    let bytes = std::fs::read(file(folder, "answer")).unwrap();
    let mut got = read(&bytes, list, &context(Some(&url), source.zone));
    if first.is_some() {
        got["asked"] = json!(url);
    }
    bare(got)
}

fn source(folder: &Path) -> Source {
    let settings = std::fs::read_to_string(folder.join("settings.toml")).unwrap();
    let site = "[site]\ntitle = \"t\"\nurl = \"https://news.example\"\n";
    let settings = config::parse(&format!("{settings}{site}"), &Outside::NOTHING);
    settings.unwrap_or_else(|why| panic!("{}: {why}", folder.display())).sources.remove(0)
}

/// The one file of this name, whatever its ending.
fn file(folder: &Path, stem: &str) -> PathBuf {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files = files.filter(|path| path.file_stem().is_some_and(|name| name == stem));
    files.next().unwrap_or_else(|| panic!("{}: no `{stem}`", folder.display()))
}

fn context(base: Option<&Url>, zone: chrono_tz::Tz) -> Context<'_> {
    let now = NOW.parse::<DateTime<Utc>>().unwrap();
    Context { base, now, zone, content_type: None, charset: None }
}

fn read(bytes: &[u8], list: &List, context: &Context<'_>) -> Value {
    let mut children = Vec::new();
    let listing = match &list.form {
        Form::Feed => listing::feed::read(bytes, context),
        Form::Api(plan) => listing::api::read(bytes, plan, context),
        Form::Page(plan) => listing::page::read(bytes, plan, context),
        Form::Sitemap(plan) => listing::sitemap::read(bytes, plan, context).map(|sitemap| {
            children = sitemap.children;
            sitemap.listing
        }),
    };
    match listing {
        Err(why) => json!({ "error": why.to_string() }),
        Ok(listing) => json!({
            "title": listing.title,
            "language": listing.language,
            "cursor": listing.cursor,
            "entries": listing.entries,
            "children": children,
            "faults": listing.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
    }
}

/// Without whatever is empty, so that what must come is short to write.
fn bare(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| (name, bare(value)));
            let kept = members.filter(|(name, value)| name == "entries" || !is_empty(value));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(bare).collect()),
        other => other,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
