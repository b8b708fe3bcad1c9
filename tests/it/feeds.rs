//! Feeds as they come: our own odd ones by snapshot, the public corpus by the least it must reach.

use std::path::{Path, PathBuf};

use chrono::DateTime;
use finews::listing::{self, Context};
use finews::model::{Entry, Instant, Listing};
use serde_json::{Value, json};
use url::Url;

fn now() -> Instant {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default()
}

fn read(
    bytes: &[u8],
    base: Option<&Url>,
    content_type: Option<&str>,
) -> Result<Listing, listing::Error> {
    let context =
        Context { base, now: now(), zone: chrono_tz::Tz::UTC, content_type, charset: None };
    listing::feed::read(bytes, &context)
}

#[test]
fn odd_feeds_are_read_as_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/listing/feed");
    for name in [
        "atom-0.3-in-three-modes",
        "breaks-off-in-the-third-item",
        "podcast-with-several-files",
        "rdf-with-other-prefixes",
    ] {
        let bytes = std::fs::read(folder.join(format!("{name}.xml"))).unwrap();
        insta::assert_snapshot!(name, shown(&read(&bytes, None, None).unwrap()));
    }
}

/// Every field that is not empty.
fn shown(listing: &Listing) -> String {
    let Listing { title, home, language, ttl, hub, entries, faults, .. } = listing;
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let mut all = json!({ "title": title, "home": home, "language": language, "ttl": ttl, "hub": hub, "entries": entries, "faults": faults });
    drop_empty(&mut all);
    format!("{all:#}")
}

fn drop_empty(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(drop_empty),
        Value::Object(object) => {
            object.values_mut().for_each(drop_empty);
            object.retain(|_, value| {
                !matches!(value, Value::Null) && *value != json!([]) && *value != json!({})
            });
        }
        _ => {}
    }
}

/// The corpus's development half; `None` where it is absent and not required.
fn corpus() -> Option<PathBuf> {
    let required = std::env::var_os("FINEWS_CORPUS").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let feeds = required.clone().unwrap_or_else(beside).join("feeds/dev");
    (required.is_some() || feeds.is_dir()).then_some(feeds)
}

/// Cases that a check applies to, and those that pass it.
#[derive(Default)]
struct Tally {
    right: usize,
    of: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn count(&mut self, right: bool, case: &str) {
        self.of += 1;
        self.right += usize::from(right);
        if !right {
            self.wrong.push(case.to_owned());
        }
    }

    fn at_least(&self, name: &str, per_cent: f64) {
        let share = self.right as f64 * 100.0 / self.of.max(1) as f64;
        assert!(
            share >= per_cent,
            "{name}: {share:.2} % of {}, wanted {per_cent} %; wrong: {:#?}",
            self.of,
            self.wrong
        );
    }
}

#[test]
fn the_corpus_is_read() {
    let Some(folder) = corpus() else { return println!("skipped: no corpus") };
    let [mut parsed, mut counted, mut titled, mut linked, mut dated] =
        [const { Tally { right: 0, of: 0, wrong: Vec::new() } }; 5];
    for line in std::fs::read_to_string(folder.join("manifest.jsonl")).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let id = case["id"].as_str().unwrap();
        let path = folder.join(case["path"].as_str().unwrap());
        let expect = std::fs::read(format!("{}.expect.json", path.display())).unwrap();
        let expect: Value = serde_json::from_slice(&expect).unwrap();
        if expect["expect"]["ok"] != true {
            continue;
        }
        let read = read_case(&case, &std::fs::read(&path).unwrap());
        parsed.count(read.is_ok(), id);
        let Ok(listing) = read else { continue };
        let contested = |field: &str| !expect["contested"][field].is_null();
        let entries = expect["expect"]["entries"].as_array().map_or(&[][..], Vec::as_slice);
        if !contested("count") {
            counted.count(listing.entries.len() == entries.len(), id);
        }
        let compare =
            |field: &str, tally: &mut Tally, right: fn(&Value, &Entry) -> Option<bool>| {
                let pairs = entries.iter().zip(&listing.entries);
                let results: Vec<bool> =
                    pairs.filter_map(|(expect, entry)| right(expect, entry)).collect();
                if !results.is_empty() && !contested(field) {
                    tally.count(results.iter().all(|right| *right), id);
                }
            };
        compare("titles", &mut titled, title);
        compare("links", &mut linked, link);
        compare("dates", &mut dated, date);
    }
    parsed.at_least("parsed", 100.0);
    counted.at_least("entry count", 99.9);
    titled.at_least("titles", 99.3);
    linked.at_least("links", 99.5);
    dated.at_least("dates", 99.5);
}

fn read_case(case: &Value, bytes: &[u8]) -> Result<Listing, listing::Error> {
    let header = |name: &str| {
        let headers = case["http"]["headers"].as_object()?;
        headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.as_str()
    };
    let fetched = case["http"]["url"].as_str().and_then(|url| Url::parse(url).ok());
    let located = header("content-location").and_then(|location| match &fetched {
        Some(url) => url.join(location).ok(),
        None => Url::parse(location).ok(),
    });
    read(bytes, located.or(fetched).as_ref(), header("content-type"))
}

/// Tags dropped and references decoded, down to letters and digits: markup and spacing do not count.
fn canonical(text: &str) -> String {
    let fragment = scraper::Html::parse_fragment(text);
    let text: String = fragment.root_element().text().collect();
    let again = scraper::Html::parse_fragment(&text);
    let text: String = again.root_element().text().collect();
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn title(expect: &Value, entry: &Entry) -> Option<bool> {
    let expect = expect["title_text"].as_str().map(canonical).filter(|text| !text.is_empty())?;
    Some(entry.title.as_ref().is_some_and(|title| canonical(title.raw()) == expect))
}

fn link(expect: &Value, entry: &Entry) -> Option<bool> {
    let bare =
        |url: &str| Url::parse(url.trim()).map_or_else(|_| url.trim().to_owned(), String::from);
    let expect = expect["link"].as_str()?;
    Some(entry.link.as_deref().is_some_and(|link| bare(link) == bare(expect)))
}

fn date(expect: &Value, entry: &Entry) -> Option<bool> {
    let expect = expect["published"].as_str().or(expect["updated"].as_str())?;
    let instant = DateTime::parse_from_rfc3339(expect).ok()?.to_utc();
    Some(entry.published.or(entry.updated) == Some(instant))
}
