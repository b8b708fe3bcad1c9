//! Guards what is published of 500 entries that want to do harm: every document is well-formed,
//! keeps the rules of its format at their strictest, and says the same in each.

mod rules;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use finews::html;
use finews::model::{Item, SourceId};
use finews::normalize::{self, Birth, Ways};
use finews::publish::{Library, Press, Sheet, Site, SourceNote};
use finews::{identity, model};

const ENTRIES: usize = 500;
const ROOT: &str = "https://消息.example:8443/news/";

fn items() -> Vec<Item> {
    let first_seen = "2026-11-22T10:00:00Z".parse().unwrap();
    let mut taken = BTreeSet::new();
    let ways = Ways {
        language: None,
        medium: None,
        manner: &html::Manner::default(),
        apply: &|fragment| fragment.to_owned(),
        credited: &|_| None,
    };
    let made = (0..ENTRIES).filter_map(|number| {
        let (source, entry) = table::entry(number);
        let source = SourceId::new(source);
        let key = identity::key(&entry)?;
        let id = identity::item_id(&source, &key);
        let authority = "news.example,2026".to_owned();
        let birth = Birth { id: id.clone(), source, first_seen, authority };
        let original = model::Original { list: "main".into(), entry, article: None };
        let mut item = normalize::item(&[original], &birth, &ways)?;
        // As the store does: the later of two with one id gets one of ours.
        if !taken.insert(item.uri.clone()) {
            item.uri = normalize::our_uri(&birth.authority, &id);
        }
        item.categories = vec![model::CategoryId::new(table::CATEGORIES[number % 3])];
        Some(item)
    });
    let mut by_id = BTreeMap::new();
    for item in made {
        by_id.entry(item.id.to_string()).or_insert(item);
    }
    by_id.into_values().collect()
}

fn press() -> Press {
    let site = Site {
        title: "<b>News</b> & \u{8}\"Notes\" ]]>".to_owned(),
        description: Some("R&D <script>alert(1)</script>".to_owned()),
        url: ROOT.parse().unwrap(),
        language: "zh-CN".to_owned(),
        zone: chrono_tz::Asia::Shanghai,
        authority: "news.example,2026".to_owned(),
        ttl_minutes: 15,
        hub: Some("https://hub.example/".parse().unwrap()),
        footer: Some("</footer><script>alert(1)</script>".to_owned()),
    };
    let category = |(at, id): (usize, &&str)| {
        let (id, slug) = (model::CategoryId::new(*id), format!("c {at}&"));
        (id.clone(), model::Category { title: id.to_string(), id, slug })
    };
    let source = |(id, title, feed, home): (&str, &str, Option<&str>, Option<&str>)| {
        let (feed, home) = (feed.map(str::to_owned), home.map(str::to_owned));
        (SourceId::new(id), SourceNote { title: title.to_owned(), feed, home })
    };
    let sources = [
        source(("a", "A & <i>B</i>", Some("https://a.example/f?x=1&y=2"), None)),
        source(("b", "\u{202e}b", Some("https://me:secret@b.example/汉"), Some("javascript:x"))),
        source(("c", "c", None, None)),
    ];
    let categories = table::CATEGORIES.iter().enumerate().map(category).collect();
    Press::new(Library { site, categories, sources: sources.into() }).unwrap()
}

/// Every document of the corpus: of each category, of everything, an archive, and the lists.
fn documents() -> Vec<model::File> {
    let (press, items) = (press(), items());
    let withdrawn = [finews::publish::Withdrawn {
        uri: "tag:x,2026:\"<&>".to_owned(),
        since: "2026-11-22T11:00:00Z".parse().unwrap(),
    }];
    let mut files = press.all(Sheet { items: &items, withdrawn: &withdrawn, page: 0, last: 3 });
    files.extend(press.all(Sheet { items: &items, withdrawn: &withdrawn, page: 2, last: 3 }));
    for (at, id) in table::CATEGORIES.iter().enumerate() {
        let id = model::CategoryId::new(*id);
        let own: Vec<Item> =
            items.iter().filter(|item| item.categories.contains(&id)).cloned().collect();
        let category = model::Category { title: id.to_string(), id, slug: format!("c {at}&") };
        files.extend(press.category(&category, Sheet::whole(&own)));
    }
    files.push(press.opml());
    files.extend(items.iter().map(|item| press.share(item)));
    files
}

fn text(file: &model::File) -> &str {
    std::str::from_utf8(&file.bytes).unwrap()
}

#[test]
fn p01_p08_p09_p12_p14_every_document_keeps_the_rules_of_its_format() {
    assert!(items().len() > 450, "{}", items().len());
    let mut faults = Vec::new();
    for file in documents() {
        let found = match file.path.rsplit('.').next().unwrap() {
            "rss" => rules::rss(text(&file)),
            "atom" => rules::atom(text(&file)),
            "xml" => rules::opml(text(&file)),
            "json" => rules::json(text(&file)),
            _ => rules::page(text(&file)),
        };
        faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", file.path)));
    }
    faults.truncate(40);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn p02_every_document_is_well_formed() {
    let dir = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (at, file) in documents().iter().enumerate() {
        if matches!(file.path.rsplit('.').next(), Some("rss" | "atom" | "xml")) {
            assert!(!text(file).contains(rules::is_illegal), "{}", file.path);
            let path = dir.path().join(format!("{at}.xml"));
            std::fs::write(&path, &file.bytes).unwrap();
            paths.push(path);
        }
    }
    let Ok(ended) = Command::new("xmllint").args(["--noout", "--nonet"]).args(&paths).output()
    else {
        println!("skipped: no xmllint");
        return;
    };
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn p04_all_formats_say_the_same_to_an_independent_reader() {
    let files = press().all(Sheet::whole(&items()));
    let mut said = Vec::new();
    for form in ["rss", "atom", "json"] {
        let file = files.iter().find(|file| file.path == format!("all.{form}")).unwrap();
        let feed = feed_rs::parser::parse(&*file.bytes).unwrap();
        let of = |entry: feed_rs::model::Entry| {
            let title = entry.title.map(|title| title.content).unwrap_or_default();
            let title: String = title.split_whitespace().collect();
            (entry.id, title, entry.published)
        };
        said.push(feed.entries.into_iter().map(of).collect::<Vec<_>>());
    }
    assert!(said[0].len() > 450);
    for other in &said[1..] {
        for (one, two) in said[0].iter().zip(other) {
            assert_eq!((&one.0, one.2), (&two.0, two.2));
        }
        assert_eq!(said[0].len(), other.len());
    }
}

#[test]
fn p06_two_sources_with_one_key_are_two_items() {
    let items = items();
    let one: Vec<&Item> = items.iter().filter(|item| item.title.starts_with("Same key")).collect();
    assert_eq!(one.len(), 2);
    assert_ne!(one[0].uri, one[1].uri);
    let ids: BTreeSet<&str> = items.iter().map(|item| item.uri.as_str()).collect();
    assert_eq!(ids.len(), items.len());
}

#[test]
fn p13_p15_p16_terms_origins_and_languages_are_told() {
    let (press, items) = (press(), items());
    let files = press.all(Sheet::whole(&items));
    let by = |form: &str| {
        let file = files.iter().find(|file| file.path == format!("all.{form}")).unwrap();
        text(file).to_owned()
    };
    let (rss, atom, json) = (by("rss"), by("atom"), by("json"));
    let domain = "<category domain=\"https://xn--ybu940a.example:8443/news/category/\">";
    assert_eq!(rss.matches(domain).count(), items.len());
    let origins = items.iter().filter(|item| item.source.as_str() != "c").count();
    assert_eq!(rss.matches("<source url=\"https://").count(), origins);
    assert_eq!(atom.matches("    <source>\n      <id>").count(), items.len());
    for language in ["en", "ja"] {
        assert!(atom.contains(&format!("<entry xml:lang=\"{language}\">")), "{language}");
        assert!(json.contains(&format!("\"language\":\"{language}\"")), "{language}");
    }
    for text in [rss, atom, json] {
        let line = text.lines().find(|line| line.contains("secret")).unwrap_or_default();
        let at = line.find("secret").unwrap_or_default();
        let near: String =
            line.get(at.saturating_sub(200)..).unwrap_or(line).chars().take(400).collect();
        assert!(near.is_empty(), "{near}");
    }
}

#[test]
fn p34_p36_an_empty_feed_is_valid_and_no_document_asks_for_a_transformation() {
    let category = model::Category {
        id: model::CategoryId::new("x"),
        slug: "x".to_owned(),
        title: String::new(),
    };
    for file in press().category(&category, Sheet::default()) {
        let text = text(&file);
        let faults = match file.path.rsplit('.').next().unwrap() {
            "rss" => rules::rss(text),
            "atom" => rules::atom(text),
            "json" => rules::json(text),
            _ => rules::page(text),
        };
        assert_eq!(faults, Vec::<String>::new(), "{}", file.path);
    }
    for file in documents() {
        assert!(!text(&file).contains("<?xml-stylesheet"), "{}", file.path);
        let is_xml = matches!(file.path.rsplit('.').next(), Some("rss" | "atom"));
        assert!(!is_xml || text(&file).contains("<!-- "), "{}", file.path);
    }
}

#[test]
fn s15_markup_in_a_title_is_shown_as_text() {
    let title = |text: &str| html::line(text);
    assert_eq!(title("&amp;lt;script&amp;gt;"), "&lt;script&gt;");
}
