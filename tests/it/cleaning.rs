//! Guards what an operator may wish of cleaning: players as links or frames, more trackers.

use crate::house::{House, all_due};
use crate::origin::{Origin, reply};

const FEED: &str = "<rss version=\"2.0\"><channel><title>Bell</title><link>https://bell.example/</link>\
    <item><title>Tide</title><guid isPermaLink=\"false\">g1</guid><link>https://bell.example/1</link>\
    <description><![CDATA[<p>See <a href=\"https://bell.example/a?from_app=x&id=2\">this</a>.</p>\
    <img src=\"https://count.example/p.gif\" width=9 height=9>\
    <iframe src=\"https://www.youtube.com/embed/x1?autoplay=1\" onload=\"alert(1)\" allow=\"camera\"></iframe>\
    <iframe src=\"https://evil.example/embed/x1\"></iframe>]]></description></item></channel></rss>";

fn body(house: &House) -> String {
    house.json("all.json")["items"][0]["content_html"].as_str().unwrap().to_owned()
}

#[test]
fn players_and_trackers_are_as_the_settings_wish() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(FEED.to_owned())])]);
    let source = format!("[[source]]\nid = \"bell\"\nurl = \"{}\"\n", origin.url("/feed"));
    let house = House::new(&source);
    house.good(&["fetch"]);
    let plain = body(&house);
    assert!(plain.contains("href=\"https://www.youtube.com/watch?v=x1\""), "{plain}");
    assert!(!plain.contains("<iframe") && plain.contains("count.example"), "{plain}");
    assert!(plain.contains("from_app=x"), "{plain}");

    house.reconfigure(&format!(
        "[cleaning]\nembeds = \"frame\"\ntracking = [\"from_*\"]\npixels = [\"count.example/\"]\n{source}"
    ));
    house.good(&["reroute"]);
    let wished = body(&house);
    let frame = "<iframe src=\"https://www.youtube-nocookie.com/embed/x1\" title=\"youtube.com\" \
        sandbox=\"allow-scripts allow-same-origin allow-presentation allow-popups\" ";
    assert!(wished.contains(frame) && wished.matches("<iframe").count() == 1, "{wished}");
    assert!(!wished.contains("onload") && !wished.contains("camera"), "{wished}");
    assert!(wished.contains("href=\"https://bell.example/a?id=2\""), "{wished}");
    assert!(!wished.contains("count.example") && !wished.contains("evil"), "{wished}");
    // The next visit makes the same of it.
    let before = house.tree();
    all_due(&house);
    assert_eq!(house.tree(), before);

    house.reconfigure(&format!("[cleaning]\nembeds = \"window\"\ntracking = [\"a b\"]\n{source}"));
    let ended = house.run(&["check"]);
    assert!(ended.code != 0 && ended.err.contains("`embeds` knows no `window`"), "{ended:?}");
    assert!(ended.err.contains("`a b` is none of `tracking`"), "{ended:?}");
}
