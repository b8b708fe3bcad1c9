//! Guards the way from a source's address to the published files, through the built binary.

use crate::house::{House, all_due};
use crate::origin::{Origin, Reply, reply};

fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>钟声</title>\
         <link>https://bell.example/</link>{items}</channel></rss>"
    )
}

fn item(guid: &str, title: &str, link: &str, body: &str) -> String {
    format!(
        "<item><title>{title}</title><guid isPermaLink=\"false\">{guid}</guid><link>{link}</link>\
         <pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate>\
         <description><![CDATA[{body}]]></description></item>"
    )
}

fn page(body: impl Into<Vec<u8>>) -> Reply {
    reply(200).header("Content-Type", "text/html; charset=utf-8").body(body)
}

fn json(body: impl Into<Vec<u8>>) -> Reply {
    reply(200).header("Content-Type", "application/json").body(body)
}

#[test]
fn a_feed_is_published_in_every_form() {
    let one = item(
        "1",
        "河边的钟",
        "https://bell.example/1",
        "<p>钟 &amp; <b>声</b><script>x</script></p>",
    );
    let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(&one))])]);
    let house = House::new(&format!(
        "[[category]]\nid = \"bells\"\ntitle = \"钟声\"\n\
         [[source]]\nid = \"bell\"\nurl = \"{}\"\ncategories = [\"bells\"]\n",
        origin.url("/feed")
    ));
    house.good(&["fetch"]);
    let feed = house.json("category/bells.json");
    let entry = &feed["items"][0];
    assert_eq!(feed["title"].as_str().map(|title| title.contains("钟声")), Some(true));
    assert_eq!(entry["title"], "河边的钟");
    assert_eq!(entry["url"], "https://bell.example/1");
    assert_eq!(entry["date_published"], "2026-11-03T10:00:00Z");
    assert_eq!(entry["content_html"], "<p>钟 &amp; <b>声</b></p>");
    let id = entry["id"].as_str().unwrap();
    assert!(id.starts_with("tag:news.example,2026:i/") || id.starts_with("tag:news.example,"));
    let atom = house.feed("category/bells.atom").parse::<atom_syndication::Feed>().unwrap();
    assert_eq!(atom.entries()[0].id(), id);
    let channel = rss::Channel::read_from(house.feed("category/bells.rss").as_bytes()).unwrap();
    assert_eq!(channel.items()[0].guid().unwrap().value(), id);
    let share = id.rsplit('/').next().unwrap();
    let share = house.feed(&format!("share/{share}.html"));
    assert!(share.contains("<p>钟 &amp; <b>声</b></p>"), "{share}");
    assert!(share.contains("https://bell.example/1"), "{share}");
    for path in
        ["index.html", "all.html", "all.atom", "category/bells.html", "404.html", "opml.xml"]
    {
        assert!(house.feed(path).contains("钟声") || path == "404.html", "{path}");
    }
}

#[test]
fn one_dead_source_costs_its_own_visit() {
    let one = item("1", "alive", "https://bell.example/1", "x");
    let origin = Origin::start([
        ("GET /feed", vec![reply(200).body(rss(&one))]),
        ("GET /broken", vec![reply(503)]),
        ("GET /liar", vec![page("<html><title>Sign in</title></html>")]),
        ("GET /cut", vec![reply(200).body("<rss><channel>").claim(5_000)]),
    ]);
    let source = |name: &str| {
        format!("[[source]]\nid = \"{name}\"\nurl = \"{}\"\n", origin.url(&format!("/{name}")))
    };
    let private = "[[source]]\nid = \"private\"\nurl = \"http://10.0.0.1/\"\n";
    let names = ["broken", "liar", "feed", "cut"];
    let house = House::new(&format!("{}{private}", names.map(source).concat()));
    let ended = house.run(&["fetch"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(house.titles("all.json"), ["alive"]);
    for (name, reason) in
        [("broken", "503"), ("liar", "an HTML page"), ("private", "10.0.0.1"), ("cut", "cut off")]
    {
        let line = ended.err.lines().find(|line| line.starts_with(&format!("{name}: error:")));
        assert!(line.is_some_and(|line| line.contains(reason)), "{name}: {ended:?}");
    }
    // Not one error is published, and the items stay when the good source dies, too.
    origin.on("GET /feed", [reply(500)]);
    assert_eq!(all_due(&house).code, 1);
    assert_eq!(house.titles("all.json"), ["alive"]);
}

#[test]
fn f01_f10_f11_a_second_visit_is_conditional_and_touches_nothing() {
    let one = item("1", "t", "https://bell.example/1", "x");
    let first = reply(200)
        .header("ETag", "W/\"odd, Tag\"")
        .header("Last-Modified", "Thu, 1 Jan 1970 00:00:01 +0000")
        .body(rss(&one));
    let origin = Origin::start([("GET /feed", vec![first, reply(304)])]);
    let settings = format!("[[source]]\nid = \"bell\"\nurl = \"{}\"\n", origin.url("/feed"));
    let house = House::new(&settings);
    house.good(&["fetch"]);
    let before = house.tree();
    assert!(house.good(&["fetch"]).err.contains("no source is due"));
    assert_eq!(origin.requests().len(), 1, "not due, not asked");
    all_due(&house);
    all_due(&house);
    let requests = origin.requests();
    assert_eq!(requests[0].header("If-None-Match"), None);
    for later in &requests[1..] {
        assert_eq!(later.text("If-None-Match").as_deref(), Some("W/\"odd, Tag\""));
        let since = later.text("If-Modified-Since");
        assert_eq!(since.as_deref(), Some("Thu, 1 Jan 1970 00:00:01 +0000"));
    }
    assert_eq!(house.tree(), before);
    // Another request is another matter (F11).
    house.reconfigure(&format!("{settings}headers = {{ X-Key = \"a\" }}\n"));
    all_due(&house);
    assert_eq!(origin.requests().last().unwrap().header("If-None-Match"), None);
}

#[test]
fn f08_validators_of_what_could_not_be_read_are_not_kept() {
    let one = item("1", "t", "https://bell.example/1", "x");
    let bad = page("<html>maintenance</html>").header("ETag", "\"bad\"");
    let good = reply(200).header("ETag", "\"good\"").body(rss(&one));
    let origin = Origin::start([("GET /feed", vec![good.clone(), bad, good])]);
    let house =
        House::new(&format!("[[source]]\nid = \"bell\"\nurl = \"{}\"\n", origin.url("/feed")));
    house.good(&["fetch"]);
    assert_eq!(all_due(&house).code, 1);
    assert_eq!(all_due(&house).code, 0);
    let sent: Vec<_> =
        origin.requests().iter().map(|request| request.text("If-None-Match")).collect();
    assert_eq!(sent, [None, Some("\"good\"".into()), Some("\"good\"".into())]);
}

const CODE: &str = "202611030000000001";

/// The detail endpoint and both lists of a portal: the same article in a rolling list and under
/// its medium.
fn portal(origin: &Origin) -> String {
    let body = "<p>江城<span id=\\\"stock_1.1\\\"><a class=\\\"keytip\\\" href=\\\"/q\\\">水泥</a></span>\
        <span id=\\\"quote_1.1\\\"></span>涨了。</p><p class=\\\"em_media\\\">（文章来源：江城<span \
        id=\\\"Info.1\\\"><a class=\\\"infokey\\\" href=\\\"/b\\\">日</a></span>报）</p>";
    let detail = format!("callback({{\"ok\":1,\"text\":\"{body}\"}});");
    origin.on(&format!("GET /detail?id=NW{CODE}"), [json(detail)]);
    let rolling = format!(
        "var ajaxResult={{\"rc\":1,\"records\":[{{\"infoCode\":\"NW{CODE}\",\"title\":\"水泥涨了\",\
         \"digest\":\"【水泥涨了】今天涨了\",\"showtime\":\"2026-11-03 18:00:00\"}}]}};"
    );
    origin.on("GET /rolling", [json(rolling)]);
    let market = format!(
        "{{\"record\":[{{\"infoCode\":\"NW{CODE}\",\"title\":\"水泥涨了\",\"medianame\":\"江城日报\",\
         \"datetime\":\"2026-11-03 18:00:00\"}},{{\"infoCode\":\"\",\"title\":\"\",\"medianame\":\"\"}}]}}"
    );
    origin.on("GET /market", [json(market)]);
    format!(
        "[[category]]\nid = \"rolling\"\ntitle = \"滚动\"\n\
         [[source]]\nid = \"portal\"\nkind = \"api\"\nfull_text = true\n\
         [[source.list]]\nname = \"rolling\"\nurl = \"{0}\"\nitems = \"$.records[*]\"\n\
         guid = {{ path = \"$.infoCode\", pattern = \"\\\\d{{18}}\" }}\ntitle = \"$.title\"\n\
         date = \"$.showtime\"\nlink = \"https://portal.example/a/{{guid}}.html\"\n\
         summary = {{ path = \"$.digest\", pattern = \"(?s)(?:.*】)?(.*)\" }}\n\
         categories = [\"rolling\"]\n\
         [[source.list]]\nname = \"market\"\nurl = \"{1}\"\nitems = \"$.record[*]\"\n\
         guid = {{ path = \"$.infoCode\", pattern = \"\\\\d{{18}}\" }}\ntitle = \"$.title\"\n\
         date = \"$.datetime\"\nmedium = \"$.medianame\"\n\
         link = \"https://portal.example/a/{{guid}}.html\"\ncategories = [\"{{medium}}\"]\n\
         [source.article]\nurl = \"{2}?id=NW{{guid}}\"\njson = \"$.text\"\n\
         unwrap = [\"span[id^=stock_]\", \"span[id^='Info.']\", \"a.keytip\", \"a.infokey\"]\n\
         remove = [\"span[id^=quote_]\"]\nmedium = \"（文章来源：(.+?)）\"\n",
        origin.url("/rolling"),
        origin.url("/market"),
        origin.url("/detail")
    )
}

#[test]
fn one_article_in_two_lists_is_one_item_with_both_categories() {
    let origin = Origin::start([]);
    let house = House::new(&portal(&origin));
    let ended = house.good(&["fetch"]);
    let feed = house.json("all.json");
    assert_eq!(feed["items"].as_array().unwrap().len(), 1);
    let entry = &feed["items"][0];
    assert_eq!(entry["content_html"], "<p>江城水泥涨了。</p><p>（文章来源：江城日报）</p>");
    assert_eq!(entry["date_published"], "2026-11-03T10:00:00Z");
    assert_eq!(entry["url"], format!("https://portal.example/a/{CODE}.html"));
    assert_eq!(entry["summary"], "今天涨了");
    assert_eq!(house.titles("category/rolling.json"), ["水泥涨了"]);
    assert_eq!(house.titles("category/jiangchengribao.json"), ["水泥涨了"]);
    assert!(house.feed("category/jiangchengribao.html").contains("江城日报"));
    // The record without anything is a fault of its own, and the article was asked for once.
    assert!(ended.err.contains("record 2"), "{ended:?}");
    let details = origin.requests().iter().filter(|r| r.target.starts_with("/detail")).count();
    assert_eq!(details, 1);
    all_due(&house);
    let details = origin.requests().iter().filter(|r| r.target.starts_with("/detail")).count();
    assert_eq!(details, 1, "a known entry costs no article request");
}

#[test]
fn numbers_keep_every_digit() {
    let list = "{\"list\":[{\"id\":9007199254740993,\"t\":\"a\"},{\"id\":123456789012345678901234567890,\"t\":\"b\"}]}";
    let origin = Origin::start([("GET /l", vec![json(list)])]);
    let house = House::new(&format!(
        "[[source]]\nid = \"n\"\nkind = \"api\"\n[source.list]\nurl = \"{}\"\n\
         items = \"$.list[*]\"\nguid = \"$.id\"\ntitle = \"$.t\"\nlink = \"https://n.example/{{id}}\"\n",
        origin.url("/l")
    ));
    house.good(&["fetch"]);
    let feed = house.feed("all.json");
    for digits in ["9007199254740993", "123456789012345678901234567890"] {
        assert!(feed.contains(&format!("https://n.example/{digits}\"")), "{feed}");
    }
}

#[test]
fn an_error_with_status_200_shows_the_servers_words() {
    let refused = "{\"code\":0,\"message\":\"缺少参数 req_trace\",\"data\":null}";
    let origin = Origin::start([("GET /l", vec![json(refused)])]);
    let house = House::new(&format!(
        "[[source]]\nid = \"p\"\nkind = \"api\"\n[source.list]\nurl = \"{}\"\n\
         items = \"$.data.list[*]\"\ntitle = \"$.t\"\n\
         expect = {{ path = \"$.code\", equals = 1, message = \"$.message\" }}\n",
        origin.url("/l")
    ));
    let ended = house.run(&["fetch"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("缺少参数 req_trace"), "{ended:?}");
}

#[test]
fn pages_by_number_end_where_nothing_is_new() {
    let list = |codes: &[u32]| {
        let records: Vec<_> =
            codes.iter().map(|c| format!("{{\"id\":{c},\"t\":\"item {c}\"}}")).collect();
        json(format!("{{\"list\":[{}]}}", records.join(",")))
    };
    let origin = Origin::start([
        ("GET /l?p=1", vec![list(&[5, 4]), list(&[6, 5])]),
        ("GET /l?p=2", vec![list(&[3, 2])]),
        ("GET /l?p=3", vec![list(&[])]),
        ("GET /l?p=4", vec![list(&[1])]),
    ]);
    let house = House::new(&format!(
        "[[source]]\nid = \"n\"\nkind = \"api\"\n[source.list]\nurl = \"{}?p={{page}}\"\n\
         pages = {{ most = 9 }}\nitems = \"$.list[*]\"\nguid = \"$.id\"\ntitle = \"$.t\"\n",
        origin.url("/l")
    ));
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json").len(), 4);
    all_due(&house);
    assert_eq!(house.titles("all.json").len(), 5);
    let asked: Vec<_> = origin.requests().iter().map(|r| r.target.clone()).collect();
    assert_eq!(asked, ["/l?p=1", "/l?p=2", "/l?p=3", "/l?p=1", "/l?p=2"]);
}

#[test]
fn pages_by_cursor_and_posts() {
    let list = |id: u32, next: &str| {
        json(format!("{{\"next\":{next},\"list\":[{{\"id\":{id},\"t\":\"item {id}\"}}]}}"))
    };
    let origin = Origin::start([(
        "POST /l",
        vec![list(1, "\"aa bb\""), list(2, "12345678901234567"), list(3, "null")],
    )]);
    let house = House::new(&format!(
        "[[source]]\nid = \"n\"\nkind = \"api\"\nheaders = {{ X-Token = \"t0\" }}\n\
         [source.list]\nurl = \"{}\"\nmethod = \"POST\"\n\
         body_text = '{{{{\"after\":\"{{cursor}}\"}}}}'\ncursor = \"$.next\"\npages = {{ most = 9 }}\n\
         items = \"$.list[*]\"\nguid = \"$.id\"\ntitle = \"$.t\"\n",
        origin.url("/l")
    ));
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json").len(), 3);
    let requests = origin.requests();
    let bodies: Vec<_> =
        requests.iter().map(|r| String::from_utf8(r.body.clone()).unwrap()).collect();
    assert_eq!(
        bodies,
        ["{\"after\":\"\"}", "{\"after\":\"aa bb\"}", "{\"after\":\"12345678901234567\"}"]
    );
    assert_eq!(requests[0].text("X-Token").as_deref(), Some("t0"));
    assert_eq!(requests[0].text("Content-Type").as_deref(), Some("application/json"));
}

#[test]
fn json_is_found_inside_a_page() {
    let list = "{\"items\":[{\"id\":1,\"t\":\"一\"}]}";
    let origin = Origin::start([
        (
            "GET /next",
            vec![page(format!("<script id=\"D\" type=\"application/json\">{list}</script>"))],
        ),
        (
            "GET /state",
            vec![page(format!("<script>if(x){{}}window.initialState = {list};go()</script>"))],
        ),
    ]);
    let source = |id: &str, place: &str| {
        format!(
            "[[source]]\nid = \"{id}\"\nkind = \"api\"\n[source.list]\nurl = \"{}\"\n{place}\n\
             items = \"$.items[*]\"\nguid = \"$.id\"\ntitle = \"$.t\"\n",
            origin.url(&format!("/{id}"))
        )
    };
    let house = House::new(&format!(
        "{}{}",
        source("next", "within = \"script#D\""),
        source("state", "variable = \"window.initialState\"")
    ));
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json"), ["一", "一"]);
}

#[test]
fn a_list_page_is_read_by_selectors() {
    let list = "<html><head><base href=\"/news/\"><title>市政厅</title></head><body><ul class=n>\
        <li><a title=\"全名：钟楼修好了\" href=\"1.html\">钟楼…</a><span>2026年11月03日</span>\
        <img src=\"//img.example/1.jpg\"><em>摘要一</em></li>\
        <li><a href=\"2.html\">无日期</a></li>\
        <li class=line></li></ul></body></html>";
    let article = "<html><body><nav>导航</nav><div class=TRS><h2>钟</h2><p>正文 <a href=\"/x\">链接</a></p>\
        <p class=ad>广告</p><div class=rel>相关</div><p>尾</p></div></body></html>";
    let origin = Origin::start([
        ("GET /index", vec![page(list)]),
        ("GET /news/1.html", vec![page(article)]),
        ("GET /news/2.html", vec![reply(500)]),
    ]);
    let house = House::new(&format!(
        "[[category]]\nid = \"town\"\n[[source]]\nid = \"hall\"\nkind = \"page\"\nurl = \"{}\"\n\
         timezone = \"Asia/Shanghai\"\nfull_text = true\ncategories = [\"town\"]\n\
         [source.list]\nitems = \"ul.n > li\"\ntitle = [\"a@title\", \"a\"]\ndate = \"span\"\n\
         summary = \"em\"\nimage = \"img@src\"\n\
         [source.article]\nbody = [\"#none\", \"div.TRS\"]\nremove = [\".ad\"]\nstop_at = [\".rel\"]\n",
        origin.url("/index")
    ));
    let ended = house.good(&["fetch"]);
    let feed = house.json("category/town.json");
    let items = feed["items"].as_array().unwrap();
    let find = |title: &str| items.iter().find(|item| item["title"] == title).unwrap();
    let one = find("全名：钟楼修好了");
    let base = origin.url("/");
    assert_eq!(one["url"], format!("{base}news/1.html"));
    assert_eq!(one["date_published"], "2026-11-02T16:00:00Z");
    let html = one["content_html"].as_str().unwrap();
    assert!(html.starts_with("<h2>钟</h2><p>正文 <a href=\""), "{html}");
    assert!(html.contains(&format!("{base}x\"")), "{html}");
    assert!(!html.contains("广告") && !html.contains("相关") && !html.contains('尾'), "{html}");
    assert_eq!(one["image"], "http://img.example/1.jpg");
    // A record without a date is kept, its article's failure is a fault, an empty one is left out.
    find("无日期");
    assert_eq!(items.len(), 2);
    for word in ["record 2: date: `span` matches nothing", "record 3", "500"] {
        assert!(
            ended.err.contains(word) || house.run(&["status", "--json"]).out.contains(word),
            "{word}: {ended:?}"
        );
    }
}

#[test]
fn a_selector_that_matches_nothing_is_named() {
    let origin = Origin::start([("GET /", vec![page("<ul><li><a href=1>x</a></ul>")])]);
    let house = House::new(&format!(
        "[[source]]\nid = \"p\"\nkind = \"page\"\nurl = \"{}\"\n[source.list]\nitems = \"div.old > p\"\n",
        origin.url("/")
    ));
    let ended = house.run(&["fetch"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("selector `div.old > p` matches nothing"), "{ended:?}");
}

#[test]
fn p07_an_edit_keeps_the_id_and_moves_updated() {
    let feed = |body: &str| reply(200).body(rss(&item("1", "t", "https://bell.example/1", body)));
    let replies = vec![feed("<p>one</p>"), feed("<p>one </p>"), feed("<p>two</p>")];
    let origin = Origin::start([("GET /feed", replies)]);
    let house =
        House::new(&format!("[[source]]\nid = \"bell\"\nurl = \"{}\"\n", origin.url("/feed")));
    house.good(&["fetch"]);
    let first = house.json("all.json")["items"][0].clone();
    let before = house.tree();
    all_due(&house);
    assert_eq!(house.tree(), before, "white space is no edit");
    all_due(&house);
    let last = house.json("all.json")["items"][0].clone();
    assert_eq!((&last["id"], &last["date_published"]), (&first["id"], &first["date_published"]));
    assert_eq!(last["content_html"], "<p>two</p>");
    assert!(last["date_modified"].as_str() > first["date_modified"].as_str(), "{last}");
}

#[test]
fn a_failed_article_is_tried_again_and_the_item_upgraded() {
    let one = item("1", "t", "{}/a", "short");
    let text = "很长的正文，写给读者看的，一句接着一句。".repeat(20);
    let article =
        page(format!("<html><body><article><p>{text}</p><p>{text}</p></article></body></html>"));
    let origin = Origin::start([("GET /a", vec![reply(502), article])]);
    let base = origin.url("/");
    let feed = rss(&one.replace("{}/", base.as_str()));
    origin.on("GET /feed", [reply(200).header("ETag", "\"1\"").body(feed), reply(304)]);
    let house = House::new(&format!(
        "[[source]]\nid = \"bell\"\nurl = \"{}\"\nfull_text = true\n",
        origin.url("/feed")
    ));
    house.good(&["fetch"]);
    let first = house.json("all.json")["items"][0].clone();
    assert_eq!(first["content_html"], "<p>short</p>");
    all_due(&house);
    assert_eq!(asked_for(&origin, "/a"), 1, "not before its time");
    hours_later(&house, 1);
    all_due(&house);
    let second = house.json("all.json")["items"][0].clone();
    assert_eq!(second["id"], first["id"]);
    assert!(second["content_html"].as_str().unwrap().contains("写给读者看的"), "{second}");
    hours_later(&house, 1_000);
    all_due(&house);
    assert_eq!(asked_for(&origin, "/a"), 2);
}

fn asked_for(origin: &Origin, target: &str) -> usize {
    origin.requests().iter().filter(|request| request.target == target).count()
}

/// As if so many hours had gone by since the articles were asked for.
fn hours_later(house: &House, hours: i64) {
    let connection = rusqlite::Connection::open(house.path("state/finews.db")).unwrap();
    let query = "UPDATE original SET not_before = not_before - ?";
    connection.execute(query, [hours * 3_600]).unwrap();
}

/// A feed with one entry and the article that its link leads to.
fn feed_of_one(origin: &Origin, summary: &str) -> House {
    let link = origin.url("/2026/a.html");
    let one = item("1", "水泥价格连涨三周", link.as_str(), summary);
    origin.on("GET /feed", [reply(200).header("ETag", "\"1\"").body(rss(&one)), reply(304)]);
    let feed = origin.url("/feed");
    House::new(&format!("[[source]]\nid = \"bell\"\nurl = \"{feed}\"\nfull_text = true\n"))
}

fn stub(name: &str) -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/article/stubs/");
    std::fs::read_to_string(format!("{root}{name}.html")).unwrap()
}

/// No published file holds any of these words.
#[track_caller]
fn check_unpublished(house: &House, words: &[&str]) {
    for (path, (bytes, _)) in house.tree() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for word in words {
            assert!(!text.contains(word), "`{word}` in {path}");
        }
    }
}

#[test]
fn a_stub_gives_way_to_the_article() {
    let text = "记者从江城建材市场获悉，本周水泥出厂价每吨再涨二十元。".repeat(20);
    let article = page(format!("<title>水泥</title><article><p>{text}</p><p>{text}</p></article>"));
    let replies = vec![page(stub("robot/zh-安全验证")), page(stub("paywall/zh-付费内容")), article];
    let origin = Origin::start([("GET /2026/a.html", replies)]);
    let house = feed_of_one(&origin, "<p>本周水泥再涨二十元。</p>");
    let ended = house.good(&["fetch"]);
    assert!(ended.err.contains("a check against robots"), "{ended:?}");
    let first = house.json("all.json")["items"][0].clone();
    assert_eq!(first["content_html"], "<p>本周水泥再涨二十元。</p>");
    check_unpublished(&house, &["安全验证", "拖动滑块", "check against robots"]);
    // The first time after an hour, then after four.
    hours_later(&house, 1);
    all_due(&house);
    assert_eq!(asked_for(&origin, "/2026/a.html"), 2);
    assert_eq!(house.json("all.json")["items"][0], first);
    check_unpublished(&house, &["付费内容", "旅馆谈到深夜", "立即订阅"]);
    hours_later(&house, 1);
    all_due(&house);
    assert_eq!(asked_for(&origin, "/2026/a.html"), 2);
    hours_later(&house, 3);
    all_due(&house);
    let last = house.json("all.json")["items"][0].clone();
    assert_eq!((&last["id"], &last["date_published"]), (&first["id"], &first["date_published"]));
    assert!(last["content_html"].as_str().unwrap().contains("建材市场"), "{last}");
    assert!(last["date_modified"].as_str() > first["date_modified"].as_str(), "{last}");
}

#[test]
fn a_stub_for_ever_is_given_up_and_never_published() {
    let origin = Origin::start([("GET /2026/a.html", vec![page(stub("login/zh-登录后查看"))])]);
    let house = feed_of_one(&origin, "<p>本周水泥再涨二十元。</p>");
    house.good(&["fetch"]);
    let before = house.tree();
    for (asked, hours) in [(1, 0), (2, 1), (3, 4), (4, 24), (5, 72), (6, 168), (6, 9_999)] {
        hours_later(&house, hours);
        all_due(&house);
        assert_eq!(asked_for(&origin, "/2026/a.html"), asked, "after {hours} hours");
    }
    assert_eq!(house.tree(), before, "a failure touches no file");
    check_unpublished(&house, &["登录后查看", "立即注册", "江城论坛"]);
}

#[test]
fn a_consent_wall_with_status_200_is_no_article() {
    let wall = stub("consent/zh-接受全部");
    let origin = Origin::start([("GET /2026/a.html", vec![page(wall)])]);
    // Not even the title of an entry without one comes from there.
    let link = origin.url("/2026/a.html");
    let bare = format!("<item><link>{link}</link><description>水泥再涨二十元</description></item>");
    origin.on("GET /feed", [reply(200).body(rss(&bare))]);
    let house = House::new(&format!(
        "[[source]]\nid = \"bell\"\nurl = \"{}\"\nfull_text = true\n",
        origin.url("/feed")
    ));
    let ended = house.good(&["fetch"]);
    assert!(ended.err.contains("a consent wall"), "{ended:?}");
    assert_eq!(house.titles("all.json"), ["水泥再涨二十元"]);
    check_unpublished(&house, &["Cookie", "隐私", "接受全部", "江城在线", "consent"]);
}

#[test]
fn an_article_that_leads_to_the_front_page_is_none() {
    let origin = Origin::start([
        ("GET /2026/a.html", vec![Reply::redirect(302, "/")]),
        ("GET /", vec![page(stub("links/zh-频道首页"))]),
    ]);
    let house = feed_of_one(&origin, "<p>本周水泥再涨二十元。</p>");
    let ended = house.good(&["fetch"]);
    assert!(ended.err.contains("the address leads to the front page"), "{ended:?}");
    check_unpublished(&house, &["钟楼修缮完成", "江城在线"]);
}

#[test]
fn preview_shows_the_chain_and_explains_it() {
    let text = "记者从江城建材市场获悉，本周水泥出厂价每吨再涨二十元。".repeat(12);
    let article = format!(
        "<title>水泥</title><nav><a href=/>首页</a></nav><article><h1>水泥</h1><p>{text}</p>\
         <p>{text}<b onclick=x>完</b></p></article><script>alert(1)</script>"
    );
    let origin = Origin::start([
        ("GET /a.html", vec![page(article)]),
        ("GET /wall.html", vec![page(stub("consent/zh-接受全部"))]),
    ]);
    let house = House::new("");
    let preview = |path: &str, more: &[&str]| {
        let url = origin.url(path).to_string();
        let args = [&["preview", &url, "--allow-private", "127.0.0.1/32"], more].concat();
        house.run(&args)
    };
    let people = preview("/a.html", &["--explain", "why.html"]).out;
    for words in [" taken (", "json-ld                nothing", " ms)", "**完**"] {
        assert!(people.contains(words), "{words}: {people}");
    }
    let why = std::fs::read_to_string(house.path("why.html")).unwrap();
    assert!(why.contains("<p class=\"kept\">") && why.contains("</small>首页</p>"), "{why}");
    assert!(!why.contains("alert") && !why.contains("<b>") && !why.contains("onclick"), "{why}");
    let stages = preview("/wall.html", &["--json"]).out;
    let stages: serde_json::Value = serde_json::from_str(&stages).unwrap();
    let article = &stages["entries"][0]["article"];
    assert_eq!(article["error"], "a consent wall, not the article");
    let step = article["steps"].as_array().unwrap().iter().find(|s| s["verdict"] == "refused");
    assert_eq!(step.unwrap()["why"], "a consent wall, not the article", "{article}");
    assert!(step.unwrap()["micros"].as_u64() > Some(0) && article["milliseconds"].is_u64());
}

#[test]
fn two_names_with_one_slug_never_share_a_feed() {
    let list = "[{\"id\":1,\"t\":\"a\",\"m\":\"新华日报\"},{\"id\":2,\"t\":\"b\",\"m\":\"新华日抱\"},\
        {\"id\":3,\"t\":\"c\",\"m\":\"TechWeb\"},{\"id\":4,\"t\":\"d\",\"m\":\"Techweb\"}]";
    let origin = Origin::start([("GET /l", vec![json(list)])]);
    let house = House::new(&format!(
        "[[source]]\nid = \"n\"\nkind = \"api\"\ncategories = [\"{{medium}}\"]\n\
         [source.list]\nurl = \"{}\"\nitems = \"$[*]\"\nguid = \"$.id\"\ntitle = \"$.t\"\nmedium = \"$.m\"\n",
        origin.url("/l")
    ));
    house.good(&["fetch"]);
    assert_eq!(house.titles("category/xinhuaribao.json").len(), 1);
    assert_eq!(house.titles("category/xinhuaribao-2.json").len(), 1);
    assert_eq!(house.titles("category/techweb.json").len(), 1);
    assert_eq!(house.titles("category/techweb-2.json").len(), 1);
}

#[test]
fn s10_headers_of_a_source_never_go_elsewhere() {
    let elsewhere = Origin::start_at(
        std::net::Ipv4Addr::new(127, 0, 0, 2),
        [("GET /a", vec![page("<p>x</p>")])],
    );
    let one = item("1", "t", elsewhere.url("/a").as_str(), "short");
    let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(&one))])]);
    let house = House::new(&format!(
        "[[source]]\nid = \"bell\"\nurl = \"{}\"\nfull_text = true\nheaders = {{ X-Key = \"secret\" }}\n",
        origin.url("/feed")
    ));
    house.run(&["fetch"]);
    assert_eq!(origin.requests()[0].text("X-Key").as_deref(), Some("secret"));
    assert_eq!(elsewhere.requests()[0].text("X-Key"), None);
    let agent = elsewhere.requests()[0].text("User-Agent").unwrap();
    assert!(agent.starts_with("finews/") && agent.ends_with("(+https://news.example/)"), "{agent}");
}

#[test]
fn a_page_that_somebody_removed_or_changed_is_made_again() {
    let one = item("1", "t", "https://bell.example/1", "x");
    let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(&one))])]);
    let house =
        House::new(&format!("[[source]]\nid = \"bell\"\nurl = \"{}\"\n", origin.url("/feed")));
    house.good(&["fetch"]);
    let contents = |house: &House| -> Vec<_> {
        house.tree().into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
    };
    let before = contents(&house);
    let share = before.iter().find(|(path, _)| path.starts_with("share/")).unwrap().0.clone();
    std::fs::remove_file(house.path("feeds").join(&share)).unwrap();
    std::fs::write(house.path("feeds/all.rss"), "scribble").unwrap();
    house.good(&["publish"]);
    assert_eq!(contents(&house), before);
}

#[test]
fn pages_behind_a_failed_one_are_asked_for_again() {
    let list = |id: u32| json(format!("{{\"list\":[{{\"id\":{id},\"t\":\"item {id}\"}}]}}"));
    let first = json("{\"list\":[{\"id\":1,\"t\":\"item 1\"}]}").header("ETag", "\"1\"");
    let origin = Origin::start([
        ("GET /l?p=1", vec![first]),
        ("GET /l?p=2", vec![reply(500), list(2)]),
        ("GET /l?p=3", vec![list(3)]),
        ("GET /l?p=4", vec![json("{\"list\":[]}")]),
    ]);
    let house = House::new(&format!(
        "[[source]]\nid = \"n\"\nkind = \"api\"\n[source.list]\nurl = \"{}?p={{page}}\"\n\
         pages = {{ most = 9 }}\nitems = \"$.list[*]\"\nguid = \"$.id\"\ntitle = \"$.t\"\n",
        origin.url("/l")
    ));
    assert_eq!(house.run(&["fetch"]).code, 1);
    assert_eq!(house.titles("all.json").len(), 1);
    assert_eq!(all_due(&house).code, 0);
    assert_eq!(house.titles("all.json").len(), 3);
}

#[test]
fn f08_s48_a_feed_that_breaks_off_gives_its_whole_entries_and_no_validators() {
    let whole = rss(&format!(
        "{}{}",
        item("1", "one", "https://bell.example/1", "x"),
        item("2", "A long title", "https://bell.example/2", "y")
    ));
    let cut = &whole[..whole.find("long title").unwrap()];
    let origin = Origin::start([(
        "GET /feed",
        vec![reply(200).header("ETag", "\"1\"").body(cut), reply(200).body(whole.clone())],
    )]);
    let house =
        House::new(&format!("[[source]]\nid = \"bell\"\nurl = \"{}\"\n", origin.url("/feed")));
    let ended = house.good(&["fetch"]);
    assert!(ended.err.contains("breaks off"), "{ended:?}");
    assert_eq!(house.titles("all.json"), ["one"]);
    all_due(&house);
    assert_eq!(house.titles("all.json").len(), 2);
    assert_eq!(origin.requests()[1].header("If-None-Match"), None);
}

#[test]
fn entries_that_share_a_link_are_told_apart_by_their_titles() {
    let entry = |title: &str| {
        format!("<item><title>{title}</title><link>https://bell.example/</link></item>")
    };
    let feed = rss(&format!("{}{}{}", entry("one"), entry("two"), entry("one")));
    let origin = Origin::start([("GET /feed", vec![reply(200).body(feed)])]);
    let house =
        House::new(&format!("[[source]]\nid = \"bell\"\nurl = \"{}\"\n", origin.url("/feed")));
    house.good(&["fetch"]);
    let mut titles = house.titles("all.json");
    titles.sort();
    assert_eq!(titles, ["one", "two"]);
}

#[test]
fn a_category_moves_with_its_settings_and_its_old_address_is_remembered() {
    let one = item("1", "t", "https://bell.example/1", "x");
    let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(&one))])]);
    let settings = |slug: &str| {
        format!(
            "[[category]]\nid = \"bells\"\nslug = \"{slug}\"\n[[source]]\nid = \"bell\"\n\
             url = \"{}\"\ncategories = [\"bells\"]\n",
            origin.url("/feed")
        )
    };
    let house = House::new(&settings("bells"));
    house.good(&["fetch"]);
    let id = house.json("category/bells.json")["items"][0]["id"].clone();
    house.reconfigure(&settings("chimes"));
    house.good(&["publish"]);
    assert_eq!(house.json("category/chimes.json")["items"][0]["id"], id);
    for bad in ["../../x", "", "a/b", ".hidden"] {
        house.reconfigure(&settings(bad));
        assert_eq!(house.run(&["check"]).code, 2, "{bad}");
    }
}

#[test]
fn s26_words_of_a_server_do_not_reach_the_terminal_raw() {
    let words = "\\u001b[31mred\\u202e".to_owned() + &"x".repeat(3_000);
    let answer = json(format!("{{\"code\":0,\"message\":\"{words}\"}}"));
    let origin = Origin::start([("GET /l", vec![answer])]);
    let house = House::new(&format!(
        "[[source]]\nid = \"p\"\nkind = \"api\"\n[source.list]\nurl = \"{}\"\n\
         items = \"$.list[*]\"\ntitle = \"$.t\"\n\
         expect = {{ path = \"$.code\", equals = 1, message = \"$.message\" }}\n",
        origin.url("/l")
    ));
    let fetched = house.run(&["fetch"]);
    let status = house.run(&["status"]);
    for text in [&fetched.err, &status.out] {
        assert!(text.contains("red"), "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
        assert!(text.len() < 9_000, "{text}");
    }
}
