//! Guards that nothing is published twice: every folder of `tests/histories` is a history of polls,
//! and `expect` names what each poll published, to the item.
//!
//! A line is `+1h feed=2.xml other=500 : new A | B ; changed C ; held 4`: time goes on by an hour,
//! each source answers with a file, a status or nothing (`empty`) and is visited, and that is the
//! whole outcome. `nothing` is no change; `release=SOURCE` and `forget=TITLE` stand for visits.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use finews::config::{self, Outside, Source};
use finews::fetch::{Fetcher, Manners};
use finews::model::{Instant, Item, ItemId};
use finews::refresh::{self, Bells, Stop, World};
use finews::store::{Span, Store};

use crate::origin::{Origin, Reply, reply};

/// The settings of a history that has none of its own.
const ONE_SOURCE: &str = "[[source]]\nid = \"feed\"\nurl = \"{origin}/feed\"\n";

/// What a poll published.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    new: BTreeSet<String>,
    changed: BTreeSet<String>,
    gone: BTreeSet<String>,
    held: usize,
    first: Option<String>,
}

struct History {
    folder: PathBuf,
    origin: Origin,
    world: World,
    store: Store,
    now: Instant,
    _state: tempfile::TempDir,
}

impl History {
    async fn open(folder: &Path) -> Self {
        let origin = Origin::start([]);
        let own = std::fs::read_to_string(folder.join("settings.toml"));
        let own = own.unwrap_or_else(|_| ONE_SOURCE.to_owned());
        let defaults = if own.contains("[defaults]") { "" } else { "[defaults]\n" };
        let private = "allow_private = [\"127.0.0.0/8\"]\n";
        let own = own.replace("{origin}", origin.url("").as_str().trim_end_matches('/'));
        let own = if defaults.is_empty() {
            own.replacen("[defaults]\n", &format!("[defaults]\n{private}"), 1)
        } else {
            format!("{defaults}{private}{own}")
        };
        let text = format!("[site]\ntitle = \"t\"\nurl = \"https://t.example/\"\n{own}");
        let settings =
            config::parse(&text, &Outside::NOTHING).unwrap_or_else(|why| panic!("{why}"));
        let mut manners = Manners::new("finews/0.0.0 (+https://t.example/)");
        manners.gap = Duration::ZERO;
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(&state.path().join("finews.db")).await.unwrap();
        store.unite(&settings.stories);
        let world = World {
            settings: Arc::new(settings),
            fetcher: Arc::new(Fetcher::new(manners).unwrap()),
            authority: "t.example,2026".into(),
            stop: Stop::default(),
            bells: Bells::default(),
            renderer: None,
            news: None,
        };
        let now = "2026-11-03T00:00:00Z".parse().unwrap();
        Self { folder: folder.to_owned(), origin, world, store, now, _state: state }
    }

    fn source(&self, name: &str) -> Arc<Source> {
        let mut sources = self.world.settings.sources.iter();
        Arc::new(sources.find(|source| source.id.as_str() == name).unwrap().clone())
    }

    /// Does what a line says, and gives what came of it.
    async fn turn(&mut self, hours: i64, acts: &[(String, String)]) -> Outcome {
        let before = self.shown().await;
        self.now += TimeDelta::hours(hours);
        for (name, what) in acts {
            match name.as_str() {
                "release" => {
                    let source = self.source(what);
                    refresh::release(&self.world, &self.store, &source, self.now).await.unwrap();
                }
                "forget" => {
                    let item = before.values().find(|item| item.title == *what).unwrap();
                    let since = Some(item.published + TimeDelta::seconds(1));
                    let span = Span { since, items: None };
                    self.store.forget(&item.source, span).await.unwrap();
                }
                _ => {
                    self.origin.on(&format!("GET /{name}"), [self.reply(what)]);
                    let source = self.source(name);
                    refresh::visit(&self.world, &self.store, &source, self.now).await.unwrap();
                }
            }
            // What is handed out is out.
            self.store.pending().await.unwrap();
        }
        let after = self.shown().await;
        self.outcome(&before, &after).await
    }

    fn reply(&self, what: &str) -> Reply {
        if what == "empty" {
            return reply(200).body("");
        }
        match what.parse() {
            Ok(status) => reply(status),
            Err(_) => reply(200).body(std::fs::read(self.folder.join(what)).unwrap()),
        }
    }

    async fn shown(&self) -> BTreeMap<ItemId, Item> {
        let items = self.store.newest(10_000).await.unwrap();
        items.into_iter().map(|item| (item.id.clone(), item)).collect()
    }

    async fn outcome(
        &self,
        before: &BTreeMap<ItemId, Item>,
        after: &BTreeMap<ItemId, Item>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        for (id, item) in after {
            match before.get(id) {
                None => _ = outcome.new.insert(item.title.clone()),
                Some(was) if said(was) != said(item) => {
                    _ = outcome.changed.insert(item.title.clone());
                }
                Some(_) => {}
            }
        }
        let gone = before.iter().filter(|(id, _)| !after.contains_key(*id));
        outcome.gone = gone.map(|(_, item)| item.title.clone()).collect();
        outcome.held = self.store.held().await.unwrap().len();
        let newest = self.store.newest(1).await.unwrap();
        outcome.first = newest.into_iter().next().map(|item| item.title);
        outcome
    }
}

/// What a reader notices of an item.
fn said(item: &Item) -> (String, String, Instant, Instant) {
    (item.title.clone(), item.uri.clone(), item.published, item.updated)
}

fn titles(list: &str) -> BTreeSet<String> {
    list.split(" | ").map(|title| title.trim().to_owned()).collect()
}

/// What a line expects; what it does not name must not be.
fn expected(text: &str, got: &Outcome) -> Outcome {
    let mut outcome = Outcome { first: got.first.clone(), ..Outcome::default() };
    for part in text.split(" ; ").map(str::trim) {
        match part.split_once(' ').unwrap_or((part, "")) {
            ("new", list) => outcome.new = titles(list),
            ("changed", list) => outcome.changed = titles(list),
            ("gone", list) => outcome.gone = titles(list),
            ("held", count) => outcome.held = count.parse().unwrap(),
            ("first", title) => outcome.first = Some(title.to_owned()),
            ("nothing", _) => {}
            other => panic!("`{other:?}` says nothing"),
        }
    }
    outcome
}

/// Hours and acts of a line.
fn acts(text: &str) -> (i64, Vec<(String, String)>) {
    let (hours, rest) = text.trim().split_once(' ').unwrap();
    let hours = hours.trim_start_matches('+').trim_end_matches('h').parse().unwrap();
    let pair = |act: &str| {
        let (name, what) = act.split_once('=').unwrap();
        (name.to_owned(), what.to_owned())
    };
    if rest.starts_with("forget=") {
        return (hours, vec![pair(rest)]);
    }
    (hours, rest.split_whitespace().map(pair).collect())
}

async fn replay(folder: &Path) -> Vec<String> {
    let expect = std::fs::read_to_string(folder.join("expect")).unwrap();
    let mut history = History::open(folder).await;
    let mut faults = Vec::new();
    for line in expect.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (what, expect) = line.split_once(" : ").unwrap();
        let (hours, acts) = acts(what);
        let got = history.turn(hours, &acts).await;
        let expect = expected(expect, &got);
        if got != expect {
            let name = folder.file_name().unwrap().to_string_lossy();
            faults.push(format!("{name}: {what}\n  expected {expect:?}\n  got      {got:?}"));
        }
    }
    faults
}

/// Replays the histories whose names begin so; all of them where none is named.
fn check(names: &[&str]) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    let folders = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let named = |folder: &PathBuf| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        names.is_empty() || names.iter().any(|start| name.starts_with(start))
    };
    let folders: Vec<PathBuf> = folders.filter(named).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut faults = Vec::new();
    for folder in &folders {
        faults.extend(runtime.block_on(replay(folder)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    folders.len()
}

#[test]
fn every_history_publishes_what_it_should() {
    assert!(check(&[]) >= 109);
}

#[test]
fn s48_lists_that_are_empty_broken_or_foreign_remove_nothing() {
    assert!(check(&["empty", "truncated", "maintenance", "errors", "foreign"]) >= 11);
}

#[test]
fn s49_guids_that_are_new_at_every_poll_publish_nothing_again() {
    assert!(check(&["random-guid"]) >= 7);
}

#[test]
fn s50_a_move_to_https_or_to_another_domain_publishes_nothing_again() {
    assert!(check(&["http-to-https", "https-domain", "domain-move"]) >= 4);
}

#[test]
fn s51_a_list_that_shrinks_and_grows_back_publishes_nothing_again() {
    assert_eq!(check(&["shrinks"]), 2);
}

#[test]
fn s52_a_flood_is_held_but_for_what_can_be_believed() {
    assert!(check(&["flood", "many-at", "busy"]) >= 5);
}
