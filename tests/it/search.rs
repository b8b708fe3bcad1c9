//! Guards searching: from the command line, over HTTP, and as categories.

use crate::house::{House, all_due};
use crate::origin::{Origin, reply};

fn item(n: u32, title: &str, body: &str) -> String {
    format!(
        "<item><title>{title}</title><guid isPermaLink=\"false\">g{n}</guid>\
         <link>https://bell.example/{n}</link><dc:creator>李雷</dc:creator>\
         <pubDate>Tue, 03 Nov 2026 10:{n:02}:00 GMT</pubDate>\
         <description><![CDATA[<p>{body}</p>]]></description></item>"
    )
}

fn rss(items: &[String]) -> String {
    format!(
        "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel>\
         <title>Bell</title><link>https://bell.example/</link>{}</channel></rss>",
        items.concat()
    )
}

fn three() -> Vec<String> {
    vec![
        item(1, "国产芯片", "在江边取得进展"),
        item(2, "Harbour news", "The ferry &lt;b&gt; calls at the port"),
        item(3, "Weather", "芯。片 and a harbour"),
    ]
}

fn source(origin: &Origin) -> String {
    format!("[[source]]\nid = \"bell\"\nurl = \"{}\"\n", origin.url("/feed"))
}

fn found(house: &House, query: &str) -> Vec<String> {
    let ended = house.good(&["search", "--json", "--", query]);
    let answer: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let items = answer["items"].as_array().unwrap().iter();
    items.map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn words_of_every_script_are_found() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(&three()))])]);
    let house = House::new(&source(&origin));
    house.good(&["fetch"]);
    let check = |query: &str, expect: &[&str]| assert_eq!(found(&house, query), expect, "{query}");
    check("芯片", &["国产芯片"]);
    check("产芯", &["国产芯片"]);
    check("国产芯片", &["国产芯片"]);
    check("芯", &["Weather", "国产芯片"]);
    check("取得进", &["国产芯片"]);
    check("HARBOUR", &["Weather", "Harbour news"]);
    check("harb", &[]);
    check("harb*", &["Weather", "Harbour news"]);
    check("harbour -weather", &["Harbour news"]);
    check("芯片 OR ferry", &["Harbour news", "国产芯片"]);
    check("\"ferry calls\"", &[]);
    check("\"the port\"", &["Harbour news"]);
    check("title:harbour", &["Harbour news"]);
    check("author:李雷 芯片", &["国产芯片"]);
    check("link:bell.example harbour", &["Weather", "Harbour news"]);
    check("' OR 1=1 --", &[]);
}

#[test]
fn what_is_no_query_exits_2() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(&three()))])]);
    let house = House::new(&source(&origin));
    house.good(&["fetch"]);
    for (query, why) in [("-x", "only says what is not wanted"), ("\"x", "quotation mark")] {
        let ended = house.run(&["search", "--", query]);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.err.contains(why), "{ended:?}");
    }
}

#[test]
fn saved_searches_are_categories_with_what_was_there_and_what_comes() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(&three()))])]);
    let house = House::new(&source(&origin));
    house.good(&["fetch"]);
    let search = |query: &str| {
        format!("{}[[category]]\nid = \"saved\"\nquery = \"{query}\"\n", source(&origin))
    };
    house.reconfigure(&search("芯片 OR harbour"));
    house.good(&["publish"]);
    assert_eq!(house.titles("category/saved.json"), ["Weather", "Harbour news", "国产芯片"]);
    let mut more = three();
    more.push(item(4, "More", "又一种芯片"));
    origin.on("GET /feed", [reply(200).body(rss(&more))]);
    all_due(&house);
    assert_eq!(house.titles("category/saved.json")[0], "More");
    house.reconfigure(&search("芯片 -more"));
    house.good(&["publish"]);
    assert_eq!(house.titles("category/saved.json"), ["国产芯片"]);
    let ended = house.good(&["reroute"]);
    assert!(ended.out.contains(" 0 change\n"), "{ended:?}");
}

#[test]
fn what_changes_and_what_is_dropped_is_found_as_it_is() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(&three()))])]);
    let house = House::new(&source(&origin));
    house.good(&["fetch"]);
    let mut other = three();
    other[1] = item(2, "Harbour news", "The submarine came");
    origin.on("GET /feed", [reply(200).body(rss(&other))]);
    all_due(&house);
    assert_eq!(found(&house, "submarine"), ["Harbour news"]);
    assert_eq!(found(&house, "ferry"), [""; 0]);
    house.reconfigure(&format!(
        "{}[[rule]]\nwhen = {{ title = \"weather\" }}\ndrop = true\n",
        source(&origin)
    ));
    house.good(&["reroute"]);
    assert_eq!(found(&house, "harbour"), ["Harbour news"]);
}
