//! Guards what becomes of a story when those who tell it change: taken down, forgotten, rewritten,
//! dropped by a rule, united and parted again by the settings.

use serde_json::Value;

use crate::house::{House, all_due};
use crate::origin::{Origin, Reply, reply};

const TEXT: &str = "The ferry across the river will run at night again from next month, the harbour \
    office said on Monday. The last boat leaves the north bank at half past eleven. Workers on the \
    late shift had to drive thirty kilometres to the bridge since the night boats stopped. Four \
    boats have been repaired, each for two hundred people and forty bicycles. The fare stays at two \
    crowns. The owner of a noodle shop at the quay said that evenings had been empty without them.";
const OTHER: &str = "A circus has pitched its tents in the meadow behind the tannery and stays for a \
    week. Children pay half, and whoever brings a bale of hay for the camels pays nothing at all. On \
    Sunday the rope walkers want to cross the weir, if the wind lets them and the mayor does, too. \
    The baker next door has made rolls in the form of elephants, and sold all of them before ten.";

/// When a page was published.
const DATE: &str = "<meta property=\"article:published_time\" content=\"2026-11-03T15:00:00Z\">";

fn feed(title: &str, items: &[(&str, &str, &str)]) -> Reply {
    dated(title, "Tue, 03 Nov 2026 10:00:00 GMT", items)
}

fn dated(title: &str, date: &str, items: &[(&str, &str, &str)]) -> Reply {
    let item = |(guid, title, body): &(&str, &str, &str)| {
        format!(
            "<item><title>{title}</title><guid isPermaLink=\"false\">{guid}</guid>\
             <link>https://{guid}.example/a</link><pubDate>{date}</pubDate>\
             <description>{body}</description></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    reply(200).body(format!(
        "<rss version=\"2.0\"><channel><title>{title}</title>{items}</channel></rss>"
    ))
}

fn source(origin: &Origin, name: &str, more: &str) -> String {
    format!(
        "[[category]]\nid = \"of-{name}\"\n[[source]]\nid = \"{name}\"\nurl = \"{}\"\n\
         categories = [\"of-{name}\"]\n{more}\n",
        origin.url(&format!("/{name}"))
    )
}

fn two(origin: &Origin, more: &str) -> String {
    format!("{more}{}{}", source(origin, "gazette", ""), source(origin, "courier", ""))
}

/// The gazette has it first, the courier a little later with a frame.
fn town() -> Origin {
    let framed = format!("From our partners. {TEXT} Share this with a friend.");
    Origin::start([
        ("GET /gazette", vec![feed("Gazette", &[("g", "Night ferry returns", TEXT)])]),
        (
            "GET /courier",
            vec![dated(
                "Courier",
                "Tue, 03 Nov 2026 12:00:00 GMT",
                &[("c", "Boats by night", &framed)],
            )],
        ),
    ])
}

fn id_of(house: &House, at: usize) -> String {
    let feed = house.json("all.json");
    let url = feed["items"][at]["_finews"]["share"].as_str().unwrap_or_default().to_owned();
    let path = url.rsplit('/').next().unwrap_or_default();
    path.trim_end_matches(".html").to_owned()
}

fn share(house: &House) -> Vec<String> {
    let entries = std::fs::read_dir(house.path("feeds/share"));
    let mut names: Vec<String> = entries
        .map(|all| all.map(|one| one.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

#[test]
fn preview_shows_what_is_decided_of_a_story_and_why() {
    let framed = format!("<article><h1>Boats by night</h1><p>{TEXT}</p></article>");
    let origin = town();
    origin.on(
        "GET /boats.html",
        [reply(200).header("Content-Type", "text/html; charset=utf-8").body(format!(
            "<html><head>{DATE}<title>Boats by night</title></head>{framed}</html>"
        ))],
    );
    origin.on(
        "GET /circus.html",
        [reply(200).header("Content-Type", "text/html; charset=utf-8").body(format!(
            "<html><head>{DATE}<title>Circus</title></head><article><h1>Circus</h1><p>{OTHER}</p></article>"
        ))],
    );
    let gazette = source(&origin, "gazette", "");
    let house = House::new(&gazette);
    let page = origin.url("/boats.html");
    let args = ["preview", page.as_str(), "--allow-private", "127.0.0.1/32"];
    let alone = house.good(&args).out;
    assert!(!alone.contains("  story:"), "nothing is kept yet: {alone}");
    house.good(&["fetch"]);
    let tree = house.tree();
    let told = house.good(&args).out;
    assert_eq!(house.tree(), tree);
    assert!(told.contains("  story:      one with `Night ferry returns` (gazette "), "{told}");
    assert!(told.contains("  shown:      `Night ferry returns` (gazette "), "{told}");
    assert!(told.contains(": published first"), "{told}");
    assert!(told.contains(": the same story, 1.00: "), "{told}");
    let json = house.good(&[&args[..], &["--json"]].concat()).out;
    let json: Value = serde_json::from_str(&json).unwrap();
    let story = &json["entries"][0]["story"];
    assert_eq!(story["compared"][0]["same"], true, "{story}");
    assert_eq!(story["story"]["name"], id_of(&house, 0), "{story}");
    assert_eq!(story["story"]["out"], true, "{story}");
    // By another setting the newcomer would be shown, under the name that is out.
    house.reconfigure(&format!("[stories]\nprefer = \"longest\"\nupgrade = true\n{gazette}"));
    let longest = format!("{TEXT} The harbour office counts the passengers until spring.");
    let body =
        format!("<html><head>{DATE}<title>Boats</title></head><article><p>{longest}</p></article>");
    origin.on("GET /boats.html", [reply(200).header("Content-Type", "text/html").body(body)]);
    let told = house.good(&args).out;
    assert!(told.contains("  shown:      `Boats` ("), "{told}");
    assert!(told.contains("the longest text ("), "{told}");
    assert!(told.contains("the address of the other one is out, and stays"), "{told}");
    let page = origin.url("/circus.html");
    let told = house.good(&["preview", page.as_str(), "--allow-private", "127.0.0.1/32"]).out;
    assert!(
        told.contains("  story:      its own: nothing that is kept, published within 168 hours"),
        "{told}"
    );
    // What a source lists, and what is kept already.
    house.reconfigure(&two(&origin, ""));
    let told = house.good(&["preview", "courier"]).out;
    assert!(told.contains("  story:      one with `Night ferry returns` (gazette "), "{told}");
    house.good(&["fetch"]);
    let told = house.good(&["preview", "gazette"]).out;
    assert!(told.contains("  story:      one with `Boats by night` (courier "), "{told}");
    house.reconfigure(&two(&origin, "[stories]\nunite = false\n"));
    let told = house.good(&["preview", "gazette"]).out;
    assert!(told.contains("  story:      its own: `unite` is off"), "{told}");
    house.reconfigure(&two(&origin, ""));
    house.good(&["publish"]);
    assert_eq!(house.titles("all.json").len(), 1, "nothing was kept of what was previewed");
}

#[test]
fn a_story_that_was_taken_down_is_told_by_nobody_until_it_is_readmitted() {
    let origin = town();
    let house = House::new(&two(&origin, ""));
    house.good(&["fetch"]);
    let head = id_of(&house, 0);
    house.good(&["withdraw", &head]);
    for category in ["all.json", "category/of-gazette.json", "category/of-courier.json"] {
        assert_eq!(house.titles(category), [""; 0], "{category}");
    }
    assert!(house.feed("category/of-courier.atom").contains("deleted-entry"));
    assert_eq!(share(&house), [""; 0]);
    all_due(&house);
    let third = source(&origin, "herald", "");
    origin.on("GET /herald", [feed("Herald", &[("h", "Ferry at night", TEXT)])]);
    house.reconfigure(&format!("{}{third}", two(&origin, "")));
    all_due(&house);
    assert_eq!(house.titles("all.json"), [""; 0], "a late reprint is not shown either");
    house.good(&["withdraw", "--undo", &head]);
    house.good(&["publish"]);
    assert_eq!(house.titles("all.json").len(), 1, "somebody tells it");
    for category in ["of-courier", "of-herald"] {
        assert_eq!(house.titles(&format!("category/{category}.json")).len(), 1, "{category}");
    }
    all_due(&house);
    assert_eq!(house.titles("all.json").len(), 1, "and it comes back once");
    assert_eq!(house.titles("category/of-gazette.json").len(), 1);
}

#[test]
fn a_member_that_was_taken_down_takes_its_category_along() {
    let origin = town();
    let house = House::new(&two(&origin, ""));
    house.good(&["fetch"]);
    assert_eq!(house.titles("category/of-courier.json").len(), 1);
    house.good(&["withdraw", "https://c.example/a"]);
    assert_eq!(house.titles("all.json"), ["Night ferry returns"]);
    assert_eq!(house.titles("category/of-gazette.json").len(), 1);
    assert_eq!(house.titles("category/of-courier.json"), [""; 0]);
    assert!(house.json("all.json")["items"][0]["_finews"]["also"].is_null());
    let tree = house.tree();
    all_due(&house);
    assert_eq!(house.tree(), tree);
}

#[test]
fn a_story_goes_on_in_the_words_of_whoever_keeps_them() {
    let origin = town();
    let sources = |gazette: &str, courier: &str| {
        let gazette = source(&origin, "gazette", gazette);
        format!("{gazette}{}", source(&origin, "courier", courier))
    };
    let house = House::new(&sources("", ""));
    house.good(&["fetch"]);
    let head = id_of(&house, 0);
    house.reconfigure(&sources("keep = { days = 1 }", ""));
    all_due(&house);
    assert_eq!(house.titles("all.json"), ["Boats by night"]);
    assert_eq!(id_of(&house, 0), head, "the name is for ever");
    assert_eq!(house.titles("category/of-gazette.json"), ["Boats by night"]);
    assert!(house.feed(&format!("share/{head}.html")).contains("From our partners"));
    let tree = house.tree();
    all_due(&house);
    assert_eq!(house.tree(), tree, "nothing comes back");
    house.reconfigure(&sources("keep = { days = 1 }", "keep = { days = 1 }"));
    all_due(&house);
    assert_eq!(house.titles("all.json"), [""; 0]);
    assert_eq!(share(&house), [""; 0]);
    // A late reprint of what is forgotten is no news.
    let third = source(&origin, "herald", "");
    origin.on("GET /herald", [feed("Herald", &[("h", "Ferry at night", TEXT)])]);
    let both = sources("keep = { days = 1 }", "keep = { days = 1 }");
    house.reconfigure(&format!("{both}{third}"));
    all_due(&house);
    assert_eq!(house.titles("all.json"), [""; 0]);
}

#[test]
fn an_edit_that_makes_another_story_of_it_is_published_for_itself() {
    let origin = town();
    let house = House::new(&two(&origin, ""));
    house.good(&["fetch"]);
    let courier = |title: &str, text: &str| {
        origin.on(
            "GET /courier",
            [dated("Courier", "Tue, 03 Nov 2026 12:00:00 GMT", &[("c", title, text)])],
        );
        all_due(&house);
    };
    courier("Boats by night!", &format!("{TEXT} The first boat is called Swan."));
    assert_eq!(house.titles("all.json"), ["Night ferry returns"], "still the same story");
    courier("A circus in the meadow", OTHER);
    assert_eq!(house.titles("all.json"), ["A circus in the meadow", "Night ferry returns"]);
    assert_eq!(house.titles("category/of-courier.json"), ["A circus in the meadow"]);
    assert_eq!(house.titles("category/of-gazette.json"), ["Night ferry returns"]);
    assert_eq!(house.good(&["reroute"]).out, "2 items looked at, 0 change\n");
}

#[test]
fn an_edit_of_the_one_that_stands_for_it_makes_no_news_of_the_others() {
    let origin = town();
    let house = House::new(&two(&origin, ""));
    house.good(&["fetch"]);
    origin.on("GET /gazette", [feed("Gazette", &[("g", "A circus in the meadow", OTHER)])]);
    all_due(&house);
    assert_eq!(house.titles("all.json"), ["A circus in the meadow"]);
    let text = format!("{TEXT} A word was corrected in this text of the courier.");
    origin.on(
        "GET /courier",
        [dated("Courier", "Tue, 03 Nov 2026 12:00:00 GMT", &[("c", "Boats by night", &text)])],
    );
    all_due(&house);
    assert_eq!(house.titles("all.json"), ["A circus in the meadow"], "they had it before");
}

#[test]
fn what_a_rule_keeps_back_tells_no_story() {
    let origin = town();
    let rule = "[[rule]]\nname = \"no gazette\"\nwhen = { source = \"gazette\" }\ndrop = true\n";
    let house = House::new(&two(&origin, rule));
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json"), ["Boats by night"], "another one tells it");
    house.reconfigure(&two(&origin, ""));
    house.good(&["reroute"]);
    assert_eq!(house.titles("all.json").len(), 1, "and with the rule gone it is still one");
    assert_eq!(house.titles("category/of-gazette.json").len(), 1);
    // The rule comes when the story is out: the next one takes over.
    let house = House::new(&two(&origin, ""));
    house.good(&["fetch"]);
    let head = id_of(&house, 0);
    house.reconfigure(&two(&origin, rule));
    house.good(&["reroute"]);
    assert_eq!(house.titles("all.json"), ["Boats by night"]);
    assert_eq!(house.titles("category/of-courier.json"), ["Boats by night"]);
    assert_eq!(house.titles("category/of-gazette.json"), [""; 0]);
    assert!(!share(&house).contains(&format!("{head}.html")));
    assert_eq!(house.good(&["reroute"]).out, "2 items looked at, 0 change\n");
    // And the rule for the other one, who is among those that are not shown.
    let rule = rule.replace("gazette", "courier");
    let house = House::new(&two(&origin, ""));
    house.good(&["fetch"]);
    house.reconfigure(&two(&origin, &rule));
    house.good(&["reroute"]);
    assert_eq!(house.titles("all.json"), ["Night ferry returns"]);
    assert_eq!(house.titles("category/of-courier.json"), [""; 0]);
    assert!(house.json("all.json")["items"][0]["_finews"]["also"].is_null());
}

#[test]
fn reroute_unites_and_parts_what_is_kept() {
    let origin = town();
    let house = House::new(&two(&origin, "[stories]\nunite = false\n"));
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json").len(), 2);
    let [late, first] = [id_of(&house, 0), id_of(&house, 1)];
    house.reconfigure(&two(&origin, ""));
    let tree = house.tree();
    let dry = house.good(&["reroute", "--dry-run"]).out;
    let word = format!("{late} courier: Boats by night: becomes one with {first}: ");
    assert!(dry.contains(&word), "{dry}");
    assert_eq!(house.tree(), tree);
    house.good(&["reroute"]);
    assert_eq!(house.titles("all.json"), ["Night ferry returns"]);
    for category in ["of-gazette", "of-courier"] {
        assert_eq!(house.titles(&format!("category/{category}.json")), ["Night ferry returns"]);
    }
    let also = house.json("all.json")["items"][0]["_finews"]["also"].clone();
    assert_eq!(also[0]["url"], "https://c.example/a");
    assert_eq!(share(&house), [format!("{first}.html")], "one page, the other one leads to it");
    assert_eq!(house.good(&["reroute"]).out, "2 items looked at, 0 change\n");
    let tree = house.tree();
    all_due(&house);
    assert_eq!(house.tree(), tree);
    house.reconfigure(&two(&origin, "[stories]\nunite = false\n"));
    assert!(house.good(&["reroute"]).out.contains("stands for itself: `unite` is off"));
    assert_eq!(house.titles("all.json"), ["Boats by night", "Night ferry returns"]);
    assert_eq!(house.titles("category/of-courier.json"), ["Boats by night"]);
    assert_eq!(share(&house).len(), 2);
    assert_eq!(house.good(&["reroute"]).out, "2 items looked at, 0 change\n");
}

#[test]
fn reroute_of_a_story_changes_nothing_where_the_rules_are_the_same() {
    let origin = town();
    let house = House::new(&two(&origin, ""));
    house.good(&["fetch"]);
    let tree = house.tree();
    assert_eq!(house.good(&["reroute", "--dry-run"]).out, "2 items looked at, 0 change\n");
    assert_eq!(house.good(&["reroute"]).out, "2 items looked at, 0 change\n");
    assert_eq!(house.tree(), tree);
    // A category for one of them is a category of the story.
    let rule = "[[category]]\nid = \"river\"\n[[rule]]\nwhen = { source = \"courier\" }\n\
        add = \"river\"\n";
    house.reconfigure(&two(&origin, rule));
    let out = house.good(&["reroute"]).out;
    assert!(out.contains("  river: +1 −0\n"), "{out}");
    assert_eq!(house.titles("category/river.json"), ["Night ferry returns"]);
    house.reconfigure(&two(&origin, ""));
    house.good(&["reroute"]);
    assert_eq!(house.titles("category/of-courier.json"), ["Night ferry returns"]);
    assert_eq!(house.titles("category/of-gazette.json"), ["Night ferry returns"]);
}

#[test]
fn categories_united_and_taken_back_lose_no_member() {
    let origin = town();
    let settings = |more: &str| {
        let of = |name: &str| {
            let url = origin.url(&format!("/{name}"));
            format!(
                "[[source]]\nid = \"{name}\"\nurl = \"{url}\"\nmedium = \"of-{name}\"\n\
                 categories = [\"{{medium}}\"]\n"
            )
        };
        format!("{more}{}{}", of("gazette"), of("courier"))
    };
    let house = House::new(&settings(""));
    house.good(&["fetch"]);
    let titles = |category: &str| house.titles(&format!("category/{category}.json"));
    let aliases = "[[category]]\nid = \"of-gazette\"\naliases = [\"of-courier\"]\n";
    house.reconfigure(&settings(aliases));
    house.good(&["reroute"]);
    assert_eq!(titles("of-gazette"), ["Night ferry returns"]);
    assert!(!house.path("feeds/category/of-courier.json").exists());
    assert_eq!(house.good(&["reroute"]).out, "2 items looked at, 0 change\n");
    house.reconfigure(&settings(""));
    house.good(&["reroute"]);
    for category in ["of-gazette", "of-courier"] {
        assert_eq!(titles(category), ["Night ferry returns"], "{category}");
    }
    assert_eq!(house.good(&["reroute"]).out, "2 items looked at, 0 change\n");
}

#[test]
fn what_leaves_a_category_leaves_its_archive() {
    let many: Vec<(String, String)> =
        (0..90).map(|n| (format!("n{n}"), format!("Notice {n} of berth {}", n * 7))).collect();
    let item = |(at, (guid, title)): (usize, &(String, String))| {
        format!(
            "<item><title>{title}</title><guid isPermaLink=\"false\">{guid}</guid>\
             <pubDate>Mon, 02 Nov 2026 {:02}:{:02}:00 GMT</pubDate><description>Closed.\
             </description></item>",
            at / 60,
            at % 60
        )
    };
    let items: String = many.iter().enumerate().map(item).collect();
    let body = format!("<rss version=\"2.0\"><channel><title>G</title>{items}</channel></rss>");
    let origin = Origin::start([("GET /gazette", vec![reply(200).body(body)])]);
    let settings = |keep: &str| {
        let source = source(&origin, "gazette", "");
        let source = source.replacen("\n[[source]]", &format!("\n{keep}\n[[source]]"), 1);
        format!("[publish]\nitems = 10\n{source}")
    };
    let house = House::new(&settings(""));
    house.good(&["fetch"]);
    let walk = |house: &House, stem: &str| {
        let mut titles = house.titles(&format!("{stem}.json"));
        let next = |feed: &str| {
            let mut links = feed.match_indices("rel=\"prev-archive\"");
            let at = links.next()?.0;
            let start = at + feed[at..].find("href=\"")? + 6;
            let end = start + feed[start..].find('"')?;
            Some(feed[start..end].trim_start_matches("https://news.example/").to_owned())
        };
        let mut feed = house.feed(&format!("{stem}.atom"));
        while let Some(path) = next(&feed) {
            titles.extend(house.titles(&path.replace(".atom", ".json")));
            feed = house.feed(&path);
        }
        titles
    };
    assert_eq!(walk(&house, "category/of-gazette").len(), 90);
    house.reconfigure(&settings("keep = { items = 30 }"));
    all_due(&house);
    let kept = walk(&house, "category/of-gazette");
    assert_eq!(kept.len(), 30, "{kept:?}");
    assert!(kept.contains(&"Notice 60 of berth 420".to_owned()), "{kept:?}");
    house.reconfigure(&settings(""));
    house.good(&["reroute"]);
    let mut back = walk(&house, "category/of-gazette");
    back.sort();
    back.dedup();
    assert_eq!(back.len(), 90, "each once, in its old place");
}

#[test]
fn a_search_finds_a_story_once_by_the_words_of_all() {
    let origin = town();
    let house = House::new(&two(&origin, ""));
    house.good(&["fetch"]);
    let found = |query: &str| {
        let out = house.good(&["search", query, "--json"]).out;
        out.lines().filter(|line| !line.is_empty()).count()
    };
    assert_eq!(found("noodle"), 1);
    assert_eq!(found("partners"), 1, "only the other one says so");
    assert_eq!(found("circus"), 0);
}

#[test]
fn pages_are_asked_for_as_far_as_there_is_news_whatever_the_keys_are() {
    let page = |round: usize, numbers: std::ops::Range<usize>| {
        let item = |n: usize| {
            let title = format!("Notice {n} of the berths at the old quay");
            format!(
                "{{\"id\":\"{round}-{n}\",\"url\":\"https://q.example/{}\",\"title\":\"{title}\",\
                 \"content_text\":\"Berth {n} is closed.\"}}",
                n + 70_000
            )
        };
        let items: Vec<String> = numbers.map(item).collect();
        let body = format!("{{\"items\":[{}]}}", items.join(","));
        reply(200).header("Content-Type", "application/json").body(body)
    };
    let origin = Origin::start([]);
    let set = |round: usize| {
        for n in 0..4 {
            let at = format!("GET /list?page={}", n + 1);
            origin.on(&at, [page(round, n * 5..(n + 1) * 5)]);
        }
    };
    let url = origin.url("/list?page=").to_string() + "{page}";
    let house = House::new(&format!(
        "[[source]]\nid = \"p\"\nkind = \"api\"\nurl = \"{url}\"\n[source.list]\n\
         items = \"$.items[*]\"\nguid = \"$.id\"\ntitle = \"$.title\"\nlink = \"$.url\"\n\
         body = \"$.content_text\"\npages = {{ most = 4 }}\n"
    ));
    set(1);
    house.good(&["fetch"]);
    assert_eq!((origin.requests().len(), house.titles("all.json").len()), (4, 20));
    set(2);
    all_due(&house);
    assert_eq!((origin.requests().len(), house.titles("all.json").len()), (5, 20), "new keys");
    house.good(&["withdraw", "https://q.example/70002"]);
    all_due(&house);
    assert_eq!((origin.requests().len(), house.titles("all.json").len()), (6, 19), "one is gone");
}

#[test]
fn two_lists_that_name_an_article_by_two_ids_bring_one_item() {
    let origin = Origin::start([]);
    let list = |guid: &str, title: &str| {
        let date = "Tue, 03 Nov 2026 10:00:00 GMT";
        let item = format!(
            "<item><title>{title}</title><guid isPermaLink=\"false\">{guid}</guid><link>\
             https://q.example/a/7</link><pubDate>{date}</pubDate><description>{TEXT}</description>\
             </item>"
        );
        reply(200)
            .body(format!("<rss version=\"2.0\"><channel><title>Q</title>{item}</channel></rss>"))
    };
    origin.on("GET /rolling", [list("7001", "Night ferry returns")]);
    origin.on("GET /medium", [list("NW7001", "Night ferry returns")]);
    let part = |name: &str| {
        let url = origin.url(&format!("/{name}"));
        format!("[[source.list]]\nname = \"{name}\"\nurl = \"{url}\"\ncategories = [\"{name}\"]\n")
    };
    let house = House::new(&format!(
        "[stories]\nunite = false\n[[category]]\nid = \"rolling\"\n[[category]]\n\
         id = \"medium\"\n[[source]]\nid = \"q\"\n{}{}",
        part("rolling"),
        part("medium")
    ));
    house.good(&["fetch"]);
    for feed in ["all.json", "category/rolling.json", "category/medium.json"] {
        assert_eq!(house.titles(feed), ["Night ferry returns"], "{feed}");
    }
    let tree = house.tree();
    all_due(&house);
    assert_eq!(house.tree(), tree);
    origin.on("GET /medium", [list("NW7001", "Night ferry is back")]);
    all_due(&house);
    assert_eq!(house.titles("all.json").len(), 1);
}

/// Two items of one source, kept before they were known to be one.
#[tokio::test]
async fn reroute_unites_two_items_of_a_source_that_have_one_key_today() {
    use std::sync::Arc;

    use finews::config::{self, Outside};
    use finews::fetch::{Fetcher, Manners};
    use finews::model::{Entry, ItemId, Original, SourceId, Text};
    use finews::refresh::{self, Bells, Made, Maker, Stop, World};
    use finews::store::{Kept, Store};

    let text = "[site]\ntitle = \"t\"\nurl = \"https://t.example/\"\n[[source]]\nid = \"s\"\n\
        url = \"https://s.example/feed\"\n";
    let world = World {
        settings: Arc::new(config::parse(text, &Outside::NOTHING).unwrap()),
        fetcher: Arc::new(Fetcher::new(Manners::new("t")).unwrap()),
        authority: "t.example,2026".into(),
        stop: Stop::default(),
        bells: Bells::default(),
        renderer: None,
        news: None,
    };
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("finews.db")).await.unwrap();
    let now = "2026-11-20T00:00:00Z".parse().unwrap();
    let source = Arc::new(world.settings.sources[0].clone());
    let entry = |guid: &str, title: &str| Entry {
        guid: Some(guid.into()),
        link: Some("https://s.example/a/7".into()),
        title: Some(Text::Plain(title.into())),
        body: Some(Text::Plain(TEXT.into())),
        published: Some("2026-11-03T10:00:00Z".parse().unwrap()),
        ..Entry::default()
    };
    let keep = async |key: &str, entry: Entry| {
        let original = Original { list: "main".into(), entry, article: None };
        let kept = Kept { original, print: [1; 16], tries: 0, not_before: None };
        let maker = Maker::new(&world, &source, now);
        let made = maker.make(&store, key.to_owned(), None, vec![kept]).await.unwrap();
        let Made::Item(saved, _) = made else { panic!("{made:?}") };
        store.keep(&SourceId::new("s"), now.timestamp(), &[*saved.clone()], &[]).await.unwrap();
        saved.item.id.clone()
    };
    // The same words at the same place and time, and the same own key under another name.
    let first: ItemId = keep("old-7", entry("old-7", "Night ferry returns")).await;
    let second = keep("new-7", entry("new-7", "Night ferry returns")).await;
    let third = keep("an old form of new-7", entry("new-7", "The night ferry")).await;
    store.pending().await.unwrap();
    assert_eq!(store.newest(9).await.unwrap().len(), 3);
    let difference = refresh::difference(&world, &store, now).await.unwrap();
    assert_eq!(difference.stories.len(), 2, "{difference:?}");
    assert!(difference.stories.iter().all(|turn| turn.why.contains("one key")), "{difference:?}");
    refresh::apply(&world, &store, &difference, now).await.unwrap();
    let left = store.newest(9).await.unwrap();
    assert_eq!(left.iter().map(|item| &item.id).collect::<Vec<_>>(), [&first]);
    for item in [&second, &third] {
        assert_eq!(store.head_of(item.as_str()).await.unwrap(), Some(first.clone()));
        assert!(store.item(item).await.unwrap().is_some(), "nothing is lost");
    }
    // What comes under any of the keys is the one that is left.
    let keys = ["old-7", "new-7"];
    let traces = store.traces(&SourceId::new("s"), &keys).await.unwrap();
    assert!(keys.iter().all(|key| traces[*key].item == first), "{traces:?}");
    let again = refresh::difference(&world, &store, now).await.unwrap();
    assert!(again.is_empty(), "{again:?}");
}
