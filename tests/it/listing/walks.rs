//! Guards the ways from one page of a list to the next, and from a first page to the list.

use crate::house::{House, all_due};
use crate::origin::{Origin, Reply, reply};

fn page(body: impl Into<Vec<u8>>) -> Reply {
    reply(200).header("Content-Type", "text/html; charset=utf-8").body(body)
}

fn json(body: impl Into<Vec<u8>>) -> Reply {
    reply(200).header("Content-Type", "application/json").body(body)
}

fn asked(origin: &Origin) -> Vec<String> {
    origin.requests().iter().map(|request| request.target.clone()).collect()
}

fn links(names: &[&str], next: &str) -> Reply {
    let item = |name: &&str| format!("<li><a href=\"/a/{name}\">{name}</a></li>");
    let items = names.iter().map(item).collect::<Vec<_>>().concat();
    page(format!("<ul>{items}</ul><a class=next href=\"{next}\">next</a>"))
}

const LINKED: &str = "kind = \"page\"\nheaders = { X-Key = \"secret\" }\n[source.list]\n\
    items = \"li\"\nnext = \"a.next\"\npages = { most = 5 }\n";

#[test]
fn a_page_leads_to_the_next_one() {
    let origin = Origin::start([
        ("GET /list", vec![links(&["e", "d"], "?p=2"), links(&["f", "e"], "?p=2")]),
        ("GET /list?p=2", vec![links(&["c"], "/list?p=3#end")]),
        ("GET /list?p=3", vec![links(&["b"], "/list")]),
    ]);
    let url = origin.url("/list");
    let house = House::new(&format!("[[source]]\nid = \"p\"\nurl = \"{url}\"\n{LINKED}"));
    house.good(&["fetch"]);
    assert_eq!(asked(&origin), ["/list", "/list?p=2", "/list?p=3"], "and not in a circle");
    assert_eq!(house.titles("all.json").len(), 4);
    assert!(origin.requests().iter().all(|r| r.text("X-Key").as_deref() == Some("secret")));
    all_due(&house);
    assert_eq!(asked(&origin)[3..], ["/list", "/list?p=2"], "only as far as there is news");
    assert_eq!(house.titles("all.json").len(), 5);
}

#[test]
fn a_page_may_lead_elsewhere_but_takes_no_headers_there() {
    let ip = std::net::Ipv4Addr::new(127, 0, 0, 2);
    let elsewhere = Origin::start_at(ip, [("GET /more", vec![links(&["b"], "javascript:;")])]);
    let origin =
        Origin::start([("GET /list", vec![links(&["a"], elsewhere.url("/more").as_str())])]);
    let url = origin.url("/list");
    let house = House::new(&format!("[[source]]\nid = \"p\"\nurl = \"{url}\"\n{LINKED}"));
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json").len(), 2);
    assert_eq!(elsewhere.requests()[0].text("X-Key"), None);
    // Nor does it lead to where the source may not go.
    let inward = links(&["a"], "http://10.0.0.1/secret");
    origin.on("GET /list", [inward]);
    let house = House::new(&format!("[[source]]\nid = \"p\"\nurl = \"{url}\"\n{LINKED}"));
    let ended = house.run(&["fetch"]);
    assert!(ended.err.contains("10.0.0.1"), "{ended:?}");
}

#[test]
fn a_list_without_a_next_link_says_so() {
    let origin = Origin::start([("GET /list", vec![page("<li><a href=1>a</a></li>")])]);
    let url = origin.url("/list");
    let house = House::new(&format!("[[source]]\nid = \"p\"\nurl = \"{url}\"\n{LINKED}"));
    let ended = house.good(&["fetch"]);
    assert!(ended.err.contains("next: `a.next` leads to no other page"), "{ended:?}");
}

#[test]
fn a_first_page_tells_the_address_of_the_list() {
    let list = |id: u32| json(format!("[{{\"id\":{id},\"t\":\"item {id}\"}}]"));
    let first = page("<meta name=channelid content='a/1 b'><script>var k='t&1';</script>");
    let origin = Origin::start([
        ("GET /start", vec![first]),
        ("GET /ds/a%2F1%20b?page=0", vec![list(1)]),
        ("POST /ds", vec![list(2)]),
    ]);
    let step = format!(
        "first = {{ url = \"{}\", channel = \"meta[name=channelid]@content\", \
         key = {{ pattern = \"k='([^']*)'\" }} }}\nheaders = {{ X-Channel = \"<{{channel}}> {{other}}\" }}\n\
         items = \"$\"\nguid = \"$.id\"\ntitle = \"$.t\"\n",
        origin.url("/start")
    );
    let house = House::new(&format!(
        "[[source]]\nid = \"p\"\nkind = \"api\"\nheaders = {{ X-Key = \"secret\" }}\n\
         [[source.list]]\nname = \"one\"\nurl = \"{}ds/{{channel}}?page={{page}}\"\n\
         pages = {{ first = 0, most = 1 }}\n{step}\
         [[source.list]]\nname = \"two\"\nurl = \"{}\"\nmethod = \"POST\"\n\
         body_text = \"key={{key}}&size=20\"\n{step}",
        origin.url("/"),
        origin.url("/ds")
    ));
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json").len(), 2);
    assert_eq!(asked(&origin), ["/start", "/ds/a%2F1%20b?page=0", "/ds"], "the first page once");
    let requests = origin.requests();
    assert_eq!(requests[0].text("X-Key").as_deref(), Some("secret"));
    assert_eq!(requests[1].text("X-Channel").as_deref(), Some("<a/1 b> {other}"));
    assert_eq!(String::from_utf8_lossy(&requests[2].body), "key=t%261&size=20");
    let form = requests[2].text("Content-Type");
    assert_eq!(form.as_deref(), Some("application/x-www-form-urlencoded"));
}

#[test]
fn a_first_page_that_tells_nothing_is_named() {
    let origin = Origin::start([("GET /start", vec![page("<p>under construction")])]);
    let settings = |path: &str| {
        format!(
            "[[source]]\nid = \"p\"\nkind = \"api\"\n[source.list]\nurl = \"{}{{c}}\"\n\
             first = {{ url = \"{}\", c = \"meta[name=c]@content\" }}\nitems = \"$[*]\"\ntitle = \"$.t\"\n",
            origin.url("/"),
            origin.url(path)
        )
    };
    let ended = House::new(&settings("/start")).run(&["fetch"]);
    assert_eq!(ended.code, 1);
    let place = "`meta[name=c]@content` (for `{c}`) matches nothing";
    assert!(ended.err.contains("first page `") && ended.err.contains(place), "{ended:?}");
    let ended = House::new(&settings("/none")).run(&["fetch"]);
    assert!(ended.code == 1 && ended.err.contains("404"), "{ended:?}");
    assert!(asked(&origin).iter().all(|target| matches!(target.as_str(), "/start" | "/none")));
}

#[test]
fn a_cursor_ends_with_the_list() {
    let list = |id: u32, end: &str| {
        let record = format!("{{\"id\":\"{id}\",\"t\":\"item {id}\"}}");
        json(format!("cb({{\"d\":{{\"list\":[{record}],\"sortEnd\":{end}}}}})"))
    };
    for end in ["\"\"", "null", "false", "17", "\" \""] {
        let origin = Origin::start([
            ("GET /l?sortEnd=", vec![list(1, "17")]),
            ("GET /l?sortEnd=17", vec![list(2, end)]),
        ]);
        let house = House::new(&format!(
            "[[source]]\nid = \"p\"\nkind = \"api\"\n[source.list]\nurl = \"{}?sortEnd={{cursor}}\"\n\
             cursor = \"$.d.sortEnd\"\npages = {{ most = 9 }}\nitems = \"$.d.list[*]\"\n\
             guid = \"$.id\"\ntitle = \"$.t\"\n",
            origin.url("/l")
        ));
        house.good(&["fetch"]);
        assert_eq!(asked(&origin).len(), 2, "{end}");
    }
}

#[test]
fn what_stands_behind_the_last_page_is_its_end_or_a_fault() {
    let list = "{\"code\":1,\"data\":{\"list\":[{\"id\":1,\"t\":\"one\"}]}}";
    let check = |last: Reply, code: i32| {
        let origin = Origin::start([("GET /l?p=1", vec![json(list)]), ("GET /l?p=2", vec![last])]);
        let house = House::new(&format!(
            "[[source]]\nid = \"p\"\nkind = \"api\"\n[source.list]\nurl = \"{}?p={{page}}\"\n\
             pages = {{ most = 9 }}\nexpect = {{ path = \"$.code\", equals = 1 }}\n\
             items = \"$.data.list[*]\"\nguid = \"$.id\"\ntitle = \"$.t\"\n",
            origin.url("/l")
        ));
        let ended = house.run(&["fetch"]);
        assert_eq!(ended.code, code, "{ended:?}");
        assert_eq!(house.titles("all.json"), ["one"]);
    };
    check(json("{\"code\":1,\"data\":{\"list\":[]}}"), 0);
    check(json("{\"code\":1,\"data\":{}}"), 0);
    check(json("{\"code\":0,\"data\":null}"), 0);
    check(page("<title>Are you a robot?</title>"), 1);
    check(reply(500), 1);
}

#[test]
fn an_index_leads_to_its_newest_sitemaps() {
    let map = |name: &str| {
        let url = format!("<url><loc>https://bell.example/{name}-story</loc></url>");
        reply(200).body(format!("<urlset>{url}</urlset>")).header("ETag", format!("\"{name}\""))
    };
    let origin = Origin::start([
        ("GET /b.xml", vec![map("b"), reply(304)]),
        ("GET /c.xml", vec![reply(500), map("c")]),
        ("GET /a.xml", vec![map("a")]),
    ]);
    let child = |name: &str, day: &str| {
        format!("<sitemap><loc>/{name}.xml</loc><lastmod>{day}</lastmod></sitemap>")
    };
    let index = [child("a", "2024-01-01"), child("c", "2026-01-02"), child("b", "2026-01-03")];
    let index = format!("<sitemapindex>{}</sitemapindex>", index.concat());
    origin.on("GET /index.xml", [reply(200).body(index).header("ETag", "\"index\"")]);
    let house = House::new(&format!(
        "[[source]]\nid = \"m\"\nkind = \"sitemap\"\nurl = \"{}\"\n[source.list]\nchildren = 2\n",
        origin.url("/index.xml")
    ));
    assert_eq!(house.run(&["fetch"]).code, 1, "one of them failed");
    assert_eq!(asked(&origin), ["/index.xml", "/b.xml", "/c.xml"]);
    assert_eq!(house.titles("all.json"), ["b story"]);
    all_due(&house);
    let again = &origin.requests()[3..];
    assert_eq!(again[0].text("If-None-Match"), None, "an index tells nothing by being the same");
    assert_eq!(again[1].text("If-None-Match").as_deref(), Some("\"b\""));
    assert_eq!(house.titles("all.json").len(), 2);
}

#[test]
fn articles_give_titles_that_a_sitemap_lacks() {
    let text = "很长的正文，写给读者看的，一句接着一句。".repeat(20);
    let article = page(format!(
        "<html><head><title>河边的钟楼</title></head><body><article><h1>河边的钟楼</h1>\
         <p>{text}</p><p>{text}</p></article></body></html>"
    ));
    let origin = Origin::start([("GET /n/1", vec![article])]);
    let lines = format!("{}\n{}\n", origin.url("/n/1"), origin.url("/about"));
    origin.on("GET /sitemap.txt", [reply(200).body(lines)]);
    let house = House::new(&format!(
        "[[source]]\nid = \"m\"\nkind = \"sitemap\"\nurl = \"{}\"\nfull_text = true\n\
         [source.list]\nmatch = '/n/\\d+'\n",
        origin.url("/sitemap.txt")
    ));
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json"), ["河边的钟楼"]);
    assert_eq!(asked(&origin), ["/sitemap.txt", "/n/1"]);
}
