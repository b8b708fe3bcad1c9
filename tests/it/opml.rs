//! Guards the way in and out for subscriptions: lists of other readers to settings, and back.

use serde_json::Value;

use crate::house::House;

const LIST: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"1.0\"><head>\
    <title>我的订阅</title></head><body>\
    <outline text=\"科技 &amp; 产业\"><outline text=\"芯片\">\
    <outline type=\"rss\" text=\"河边的钟 &quot;一号&quot;\" xmlUrl=\"https://bell.example/feed?a=1&amp;b=2\" \
    htmlUrl=\"https://bell.example/\"/></outline>\
    <outline type=\"rss\" title=\"B\" xmlUrl=\"https://me:pw@other.example/${HOME}/{x}.xml\"/></outline>\
    <outline text=\"晨报\"><outline xmlUrl=\"https://bell.example/feed?a=1&amp;b=2\"/></outline>\
    <outline text=\"again\" xmlUrl=\"feed://known.example/rss\"/>\
    <outline text=\"bad\" xmlUrl=\"file:///etc/passwd\"/><outline text=\"worse\" xmlUrl=\"::\"/>\
    </body></opml>";

const SETTINGS: &str = "# mine, as it is\n[site]\ntitle = \"T\"\nurl = \"https://news.example/\"\n\
    [[category]]\nid = \"chips\"\naliases = [\"芯片\"]\n\
    [[source]]\nid = \"known\"\nurl = \"http://known.example/rss\"   # stays";

fn house(list: &str) -> House {
    let house = House::bare(SETTINGS);
    std::fs::write(house.path("feeds.opml"), list).unwrap();
    house
}

fn settings(house: &House) -> String {
    std::fs::read_to_string(house.path("config/finews.toml")).unwrap()
}

#[test]
fn p45_a_list_becomes_sources_and_disturbs_nothing() {
    let house = house(LIST);
    let shown = house.run(&["import", "feeds.opml"]);
    assert_eq!(shown.code, 1, "two cannot be sources: {shown:?}");
    assert!(shown.err.contains("file:///etc/passwd"), "{shown:?}");
    assert_eq!(settings(&house), SETTINGS, "nothing is written unasked");
    let written = house.run(&["import", "opml", "feeds.opml", "--write", "--json"]);
    assert_eq!(written.code, 1, "{written:?}");
    let outcome: Value = serde_json::from_str(&written.out).unwrap();
    assert_eq!(outcome["new"], serde_json::json!(["bell-example", "other-example"]));
    assert_eq!(outcome["known"].as_array().unwrap().len(), 2);
    let after = settings(&house);
    assert!(after.starts_with(SETTINGS), "{after}");
    assert!(after.contains(&shown.out.trim_end()[..40]), "{after}");
    assert!(house.good(&["check"]).out.contains("3 sources"), "{after}");
    for line in [
        "title = '河边的钟 \"一号\"'",
        "home = \"https://bell.example/\"",
        "categories = [\"chips\", \"晨报\", \"科技 & 产业\"]",
        "id = \"晨报\"",
    ] {
        assert!(after.contains(line), "{line} in {after}");
    }
    assert!(!after.contains("${HOME}"), "{after}");
    // Once more, and nothing is new.
    let again = house.run(&["import", "feeds.opml", "--write", "--json"]);
    let outcome: Value = serde_json::from_str(&again.out).unwrap();
    assert!(outcome["new"].as_array().unwrap().is_empty(), "{outcome}");
    assert_eq!(settings(&house), after);
}

#[test]
fn p45_export_import_export_is_identical() {
    let house = house(LIST);
    house.run(&["import", "feeds.opml", "--write"]);
    let first = house.good(&["export", "opml"]).out;
    assert!(!first.contains("pw@") && first.contains("https://other.example/"), "{first}");
    assert!(
        first.contains("河边的钟 &quot;一号&quot;") || first.contains("河边的钟 &#x22;一号&#x22;")
    );
    assert!(first.contains("科技 &amp; 产业") || first.contains("科技 &#x26; 产业"), "{first}");
    house.good(&["export", "opml", "out.opml"]);
    assert_eq!(std::fs::read_to_string(house.path("out.opml")).unwrap(), first);
    let other = House::bare("[site]\ntitle = \"T\"\nurl = \"https://news.example/\"\n");
    std::fs::write(other.path("list.opml"), &first).unwrap();
    other.good(&["import", "list.opml", "--write"]);
    assert_eq!(other.good(&["export", "opml"]).out, first);
}

#[test]
fn p45_what_is_no_list_changes_nothing() {
    for wrong in ["", "<html>no</html>", "{}"] {
        let house = house(wrong);
        assert_eq!(house.run(&["import", "feeds.opml", "--write"]).code, 2, "{wrong}");
        assert_eq!(settings(&house), SETTINGS);
    }
    let house = house(LIST);
    assert_eq!(house.run(&["import", "nothing.opml"]).code, 2);
    assert_eq!(house.run(&["import", "jekyll"]).code, 2);
    assert_eq!(house.run(&["import", "word", "feeds.opml"]).code, 2);
    assert_eq!(house.run(&["export", "jekyll"]).code, 2);
}
