//! Guards what people and scripts meet on the command line: words, exit codes, wrong settings.

use crate::house::House;
use crate::origin::{Origin, reply};

const RSS: &str = "<rss version=\"2.0\"><channel><title>Bell</title><link>https://bell.example/</link>\
    <item><title>One &amp; only</title><guid>g1</guid><link>https://bell.example/1</link>\
    <pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate><description>First.</description></item>\
    <item><title>Two</title><guid>g2</guid><link>https://bell.example/2</link>\
    <pubDate>Tue, 03 Nov 2026 11:00:00 GMT</pubDate><description>Second.</description></item>\
    </channel></rss>";

#[test]
fn check_counts_what_holds() {
    let house = House::new("[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n");
    let ended = house.good(&["check"]);
    assert_eq!(ended.out, "`config/finews.toml` holds: 1 source with 1 list, 0 fixed categories\n");
}

#[test]
fn wrong_settings_name_every_fault_and_exit_2() {
    let house = House::bare("[site]\ntitle = \"x\"\nurl = \"here\"\n[publsh]\n");
    for verb in ["check", "fetch", "publish", "serve", "status"] {
        let ended = house.run(&[verb]);
        assert_eq!(ended.code, 2, "{verb}: {ended:?}");
        assert_eq!(
            ended.err,
            "error: the settings have faults\n\
             config/finews.toml:3:7: `url` is no web address: `here`\n  \
             hint: write it whole: `https://example.org/…`\n\
             config/finews.toml:4:2: there is no table `publsh`\n  hint: did you mean `publish`?\n",
            "{verb}"
        );
        assert_eq!(ended.out, "", "{verb}");
    }
}

#[test]
fn missing_settings_say_where_they_were_looked_for() {
    let house = House::new("");
    let ended = house.run(&["--config", "none.toml", "check"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.starts_with("error: cannot read the settings `none.toml`: "), "{ended:?}");
    assert!(ended.err.contains("hint: "), "{ended:?}");
}

#[test]
fn unknown_words_exit_2() {
    let house = House::new("[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n");
    assert_eq!(house.run(&["fly"]).code, 2);
    let ended = house.run(&["fetch", "b"]);
    assert_eq!((ended.code, ended.err.contains("known are a")), (2, true), "{ended:?}");
    assert_eq!(house.run(&["preview", "b"]).code, 2);
}

#[test]
fn an_address_becomes_a_feed_on_stdout_without_any_set_up() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(RSS)])]);
    let house = House::new("");
    std::fs::remove_file(house.path("config/finews.toml")).unwrap();
    let url = origin.url("/feed").to_string();
    let run = |format: &str| {
        let args = ["fetch", &url, "--allow-private", "127.0.0.1/32", "--format", format];
        let args: Vec<_> = args.into_iter().collect();
        house.good(&args).out
    };
    let rss = rss::Channel::read_from(run("rss").as_bytes()).unwrap();
    assert_eq!(rss.title(), "Bell");
    let titles: Vec<_> = rss.items().iter().map(|item| item.title().unwrap()).collect();
    assert_eq!(titles, ["Two", "One & only"]);
    let atom = run("atom").parse::<atom_syndication::Feed>().unwrap();
    assert_eq!(atom.entries().len(), 2);
    let json: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(json["items"][0]["title"], "Two");
    let markdown = run("markdown");
    assert!(markdown.contains("One & only") || markdown.contains("One \\& only"), "{markdown}");
    assert!(!house.path("state").exists(), "nothing is kept");
}

#[test]
fn a_private_address_is_refused_with_the_reason() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(RSS)])]);
    let house = House::new("");
    let ended = house.run(&["fetch", origin.url("/feed").as_ref()]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("127.0.0.1") && ended.err.contains("loopback"), "{ended:?}");
    assert_eq!(origin.connections(), 0);
}

#[test]
fn a_page_that_names_a_feed_leads_to_it() {
    let page = "<html><head><link rel=alternate type=application/rss+xml href=/feed></head></html>";
    let origin = Origin::start([
        ("GET /", vec![reply(200).header("Content-Type", "text/html").body(page)]),
        ("GET /feed", vec![reply(200).body(RSS)]),
    ]);
    let house = House::new("");
    let url = origin.url("/").to_string();
    let ended = house.good(&["fetch", &url, "--allow-private", "127.0.0.1/32", "--format", "json"]);
    assert!(ended.out.contains("\"Two\""), "{ended:?}");
    assert!(ended.err.contains("names a feed"), "{ended:?}");
}

#[test]
fn preview_shows_each_stage_and_keeps_nothing() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(RSS)])]);
    let house = House::new(&format!(
        "[[category]]\nid = \"bells\"\ntitle = \"钟声\"\n\
         [[source]]\nid = \"bell\"\nurl = \"{}\"\ncategories = [\"bells\"]\n",
        origin.url("/feed")
    ));
    let ended = house.good(&["preview", "bell", "--json"]);
    let stages: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(stages["lists"][0]["entries"], 2);
    let one = &stages["entries"][0];
    assert_eq!(one["key"], "g1");
    assert_eq!(one["item"]["title"], "One & only");
    assert_eq!(one["item"]["categories"][0]["title"], "钟声");
    assert_eq!(one["item"]["html"], "<p>First.</p>");
    let people = house.good(&["preview", "bell"]).out;
    assert!(people.contains("categories: 钟声 (/category/bells)"), "{people}");
    assert!(!house.path("state").exists(), "nothing is kept");
}

#[test]
fn preview_reads_an_article_page() {
    let text = "江边的钟楼修好了，居民们说每天早上又能听见钟声。".repeat(12);
    let page = format!(
        "<html><head><title>钟楼</title></head><body><nav>首页</nav><article><h1>钟楼</h1>\
         <p>{text}</p><p>{text}</p></article></body></html>"
    );
    let reply = reply(200).header("Content-Type", "text/html; charset=utf-8").body(page);
    let origin = Origin::start([("GET /a.html", vec![reply])]);
    let house = House::new("");
    let url = origin.url("/a.html").to_string();
    let ended = house.good(&["preview", &url, "--allow-private", "127.0.0.1/32", "--json"]);
    let stages: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let item = &stages["entries"][0]["item"];
    assert_eq!(item["title"], "钟楼", "{stages}");
    assert!(item["text"].as_str().unwrap().contains("每天早上又能听见钟声"), "{stages}");
    assert!(!item["text"].as_str().unwrap().contains("首页"), "{stages}");
}

#[test]
fn s45_s46_two_processes_never_hold_one_state() {
    let house = House::new("");
    house.good(&["publish"]);
    let lock = std::fs::File::open(house.path("state/finews.db.lock")).unwrap();
    lock.lock().unwrap();
    for verb in ["publish", "fetch", "serve"] {
        let ended = house.run(&[verb]);
        assert_eq!(ended.code, 4, "{verb}: {ended:?}");
        assert!(ended.err.contains("another process holds the state"), "{ended:?}");
    }
    drop(lock);
    house.good(&["publish"]);
}

#[test]
fn s43_a_damaged_state_is_named_and_the_feeds_stay() {
    let house = House::new("");
    house.good(&["publish"]);
    let before = house.tree();
    std::fs::write(house.path("state/finews.db"), "this was a database once").unwrap();
    let ended = house.run(&["publish"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.err.contains("damaged"), "{ended:?}");
    assert_eq!(house.tree(), before);
}

#[test]
fn state_and_feeds_can_be_elsewhere() {
    let house = House::new("");
    house.good(&["publish", "--state", "other/state", "--feeds", "other/feeds"]);
    assert!(house.path("other/state/finews.db").exists());
    assert!(house.path("other/feeds/index.html").exists());
    assert!(!house.path("feeds").exists());
}

#[test]
fn a_foreign_folder_is_never_published_into() {
    let house = House::new("");
    std::fs::create_dir(house.path("feeds")).unwrap();
    std::fs::write(house.path("feeds/thesis.doc"), "years of work").unwrap();
    let ended = house.run(&["publish"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("feeds"), "{ended:?}");
    assert_eq!(std::fs::read_dir(house.path("feeds")).unwrap().count(), 1);
}

#[test]
fn status_is_for_people_and_programs() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(RSS)])]);
    let house = House::new(&format!(
        "[[source]]\nid = \"bell\"\nurl = \"{}\"\n[[source]]\nid = \"dead\"\nurl = \"{}\"\n",
        origin.url("/feed"),
        origin.url("/gone")
    ));
    assert_eq!(house.run(&["fetch"]).code, 1);
    let ended = house.run(&["status", "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let status: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&status[0]["source"], &status[0]["items"]), (&"bell".into(), &2.into()));
    assert_eq!(status[1]["failures"], 1);
    assert!(status[1]["error"].as_str().unwrap().contains("404"), "{status}");
    assert!(house.run(&["status"]).out.contains("failed 1×"));
}

#[test]
fn demo_once_publishes_the_example_site() {
    let house = House::bare("");
    let ended = house.good(&["demo", "--once"]);
    assert!(ended.err.contains("published to `state/demo/feeds`"), "{ended:?}");
    let feed = std::fs::read_to_string(house.path("state/demo/feeds/all.json")).unwrap();
    let feed: serde_json::Value = serde_json::from_str(&feed).unwrap();
    assert_eq!(feed["items"].as_array().unwrap().len(), 35);
    house.good(&["demo", "--once"]);
}
