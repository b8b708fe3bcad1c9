use std::io::Write as _;

use chrono::{DateTime, Utc};
use regex::Regex;
use url::Url;

use super::{Error, Plan, Sitemap, address, read};
use crate::listing::Context;
use crate::model::{Entry, Instant};

fn at(text: &str) -> Instant {
    text.parse::<DateTime<Utc>>().unwrap()
}

fn read_with(bytes: &[u8], plan: &Plan) -> Result<Sitemap, Error> {
    let base = Url::parse("https://bell.example/maps/sitemap.xml").unwrap();
    let context = Context {
        base: Some(&base),
        now: at("2026-11-20T04:00:00Z"),
        zone: chrono_tz::Asia::Shanghai,
        content_type: None,
        charset: None,
    };
    read(bytes, plan, &context)
}

fn good(text: &str) -> Sitemap {
    read_with(text.as_bytes(), &Plan::default()).unwrap()
}

fn links(sitemap: &Sitemap) -> Vec<&str> {
    sitemap.listing.entries.iter().filter_map(|entry| entry.link.as_deref()).collect()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

const PAGES: &str = "<?xml version=\"1.0\"?><urlset \
    xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\
    <url><loc>https://bell.example/old-tower.html</loc><lastmod>2026-01-02</lastmod></url>\
    <url><loc>https://bell.example/undated</loc></url>\
    <url><loc> https://bell.example/news/new%20clock?a=1&amp;b=2 </loc>\
    <lastmod>2026-11-03T10:00:00+08:00</lastmod><changefreq>daily</changefreq></url></urlset>";

#[test]
fn the_newest_entries_come_first() {
    let sitemap = good(PAGES);
    let expect = [
        "https://bell.example/news/new%20clock?a=1&b=2",
        "https://bell.example/old-tower.html",
        "https://bell.example/undated",
    ];
    assert_eq!(links(&sitemap), expect);
    let first = &sitemap.listing.entries[0];
    assert_eq!((first.published, first.updated), (None, Some(at("2026-11-03T02:00:00Z"))));
    assert_eq!(first.title.as_ref().map(crate::model::Text::raw), Some("new clock"));
    assert!(sitemap.listing.faults.is_empty());
}

#[test]
fn most_and_match_choose() {
    let plan = Plan { most: 1, ..Plan::default() };
    assert_eq!(links(&read_with(PAGES.as_bytes(), &plan).unwrap()).len(), 1);
    let plan = Plan { matching: Regex::new("/old-").ok(), titles: false, ..Plan::default() };
    let sitemap = read_with(PAGES.as_bytes(), &plan).unwrap();
    assert_eq!(links(&sitemap), ["https://bell.example/old-tower.html"]);
    assert_eq!(sitemap.listing.entries[0].title, None, "the article will tell it");
}

#[test]
fn extensions_tell_more() {
    let text = "<n:urlset xmlns:n=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\
        <n:url><n:loc>/a.html</n:loc>\
        <news:news><news:publication><news:name>江城日报</news:name><news:language>zh-cn\
        </news:language></news:publication><news:publication_date>2026-11-03T10:00:00+08:00\
        </news:publication_date><news:title><![CDATA[钟 & 声]]></news:title>\
        <news:keywords>钟楼, 修缮，钟楼 </news:keywords></news:news>\
        <image:image><image:loc>//img.example/1.jpg</image:loc><image:title>不是标题</image:title>\
        </image:image><image:image><image:loc>//img.example/2.jpg</image:loc></image:image>\
        </n:url><n:url><n:loc>/v</n:loc><video:video><video:title>录像</video:title>\
        <video:description>说明</video:description>\
        <video:thumbnail_loc>https://img.example/v.jpg</video:thumbnail_loc></video:video></n:url>\
        </n:urlset>";
    let sitemap = good(text);
    let [news, video] = sitemap.listing.entries.as_slice() else { panic!("{sitemap:?}") };
    let title = |entry: &Entry| entry.title.as_ref().map(|text| text.raw().to_owned());
    assert_eq!(news.link.as_deref(), Some("https://bell.example/a.html"));
    assert_eq!(title(news).as_deref(), Some("钟 & 声"));
    assert_eq!(news.medium.as_deref(), Some("江城日报"));
    assert_eq!(news.language.as_deref(), Some("zh-cn"));
    assert_eq!(news.published, Some(at("2026-11-03T02:00:00Z")));
    assert_eq!(news.image.as_deref(), Some("https://img.example/1.jpg"));
    assert_eq!(news.labels, ["钟楼", "修缮", "钟楼"]);
    assert_eq!(title(video).as_deref(), Some("录像"));
    assert_eq!(video.image.as_deref(), Some("https://img.example/v.jpg"));
}

#[test]
fn an_index_names_its_newest_sitemaps_first() {
    let check = |blocks: &[(&str, &str)], expect: &[&str]| {
        let one = |(name, date): &(&str, &str)| {
            let date =
                if date.is_empty() { String::new() } else { format!("<lastmod>{date}</lastmod>") };
            format!("<sitemap><loc>/{name}</loc>{date}</sitemap>")
        };
        let blocks: String = blocks.iter().map(one).collect();
        let sitemap = good(&format!("<sitemapindex>{blocks}</sitemapindex>"));
        let children: Vec<_> = sitemap.children.iter().map(|url| &url.path()[1..]).collect();
        assert_eq!(children, expect);
        assert!(sitemap.listing.entries.is_empty());
    };
    check(&[("a", "2026-01-01"), ("b", "2026-03-01"), ("c", "")], &["b", "a", "c"]);
    check(&[("a", ""), ("b", ""), ("a", "")], &["a", "b"]);
    let dated = [("s-2026-9.xml", ""), ("s-2026-11.xml", ""), ("s-2025-12.xml", "")];
    check(&dated, &["s-2026-11.xml", "s-2026-9.xml", "s-2025-12.xml"]);
}

#[test]
fn broken_markup_costs_at_most_its_own_entry() {
    let text = "<urlset><url><loc>https://bell.example/1</loc><lastmod>someday</lastmod>\
        <url><loc>ftp://bell.example/2</loc></url><url></url><url/>\
        <url><loc>https://bell.example/3</url><url><loc>https://bell.example/4</loc>\
        <lastmod>2026-11-03<";
    let sitemap = good(text);
    assert_eq!(links(&sitemap), ["https://bell.example/1", "https://bell.example/4"]);
    let faults: Vec<_> = sitemap.listing.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "sitemap: it breaks off; what was there is read",
            "address 1: lastmod: `someday` is no date",
            "address 2: `ftp://bell.example/2` is no web address",
        ]
    );
}

#[test]
fn lines_are_a_sitemap() {
    let text =
        "\u{feff}https://bell.example/a-b.html\r\n\r\nnot an address\r\nhttps://bell.example/c\n";
    let sitemap = good(text);
    assert_eq!(links(&sitemap), ["https://bell.example/a-b.html", "https://bell.example/c"]);
    assert_eq!(sitemap.listing.faults[0].to_string(), "sitemap: 1 lines are no web address");
}

#[test]
fn a_feed_is_a_sitemap() {
    let text = "<rss version=\"2.0\"><channel><title>t</title><item><title>a</title>\
        <link>https://bell.example/1</link></item></channel></rss>";
    assert_eq!(links(&good(text)), ["https://bell.example/1"]);
}

#[test]
fn gzip_is_known_by_its_bytes() {
    let whole = packed(PAGES.as_bytes());
    let plan = Plan::default();
    assert_eq!(links(&read_with(&whole, &plan).unwrap()).len(), 3);
    let lines = packed("https://bell.example/1\n".repeat(20_000).as_bytes());
    let cut = read_with(&lines[..lines.len() - 20], &plan).unwrap();
    assert_eq!(links(&cut), ["https://bell.example/1"]);
    assert_eq!(cut.listing.faults[0].place, "gzip");
}

#[test]
fn a_bomb_is_cut() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(PAGES.as_bytes()).unwrap();
    for _ in 0..60 {
        packer.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let sitemap = read_with(&packer.finish().unwrap(), &Plan::default()).unwrap();
    assert_eq!(links(&sitemap).len(), 3);
    assert!(sitemap.listing.faults[0].what.contains("longer than 50 MiB"), "{sitemap:?}");
}

#[test]
fn what_is_no_sitemap_is_named() {
    let check = |text: &str, what: &str| {
        let why = read_with(text.as_bytes(), &Plan::default()).unwrap_err().to_string();
        assert_eq!(why, format!("this is no sitemap but {what}"), "{text}");
    };
    check("", "an empty document");
    check(" \n ", "an empty document");
    check("<!DOCTYPE html><html><body><url></body></html>", "an HTML page");
    check("<error><code>1</code></error>", "a document of `error`");
    check("not found", "plain text without addresses");
    check("<!-- nothing -->", "an empty document");
    assert!(good("<urlset></urlset>").listing.entries.is_empty());
}

#[test]
fn titles_are_made_of_addresses() {
    let check = |text: &str, expect: &str| {
        assert_eq!(address::title(text).as_deref(), Some(expect), "{text}");
    };
    check("https://a.example/2026/11/the-clock-strikes_again.html", "the clock strikes again");
    check("https://a.example/the-clock/", "the clock");
    check("https://a.example/the-clock/index.html", "the clock");
    check("https://a.example/%E9%92%9F%E6%A5%BC", "钟楼");
    check("https://a.example/news/20261103.html", "20261103");
    check("https://a.example/the-big-clock/20261103.html", "the big clock");
    check("https://a.example/v1.2-is-out", "v1.2 is out");
    check("https://a.example/", "a.example");
}
