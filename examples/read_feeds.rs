//! Reads every case of a feed corpus and prints it in the corpus's normal form, a JSON object a line.
//!
//! `cargo run --release --example read_feeds -- FOLDER > out.jsonl`, where FOLDER holds a `manifest.jsonl`.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use chrono::{DateTime, Utc};
use finews::listing::{self, Context};
use finews::model::{Entry, Instant, Listing, Text};
use serde_json::{Value, json};
use url::Url;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: read_feeds FOLDER")?;
    let folder = Path::new(&folder);
    let now = DateTime::<Utc>::from_timestamp(1_790_000_000, 0).ok_or("no such time")?;
    let mut out = std::io::stdout().lock();
    for line in std::fs::read_to_string(folder.join("manifest.jsonl"))?.lines() {
        let case: Value = serde_json::from_str(line)?;
        let bytes =
            std::fs::read(folder.join(case["path"].as_str().ok_or("a case without path")?))?;
        writeln!(out, "{}", run(&case, &bytes, now))?;
    }
    Ok(())
}

fn run(case: &Value, bytes: &[u8], now: Instant) -> Value {
    let header = |name: &str| {
        let headers = case["http"]["headers"].as_object()?;
        headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.as_str()
    };
    let fetched = case["http"]["url"].as_str().and_then(|url| Url::parse(url).ok());
    let base = match (header("content-location"), &fetched) {
        (Some(location), Some(url)) => url.join(location).ok(),
        (Some(location), None) => Url::parse(location).ok(),
        (None, _) => fetched.clone(),
    };
    let context = Context {
        base: base.as_ref(),
        now,
        zone: chrono_tz::Tz::UTC,
        content_type: header("content-type"),
        charset: None,
    };
    match listing::feed::read(bytes, &context) {
        Ok(listing) => normal(&case["id"], &listing),
        Err(error) => json!({ "id": case["id"], "ok": false, "error": error.to_string() }),
    }
}

fn normal(id: &Value, listing: &Listing) -> Value {
    let entries: Vec<Value> = listing.entries.iter().map(entry).collect();
    let faults: Vec<String> = listing.faults.iter().map(ToString::to_string).collect();
    json!({
        "id": id, "ok": true, "entries": entries, "faults": faults,
        "feed": { "title": listing.title, "link": listing.home, "language": listing.language },
    })
}

fn entry(entry: &Entry) -> Value {
    let raw = |text: &Option<Text>| text.as_ref().map(|text| text.raw().to_owned());
    let time =
        |time: Option<Instant>| time.map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    let content: Vec<Value> =
        raw(&entry.body).map(|value| json!({ "value": value })).into_iter().collect();
    let authors: Vec<Value> = entry
        .authors
        .iter()
        .map(|a| json!({ "name": a.name, "email": a.email, "uri": a.uri }))
        .collect();
    let files: Vec<Value> = entry
        .enclosures
        .iter()
        .map(|e| json!({ "url": e.url, "type": e.media_type, "length": e.length }))
        .collect();
    json!({
        "id": entry.guid, "title": raw(&entry.title), "link": entry.link, "authors": authors,
        "published": time(entry.published), "updated": time(entry.updated), "summary": raw(&entry.summary),
        "content": content, "categories": entry.labels, "enclosures": files,
    })
}
