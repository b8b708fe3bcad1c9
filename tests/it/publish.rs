//! Guards the published tree as a whole: the same bytes each time, and no link of ours that leads
//! to nothing, wherever the tree is put.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta};
use finews::html;
use finews::model::{Category, CategoryId, File, Item, ItemId, SourceId};
use finews::publish::{Library, Press, Shared, Sheet, Shelf, Site, SourceNote};
use url::Url;

const ROOT: &str = "https://消息.example:8443/news/";

fn library() -> Library {
    let site = Site {
        title: "News & Notes".to_owned(),
        description: Some("Plain words.".to_owned()),
        url: ROOT.parse().unwrap(),
        language: "en".to_owned(),
        zone: chrono_tz::Asia::Shanghai,
        authority: "news.example,2026".to_owned(),
        ttl_minutes: 15,
        hub: None,
        footer: None,
    };
    let category = |(id, slug): (&str, &str)| {
        let id = CategoryId::new(id);
        (id.clone(), Category { title: id.to_string(), id, slug: slug.to_owned() })
    };
    let categories = [("新华日报", "xinhuaribao"), ("FT #1?", "Career In #1?"), ("空", "空")];
    let source = SourceNote { title: "Blog".to_owned(), feed: None, home: None };
    Library {
        site,
        categories: categories.map(category).into(),
        sources: BTreeMap::from([(SourceId::new("blog"), source)]),
    }
}

fn items() -> Vec<Item> {
    let names = ["新华日报", "FT #1?", "unknown"];
    (0..20).map(|at| item(at, names[at as usize % names.len()])).collect()
}

fn item(at: i64, category: &str) -> Item {
    let published = DateTime::UNIX_EPOCH + TimeDelta::hours(490_000 + 7 * at);
    Item {
        id: ItemId::new(format!("{at:016}")),
        uri: format!("tag:blog.example,2026:{at}"),
        source: SourceId::new("blog"),
        link: (at % 4 != 0).then(|| format!("https://blog.example/{at}")),
        title: format!("Title {at} <&> ]]>"),
        body: html::clean("<p>Some <b>text</b> &amp; more.</p><script>no</script>", None),
        summary: None,
        published,
        updated: published,
        first_seen: published,
        authors: Vec::new(),
        medium: None,
        categories: vec![CategoryId::new(category)],
        labels: Vec::new(),
        enclosures: Vec::new(),
        image: None,
        language: None,
        facts: std::collections::BTreeMap::new(),
        also: Vec::new(),
    }
}

/// The whole site.
fn tree() -> Vec<File> {
    let library = library();
    let press = Press::new(library.clone()).unwrap();
    let items = items();
    let mut files = press.fixed();
    files.extend(press.all(Sheet::whole(&items)));
    let categories: Vec<&Category> = library.categories.values().collect();
    let of = |category: &Category| -> Vec<Item> {
        items.iter().filter(|item| item.categories.contains(&category.id)).cloned().collect()
    };
    let groups: Vec<(&Category, Vec<Item>)> =
        categories.into_iter().map(|category| (category, of(category))).collect();
    for (category, own) in &groups {
        files.extend(press.category(category, Sheet::whole(own)));
    }
    let shelves: Vec<Shelf<'_>> = groups
        .iter()
        .map(|(category, own)| Shelf { category, items: own, total: own.len() as u64 })
        .collect();
    files.push(press.home(&shelves));
    files.push(press.opml());
    files.extend(items.iter().map(|item| press.share(item)));
    let shared = |item: &Item| Shared {
        item: item.clone(),
        note: Some("Why <&>".to_owned()),
        since: item.published,
        changed: item.published,
    };
    let shared: Vec<Shared> = items.iter().take(3).map(shared).collect();
    files.extend(press.shares(&shared, 3));
    files
}

/// Every address that a document names, read as a browser would from where the document is.
fn addresses(file: &File, root: &Url) -> Vec<Url> {
    let text = String::from_utf8_lossy(&file.bytes);
    let base = root.join(&path_of(&file.path)).unwrap();
    let starts =
        ["href=\"", "src=\"", "Url=\"", "url=\"", "content=\"https://", "<link>", "<icon>"];
    let mut found = Vec::new();
    for start in starts {
        for rest in text.split(start).skip(1) {
            let end = rest.find(['"', '<']).unwrap();
            let value = rest[..end].replace("&amp;", "&");
            let value = if start.ends_with("://") { format!("https://{value}") } else { value };
            found.push(base.join(&value).unwrap());
        }
    }
    found
}

/// A file's path as part of an address.
fn path_of(path: &str) -> String {
    let mut url = Url::parse("https://a.example/").unwrap();
    url.path_segments_mut().unwrap().clear().extend(path.split('/'));
    url.path().trim_start_matches('/').to_owned()
}

#[test]
fn p10_the_same_items_give_the_same_tree() {
    assert_eq!(tree(), tree());
}

#[test]
fn every_file_has_a_path_of_its_own_and_a_type() {
    let files = tree();
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths.len(), files.len());
    for file in &files {
        let types = match file.path.rsplit('.').next().unwrap() {
            "html" => "text/html; charset=utf-8",
            "rss" => "application/rss+xml; charset=utf-8",
            "atom" => "application/atom+xml; charset=utf-8",
            "json" => "application/feed+json",
            "xml" => "text/x-opml; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "ico" => "image/x-icon",
            other => panic!("unknown ending {other}"),
        };
        assert_eq!(file.media_type, types, "{}", file.path);
        assert!(!file.bytes.is_empty(), "{}", file.path);
    }
}

#[test]
fn every_link_of_ours_leads_to_a_file() {
    let root = Url::parse(ROOT).unwrap();
    let files = tree();
    let mut known: BTreeSet<String> =
        files.iter().map(|file| root.join(&path_of(&file.path)).unwrap().to_string()).collect();
    known.insert(root.to_string());
    // The taxonomy of the categories has a name, and no page.
    known.insert(format!("{root}category/"));
    let mut count = 0;
    for file in files.iter().filter(|file| {
        !["text/css", "text/javascript"].iter().any(|kind| file.media_type.starts_with(kind))
    }) {
        for mut address in addresses(file, &root) {
            address.set_fragment(None);
            if address.path() == "/news/oembed" {
                // Answered by the daemon, for pages that are there.
                let query: std::collections::HashMap<_, _> = address.query_pairs().collect();
                assert!(known.contains(&*query["url"]), "{}: {address}", file.path);
                continue;
            }
            if address.host() == root.host() {
                count += 1;
                assert!(known.contains(address.as_str()), "{}: {address}", file.path);
            }
        }
    }
    assert!(count > 500, "only {count} links were seen");
}

#[test]
fn pages_lead_to_each_other_without_naming_their_host() {
    let elsewhere = Url::parse("http://localhost:8080/news/").unwrap();
    let files = tree();
    let page = files.iter().find(|file| file.path == "category/xinhuaribao.html").unwrap();
    let local = addresses(page, &elsewhere).into_iter().filter(|url| url.port() == Some(8080));
    let paths: BTreeSet<String> = local.map(|url| url.path().to_owned()).collect();
    for path in ["/news/style.css", "/news/index.html", "/news/share/0000000000000000.html"] {
        assert!(paths.contains(path), "{path}");
    }
}
