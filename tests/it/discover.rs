//! Guards `finews discover`: the right list first on pages of many manners, and what is printed
//! and written for it.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeZone as _, Utc};
use chrono_tz::Asia::Shanghai;
use finews::discover::{self, Candidate};
use finews::html;
use finews::model::{Entry, Text};
use serde::Deserialize;
use url::Url;

/// How many of the pages must have the right list first.
const RIGHT: f64 = 0.9;
/// How many of a list's entries must be as expected, in order.
const ENTRIES: f64 = 0.95;

#[derive(Deserialize)]
struct Expect {
    address: Url,
    count: usize,
    dates: String,
    first: One,
    last: One,
    entries: Vec<One>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct One {
    title: String,
    link: String,
    date: Option<String>,
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 8, 0, 0).single().unwrap()
}

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/discover");
    let mut pages: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    pages.sort();
    pages
}

fn one(entry: &Entry) -> One {
    let title = match &entry.title {
        Some(Text::Html(markup)) => html::line(markup),
        Some(Text::Plain(plain)) => plain.clone(),
        None => String::new(),
    };
    let day = |date: DateTime<Utc>| date.with_timezone(&Shanghai).format("%Y-%m-%d").to_string();
    One { title, link: entry.link.clone().unwrap_or_default(), date: entry.published.map(day) }
}

/// How many of the expected entries stand in the list in their order (longest common subsequence).
fn in_order(expect: &[One], got: &[One], alike: impl Fn(&One, &One) -> bool) -> usize {
    let mut row = vec![0; got.len() + 1];
    for one in expect {
        let mut diagonal = 0;
        for (at, other) in got.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if alike(one, other) { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[got.len()]
}

/// The shares of the entries and of their dates that are right.
fn compare(expect: &Expect, candidate: &Candidate) -> (f64, f64) {
    let got: Vec<_> = candidate.sample.iter().map(one).collect();
    let most = expect.entries.len().max(got.len()) as f64;
    let same = in_order(&expect.entries, &got, |a, b| a.title == b.title && a.link == b.link);
    let dated = in_order(&expect.entries, &got, |a, b| a.link == b.link && a.date == b.date);
    (same as f64 / most, dated as f64 / most)
}

/// What a wrong first candidate was made of.
#[expect(clippy::print_stdout, reason = "a wrong list is looked into")]
fn explain(candidates: &[Candidate]) {
    for candidate in candidates.iter().take(3) {
        let Candidate { rules, score, count, evidence, sample } = candidate;
        println!("    {score:.1} {count} {} {:?} {:?}", rules.items, rules.hidden, rules.fields);
        println!("        {}", evidence.join("; "));
        for entry in sample.iter().take(3).map(one) {
            println!("        {} | {} | {:?}", entry.title, entry.link, entry.date);
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is what the test is for")]
fn the_right_list_comes_first() {
    let (mut right, mut dated, mut count) = (0, 0, 0);
    for page in pages() {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(page.join("page.html")).unwrap();
        let expect = std::fs::read_to_string(page.join("expect.json")).unwrap();
        let expect: Expect = serde_json::from_str(&expect).unwrap();
        assert_eq!(expect.count, expect.entries.len(), "{name}");
        assert_eq!(Some(&expect.first), expect.entries.first(), "{name}");
        assert_eq!(Some(&expect.last), expect.entries.last(), "{name}");
        let candidates = discover::rules(&text, &expect.address, now(), Shanghai);
        let scores: Vec<_> = candidates.iter().map(|one| compare(&expect, one)).collect();
        let place = scores.iter().position(|(same, _)| *same >= ENTRIES);
        let (same, days) = scores.first().copied().unwrap_or_default();
        let place_shown = place.map_or_else(|| "-".to_owned(), |place| (place + 1).to_string());
        let first = candidates.first();
        println!(
            "{name:36} {:>4} {place_shown:>2} {same:>5.2} {days:>5.2} {:5} {}",
            expect.count,
            expect.dates,
            first.map_or("-", |one| &one.rules.items)
        );
        if place != Some(0) || days < ENTRIES {
            explain(&candidates);
        }
        count += 1;
        right += usize::from(place == Some(0));
        dated += usize::from(place == Some(0) && days >= ENTRIES);
    }
    println!("right {right} of {count}, with the right dates {dated}");
    assert!(right as f64 >= RIGHT * f64::from(count), "right {right} of {count}");
}
