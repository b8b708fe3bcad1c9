//! Guards what is made of bodies that are not what they should be: the rows F47 to F51, F56 and
//! S48 to S51, through the built binary.

use encoding_rs::Encoding;

use crate::house::{House, all_due};
use crate::origin::{Origin, Reply, reply};
use crate::polls::{feed, house};

/// The title of the only item that comes of a body with this `Content-Type`.
fn title_of(body: Vec<u8>, content_type: &str) -> String {
    let mut answer = reply(200).body(body);
    if !content_type.is_empty() {
        answer = answer.header("Content-Type", content_type);
    }
    let origin = Origin::start([("GET /feed", vec![answer])]);
    let house = house(&origin);
    let ended = house.run(&["fetch"]);
    let titles = house.titles("all.json");
    assert_eq!(titles.len(), 1, "{content_type}: {ended:?}");
    titles.concat()
}

fn rss(declared: &str, title: &str) -> String {
    let declaration = match declared {
        "" => String::new(),
        label => format!("<?xml version=\"1.0\" encoding=\"{label}\"?>"),
    };
    format!(
        "{declaration}<rss version=\"2.0\"><channel><title>x</title><item><title>{title}</title><guid>1</guid></item></channel></rss>"
    )
}

fn encoded(text: &str, label: &str) -> Vec<u8> {
    Encoding::for_label(label.as_bytes()).unwrap().encode(text).0.into_owned()
}

#[test]
fn f47_titles_are_read_in_every_charset() {
    let check = |body: Vec<u8>, content_type: &str, expect: &str| {
        assert_eq!(title_of(body, content_type), expect, "{content_type}");
    };
    let marked = |text: String| ["\u{feff}".as_bytes(), text.as_bytes()].concat();
    // The mark of the bytes wins over the header.
    check(marked(rss("", "中文新闻")), "text/xml; charset=gbk", "中文新闻");
    // The header wins over the declaration.
    check(encoded(&rss("utf-8", "中文新闻"), "gbk"), "text/xml; charset=GBK", "中文新闻");
    // U+93FD is no part of GB 2312, though its feeds have it.
    check(encoded(&rss("gb2312", "鏽與銹"), "gbk"), "", "鏽與銹");
    check(encoded(&rss("gb18030", "𠮷野家"), "gb18030"), "", "𠮷野家");
    check(encoded(&rss("big5", "香港嘅新聞"), "big5"), "", "香港嘅新聞");
    check(encoded(&rss("shift_jis", "①番の鐘"), "shift_jis"), "", "①番の鐘");
    check(encoded(&rss("euc-kr", "한국어 소식"), "euc-kr"), "", "한국어 소식");
    // All of its bytes are ASCII.
    let stateful = encoded(&rss("", "こんにちは"), "iso-2022-jp");
    check(stateful, "text/xml; charset=iso-2022-jp", "こんにちは");
    let wide = rss("utf-16", "中文").encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(wide, "", "中文");
    check(rss("iso-8859-1", "Žluťoučký").into_bytes(), "", "Žluťoučký");
    check(rss("", "新闻").into_bytes(), "text/xml; charset=iso-8859-1", "新闻");
    check(encoded(&rss("iso-8859-1", "“quoted”"), "windows-1252"), "", "“quoted”");
    check(encoded(&rss("koi8-r", "Новости"), "koi8-r"), "", "Новости");
    check(rss("", "nobody says").into_bytes(), "", "nobody says");
}

#[test]
fn f48_the_body_decides_what_it_is_and_no_label() {
    let origin = Origin::start([(
        "GET /feed",
        vec![reply(200).header("Content-Type", "text/html").body(feed(&["one"]))],
    )]);
    let house = house(&origin);
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json"), ["one"]);
    // A page that names another feed is an error, and leads nowhere.
    let page =
        "<html><head><link rel=alternate type=application/rss+xml href=/other></head></html>";
    origin.on("GET /feed", [reply(200).header("Content-Type", "application/rss+xml").body(page)]);
    let ended = all_due(&house);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("an HTML page"), "{ended:?}");
    assert_eq!(house.titles("all.json"), ["one"]);
    all_due(&house);
    assert!(!origin.lines().contains(&"GET /other".to_owned()));
}

#[test]
fn f43_every_encoding_gives_the_same_items_and_a_lie_is_told() {
    let plain = reply(200).body(feed(&["one"]));
    for (answer, lie) in [
        (plain.clone().gzip(), false),
        (
            reply(200)
                .body(zstd::encode_all(feed(&["one"]).as_bytes(), 3).unwrap())
                .labelled("zstd"),
            false,
        ),
        (plain.labelled("gzip"), true),
    ] {
        let origin = Origin::start([("GET /feed", vec![answer])]);
        let house = house(&origin);
        let ended = house.good(&["fetch"]);
        assert_eq!(house.titles("all.json"), ["one"]);
        assert_eq!(ended.err.contains("the body is not encoded as it says"), lie, "{ended:?}");
    }
}

#[test]
fn f49_blanks_before_the_declaration_are_passed_over() {
    assert_eq!(title_of(format!("\u{feff}\r\n \n{}", rss("utf-8", "late")).into(), ""), "late");
}

fn discover(origin: &Origin, path: &str) -> serde_json::Value {
    let house = House::new("");
    let url = origin.url(path).to_string();
    let ended = house.run(&["discover", &url, "--allow-private", "127.0.0.1/32", "--json"]);
    serde_json::from_str(&ended.out).unwrap_or_else(|why| panic!("{why}: {ended:?}"))
}

fn found(origin: &Origin, path: &str) -> Vec<String> {
    let found = discover(origin, path);
    let feeds = found["feeds"].as_array().unwrap();
    feeds.iter().map(|feed| feed["url"].as_str().unwrap().to_owned()).collect()
}

fn html(body: &str) -> Reply {
    reply(200).header("Content-Type", "text/html; charset=utf-8").body(body)
}

#[test]
fn f50_the_feeds_of_a_page_are_found_in_their_order() {
    let page = "<head><base href=\"/blog/\">\
        <link rel=alternate type=application/rss+xml href=rss>\
        <link rel=alternate type=application/json href=/wp-json/wp/v2/posts>\
        <link rel=alternate type=application/atom+xml href=atom></head>";
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>x</title><id>urn:x</id>\
        <entry><id>urn:1</id><title>one</title></entry></feed>";
    let origin = Origin::start([
        ("GET /", vec![html(page)]),
        ("GET /blog/rss", vec![reply(200).body(feed(&["one"]))]),
        ("GET /blog/atom", vec![reply(200).body(atom)]),
    ]);
    let expect = ["/blog/rss", "/blog/atom"].map(|path| origin.url(path).to_string());
    assert_eq!(found(&origin, "/"), expect);
    assert!(!origin.lines().iter().any(|line| line.contains("wp-json")));
}

#[test]
fn f51_a_redirect_to_the_home_page_is_no_feed() {
    let origin = Origin::start([
        ("GET /", vec![html("<p>welcome</p>")]),
        ("GET /feed.xml", vec![Reply::redirect(302, "/")]),
        ("GET /atom.xml", vec![reply(200).body(feed(&["one"]))]),
    ]);
    assert_eq!(found(&origin, "/"), [origin.url("/atom.xml").to_string()]);
}

fn json(items: &str, version: &str) -> Reply {
    let body = format!(
        "{{\"version\":\"https://jsonfeed.org/version/{version}\",\"title\":\"x\",\"items\":[{items}]}}"
    );
    reply(200).header("Content-Type", "application/feed+json").body(body)
}

#[test]
fn f56_odd_json_feeds_are_read_as_the_format_says() {
    for version in ["1", "1.0", "1.1"] {
        let items = "{\"id\":7,\"title\":\"seven\"},{\"title\":\"nameless\"},{\"id\":\"8\",\"title\":\"eight\"}";
        let origin = Origin::start([("GET /feed", vec![json(items, version)])]);
        let house = house(&origin);
        house.run(&["fetch"]);
        let mut titles = house.titles("all.json");
        titles.sort();
        // The format would have the nameless one discarded; known readers keep it, and so do we.
        assert_eq!(titles, ["eight", "nameless", "seven"], "{version}");
    }
    let circle = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"x\",\
        \"next_url\":\"/feed\",\"items\":[{\"id\":\"1\",\"title\":\"one\"}]}";
    let origin = Origin::start([("GET /feed", vec![reply(200).body(circle)])]);
    let house = house(&origin);
    house.good(&["fetch"]);
    assert_eq!(origin.lines().len(), 1);
    origin.on("GET /feed", [reply(200).header("ETag", "\"x\"").body(&circle[..60])]);
    assert_eq!(all_due(&house).code, 1);
    assert_eq!(house.titles("all.json"), ["one"]);
}

#[test]
fn f56_a_partial_answer_takes_nothing_away() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(feed(&["one"]))])]);
    let house = house(&origin);
    house.good(&["fetch"]);
    origin.on("GET /feed", [reply(226).header("IM", "feed").body(feed(&["two"]))]);
    house.good(&["fetch", "bell"]);
    let mut titles = house.titles("all.json");
    titles.sort();
    assert_eq!(titles, ["one", "two"]);
    assert!(origin.requests().iter().all(|it| it.header("A-IM").is_none()));
}

#[test]
fn s48_nothing_that_a_server_says_takes_items_away() {
    for bad in [
        html("<title>Sign in</title>"),
        reply(200),
        reply(204),
        reply(206).body("<rss><channel><item>"),
        reply(200).body(feed(&[])),
        reply(200).body(&feed(&["one", "two"])[..90]),
        reply(404),
        reply(410),
        reply(500),
    ] {
        let origin = Origin::start([("GET /feed", vec![reply(200).body(feed(&["one"]))])]);
        let house = house(&origin);
        house.good(&["fetch"]);
        origin.on("GET /feed", [bad.clone()]);
        let ended = all_due(&house);
        assert_eq!(house.titles("all.json"), ["one"], "{bad:?}: {ended:?}");
        origin.on("GET /feed", [reply(200).body(feed(&["one", "two"]))]);
        all_due(&house);
        assert_eq!(house.titles("all.json").len(), 2, "{bad:?}");
    }
}

#[test]
fn s51_a_feed_that_shrinks_and_grows_republishes_nothing() {
    let names: Vec<_> = (0..50).map(|n| format!("item {n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let origin = Origin::start([("GET /feed", vec![reply(200).body(feed(&names))])]);
    let house = house(&origin);
    house.good(&["fetch"]);
    let before = house.tree();
    for body in [feed(&names[..1]), feed(&names)] {
        origin.on("GET /feed", [reply(200).body(body)]);
        all_due(&house);
        assert!(house.tree() == before);
    }
}
