//! A store with made-up items, published into a folder of its own.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use finews::config::{self, Outside, Settings};
use finews::edition::{self, Care};
use finews::html;
use finews::model::{CategoryId, Entry, Item, ItemId, Original, SourceId, Text};
use finews::store::{CategoryWish, Kept, Saved, Store, Visited};

use crate::house::walk;

pub type Tree = BTreeMap<String, (Vec<u8>, SystemTime)>;

pub struct Shop {
    dir: tempfile::TempDir,
    pub store: Store,
    pub settings: Arc<Settings>,
}

/// Hours since the beginning of 2026.
pub fn at(hour: i64) -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hour)
}

pub fn settings(dir: &std::path::Path, url: &str, more: &str) -> Arc<Settings> {
    let text = format!(
        "[site]\ntitle = \"T\"\nurl = \"{url}\"\nlanguage = \"en\"\n\
         authority = \"news.example,2026\"\n[publish]\ndir = \"{}\"\n{more}",
        dir.join("feeds").display()
    );
    Arc::new(config::parse(&text, &Outside::NOTHING).unwrap_or_else(|why| panic!("{why}")))
}

impl Shop {
    pub async fn open(more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("state.db")).await.unwrap();
        let settings = settings(dir.path(), "https://news.example/", more);
        Self { dir, store, settings }
    }

    /// Other settings from now on.
    pub fn reconfigure(&mut self, url: &str, more: &str) {
        self.settings = settings(self.dir.path(), url, more);
    }

    pub fn saved(number: i64, hour: i64, categories: &[&str], text: &str) -> Saved {
        let item = Item {
            id: ItemId::new(format!("{number:016}")),
            uri: format!("tag:s:{number}"),
            source: SourceId::new("s"),
            link: Some(format!("https://blog.example/{number}")),
            title: format!("Title {number}"),
            body: html::from_text(text),
            summary: None,
            published: at(hour),
            updated: at(hour),
            first_seen: at(hour),
            authors: Vec::new(),
            medium: None,
            categories: Vec::new(),
            labels: Vec::new(),
            enclosures: Vec::new(),
            image: None,
            language: None,
            facts: std::collections::BTreeMap::new(),
            also: Vec::new(),
        };
        let entry = Entry { title: Some(Text::Plain(text.to_owned())), ..Entry::default() };
        let original = Original { list: "main".into(), entry, article: None };
        let wish = |id: &&str| CategoryWish {
            id: CategoryId::new(*id),
            title: format!("The {id}"),
            slug: (*id).to_owned(),
            fixed: false,
            private: false,
        };
        Saved {
            key: format!("key {number}"),
            fallback_uri: format!("tag:ours:{number}"),
            substance: [7; 16],
            originals: vec![Kept { original, print: [1; 16], tries: 0, not_before: None }],
            categories: categories.iter().map(wish).collect(),
            announce: true,
            withheld: None,
            seats: Vec::new(),
            item,
        }
    }

    pub async fn record(&self, items: Vec<Saved>) {
        let visited = Visited {
            source: SourceId::new("s"),
            title: Some("S".into()),
            home: None,
            feed: None,
            at: at(0),
            next_visit: at(1),
            error: None,
            faults: Vec::new(),
            items,
            held: Vec::new(),
            validators: Vec::new(),
            incomplete: false,
            seen: finews::health::Visit::default(),
            after: finews::store::Aftermath::default(),
            held_back: Vec::new(),
            findings: finews::store::Findings::default(),
        };
        self.store.record(visited).await.unwrap();
    }

    async fn id_of(&self, uri: &str) -> ItemId {
        self.store.meant(uri).await.unwrap().unwrap_or_else(|| panic!("no {uri}"))
    }

    /// Another text under the same name.
    pub async fn edit(&self, uri: &str, round: i64) {
        let id = self.id_of(uri).await;
        let item = self.store.item(&id).await.unwrap().unwrap();
        let number: i64 = id.as_str().parse().unwrap();
        let categories: Vec<&str> = item.categories.iter().map(CategoryId::as_str).collect();
        let mut saved = Shop::saved(number, 0, &categories, &format!("edited {round}"));
        saved.item.published = item.published;
        saved.item.updated = item.updated + TimeDelta::seconds(1 + round);
        self.record(vec![saved]).await;
    }

    pub async fn withdraw(&self, uri: &str) {
        let id = self.id_of(uri).await;
        let now = "2026-11-23T00:00:00Z".parse().unwrap();
        assert!(self.store.withdraw(&id, now, Some("asked to")).await.unwrap());
    }

    /// The keys of items that may not come in again.
    pub async fn barred(&self, numbers: &[i64]) -> BTreeSet<String> {
        let entry = Entry::default();
        let keys: Vec<String> = numbers.iter().map(|n| format!("key {n}")).collect();
        let entries = keys.iter().map(|key| (key.as_str(), &entry));
        let barred: HashSet<_> =
            self.store.withdrawn_keys(&SourceId::new("s"), entries).await.unwrap();
        barred.into_iter().collect()
    }

    pub async fn publish(&self) -> edition::Done {
        self.publish_with(Care::Changes).await
    }

    pub async fn publish_with(&self, care: Care) -> edition::Done {
        edition::publish(&self.store, &self.settings, "news.example,2026", care).await.unwrap()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join("feeds").join(path)
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    /// Every file with its contents and its time of change.
    pub fn tree(&self) -> Tree {
        let root = self.path("");
        let mut tree = Tree::new();
        walk(&root, &mut |path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            let changed = path.metadata().unwrap().modified().unwrap();
            tree.insert(name, (std::fs::read(path).unwrap(), changed));
        });
        tree
    }

    /// The files that are new, other or gone since.
    pub fn changed(&self, before: &Tree) -> BTreeSet<String> {
        let after = self.tree();
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let other = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
        other.cloned().collect()
    }

    /// Archive documents that have a successor.
    pub fn full_archives(&self) -> BTreeMap<String, Vec<u8>> {
        let tree = self.tree();
        let next = |path: &str| {
            let (folder, name) = path.rsplit_once('/')?;
            let (number, form) = name.split_once('.')?;
            Some(format!("{folder}/{}.{form}", number.parse::<u32>().ok()? + 1))
        };
        let archives = tree.iter().filter(|(path, _)| path.starts_with("archive/"));
        let full = archives.filter(|(path, _)| next(path).is_some_and(|p| tree.contains_key(&p)));
        full.map(|(path, (bytes, _))| (path.clone(), bytes.clone())).collect()
    }

    /// The ids in a feed and all its archives, as a reader meets them.
    pub fn walk(&self, stem: &str, form: &str) -> Vec<String> {
        let mut ids = Vec::new();
        let mut path = Some(format!("{stem}.{form}"));
        let mut newer: Option<String> = None;
        while let Some(here) = path {
            let text = self.read(&here);
            let (found, older, next) = document(&text, form);
            if form != "json" && newer.as_deref() != Some(&format!("{stem}.{form}")) {
                assert_eq!(next, newer, "{here} leads back");
            }
            ids.extend(found);
            newer = Some(here);
            path = older;
        }
        ids
    }

    /// Whether any file of the database holds a text, be it in a page that is not used.
    pub fn store_holds(&self, text: &str) -> bool {
        let files = ["state.db", "state.db-wal"].map(|name| self.dir.path().join(name));
        let read = |path: &PathBuf| std::fs::read(path).unwrap_or_default();
        files
            .iter()
            .any(|path| read(path).windows(text.len()).any(|window| window == text.as_bytes()))
    }
}

/// Ids, the older document and the newer one.
fn document(text: &str, form: &str) -> (Vec<String>, Option<String>, Option<String>) {
    let path = |address: &str| address.strip_prefix("https://news.example/").unwrap().to_owned();
    if form == "json" {
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        let items = json["items"].as_array().unwrap().iter();
        let ids = items.map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        return (ids, json["next_url"].as_str().map(path), None);
    }
    let feed = feed_rs::parser::parse(text.as_bytes()).unwrap();
    let link = |rel: &str| {
        let mark = format!("link rel=\"{rel}\" ");
        let rest = text.split_once(&mark)?.1.split_once("href=\"")?.1;
        Some(path(rest.split_once('"')?.0))
    };
    let ids = feed.entries.into_iter().map(|entry| entry.id).collect();
    (ids, link("prev-archive"), link("next-archive"))
}

/// Numbers that look like chance and are the same each time.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, most: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        (self.0 >> 33) as i64 % most
    }

    pub fn pick(&mut self, from: &BTreeSet<String>) -> Option<String> {
        let place = self.below(from.len().max(1) as i64) as usize;
        from.iter().nth(place).cloned()
    }
}
