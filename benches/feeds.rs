//! Speed of the feed reader beside feed-rs and the crates `rss` and `atom_syndication`, on generated feeds.
//!
//! `cargo bench --bench feeds` prints medians in MB/s; every reader reads the same bytes in the same run.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use chrono::DateTime;
use finews::listing::{Context, feed};

/// How long each reader is measured on each feed.
const LONG_ENOUGH: Duration = Duration::from_millis(600);

fn main() {
    let mut out = std::io::stdout().lock();
    _ = writeln!(
        out,
        "| feed | kB | finews | feed-rs | rss / atom_syndication |\n|---|---:|---:|---:|---:|"
    );
    for (name, make) in KINDS {
        for size in [20_000, 200_000, 2_000_000] {
            let text = make(size);
            let ours = speed(&text, ours);
            let theirs = speed(&text, |text| {
                feed_rs::parser::parse(text.as_bytes()).is_ok_and(|feed| !feed.entries.is_empty())
            });
            let crates = speed(&text, with_the_crates);
            _ = writeln!(out, "| {name} | {} | {ours} | {theirs} | {crates} |", text.len() / 1000);
        }
    }
}

/// Reads with a median speed, in MB/s; `–` where the reader refuses the feed.
fn speed(text: &str, read: impl Fn(&str) -> bool) -> String {
    if !read(text) {
        return "–".to_owned();
    }
    let (start, mut times) = (Instant::now(), Vec::new());
    while start.elapsed() < LONG_ENOUGH {
        let begin = Instant::now();
        black_box(read(black_box(text)));
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    format!("{:.0}", text.len() as f64 / 1e6 / median.as_secs_f64())
}

fn ours(text: &str) -> bool {
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
    let context =
        Context { base: None, now, zone: chrono_tz::Tz::UTC, content_type: None, charset: None };
    feed::read(text.as_bytes(), &context).is_ok_and(|listing| !listing.entries.is_empty())
}

fn with_the_crates(text: &str) -> bool {
    if text.contains("<rss") {
        rss::Channel::read_from(text.as_bytes()).is_ok_and(|channel| !channel.items.is_empty())
    } else {
        atom_syndication::Feed::read_from(text.as_bytes())
            .is_ok_and(|feed| !feed.entries.is_empty())
    }
}

type Make = fn(usize) -> String;

const KINDS: [(&str, Make); 4] = [
    ("RSS, escaped HTML", rss_escaped),
    ("RSS, CDATA", rss_cdata),
    ("Atom, XHTML", atom_xhtml),
    ("RSS, titles only", rss_short),
];

const TEXT: &str = "Shares of the company rose four per cent on Tuesday after it said sales had grown faster than it expected, 市场普遍预期该趋势仍将持续. ";

/// Paragraphs with the markup that articles have.
fn html(paragraphs: usize) -> String {
    format!("<p class=\"text\">{TEXT}<a href=\"https://example.org/more?a=1\">More</a> of <b>it</b>.<br/>{TEXT}</p>\n").repeat(paragraphs)
}

fn repeated(size: usize, head: &str, tail: &str, item: impl Fn(usize, &mut String)) -> String {
    let mut text = head.to_owned();
    let mut number = 0;
    while text.len() + tail.len() < size {
        item(number, &mut text);
        number += 1;
    }
    text + tail
}

const RSS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n<title>News</title>\n<link>https://example.org/</link>\n<description>All of it</description>\n";
const RSS_END: &str = "</channel>\n</rss>\n";

fn rss_item(number: usize, text: &mut String, more: &str) {
    _ = write!(
        text,
        "<item>\n  <title>Item {number}: sales &amp; profits</title>\n  <link>https://example.org/{number}.html</link>\n  \
         <guid isPermaLink=\"false\">tag:example.org,2026:{number}</guid>\n  <dc:creator>A. Writer</dc:creator>\n  \
         <pubDate>Tue, 03 Mar 2026 09:39:21 GMT</pubDate>\n  <category>Markets</category>\n{more}</item>\n"
    );
}

fn rss_escaped(size: usize) -> String {
    let escaped = html(6).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    repeated(size, RSS, RSS_END, |number, text| {
        rss_item(number, text, &format!("  <description>{escaped}</description>\n"));
    })
}

fn rss_cdata(size: usize) -> String {
    let more = format!(
        "  <description>{TEXT}</description>\n  <content:encoded><![CDATA[{}]]></content:encoded>\n",
        html(12)
    );
    repeated(size, RSS, RSS_END, |number, text| rss_item(number, text, &more))
}

fn rss_short(size: usize) -> String {
    repeated(size, RSS, RSS_END, |number, text| rss_item(number, text, ""))
}

fn atom_xhtml(size: usize) -> String {
    let head = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>News</title>\n<id>https://example.org/</id>\n<updated>2026-03-03T09:39:21Z</updated>\n<author><name>A. Writer</name></author>\n";
    let body = html(8);
    repeated(size, head, "</feed>\n", |number, text| {
        _ = write!(
            text,
            "<entry>\n  <title>Item {number}</title>\n  <link href=\"https://example.org/{number}.html\"/>\n  \
             <id>tag:example.org,2026:{number}</id>\n  <updated>2026-03-03T09:39:21+08:00</updated>\n  \
             <content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">{body}</div></content>\n</entry>\n"
        );
    })
}
