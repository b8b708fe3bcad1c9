//! Guards what is published over time: archives that count each item once, files that change only
//! with what they show, and items that are taken down for good.

mod killed;
mod moves;
mod shop;

use std::collections::{BTreeMap, BTreeSet};

use finews::edition::Care;
use finews::model::ItemId;
use finews::route::{Kept, Withheld};
use finews::store::Saved;
use shop::{Chance, Shop, at};

#[tokio::test]
async fn p48_each_item_stands_in_one_document_whatever_happens() {
    let shop = Shop::open("").await;
    let mut chance = Chance(7);
    let mut alive = BTreeSet::new();
    let mut full = BTreeMap::new();
    for step in 0..40 {
        let from = step * 100;
        let new: Vec<_> = (from..from + chance.below(60))
            .map(|number| {
                // Most are news, some come late.
                let hour = if chance.below(10) == 0 { number / 2 } else { number };
                Shop::saved(number, hour, &["tech"], "text")
            })
            .collect();
        alive.extend(new.iter().map(|one| one.item.uri.clone()));
        shop.record(new).await;
        if let Some(uri) = chance.pick(&alive) {
            shop.edit(&uri, step).await;
        }
        let mut withdrawn = false;
        if step % 5 == 4
            && let Some(uri) = chance.pick(&alive)
        {
            shop.withdraw(&uri).await;
            alive.remove(&uri);
            withdrawn = true;
        }
        shop.publish().await;
        for stem in ["category/tech", "all"] {
            for form in ["atom", "rss", "json"] {
                if stem == "all" && form != "atom" {
                    continue;
                }
                let met = shop.walk(stem, form);
                let once: BTreeSet<_> = met.iter().cloned().collect();
                assert_eq!(met.len(), once.len(), "step {step}: {stem}.{form}: one comes twice");
                assert_eq!(once, alive, "step {step}: {stem}.{form}");
            }
        }
        // What is full stays as it is, unless something in it was taken down.
        let now = shop.full_archives();
        if !withdrawn {
            for (path, bytes) in &full {
                assert!(now.get(path) == Some(bytes), "step {step}: {path} changed");
            }
        }
        full = now;
    }
    assert!(full.len() > 100, "{}", full.len());
}

#[tokio::test]
async fn p48_archives_are_the_same_after_thirty_days_of_news() {
    let shop = Shop::open("").await;
    shop.record((0..170).map(|n| Shop::saved(n, n, &["tech"], "text")).collect()).await;
    shop.publish().await;
    let first = shop.full_archives();
    assert_eq!(first.len(), 2 * (4 + 2), "{:?}", first.keys());
    for day in 0..30 {
        let new = (0..5).map(|n| 1_000 + day * 24 + n);
        shop.record(new.map(|n| Shop::saved(n, n, &["tech"], "text")).collect()).await;
        shop.publish().await;
    }
    let last = shop.full_archives();
    for (path, bytes) in first {
        assert!(last[&path] == bytes, "{path} changed");
    }
}

#[tokio::test]
async fn p10_a_new_item_touches_its_own_files_and_no_other() {
    let shop = Shop::open("").await;
    let of = |n: i64| ["a", "b", "c"][n as usize % 3];
    shop.record((0..240).map(|n| Shop::saved(n, n, &[of(n)], "text")).collect()).await;
    shop.publish().await;
    let before = shop.tree();
    let one = Shop::saved(300, 300, &["b"], "text");
    let share = format!("share/{}.html", one.item.id);
    shop.record(vec![one]).await;
    shop.publish().await;
    let mut expect: BTreeSet<String> = [share, "index.html".to_owned()].into();
    for stem in ["category/b", "archive/b/1", "all"] {
        expect.extend(["html", "rss", "atom", "json"].map(|form| format!("{stem}.{form}")));
    }
    expect.extend(["archive/4.html", "archive/4.atom"].map(str::to_owned));
    assert_eq!(shop.changed(&before), expect);
    // A look at the whole folder finds nothing more to do.
    let before = shop.tree();
    shop.publish_with(Care::Folder).await;
    assert_eq!(shop.changed(&before), BTreeSet::new());
}

#[tokio::test]
async fn p07_an_edit_moves_its_own_date_and_no_archive() {
    let shop = Shop::open("").await;
    shop.record((0..130).map(|n| Shop::saved(n, n, &["tech"], "text")).collect()).await;
    shop.publish().await;
    let before = shop.tree();
    shop.edit("tag:s:129", 1).await;
    shop.publish().await;
    let id = Shop::saved(129, 0, &[], "").item.id;
    let mut expect: BTreeSet<String> = BTreeSet::new();
    expect.insert(format!("share/{id}.html"));
    for stem in ["category/tech", "all"] {
        expect.extend(["html", "rss", "atom", "json"].map(|form| format!("{stem}.{form}")));
    }
    expect.remove("category/tech.html");
    expect.remove("all.html");
    let changed = shop.changed(&before);
    assert!(changed.is_superset(&expect), "{changed:?}");
    assert!(changed.iter().all(|path| !path.starts_with("archive/")), "{changed:?}");
    // One in a full archive document changes on its own page alone.
    let before = shop.tree();
    shop.edit("tag:s:3", 2).await;
    shop.publish().await;
    let id = Shop::saved(3, 0, &[], "").item.id;
    assert_eq!(shop.changed(&before), BTreeSet::from([format!("share/{id}.html")]));
}

#[tokio::test]
async fn a_small_feed_is_complete_and_a_large_one_leads_on() {
    let shop = Shop::open("").await;
    shop.record((0..50).map(|n| Shop::saved(n, n, &["tech"], "text")).collect()).await;
    shop.publish().await;
    let atom = shop.read("category/tech.atom");
    assert!(atom.contains("<fh:complete/>") && !atom.contains("archive"), "{atom}");
    shop.record((50..101).map(|n| Shop::saved(n, n, &["tech"], "text")).collect()).await;
    shop.publish().await;
    let atom = shop.read("category/tech.atom");
    let base = "https://news.example/";
    let link = |rel: &str, at: &str| {
        format!("<link rel=\"{rel}\" type=\"application/atom+xml\" href=\"{base}{at}\"/>")
    };
    assert!(!atom.contains("fh:complete"));
    assert!(atom.contains(&link("prev-archive", "archive/tech/2.atom")), "{atom}");
    let first = shop.read("archive/tech/1.atom");
    assert!(first.contains("<fh:archive/>") && !first.contains("prev-archive"), "{first}");
    assert!(first.contains(&link("self", "archive/tech/1.atom")));
    assert!(first.contains(&link("current", "category/tech.atom")));
    assert!(first.contains(&link("next-archive", "archive/tech/2.atom")));
    let second = shop.read("archive/tech/2.atom");
    assert!(second.contains(&link("prev-archive", "archive/tech/1.atom")));
    assert!(!second.contains("next-archive"));
    let rss = shop.read("category/tech.rss");
    let expect = format!("type=\"application/rss+xml\" href=\"{base}archive/tech/2.rss\"/>");
    assert!(rss.contains("<atom:link rel=\"prev-archive\"") && rss.contains(&expect), "{rss}");
    let json: serde_json::Value = serde_json::from_str(&shop.read("category/tech.json")).unwrap();
    assert_eq!(json["next_url"], format!("{base}archive/tech/2.json"));
    // For people: a way back, page by page, and home again.
    let page = shop.read("category/tech.html");
    assert!(page.contains("href=\"../archive/tech/2.html\" rel=\"next\""), "{page}");
    let page = shop.read("archive/tech/1.html");
    assert!(page.contains("href=\"../../archive/tech/2.html\" rel=\"prev\""), "{page}");
    assert!(page.contains("href=\"../../category/tech.html\" rel=\"first\""), "{page}");
    assert!(page.contains("href=\"https://news.example/category/tech.atom\""), "{page}");
}

#[tokio::test]
async fn what_a_rule_withholds_leaves_its_archive_and_comes_back_to_its_place() {
    let shop = Shop::open("").await;
    shop.record((0..120).map(|n| Shop::saved(n, n, &["tech"], "text")).collect()).await;
    shop.publish().await;
    let before = shop.tree();
    let withheld = Withheld { kept: Kept::Dropped, rule: "r".into() };
    let dropped =
        |n| Saved { withheld: Some(withheld.clone()), ..Shop::saved(n, n, &["tech"], "text") };
    shop.record(vec![dropped(3), dropped(119)]).await;
    shop.publish().await;
    for stem in ["category/tech", "all"] {
        let met = shop.walk(stem, "atom");
        assert_eq!(met.len(), 118, "{stem}");
        assert!(!met.iter().any(|id| id == "tag:s:3" || id == "tag:s:119"), "{stem}");
    }
    let page = |n: i64| format!("share/{}.html", Shop::saved(n, 0, &[], "").item.id);
    assert!(!shop.path(&page(3)).exists() && !shop.path(&page(119)).exists());
    shop.record([3, 119].map(|n| Shop::saved(n, n, &["tech"], "text")).into()).await;
    shop.publish().await;
    assert!(shop.path(&page(3)).exists());
    assert_eq!(shop.walk("category/tech", "atom").len(), 120);
    assert_eq!(shop.walk("all", "atom").len(), 120);
    for (path, (bytes, _)) in shop.tree() {
        assert!(before[&path].0 == bytes, "{path} is not as it was");
    }
}

#[tokio::test]
async fn two_categories_that_become_one_have_one_history() {
    let mut shop = Shop::open("").await;
    shop.record((0..70).map(|n| Shop::saved(n, n, &["tech"], "text")).collect()).await;
    shop.record((60..140).map(|n| Shop::saved(n, n, &["it"], "text")).collect()).await;
    shop.publish().await;
    assert_eq!(shop.walk("category/it", "atom").len(), 80);
    shop.reconfigure(
        "https://news.example/",
        "[[category]]\nid = \"tech\"\nslug = \"tech\"\naliases = [\"it\"]\n",
    );
    shop.publish().await;
    let met = shop.walk("category/tech", "atom");
    assert_eq!(met.iter().collect::<BTreeSet<_>>().len(), 140);
    assert_eq!(met.len(), 140);
    let old = |path: &String| path.starts_with("category/it.") || path.starts_with("archive/it/");
    assert_eq!(shop.tree().into_keys().filter(old).collect::<Vec<_>>(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_taken_down_is_gone_and_never_comes_back() {
    let shop = Shop::open("").await;
    let secret = "a word that must not stay";
    let mut items: Vec<_> = (0..120).map(|n| Shop::saved(n, n, &["tech"], "text")).collect();
    for n in [5, 115] {
        items[n] = Shop::saved(n as i64, n as i64, &["tech", "art"], secret);
    }
    shop.record(items).await;
    shop.publish().await;
    for uri in ["tag:s:5", "tag:s:115"] {
        shop.withdraw(uri).await;
    }
    shop.publish().await;
    for (path, (bytes, _)) in shop.tree() {
        assert!(!String::from_utf8_lossy(&bytes).contains(secret), "{path}");
    }
    shop.store.scrub().await.unwrap();
    assert!(!shop.store_holds(secret), "the database keeps it");
    let tomb =
        |uri: &str| format!("<at:deleted-entry ref=\"{uri}\" when=\"2026-11-23T00:00:00Z\"/>");
    for path in ["category/tech.atom", "category/art.atom", "all.atom"] {
        let atom = shop.read(path);
        assert!(atom.contains(&tomb("tag:s:5")) && atom.contains(&tomb("tag:s:115")), "{path}");
    }
    let archive = shop.read("archive/tech/1.atom");
    assert!(archive.contains(&tomb("tag:s:5")) && !archive.contains("<id>tag:s:5</id>"));
    assert_eq!(shop.walk("category/tech", "atom").len(), 118);
    // Under its key, under another key with the same link, or with the link written otherwise.
    let mut other = Shop::saved(900, 900, &["tech"], secret);
    other.item.link = Some("http://www.blog.example/5/?utm_source=x#top".into());
    shop.record(vec![Shop::saved(5, 5, &["tech"], secret), other]).await;
    shop.publish().await;
    assert_eq!(shop.walk("category/tech", "atom").len(), 118);
    let keys = shop.barred(&[5, 6, 115]).await;
    assert_eq!(keys, ["key 115", "key 5"].map(str::to_owned).into());
    // Until the operator thinks better of it.
    let id = Shop::saved(5, 0, &[], "").item.id;
    assert!(shop.store.readmit(&id).await.unwrap());
    shop.publish().await;
    assert!(!shop.read("category/tech.atom").contains(&tomb("tag:s:5")));
    shop.record(vec![Shop::saved(5, 5, &["tech"], "tame")]).await;
    shop.publish().await;
    assert_eq!(shop.walk("category/tech", "atom").len(), 119);
    assert_eq!(shop.walk("all", "atom").len(), 119);
    assert!(shop.store.item(&ItemId::new(id.as_str())).await.unwrap().is_some());
}

#[tokio::test]
async fn a_foreign_file_stays_and_a_lost_one_comes_back() {
    let shop = Shop::open("").await;
    shop.record((0..120).map(|n| Shop::saved(n, n, &["tech"], "text")).collect()).await;
    shop.publish().await;
    std::fs::write(shop.path("notes.txt"), "theirs").unwrap();
    std::fs::create_dir(shop.path("category/more")).unwrap();
    std::fs::write(shop.path("category/more/x.html"), "theirs").unwrap();
    let before = shop.tree();
    for lost in ["archive/tech/1.rss", "archive/1.atom", "style.css", "category/tech.html"] {
        std::fs::remove_file(shop.path(lost)).unwrap();
    }
    shop.publish_with(Care::Folder).await;
    let after = shop.tree();
    let bytes = |tree: &shop::Tree| -> BTreeMap<String, Vec<u8>> {
        tree.iter().map(|(path, (bytes, _))| (path.clone(), bytes.clone())).collect()
    };
    assert_eq!(bytes(&after), bytes(&before));
    assert_eq!(shop.read("notes.txt"), "theirs");
}

#[tokio::test]
async fn p52_dates_outside_of_all_reason_leave_the_order_sane() {
    let shop = Shop::open("").await;
    shop.record((0..60).map(|n| Shop::saved(n, n, &["tech"], "text")).collect()).await;
    let mut late = Shop::saved(70, 0, &["tech"], "text");
    late.item.published = at(-3_000_000);
    shop.record(vec![late]).await;
    shop.publish().await;
    assert_eq!(shop.walk("category/tech", "rss").len(), 61);
    assert!(shop.read("archive/tech/1.atom").contains("<id>tag:s:70</id>"));
}
