//! What the published documents say, read back by others' parsers.

mod feeds;
mod lone;
mod pages;
mod values;

use std::collections::BTreeMap;

use chrono::{TimeZone, Utc};

use crate::html::SafeHtml;
use crate::model::{
    Category, CategoryId, Enclosure, File, Instant, Item, ItemId, Person, SourceId,
};
use crate::publish::{Library, Press, Site, SourceNote};

fn at(day: u32, hour: u32, minute: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 11, day, hour, minute, 0).unwrap()
}

fn site(url: &str, language: &str) -> Site {
    Site {
        title: "金融消息".to_owned(),
        description: None,
        url: url.parse().unwrap(),
        language: language.to_owned(),
        zone: chrono_tz::Asia::Shanghai,
        authority: "example.org,2026".to_owned(),
        ttl_minutes: 15,
        hub: Some("https://hub.example.org/".parse().unwrap()),
        footer: Some("投资有风险，入市需谨慎。".to_owned()),
    }
}

fn category(id: &str, slug: &str) -> Category {
    Category { id: CategoryId::new(id), slug: slug.to_owned(), title: id.to_owned() }
}

fn library(site: Site) -> Library {
    let categories =
        [category("新华日报", "xinhuaribao"), category("R&D", "r-d"), category("空", "空 kong")];
    let portal = SourceNote {
        title: "Portal".to_owned(),
        feed: None,
        home: Some("https://portal.example.com/".to_owned()),
    };
    let blog = SourceNote {
        title: "Blog & Co".to_owned(),
        feed: Some("https://blog.example.com/atom.xml".to_owned()),
        home: Some("https://blog.example.com/".to_owned()),
    };
    Library {
        site,
        categories: categories.map(|one| (one.id.clone(), one)).into(),
        sources: BTreeMap::from([(SourceId::new("portal"), portal), (SourceId::new("blog"), blog)]),
    }
}

fn press() -> Press {
    Press::new(library(site("https://news.example.org/", "zh-CN"))).unwrap()
}

/// An item with nothing that may be missing.
fn bare(id: &str) -> Item {
    Item {
        id: ItemId::new(id),
        uri: format!("tag:example.org,2026:i/{id}"),
        source: SourceId::new("blog"),
        link: None,
        title: format!("Item {id}"),
        body: SafeHtml::default(),
        summary: None,
        published: at(20, 1, 2),
        updated: at(20, 1, 2),
        first_seen: at(20, 1, 2),
        authors: Vec::new(),
        medium: None,
        categories: vec![CategoryId::new("R&D")],
        labels: Vec::new(),
        enclosures: Vec::new(),
        image: None,
        language: None,
        also: Vec::new(),
    }
}

fn chinese() -> Item {
    let body = "<p>春江两岸的试验田里，新一代育秧机正在作业。</p><p>“今年产量预计增加百分之五”，农技员说。</p>";
    Item {
        source: SourceId::new("portal"),
        link: Some("https://portal.example.com/a/202611220001.html".to_owned()),
        title: "春江两岸育秧忙：智能农机下田".to_owned(),
        body: SafeHtml::stored(body.to_owned()),
        published: at(22, 1, 30),
        updated: at(22, 3, 0),
        medium: Some("新华日报".to_owned()),
        categories: vec![CategoryId::new("新华日报"), CategoryId::new("R&D")],
        labels: vec!["农业".to_owned(), "R&D".to_owned()],
        image: Some("https://img.example.com/field.jpg?w=1200".to_owned()),
        ..bare("0c1d2e3f4g5h6j7k")
    }
}

fn english() -> Item {
    let body = "<p>Full <em>text</em> with a <a href=\"https://blog.example.com/x?a=1&amp;b=2\">link</a>.</p>";
    let person = |name: Option<&str>, email: Option<&str>, uri: Option<&str>| Person {
        name: name.map(str::to_owned),
        email: email.map(str::to_owned),
        uri: uri.map(str::to_owned),
    };
    let sound = Enclosure {
        url: "https://cdn.example.com/talk.mp3".to_owned(),
        media_type: Some("audio/mpeg".to_owned()),
        length: Some(1234),
    };
    let paper = Enclosure {
        url: "https://cdn.example.com/paper.pdf".to_owned(),
        media_type: None,
        length: None,
    };
    Item {
        uri: "https://blog.example.com/post/1".to_owned(),
        link: Some("https://blog.example.com/post/1?a=1&b=2".to_owned()),
        title: "R&D: 5 < 6 \"quoted\"".to_owned(),
        body: SafeHtml::stored(body.to_owned()),
        summary: Some("A short summary of R&D, where 5 < 6.".to_owned()),
        published: at(21, 9, 30),
        updated: at(21, 9, 45),
        authors: vec![
            person(Some("Li Lei"), Some("li@example.com"), Some("https://blog.example.com/li")),
            person(None, Some("han@example.com"), None),
        ],
        enclosures: vec![paper, sound],
        language: Some("en".to_owned()),
        ..bare("1a2b3c4d5e6f7g8h")
    }
}

fn file<'a>(files: &'a [File], path: &str) -> &'a File {
    files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"))
}

fn text(file: &File) -> &str {
    std::str::from_utf8(&file.bytes).unwrap()
}
