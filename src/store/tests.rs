use std::path::Path;

use super::{
    CategoryWish, Error, Findings, Given, Held, Kept, Lock, Saved, Store, Visited, sql, version_of,
};
use crate::html;
use crate::model::{
    CategoryId, Entry, Instant, Item, ItemId, Original, SourceId, Text, Validators,
};

fn at(seconds: i64) -> Instant {
    chrono::DateTime::from_timestamp(seconds, 0).unwrap()
}

async fn open(dir: &Path) -> Store {
    Store::open(&dir.join("state/finews.db")).await.unwrap()
}

fn item(id: &str, published: i64) -> Item {
    Item {
        id: ItemId::new(id),
        uri: format!("tag:x:{id}"),
        source: SourceId::new("s"),
        link: None,
        title: format!("title {id}"),
        body: html::from_text("body"),
        summary: None,
        published: at(published),
        updated: at(published),
        first_seen: at(published),
        authors: Vec::new(),
        medium: None,
        categories: Vec::new(),
        labels: vec!["l".into()],
        enclosures: Vec::new(),
        image: None,
        language: Some("zh-CN".into()),
        facts: [("duration".to_owned(), "1:02".to_owned())].into(),
        also: Vec::new(),
    }
}

fn wish(id: &str, slug: &str) -> CategoryWish {
    CategoryWish {
        id: CategoryId::new(id),
        title: format!("The {id}"),
        slug: slug.into(),
        fixed: false,
        private: false,
    }
}

fn saved(item: Item, categories: Vec<CategoryWish>) -> Saved {
    let entry = Entry { title: Some(Text::Plain(item.title.clone())), ..Entry::default() };
    let original = Original { list: "main".into(), entry, article: None };
    Saved {
        key: format!("key {}", item.id),
        fallback_uri: format!("tag:ours:{}", item.id),
        substance: [7; 16],
        originals: vec![Kept { original, print: [1; 16], tries: 0, not_before: None }],
        categories,
        announce: true,
        withheld: None,
        seats: Vec::new(),
        item,
    }
}

fn visited(items: Vec<Saved>) -> Visited {
    Visited {
        source: SourceId::new("s"),
        title: Some("S".into()),
        home: None,
        feed: None,
        at: at(1_000),
        next_visit: at(2_000),
        error: None,
        faults: Vec::new(),
        items,
        held: Vec::new(),
        validators: Vec::new(),
        incomplete: false,
        held_back: Vec::new(),
        findings: Findings::default(),
        seen: crate::health::Visit::default(),
        after: super::Aftermath::default(),
    }
}

#[tokio::test]
async fn what_is_kept_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let one = saved(item("a", 10), vec![wish("tech", "tech"), wish("新华日报", "xinhuaribao")]);
    let two = saved(item("b", 20), vec![wish("tech", "tech")]);
    let mut outcome = visited(vec![one.clone(), two]);
    let validators = Validators { etag: Some(b"\"x\"\xff".to_vec()), last_modified: None };
    outcome.validators.push(Given {
        address: "https://a.example/".into(),
        asked: [3; 16],
        given_by: Some("https://b.example/".into()),
        validators: validators.clone(),
        full: true,
    });
    store.record(outcome.clone()).await.unwrap();
    store.close().await;

    let store = open(dir.path()).await;
    let mut expect = one.item.clone();
    expect.categories = vec![CategoryId::new("tech"), CategoryId::new("新华日报")];
    assert_eq!(store.item(&ItemId::new("a")).await.unwrap(), Some(expect));
    let ids = |items: &[Item]| items.iter().map(|one| one.id.to_string()).collect::<Vec<_>>();
    let tech = store.members(&CategoryId::new("tech")).await.unwrap();
    assert_eq!(tech, ["a", "b"].map(ItemId::new).into());
    assert_eq!(ids(&store.newest(1).await.unwrap()), ["b"]);
    assert_eq!(
        store.originals(&ItemId::new("a")).await.unwrap(),
        [one.originals[0].original.clone()]
    );
    let known = store.known(&SourceId::new("s"), ["key a", "key z"].into_iter()).await.unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!(known["key a"].lists, [("main".to_owned(), [1; 16])]);
    assert_eq!(store.next_visit(&SourceId::new("s")).await.unwrap(), Some(at(2_000)));
    let asked = |print| store.validators(&outcome.source, "https://a.example/", print);
    let by = Some("https://b.example/".to_owned());
    assert_eq!(asked(&[3; 16]).await.unwrap(), (validators, by));
    assert_eq!(asked(&[4; 16]).await.unwrap(), (Validators::default(), None));
}

#[tokio::test]
async fn an_address_is_for_ever_and_for_one_category() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let wishes =
        [wish("TechWeb", "TechWeb"), wish("Techweb", "Techweb"), wish("TECHWEB", "TECHWEB")];
    store.settle(&wishes, false).await.unwrap();
    let [_, second, third] = wishes;
    store.settle(&[wish("TechWeb", "other"), second, third], false).await.unwrap();
    let categories = store.categories().await.unwrap();
    let slug = |id: &str| categories[&CategoryId::new(id)].slug.clone();
    assert_eq!(slug("TechWeb"), "TechWeb");
    assert_eq!(slug("Techweb"), "Techweb-2");
    assert_eq!(slug("TECHWEB"), "TECHWEB-3");
}

#[tokio::test]
async fn what_changed_is_pending_until_it_is_published() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let tech = || vec![wish("tech", "tech")];
    store.record(visited(vec![saved(item("a", 10), tech())])).await.unwrap();
    let first = store.pending().await.unwrap();
    assert_eq!((first.items.len(), first.categories.len()), (1, 1));
    store.record(visited(vec![saved(item("b", 20), tech())])).await.unwrap();
    store.published(&first, &[], &[]).await.unwrap();
    let second = store.pending().await.unwrap();
    assert_eq!(second.items, [ItemId::new("b")]);
    assert_eq!(second.categories, [CategoryId::new("tech")]);
    store.published(&second, &[], &[]).await.unwrap();
    let quiet = Saved { announce: false, ..saved(item("a", 10), tech()) };
    store.record(visited(vec![quiet])).await.unwrap();
    assert!(store.pending().await.unwrap().is_empty());
    // A move from one category to another shows in both.
    let moved = Saved { announce: false, ..saved(item("a", 10), vec![wish("art", "art")]) };
    store.record(visited(vec![moved])).await.unwrap();
    assert_eq!(store.pending().await.unwrap().categories.len(), 2);
    // New words of a source show in all that is its own.
    let pending = store.pending().await.unwrap();
    store.published(&pending, &[], &[]).await.unwrap();
    store.record(Visited { title: Some("T".into()), ..visited(Vec::new()) }).await.unwrap();
    assert_eq!(store.pending().await.unwrap().items.len(), 2);
}

#[tokio::test]
async fn two_sources_with_one_id_are_two_items() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let same = |id: &str| Item { uri: "tag:same".into(), ..item(id, 1) };
    store.record(visited(vec![saved(same("a"), vec![]), saved(same("b"), vec![])])).await.unwrap();
    let uri = async |id: &str| store.item(&ItemId::new(id)).await.unwrap().unwrap().uri;
    assert_eq!(uri("a").await, "tag:same");
    assert_eq!(uri("b").await, "tag:ours:b");
    // Once given, an id stays.
    let changed = Item { uri: "tag:new".into(), ..item("a", 1) };
    store.record(visited(vec![saved(changed, vec![])])).await.unwrap();
    assert_eq!(uri("a").await, "tag:same");
}

#[tokio::test]
async fn what_is_held_is_there_until_it_can_be_published() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let one = saved(item("a", 1), vec![]);
    let held = Held {
        key: one.key.clone(),
        original: one.originals[0].original.clone(),
        print: [9; 16],
        reason: "no title".into(),
    };
    let source = SourceId::new("s");
    store.record(Visited { held: vec![held.clone()], ..visited(Vec::new()) }).await.unwrap();
    let prints = store.held_prints(&source).await.unwrap();
    assert_eq!(prints[&(one.key.clone(), "main".to_owned())], [9; 16]);
    assert_eq!(store.health().await.unwrap()[0].held, 1);
    assert_eq!(store.held().await.unwrap()[0].2, held.original);
    store.record(visited(vec![one])).await.unwrap();
    assert!(store.held().await.unwrap().is_empty());
}

#[tokio::test]
async fn failures_count_until_a_good_visit() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let source = SourceId::new("s");
    let failed = Visited { error: Some("dead".into()), ..visited(Vec::new()) };
    for expect in 1..3 {
        store.record(failed.clone()).await.unwrap();
        assert_eq!(store.failures(&source).await.unwrap(), expect);
    }
    store.record(visited(Vec::new())).await.unwrap();
    let health = &store.health().await.unwrap()[0];
    assert_eq!(
        (health.failures, health.error.clone(), health.last_good),
        (0, None, Some(at(1_000)))
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    std::fs::write(&path, "not a database at all, but long enough to be looked at").unwrap();
    let error = Store::open(&path).await.unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn flipped_bytes_are_found_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let items = (0..300).map(|n| saved(item(&format!("i{n:03}"), n), vec![wish("c", "c")]));
    store.record(visited(items.collect())).await.unwrap();
    store.close().await;
    let path = dir.path().join("state/finews.db");
    let whole = std::fs::read(&path).unwrap();
    let mut damaged = 0;
    for page in 1..whole.len() / 4_096 {
        let mut bytes = whole.clone();
        // The head of a page says what it is and how many cells it has.
        for byte in &mut bytes[page * 4_096..page * 4_096 + 8] {
            *byte ^= 0x55;
        }
        std::fs::write(&path, &bytes).unwrap();
        match Store::check(&path).await {
            Err(Error::Damaged { .. }) => damaged += 1,
            Err(other) => panic!("page {page}: {other}"),
            Ok(()) => Store::open(&path).await.unwrap().close().await,
        }
    }
    assert!(damaged > 20, "{damaged}");
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.pool.alone().await.run("PRAGMA user_version = 9999").unwrap();
    store.close().await;
    let error = Store::open(&dir.path().join("state/finews.db")).await.unwrap_err();
    assert!(matches!(error, Error::Newer(_)), "{error}");
}

#[test]
fn one_lock_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("finews.db");
    let held = Lock::take(&path, "serve", at(0)).unwrap();
    assert!(matches!(Lock::take(&path, "fetch", at(1)), Err(Error::Held(_))));
    drop(held);
    Lock::take(&path, "fetch", at(2)).unwrap();
}

#[test]
fn versions_are_compared_by_number() {
    assert!(version_of("3.51.3") >= Some(super::LEAST_VERSION));
    assert!(version_of("3.9.99") < Some(super::LEAST_VERSION));
    assert_eq!(version_of("x"), None);
}

#[tokio::test]
async fn revisions_and_further_keys_are_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let id = ItemId::new("a");
    for turn in 0..30_u8 {
        let mut one = saved(item("a", 10), Vec::new());
        one.item.title = format!("title {turn}");
        one.substance = [turn; 16];
        let mut outcome = visited(vec![one]);
        outcome.findings.keys.push((format!("key {turn}"), id.clone()));
        store.record(outcome.clone()).await.unwrap();
    }
    let revisions = store.revisions(&id).await.unwrap();
    assert_eq!(revisions.len(), 20);
    assert_eq!((revisions[0].number, &*revisions[19].title), (10, "title 28"));
    let count: i64 =
        sql::query_scalar("SELECT count(*) FROM known_as").fetch_one(&store.pool).await.unwrap();
    assert_eq!(count, 4);
    assert_eq!(store.item_named("tag:x:a").await.unwrap(), Some(id));
}

#[tokio::test]
async fn a_forgotten_item_is_known_and_a_visit_that_fails_unites_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    store.unite(&crate::story::Ways::default());
    let text = "The ferry runs at night again from next month, said the office at the quay.";
    let story = |id: &str, source: &str| {
        let mut one = saved(item(id, 10), vec![wish(source, source)]);
        one.item.source = SourceId::new(source);
        one.item.title = "The night ferry returns".into();
        one.item.body = html::from_text(text);
        one
    };
    store.record(visited(vec![story("a", "s")])).await.unwrap();
    // A transaction that is not kept leaves numbers in the index that stand for nothing.
    let mut tx = store.begin().await.unwrap();
    let (items, ready) = super::ready::all(vec![story("b", "t")]).await.unwrap();
    let newcomers = super::ready::newcomers(&items, &ready);
    let uniting = super::stories::Uniting::prepare(&mut tx, &store.stories, newcomers).await;
    super::write::save(&mut tx, &items[0], &ready[0], &mut uniting.unwrap()).await.unwrap();
    drop(tx);
    assert_eq!(store.newest(9).await.unwrap()[0].also, []);
    store.record(visited(vec![story("c", "t")])).await.unwrap();
    let shown = store.newest(9).await.unwrap();
    assert_eq!((shown.len(), shown[0].also.len(), shown[0].categories.len()), (1, 1, 2));
    let kin = store.kin(&story("d", "u").item, "main", &crate::story::Ways::default()).await;
    let kin = kin.unwrap();
    assert!(kin.iter().all(|one| one.decision.same && one.head == ItemId::new("a")), "{kin:?}");
    assert_eq!(kin.len(), 2);
    let source = SourceId::new("s");
    store.forget(&source, super::Span { since: None, items: Some(0) }).await.unwrap();
    assert_eq!(store.traces(&source, &["key a"]).await.unwrap().len(), 1);
    assert_eq!(store.known(&source, std::iter::once("key a")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn s44_the_bundled_sqlite_is_safe_and_maps_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let version: String =
        sql::query_scalar("SELECT sqlite_version()").fetch_one(&store.pool).await.unwrap();
    assert!(version_of(&version) >= Some(super::LEAST_VERSION), "{version}");
    let mapped: i64 = sql::query_scalar("PRAGMA mmap_size").fetch_one(&store.pool).await.unwrap();
    assert_eq!(mapped, 0);
}

#[tokio::test]
async fn the_history_of_a_source_and_of_all_changes_is_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let busy = Some(crate::health::Cause::Status(503));
    for round in 0..60 {
        let cause = busy.filter(|_| round % 2 == 0);
        let error = cause.map(|cause| cause.to_string());
        let seen = crate::health::Visit { cause, entries: 1, ..crate::health::Visit::default() };
        let visit = Visited { at: at(round), error, seen, ..visited(Vec::new()) };
        store.record(visit).await.unwrap();
    }
    let visits = store.visits(&SourceId::new("s")).await.unwrap();
    assert_eq!(visits.len(), 24);
    assert_eq!((visits[0].at, visits[23].at), (at(59), at(36)));
    let turns = store.turns(1_000).await.unwrap();
    assert_eq!(turns.len(), 60, "each visit changed the state");
    assert_eq!(turns[0].state, crate::health::State::Well);
    let standing = store.standings().await.unwrap().remove(&SourceId::new("s")).unwrap();
    assert_eq!((standing.state, standing.since), (crate::health::State::Well, at(59)));
}

#[test]
fn validators_are_doubted_after_a_long_silence_alone() {
    const DAY: i64 = 86_400;
    fn silent(seen: &[i64], now: i64, expect: bool) {
        assert_eq!(super::doubt::is_silent(seen, now), expect, "{seen:?} {now}");
    }
    let daily: Vec<_> = (0..20).rev().map(|day| day * DAY).collect();
    silent(&daily, 23 * DAY, false);
    silent(&daily, 23 * DAY + 1, true);
    silent(&[], DAY, true);
    silent(&[0], 28 * DAY, false);
    silent(&[0], 29 * DAY, true);
    silent(&[400 * DAY, 300 * DAY, 200 * DAY, 100 * DAY], 700 * DAY, false);
    let might = super::doubt::might_doubt;
    assert!(might(20, 0, 31 * DAY) && !might(19, 0, 31 * DAY) && !might(99, 0, 31 * DAY - 1));
    assert!(!might(99, i64::MAX, i64::MIN));
}

#[tokio::test]
async fn f39_a_server_that_never_has_news_is_asked_in_full_once_a_month() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let source = SourceId::new("s");
    let asked = [3; 16];
    let tag = Validators { etag: Some(b"\"x\"".to_vec()), last_modified: None };
    let mut conditional = Vec::new();
    for day in 0..100 {
        let (known, _) = store.validators(&source, "https://a.example/", &asked).await.unwrap();
        conditional.push(known == tag);
        let mut outcome = visited(Vec::new());
        outcome.at = at(day * 86_400);
        let given = Given {
            address: "https://a.example/".into(),
            asked,
            given_by: None,
            validators: tag.clone(),
            full: day == 0,
        };
        // The server is down when it is doubted for the first time.
        if day != 32 {
            outcome.validators.push(given);
        }
        store.record(outcome.clone()).await.unwrap();
    }
    let whole: Vec<_> = (0..100).filter(|day| !conditional[*day]).collect();
    assert_eq!(whole, [0, 32, 63, 94]);
}

#[tokio::test]
async fn visits_that_wait_for_each_other_are_kept_together_and_a_bad_one_by_itself_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    // Whoever has the turn has all the others wait.
    let turn = store.pool.alone().await;
    let of = |n: i64| {
        let one = |id: String| {
            let mut one = saved(item(&id, n), vec![wish("c", "c")]);
            one.item.source = SourceId::new(format!("s{n}"));
            if n == 3 {
                // Two items of one name cannot be kept.
                (one.item.uri, one.fallback_uri) = ("tag:x:same".into(), "tag:x:same".into());
            }
            one
        };
        let items = vec![one(format!("i{n}")), one(format!("j{n}"))];
        Visited { source: items[0].item.source.clone(), ..visited(items) }
    };
    let mut visits = tokio::task::JoinSet::new();
    for n in 0..90 {
        let store = store.clone();
        let visited = of(n);
        visits.spawn(async move { store.record(visited).await });
    }
    tokio::task::yield_now().await;
    drop(turn);
    let failed = visits.join_all().await.into_iter().filter(Result::is_err).count();
    assert_eq!(failed, 1);
    assert_eq!(store.newest(200).await.unwrap().len(), 178);
    assert_eq!(store.search("title", 200, 0).await.unwrap().items.len(), 178);
    let visited = store.agenda().await.unwrap();
    assert!(visited.len() == 89 && visited.iter().all(|one| one.source.as_str() != "s3"));
}

#[tokio::test]
async fn a_category_changes_with_the_next_visit_to_a_source_of_its_newest_items() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    for (n, category) in [(1, "a"), (2, "a"), (3, "b")] {
        let mut one = saved(item(&format!("i{n}"), n), vec![wish(category, category)]);
        one.item.source = SourceId::new(format!("s{n}"));
        let source = one.item.source.clone();
        let visited = Visited { source, next_visit: at(1_000 * (4 - n)), ..visited(vec![one]) };
        store.record(visited).await.unwrap();
    }
    let check = async |slug: Option<&str>, after: i64, expect: Option<i64>| {
        let next = store.next_visit_for(slug, at(after)).await.unwrap();
        assert_eq!(next, expect.map(at), "{slug:?} after {after}");
    };
    check(Some("a"), 0, Some(2_000)).await;
    check(Some("a"), 2_000, Some(3_000)).await;
    check(Some("b"), 0, Some(1_000)).await;
    check(Some("b"), 1_000, None).await;
    check(None, 0, Some(1_000)).await;
    check(Some("c"), 0, None).await;
}
