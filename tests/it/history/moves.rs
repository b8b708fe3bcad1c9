//! Categories that are renamed or removed, sites that move, and what their old addresses answer.

use std::collections::BTreeSet;

use super::shop::Shop;
use crate::daemon::{Daemon, header};
use crate::house::House;
use crate::origin::{Origin, reply};

fn ids(text: &str) -> Vec<String> {
    let entries = feed_rs::parser::parse(text.as_bytes()).unwrap().entries;
    entries.into_iter().map(|entry| entry.id).collect()
}

const TECH: &str = "[[category]]\nid = \"tech\"\ntitle = \"Technology\"\nslug = \"tech\"\n";

#[tokio::test]
async fn p05_ids_outlive_a_move_a_renaming_and_a_new_edition() {
    let mut shop = Shop::open(TECH).await;
    shop.record((0..70).map(|n| Shop::saved(n, n, &["tech"], "text")).collect()).await;
    shop.publish().await;
    let before = [ids(&shop.read("category/tech.atom")), ids(&shop.read("archive/tech/1.atom"))];
    let feed_id = |text: &str| feed_rs::parser::parse(text.as_bytes()).unwrap().id;
    let own = feed_id(&shop.read("category/tech.atom"));
    // The site moves to another address, and below a path.
    shop.reconfigure("https://other.example/news/", TECH);
    shop.publish().await;
    assert_eq!(ids(&shop.read("category/tech.atom")), before[0]);
    assert_eq!(feed_id(&shop.read("archive/tech/1.atom")), own);
    // The category is called otherwise, and lies elsewhere.
    let renamed = TECH.replace("Technology", "Machines").replace("slug = \"tech\"", "slug = \"m\"");
    shop.reconfigure("https://other.example/news/", &renamed);
    shop.publish().await;
    assert_eq!(ids(&shop.read("category/m.atom")), before[0]);
    assert_eq!(ids(&shop.read("archive/m/1.atom")), before[1]);
    assert_eq!(feed_id(&shop.read("category/m.atom")), own);
    let tree = shop.tree();
    let old = tree.keys().filter(|path| path.contains("tech"));
    assert_eq!(old.collect::<Vec<_>>(), Vec::<&String>::new(), "nothing of the old address stays");
    let tree = shop.tree();
    shop.store.pend_all().await.unwrap();
    shop.publish().await;
    // What is archived bears the category's name of its day until it is made again.
    let mut others = shop.changed(&tree).into_iter().filter(|path| path != "archive/1.atom");
    if let Some(path) = others.next() {
        let (old, new) = (String::from_utf8_lossy(&tree[&path].0).into_owned(), shop.read(&path));
        let other = old.lines().zip(new.lines()).find(|(old, new)| old != new);
        panic!("{path}: {other:?}");
    }
    let tree = shop.tree();
    shop.store.pend_all().await.unwrap();
    shop.publish().await;
    assert_eq!(shop.changed(&tree), BTreeSet::new(), "the same again");
}

#[tokio::test]
async fn p32_a_removed_category_takes_its_files_along_and_comes_back_whole() {
    let mut shop = Shop::open(TECH).await;
    shop.record((0..70).map(|n| Shop::saved(n, n, &["tech", "art"], "text")).collect()).await;
    shop.publish().await;
    let before = shop.tree();
    shop.reconfigure("https://news.example/", "");
    shop.publish().await;
    let left: Vec<String> = shop.tree().into_keys().filter(|path| path.contains("tech")).collect();
    assert_eq!(left, Vec::<String>::new());
    for (path, (bytes, _)) in shop.tree() {
        let text = String::from_utf8_lossy(&bytes);
        let named = text.contains("category/tech") && !path.starts_with("archive/");
        assert!(!named, "{path} leads to a category that is gone");
    }
    assert_eq!(shop.walk("category/art", "atom").len(), 70);
    shop.reconfigure("https://news.example/", TECH);
    shop.publish().await;
    assert_eq!(shop.walk("category/tech", "atom").len(), 70);
    let paths = |tree: &super::shop::Tree| tree.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(paths(&shop.tree()), paths(&before));
}

const FEED: &str = "<rss version=\"2.0\"><channel><title>Bell</title><item><title>河边的钟</title>\
    <guid>202203092303042960</guid><link>https://bell.example/1</link>\
    <pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate><description>x</description></item>\
    </channel></rss>";

#[test]
fn p32_p44_old_addresses_answer_gone_or_lead_on_in_one_step() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(FEED)])]);
    let source = format!(
        "[[source]]\nid = \"bell\"\nurl = \"{}\"\ncategories = [\"bells\"]\n",
        origin.url("/feed")
    );
    let bells = |slug: &str| format!("[[category]]\nid = \"bells\"\nslug = \"{slug}\"\n{source}");
    let house = House::new(&format!("{}[[category]]\nid = \"odd\"\n", bells("a")));
    house.good(&["fetch", "--all"]);
    for slug in ["b", "c"] {
        house.reconfigure(&bells(slug));
        house.good(&["publish"]);
    }
    let share = house.json("category/c.json")["items"][0]["_finews"]["share"].clone();
    let share = share.as_str().unwrap().strip_prefix("https://news.example").unwrap().to_owned();
    {
        let daemon = Daemon::start(&house);
        for (old, now) in [
            ("/category/a.atom", "/category/c.atom"),
            ("/category/b.rss", "/category/c.rss"),
            ("/archive/a/1.atom", "/archive/c/1.atom"),
        ] {
            let (head, _) = daemon.get(old, "");
            assert!(head.starts_with("HTTP/1.1 301"), "{old}: {head}");
            assert_eq!(header(&head, "location"), now, "{old}");
        }
        for gone in ["/category/odd.atom", "/category/odd.html"] {
            assert!(daemon.get(gone, "").0.starts_with("HTTP/1.1 410"), "{gone}");
        }
        assert!(daemon.get(&share, "").0.starts_with("HTTP/1.1 200"));
        assert!(daemon.get("/share/none.html", "").0.starts_with("HTTP/1.1 404"));
    }
    // Taken down by the address that somebody complained of.
    let address = format!("https://news.example{share}");
    house.good(&["withdraw", &address, "--why", "asked to"]);
    assert_eq!(house.titles("all.json"), Vec::<String>::new());
    let list = house.good(&["withdraw"]);
    assert!(list.out.contains("https://bell.example/1: asked to"), "{list:?}");
    house.good(&["fetch", "--all"]);
    assert_eq!(house.titles("all.json"), Vec::<String>::new(), "it does not come back");
    {
        let daemon = Daemon::start(&house);
        for gone in [&*share, "/html_News/NewsShare.html?infoCode=NW202203092303042960"] {
            assert!(daemon.get(gone, "").0.starts_with("HTTP/1.1 410"), "{gone}");
        }
    }
    let wrong = house.run(&["withdraw", "https://bell.example/2"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    house.good(&["withdraw", "--undo", "https://bell.example/1"]);
    house.good(&["fetch", "--all"]);
    assert_eq!(house.titles("all.json"), ["河边的钟"]);
    assert!(house.path(&format!("feeds{share}")).exists(), "under its old name");
}
