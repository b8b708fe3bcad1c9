//! Feed documents: golden forms, and the way back through readers' parsers.

use feed_rs::model::Feed;

use super::{at, bare, category, chinese, english, file, library, press, site, text};
use crate::html::SafeHtml;
use crate::model::{Instant, Item};
use crate::publish::{Format, Press, Sheet, SourceNote, document};

/// What every format must say alike: id, title, link, published.
type Said = (String, String, Option<String>, Instant);

fn hostile() -> Vec<Item> {
    let titles = [
        "]]> &nbsp; &amp; <b>bold</b>",
        "bell \u{7} form \u{c} nul \0 end \u{fffe}",
        "emoji 👩‍🌾 and 日本語 and \u{202e}RTL\u{202c} שלום",
        "</script><script>alert(1)</script> --> <!--",
        "'single' \"double\" `back` %7B{{ braces }}{% x %}",
    ];
    let hostile = |(at, title): (usize, &&str)| Item {
        title: (*title).to_owned(),
        link: Some(format!("https://blog.example.com/{at}?q=汉 字|\"<>&x=1")),
        body: SafeHtml::stored(format!("<p>body ]]&gt; ]]> {at}\u{8}</p>")),
        ..bare(&format!("hostile{at}"))
    };
    titles.iter().enumerate().map(hostile).collect()
}

fn assorted() -> Vec<Item> {
    let mut items = vec![english(), bare("3aaaaaaaaaaaaaaa"), chinese()];
    items.extend(hostile());
    items
}

fn read(bytes: &[u8]) -> Feed {
    let parser = feed_rs::parser::Builder::new().sanitize_content(false).build();
    parser.parse(bytes).unwrap()
}

fn said(feed: &Feed) -> Vec<Said> {
    let said = |entry: &feed_rs::model::Entry| {
        let title = entry.title.as_ref().unwrap().content.clone();
        let link = entry
            .links
            .iter()
            .find(|link| link.rel.as_deref().unwrap_or("alternate") == "alternate");
        (entry.id.clone(), title, link.map(|link| link.href.clone()), entry.published.unwrap())
    };
    feed.entries.iter().map(said).collect()
}

#[test]
fn golden_forms() {
    let files = press().category(&category("R&D", "r-d"), Sheet::whole(&[english(), chinese()]));
    insta::assert_snapshot!("rss", text(file(&files, "category/r-d.rss")));
    insta::assert_snapshot!("atom", text(file(&files, "category/r-d.atom")));
    let json: serde_json::Value =
        serde_json::from_str(text(file(&files, "category/r-d.json"))).unwrap();
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn golden_opml() {
    insta::assert_snapshot!("opml", text(&press().opml()));
}

#[test]
fn p04_all_formats_say_the_same_to_a_reader() {
    let files = press().all(Sheet::whole(&assorted()));
    let rss = said(&read(&file(&files, "all.rss").bytes));
    let atom = said(&read(&file(&files, "all.atom").bytes));
    let json = said(&read(&file(&files, "all.json").bytes));
    assert_eq!(rss.len(), 8);
    assert_eq!(rss, atom);
    assert_eq!(atom, json);
}

#[test]
fn p02_titles_come_back_whole_but_for_what_xml_cannot_hold() {
    let files = press().all(Sheet::whole(&hostile()));
    let channel = rss::Channel::read_from(&*file(&files, "all.rss").bytes).unwrap();
    let titles: Vec<&str> = channel.items().iter().filter_map(rss::Item::title).collect();
    assert_eq!(
        titles,
        [
            "]]> &nbsp; &amp; <b>bold</b>",
            "bell  form  nul  end",
            "emoji 👩‍🌾 and 日本語 and \u{202e}RTL\u{202c} שלום",
            "</script><script>alert(1)</script> --> <!--",
            "'single' \"double\" `back` %7B{{ braces }}{% x %}",
        ]
    );
}

#[test]
fn the_rss_crate_reads_every_field() {
    let files = press().category(&category("R&D", "r-d"), Sheet::whole(&[english(), chinese()]));
    let channel = rss::Channel::read_from(&*file(&files, "category/r-d.rss").bytes).unwrap();
    assert_eq!(channel.title(), "R&D — 金融消息");
    assert_eq!(channel.link(), "https://news.example.org/category/r-d.html");
    assert_eq!(channel.last_build_date(), Some("Sun, 22 Nov 2026 03:00:00 +0000"));
    assert_eq!(channel.ttl(), Some("15"));
    let item = &channel.items()[1];
    assert_eq!(
        item.guid().map(|guid| (guid.value(), guid.is_permalink())),
        Some(("https://blog.example.com/post/1", false))
    );
    assert_eq!(item.source().map(rss::Source::url), Some("https://blog.example.com/atom.xml"));
    assert_eq!(
        item.enclosure().map(|file| (file.mime_type(), file.length())),
        Some(("audio/mpeg", "1234"))
    );
    assert_eq!(item.content(), Some(english().body.as_str()));
    assert_eq!(item.description(), Some("A short summary of R&amp;D, where 5 &lt; 6."));
    assert_eq!(item.dublin_core_ext().unwrap().creators(), ["Li Lei", "han@example.com"]);
    assert_eq!(item.categories()[0].domain(), Some("https://news.example.org/category/"));
}

#[test]
fn the_atom_crate_reads_every_field() {
    let files = press().category(&category("R&D", "r-d"), Sheet::whole(&[english(), chinese()]));
    let feed =
        atom_syndication::Feed::read_from(&*file(&files, "category/r-d.atom").bytes).unwrap();
    assert_eq!(feed.id(), "tag:example.org,2026:c/R%26D");
    assert_eq!(feed.lang(), Some("zh-CN"));
    let entry = &feed.entries()[0];
    assert_eq!(entry.source().unwrap().id(), "https://portal.example.com/");
    assert_eq!(entry.content().unwrap().value(), Some(chinese().body.as_str()));
    assert_eq!(entry.content().unwrap().base(), chinese().link.as_deref());
    let terms: Vec<_> = entry.categories().iter().map(|one| (one.term(), one.label())).collect();
    assert_eq!(
        terms,
        [("xinhuaribao", Some("新华日报")), ("r-d", Some("R&D")), ("农业", Some("农业"))]
    );
    let share = entry.links().iter().find(|link| link.rel() == "related").unwrap();
    assert_eq!(share.href(), "https://news.example.org/share/0c1d2e3f4g5h6j7k.html");
}

#[test]
fn p03_a_json_feed_begins_with_its_version() {
    let files = press().all(Sheet::whole(&[]));
    let start = r#"{"version":"https://jsonfeed.org/version/1.1","title":"#;
    assert!(text(file(&files, "all.json")).starts_with(start));
}

#[test]
fn p09_p10_the_same_items_in_any_order_give_the_same_bytes() {
    let items = assorted();
    let backwards: Vec<Item> = items.iter().rev().cloned().collect();
    assert_eq!(press().all(Sheet::whole(&items)), press().all(Sheet::whole(&backwards)));
}

#[test]
fn p34_an_empty_category_is_a_valid_feed_of_a_constant_date() {
    let files = press().category(&category("空", "空 kong"), Sheet::whole(&[]));
    for ending in ["rss", "atom", "json"] {
        let file = file(&files, &format!("category/空 kong.{ending}"));
        assert_eq!((file.modified, read(&file.bytes).entries.len()), (None, 0));
    }
    let atom = read(&file(&files, "category/空 kong.atom").bytes);
    assert_eq!(atom.updated, Some("2026-01-01T00:00:00Z".parse().unwrap()));
    assert_eq!(atom.links[0].href, "https://news.example.org/category/%E7%A9%BA%20kong.atom");
}

#[test]
fn a_bare_item_leads_to_its_share_page() {
    let files = press().all(Sheet::whole(&[bare("3aaaaaaaaaaaaaaa")]));
    for (_, _, link, _) in said(&read(&file(&files, "all.rss").bytes)) {
        assert_eq!(link.as_deref(), Some("https://news.example.org/share/3aaaaaaaaaaaaaaa.html"));
    }
    assert_eq!(file(&files, "all.rss").modified, Some(at(20, 1, 2)));
}

#[test]
fn p11_p51_addresses_keep_prefix_port_and_foreign_host() {
    let press = Press::new(library(site("https://消息.example:8443/a b/", "en"))).unwrap();
    let files = press.category(&category("R&D", "r-d"), Sheet::whole(&[english()]));
    let root = "https://xn--ybu940a.example:8443/a%20b/";
    let atom = read(&file(&files, "category/r-d.atom").bytes);
    assert_eq!(atom.links[0].href, format!("{root}category/r-d.atom"));
    let json: serde_json::Value =
        serde_json::from_slice(&file(&files, "category/r-d.json").bytes).unwrap();
    assert_eq!(json["items"][0]["_finews"]["share"], format!("{root}share/1a2b3c4d5e6f7g8h.html"));
}

#[test]
fn a_lone_document_has_no_address_of_ours() {
    let note = SourceNote {
        title: "Blog".to_owned(),
        feed: Some("https://blog.example.com/atom.xml".to_owned()),
        home: None,
    };
    let site = site("https://news.example.org/", "en");
    for format in [Format::Rss, Format::Atom, Format::Json] {
        let bytes = document(&site, &note, &assorted(), format);
        assert_eq!(read(&bytes).entries.len(), 8);
        assert!(!String::from_utf8(bytes).unwrap().contains("//news.example.org"));
    }
}

#[test]
fn an_episode_keeps_its_facts_where_they_hold() {
    let facts = |pairs: &[(&str, &str)]| -> std::collections::BTreeMap<String, String> {
        pairs.iter().map(|(name, fact)| ((*name).to_owned(), (*fact).to_owned())).collect()
    };
    let good = [
        ("duration", "1:02:03"),
        ("season", "2"),
        ("episode", "14"),
        ("episode_type", "full"),
        ("explicit", "No"),
        ("rights", "© Blog & Co"),
    ];
    let image = Some("https://cdn.example.com/cover.jpg?w=1".to_owned());
    let episode = Item { facts: facts(&good), image, ..english() };
    let files = press().all(Sheet::whole(&[episode]));
    let rss = text(file(&files, "all.rss"));
    for element in [
        "<itunes:duration>1:02:03</itunes:duration>",
        "<itunes:season>2</itunes:season>",
        "<itunes:episode>14</itunes:episode>",
        "<itunes:episodeType>full</itunes:episodeType>",
        "<itunes:explicit>false</itunes:explicit>",
        "<itunes:image href=\"https://cdn.example.com/cover.jpg?w=1\"/>",
        "<dc:rights>© Blog &amp; Co</dc:rights>",
    ] {
        assert!(rss.contains(element), "{element}: {rss}");
    }
    assert!(
        text(file(&files, "all.atom")).contains("<rights type=\"text\">© Blog &amp; Co</rights>")
    );
    let json: serde_json::Value = serde_json::from_str(text(file(&files, "all.json"))).unwrap();
    let files = json["items"][0]["attachments"].as_array().unwrap().iter();
    let seconds: Vec<_> = files.map(|file| file["duration_in_seconds"].as_u64()).collect();
    assert_eq!(seconds, [None, Some(3_723)]);
    // What is not of the form is not passed on.
    let bad = [("duration", "long"), ("episode", "-1"), ("episode_type", "<b>"), ("explicit", "?")];
    let files = press().all(Sheet::whole(&[Item { facts: facts(&bad), ..english() }]));
    assert!(!text(file(&files, "all.rss")).contains("itunes"));
}
