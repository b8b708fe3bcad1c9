//! Guards what the operator recommends: `finews share`, `/shares.*`, and how that ends; and what
//! other sites are told of a share page.

use serde_json::Value;
use url::Url;

use crate::daemon::{Daemon, header};
use crate::house::House;
use crate::origin::{Origin, reply};

/// A feed of so many bells, with texts of their own.
fn feed(count: usize) -> String {
    let item = |n: usize| {
        format!(
            "<item><title>Bell {n} &amp; rope</title><guid>bell-{n}</guid>\
             <link>https://bell.example/{n}</link><pubDate>Tue, {:02} Nov 2026 10:00:00 GMT\
             </pubDate><description>dong {n}, as number {n} always does</description></item>",
            n + 1
        )
    };
    let items: String = (0..count).map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>Bells</title>{items}</channel></rss>")
}

fn bells(count: usize) -> (Origin, House) {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(feed(count))])]);
    let house = House::new(&format!(
        "[[category]]\nid = \"bells\"\n[[source]]\nid = \"bell\"\nurl = \"{}\"\n\
         categories = [\"bells\"]\nstories = false\n",
        origin.url("/feed")
    ));
    (origin, house)
}

/// The ids of everything published, newest first.
fn ids(house: &House) -> Vec<String> {
    let items = house.json("all.json")["items"].as_array().unwrap().clone();
    let share = |item: &Value| item["_finews"]["share"].as_str().unwrap().to_owned();
    let id = |item: &Value| share(item).rsplit('/').next().unwrap().replace(".html", "");
    items.iter().map(id).collect()
}

fn there(house: &House, path: &str) -> bool {
    house.path("feeds").join(path).exists()
}

#[test]
fn what_is_recommended_is_published_in_every_form_with_its_note() {
    let (_origin, house) = bells(4);
    house.good(&["fetch"]);
    assert!(!there(&house, "shares.atom"), "nothing was ever recommended");
    let ids = ids(&house);
    let note = "Listen to <this> & tell others";
    let ended = house.good(&["share", &ids[2], "--note", note]);
    assert!(ended.err.contains("recommended"), "{ended:?}");
    house.good(&["share", "https://bell.example/3"]);

    assert_eq!(house.titles("shares.json"), ["Bell 3 & rope", "Bell 1 & rope"]);
    let json = house.json("shares.json");
    assert_eq!(json["feed_url"], "https://news.example/shares.json");
    let shared = &json["items"][1];
    assert_eq!(shared["_finews"]["note"], note);
    assert_eq!(shared["summary"], note);
    let body = shared["content_html"].as_str().unwrap();
    assert!(body.contains("Listen to &lt;this&gt; &amp; tell others"), "{body}");
    assert!(body.contains("dong 1"), "{body}");
    let all = house.json("all.json");
    let same = all["items"].as_array().unwrap().iter().find(|item| item["id"] == shared["id"]);
    assert_eq!(same.unwrap()["date_published"], shared["date_published"]);
    for path in ["shares.atom", "shares.rss"] {
        let text = house.feed(path);
        assert!(text.contains(&format!("https://news.example/{path}")), "{text}");
        assert!(text.contains("Listen to"), "{text}");
        assert!(text.contains("fh:complete"), "what is not in it is no longer recommended");
    }
    let page = house.feed("shares.html");
    assert!(page.contains("Listen to &lt;this&gt; &amp; tell others"), "{page}");
    assert!(house.feed("index.html").contains("href=\"shares.html\""));
    assert!(house.feed("index.html").contains("https://news.example/shares.atom"));
    assert!(house.feed("opml.xml").contains("https://news.example/shares.atom"));

    // Nothing changes by itself.
    let tree = house.tree();
    house.good(&["publish"]);
    house.good(&["publish", "--all"]);
    assert_eq!(house.tree(), tree);
}

#[test]
fn a_recommendation_can_be_changed_and_taken_back_and_ends_with_its_item() {
    let (_origin, house) = bells(4);
    house.good(&["fetch"]);
    let ids = ids(&house);
    for id in &ids {
        house.good(&["share", id, "--note", "first"]);
    }
    house.good(&["share", &ids[0], "--note", "second", "--expire", "2999-01-01"]);
    let rows: Value = serde_json::from_str(&house.good(&["share", "--json"]).out).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 4);
    let row = rows.as_array().unwrap().iter().find(|row| row["id"] == *ids[0]).unwrap();
    assert_eq!((&row["note"], &row["title"]), (&"second".into(), &"Bell 3 & rope".into()));
    assert_eq!(row["until"], "2999-01-01T16:00:00Z", "the end of the day where the site is");
    assert!(house.feed("shares.atom").contains("second"));

    house.good(&["share", &ids[1], "--remove"]);
    house.good(&["withdraw", &ids[2]]);
    assert_eq!(house.titles("shares.json").len(), 2);
    assert!(!house.feed("shares.rss").contains("Bell 2 "));
    house.good(&["share", &ids[0], &ids[3], "--remove"]);
    assert!(house.titles("shares.json").is_empty(), "its address stays");
    assert!(!house.feed("index.html").contains("href=\"shares.html\""));

    for wrong in [
        vec!["share", "nobody", "--note", "x"],
        vec!["share", &ids[0], "--remove"],
        vec!["share", &ids[0], "--expire", "soon"],
        vec!["share", &ids[0], "--expire", "2001-01-01"],
        vec!["share", "--note", "x"],
    ] {
        assert_eq!(house.run(&wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn the_order_is_that_of_recommending_and_the_newest_are_kept() {
    let (_origin, house) = bells(4);
    let settings = std::fs::read_to_string(house.path("config/finews.toml")).unwrap();
    house.configure(&format!("{settings}[publish]\nitems = 2\n"));
    house.good(&["fetch"]);
    let ids = {
        let mut ids = Vec::new();
        for n in 0..4 {
            let found = house.good(&["search", "--json", &format!("\"Bell {n}\"")]);
            let found: Value = serde_json::from_str(&found.out).unwrap();
            ids.push(found["items"][0]["id"].as_str().unwrap().to_owned());
        }
        ids
    };
    house.good(&["share", &ids[0], &ids[1], &ids[2]]);
    assert_eq!(house.titles("shares.json").len(), 2);
    assert!(!house.feed("shares.atom").contains("fh:complete"), "there are others");
}

#[test]
fn a_daemon_publishes_what_is_recommended_at_once_and_ends_it_in_time() {
    let (_origin, house) = bells(2);
    let daemon = Daemon::start(&house);
    daemon.ready();
    daemon.until("/all.json", |_, body| body.contains("Bell 1"));
    let ids = ids(&house);
    let ended = house.good(&["share", &ids[0], "--note", "hear hear"]);
    assert!(ended.err.contains("at once"), "{ended:?}");
    daemon.until("/shares.atom", |_, body| body.contains("hear hear"));
    house.good(&["share", &ids[1], "--note", "not for long", "--expire", "4s"]);
    daemon.until("/shares.json", |_, body| body.contains("not for long"));
    let (_, body) = daemon.until("/shares.json", |_, body| !body.contains("not for long"));
    assert!(body.contains("hear hear"));
    house.good(&["share", &ids[0], "--remove"]);
    daemon.until("/shares.atom", |head, body| {
        head.starts_with("HTTP/1.1 200") && !body.contains("<entry")
    });
    // So is a takedown.
    house.good(&["withdraw", &ids[0]]);
    daemon.until(&format!("/share/{}.html", ids[0]), |head, _| head.starts_with("HTTP/1.1 410"));
    daemon.until("/all.json", |_, body| !body.contains("Bell 1"));
}

#[test]
fn p39_s33_a_page_tells_others_what_to_show_and_of_strangers_nothing_is_said() {
    let (origin, house) = bells(2);
    let daemon = Daemon::start(&house);
    daemon.ready();
    daemon.until("/all.json", |_, body| body.contains("Bell 1"));
    let id = &ids(&house)[0];
    let page = house.feed(&format!("share/{id}.html"));
    let before = origin.requests().len();
    // As a consumer finds it: the links in the page, asked for as they stand there.
    let mut seen = 0;
    for kind in ["application/json+oembed", "text/xml+oembed"] {
        let link = page.lines().find(|line| line.contains(kind)).unwrap();
        let href = link.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        let address = Url::parse(&href.replace("&amp;", "&")).unwrap();
        assert_eq!(address.origin().ascii_serialization(), "https://news.example");
        let target = format!("{}?{}", address.path(), address.query().unwrap());
        let (head, body) = daemon.get(&target, "");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(header(&head, "access-control-allow-origin"), "*");
        let etag = header(&head, "etag");
        let (again, _) = daemon.get(&target, &format!("If-None-Match: {etag}\r\n"));
        assert!(again.starts_with("HTTP/1.1 304"), "{again}");
        if kind.contains("json") {
            assert!(header(&head, "content-type").starts_with("application/json"));
            let answer: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(answer["version"], "1.0");
            assert_eq!(answer["type"], "link");
            assert_eq!(answer["title"], "Bell 1 & rope");
            assert_eq!(answer["provider_url"], "https://news.example/");
            assert_eq!(answer["author_url"], "https://bell.example/1");
        } else {
            assert!(header(&head, "content-type").starts_with("text/xml"));
            assert!(body.contains("<title>Bell 1 &amp; rope</title>"), "{body}");
            assert!(body.contains("<type>link</type>"), "{body}");
        }
        seen += 1;
    }
    assert_eq!(seen, 2);
    let own = format!("https://news.example/share/{id}.html");
    let ask = |url: &str, more: &str| {
        let url: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        daemon.get(&format!("/oembed?url={url}{more}"), "").0
    };
    assert!(ask(&own, "").starts_with("HTTP/1.1 200"));
    assert!(ask(&own, "&maxwidth=100").starts_with("HTTP/1.1 200"));
    for (url, more) in [
        (origin.url("/feed").as_str(), ""),
        ("https://bell.example/1", ""),
        ("https://news.example/share/0000000000000000.html", ""),
        ("https://news.example/category/bells.html", ""),
        (own.as_str(), "&format=yaml"),
        ("", ""),
    ] {
        assert!(ask(url, more).starts_with("HTTP/1.1 404"), "{url}{more}");
    }
    assert_eq!(origin.requests().len(), before, "nothing was fetched");
}

#[test]
fn p44_other_spellings_of_an_address_lead_to_the_page_in_one_step() {
    let (_origin, house) = bells(2);
    let daemon = Daemon::start(&house);
    daemon.ready();
    daemon.until("/all.json", |_, body| body.contains("Bell 1"));
    let id = &ids(&house)[0];
    let page = format!("/share/{id}.html");
    let upper = id.to_ascii_uppercase();
    let mut spellings = vec![
        format!("/share/{upper}.html"),
        format!("/share/{upper}.HTML"),
        format!("/share/{id}"),
        format!("/share/{id}-bell-and-rope.html"),
        format!("/share/{upper}-%E9%92%9F.html"),
    ];
    if id.contains('0') || id.contains('1') {
        spellings.push(format!("/share/{}.html", id.replace('0', "O").replace('1', "I")));
    }
    for spelling in spellings {
        let (head, _) = daemon.get(&spelling, "");
        assert!(head.starts_with("HTTP/1.1 301"), "{spelling}: {head}");
        assert_eq!(header(&head, "location"), page, "{spelling}");
    }
    for wrong in ["/share/0000000000000000.html", "/share/-.html", "/share/x.atom"] {
        let (head, _) = daemon.get(wrong, "");
        assert!(head.starts_with("HTTP/1.1 404"), "{wrong}: {head}");
    }
}
