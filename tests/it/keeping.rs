//! Guards what is forgotten and what never is.

use crate::house::{House, all_due};
use crate::origin::{Origin, reply};

fn item(n: u32, year: u32) -> String {
    format!(
        "<item><title>Title {n}</title><guid isPermaLink=\"false\">g{n}</guid>\
         <link>https://bell.example/{n}</link><category>all of it</category>\
         <pubDate>03 Nov {year} 10:{n:02}:00 GMT</pubDate>\
         <description><![CDATA[<p>secret{n} words</p>]]></description></item>"
    )
}

fn rss(items: &[String]) -> String {
    format!(
        "<rss version=\"2.0\"><channel><title>Bell</title><link>https://bell.example/</link>{}\
         </channel></rss>",
        items.concat()
    )
}

fn settings(origin: &Origin, keep: &str) -> String {
    format!(
        "[[source]]\nid = \"bell\"\nurl = \"{}\"\ncategories = [\"{{label}}\"]\n{keep}\n",
        origin.url("/feed")
    )
}

fn share(house: &House, title: &str) -> String {
    let feed = house.json("all.json");
    let items = feed["items"].as_array().unwrap().clone();
    let item = items.into_iter().find(|item| item["title"] == title).unwrap();
    format!("share/{}.html", item["id"].as_str().unwrap().rsplit('/').next().unwrap())
}

#[test]
fn bodies_are_forgotten_and_items_stay_known() {
    let three = [item(1, 2001), item(2, 2002), item(3, 2026)];
    let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(&three))])]);
    let house = House::new(&settings(&origin, ""));
    house.good(&["fetch"]);
    let page = share(&house, "Title 1");
    house.reconfigure(&settings(&origin, "keep = { days = 3650 }"));
    house.good(&["publish"]);
    assert_eq!(house.titles("all.json"), ["Title 3"]);
    assert_eq!(house.titles("category/all-of-it.json"), ["Title 3"]);
    assert!(!house.path("feeds").join(&page).exists());
    assert_eq!(house.good(&["search", "secret1"]).out, "");
    let database = std::fs::read(house.path("state/finews.db")).unwrap();
    let holds = |word: &[u8]| database.windows(word.len()).any(|part| part == word);
    assert!(!holds(b"secret1 words") && holds(b"secret3 words"));
    // The list brings it again, and in other words: it is not new, and not news.
    all_due(&house);
    let mut other = three.to_vec();
    other[0] = item(1, 2001).replace("secret", "other");
    origin.on("GET /feed", [reply(200).body(rss(&other))]);
    all_due(&house);
    assert_eq!(house.titles("all.json"), ["Title 3"]);
    assert!(house.good(&["reroute"]).out.contains(" 0 change\n"));
    // With the setting gone it stays forgotten: there is nothing to show.
    house.reconfigure(&settings(&origin, ""));
    all_due(&house);
    assert_eq!(house.titles("all.json"), ["Title 3"]);
}

#[test]
fn the_newest_are_kept_by_source_and_by_category() {
    let items: Vec<_> = (1..=9).map(|n| item(n, 2026)).collect();
    let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(&items))])]);
    let category =
        "[[category]]\nid = \"few\"\nwhen = { source = \"bell\" }\nkeep = { items = 2 }\n";
    let house = House::new(&format!("{category}{}", settings(&origin, "keep = { items = 5 }")));
    house.good(&["fetch"]);
    let titles = |numbers: &[u32]| numbers.iter().map(|n| format!("Title {n}")).collect::<Vec<_>>();
    assert_eq!(house.titles("all.json"), titles(&[9, 8, 7, 6, 5]));
    assert_eq!(house.titles("category/few.json"), titles(&[9, 8]));
    let before = house.tree();
    house.good(&["publish"]);
    assert_eq!(house.tree(), before);
}
