//! Guards `finews discover`: the right list first on pages of many manners, and what is printed
//! and written for it.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeZone as _, Utc};
use chrono_tz::Asia::Shanghai;
use finews::config::{self, Form, Outside};
use finews::discover::{self, Candidate};
use finews::html;
use finews::model::{Entry, Text};
use serde::Deserialize;
use url::Url;

use crate::house::House;
use crate::origin::{Origin, Reply, reply};

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

/// What is printed for a candidate holds as settings.
fn pasted(name: &str, candidate: &Candidate, address: &Url) {
    let source = candidate.rules.toml("pasted", address.as_str());
    let text = format!("[site]\ntitle = \"t\"\nurl = \"https://example.org\"\n{source}");
    let settings = config::parse(&text, &Outside::NOTHING);
    let settings = settings.unwrap_or_else(|why| panic!("{name}: {why}\n{source}"));
    assert!(!matches!(settings.sources[0].lists[0].form, Form::Feed), "{name}");
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
        for one in &candidates {
            pasted(&name, one, &expect.address);
        }
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

const RSS: &str = "<rss version=\"2.0\"><channel><title>Bell</title><item><title>One</title>\
    <link>https://bell.example/1</link><pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate></item>\
    </channel></rss>";
const COMMENTS: &str = "<rss version=\"2.0\"><channel><title>Comments on Bell</title><item>\
    <title>Re: One</title><link>https://bell.example/1#c1</link></item></channel></rss>";
const LOOPBACK: [&str; 2] = ["--allow-private", "127.0.0.1/32"];

fn page(body: &str) -> Reply {
    reply(200).header("Content-Type", "text/html; charset=utf-8").body(body)
}

fn list() -> String {
    let item = |n: u32| {
        format!("<li><a href=/a/{n}.html>A rather long headline, number {n}</a> 2026-11-{n}</li>")
    };
    let items: String = (10..20).rev().map(item).collect();
    format!("<title>Bells</title><ul class=news>{items}</ul><a href=/about>About us</a>")
}

fn run(house: &House, origin: &Origin, path: &str, more: &[&str]) -> crate::house::Ended {
    let url = origin.url(path).to_string();
    let args: Vec<_> = ["discover", &url].into_iter().chain(LOOPBACK).collect();
    house.run(&[&args, more].concat())
}

#[test]
fn f50_feeds_that_a_page_names_are_read_and_comments_come_last() {
    let html = "<link rel=alternate type=application/rss+xml href=/comments/feed>\
        <link rel=alternate type=application/json href=/wp-json/posts>\
        <link rel=alternate type=application/atom+xml href=/gone>\
        <a href=/news.rss>RSS</a><a href=/a/1.html>one</a>";
    let origin = Origin::start([
        ("GET /", vec![page(html)]),
        ("GET /comments/feed", vec![reply(200).body(COMMENTS)]),
        ("GET /news.rss", vec![reply(200).body(RSS)]),
    ]);
    let house = House::new("");
    let ended = run(&house, &origin, "/", &["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let found: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let urls: Vec<_> = found["feeds"].as_array().unwrap().iter().map(|feed| &feed["url"]).collect();
    assert_eq!(urls, [origin.url("/news.rss").as_str(), origin.url("/comments/feed").as_str()]);
    assert_eq!(found["feeds"][0]["newest"], "2026-11-03T10:00:00Z");
    assert_eq!(found["rules"].as_array().unwrap().len(), 0);
    assert!(found["notes"][0].as_str().unwrap().contains("/gone"), "{found}");
    assert!(!origin.requests().iter().any(|asked| asked.target.contains("wp-json")));
}

#[test]
fn f51_usual_places_are_tried_politely_and_pages_are_no_feeds() {
    let origin = Origin::start([
        ("GET /blog/", vec![page("<p>nothing here</p>")]),
        ("GET /feed", vec![Reply::redirect(302, "/blog/")]),
        ("GET /blog/atom.xml", vec![reply(200).body(RSS)]),
    ]);
    let house = House::new("");
    let ended = run(&house, &origin, "/blog/", &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let source = format!("url = \"{}\"", origin.url("/blog/atom.xml"));
    assert!(ended.out.contains(&source), "{ended:?}");
    assert!(origin.requests().len() <= 12, "{}", origin.requests().len());
}

#[test]
fn a_page_without_feeds_gets_rules_that_fetch_by() {
    let origin = Origin::start([("GET /news/", vec![page(&list())])]);
    let house = House::new("");
    let ended = run(&house, &origin, "/news/", &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.contains("2026-11-19  A rather long headline, number 19"), "{ended:?}");
    let asked = origin.requests().len();
    assert!(asked <= 11, "{asked}");
    let source = &ended.out[ended.out.find("[[source]]").unwrap()..];
    house.reconfigure(source);
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json").len(), 10);
}

#[test]
fn what_is_written_keeps_the_settings_to_the_byte() {
    let origin = Origin::start([("GET /news/", vec![page(&list())])]);
    let house = House::new("[[source]]\nid = \"127-0-0-1\"\nurl = \"https://a.example/\"\n# end");
    let path = house.path("config/finews.toml");
    let old = std::fs::read_to_string(&path).unwrap();
    let ended = run(&house, &origin, "/news/", &["--write"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let new = std::fs::read_to_string(&path).unwrap();
    assert!(new.starts_with(&old), "{new}");
    assert!(new[old.len()..].starts_with("\n\n[[source]]\nid = \"127-0-0-1-2\"\n"), "{new}");
    house.good(&["check"]);
    house.good(&["fetch", "127-0-0-1-2"]);
}

#[test]
fn nothing_is_written_that_would_not_hold() {
    let origin = Origin::start([("GET /news/", vec![page(&list())])]);
    let house = House::new("[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n");
    let path = house.path("config/finews.toml");
    let old = std::fs::read_to_string(&path).unwrap();
    let ended = run(&house, &origin, "/news/", &["--write", "--id", "a"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("there is a source `a` already"), "{ended:?}");
    assert!(ended.err.contains("nothing is written"), "{ended:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), old);
    let ended = run(&house, &origin, "/news/", &["--write", "--config", "none.toml"]);
    assert_eq!(ended.code, 2, "{ended:?}");
}

#[test]
fn an_address_with_nothing_behind_it_says_so() {
    let origin = Origin::start([("GET /", vec![page("<p>Closed for the winter.</p>")])]);
    let house = House::new("");
    let ended = run(&house, &origin, "/", &["--json"]);
    assert_eq!((ended.code, ended.err.as_str()), (1, "no feed and no list was found\n"));
}

#[test]
fn a_sitemap_is_the_last_resort() {
    let map = "<urlset><url><loc>https://a.example/bells/1</loc><lastmod>2026-11-03</lastmod></url>\
        </urlset>";
    let origin = Origin::start([
        ("GET /", vec![page("<p>Closed for the winter.</p>")]),
        ("GET /robots.txt", vec![reply(200).body("User-agent: *\nSitemap: /maps/news.xml\n")]),
        ("GET /maps/news.xml", vec![reply(200).body(map)]),
    ]);
    let house = House::new("");
    let ended = run(&house, &origin, "/", &["--write"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.contains("kind = \"sitemap\""), "{ended:?}");
    house.good(&["check"]);
}

#[test]
fn an_answer_in_json_gets_rules_too() {
    let json = "{\"data\":{\"list\":[\
        {\"id\":7,\"title\":\"The seventh of a row of bells\",\"url\":\"/7\",\"time\":1793000000},\
        {\"id\":6,\"title\":\"The sixth of a row of bells\",\"url\":\"/6\",\"time\":1792000000}]}}";
    let origin = Origin::start([("GET /api", vec![reply(200).body(json)])]);
    let house = House::new("");
    let ended = run(&house, &origin, "/api", &[]);
    assert!(ended.out.contains("items = \"$.data.list[*]\""), "{ended:?}");
    assert!(ended.out.contains("kind = \"api\""), "{ended:?}");
    assert_eq!(origin.requests().len(), 1);
}
