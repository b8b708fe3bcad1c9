//! Guards that every way out goes through the one door, whoever wrote the address: the row S03,
//! and S11 for this site itself.

use std::net::Ipv4Addr;

use crate::house::House;
use crate::origin::{Origin, Reply, reply};

/// Where nobody may go, while 127.0.0.1 is open.
fn inside() -> Origin {
    let inside = Origin::start_at(Ipv4Addr::new(127, 0, 0, 2), []);
    inside.on(
        "GET /",
        [reply(200).body("<rss><channel><item><title>x</title></item></channel></rss>")],
    );
    inside
}

const SITE: &str = "[site]\ntitle = \"t\"\nurl = \"https://news.example/\"\n[fetch]\ngap = \"0s\"\n\
    [defaults]\nallow_private = [\"127.0.0.1/32\"]\n";

fn house(settings: &str) -> House {
    House::bare(&format!("{SITE}{settings}"))
}

fn feed(link: &str) -> String {
    format!(
        "<rss version=\"2.0\"><channel><title>x</title><image><url>{link}</url></image>\
         <link>{link}</link><item><title>one</title><guid>1</guid><link>{link}</link>\
         <description>short &lt;img src=\"{link}\"&gt;</description>\
         <enclosure url=\"{link}\" type=\"audio/mpeg\" length=\"1\"/></item></channel></rss>"
    )
}

#[test]
fn s03_no_link_of_a_feed_leads_inside() {
    let inside = inside();
    let link = inside.url("/");
    let origin = Origin::start([("GET /feed", vec![reply(200).body(feed(link.as_str()))])]);
    let house = house(&format!(
        "[[source]]\nid = \"a\"\nfull_text = true\nurl = \"{}\"\n",
        origin.url("/feed")
    ));
    let ended = house.run(&["fetch"]);
    assert!(ended.err.contains("is not fetched: loopback"), "{ended:?}");
    assert_eq!(house.titles("all.json"), ["one"]);
    // A link that begins outside and is led inside.
    let to = origin.url("/article");
    origin.on("GET /article", [Reply::redirect(302, &link)]);
    origin.on("GET /feed", [reply(200).body(feed(to.as_str()))]);
    let ended = house.run(&["fetch", "--all"]);
    assert!(ended.err.contains("is not fetched: loopback"), "{ended:?}");
    assert_eq!(inside.connections(), 0);
}

#[test]
fn s03_no_page_that_is_turned_to_is_inside() {
    let inside = inside();
    let article = |next: &str| {
        let text = "<p>Words enough to be the text of an article, and some more. </p>".repeat(9);
        let html = format!(
            "<link rel=canonical href={next}><article>{text}</article><a rel=next class=next href={next}>next</a>"
        );
        reply(200).header("Content-Type", "text/html").body(html)
    };
    let origin = Origin::start([("GET /a", vec![article(inside.url("/").as_str())])]);
    origin.on(
        "GET /list",
        [reply(200).header("Content-Type", "text/html").body(format!(
            "<ul><li><a href=/a>A title of an article</a></ul><a class=next href={}>next</a>",
            inside.url("/")
        ))],
    );
    let house = house(&format!(
        "[[source]]\nid = \"a\"\nkind = \"page\"\nfull_text = true\nurl = \"{}\"\n[source.list]\n\
         items = \"li\"\ntitle = \"a\"\nlink = \"a@href\"\nnext = \"a.next\"\npages = {{ most = 3 }}\n",
        origin.url("/list")
    ));
    let ended = house.run(&["fetch"]);
    assert!(ended.err.contains("is not fetched: loopback"), "{ended:?}");
    assert_eq!(inside.connections(), 0);
}

#[test]
fn s03_no_sitemap_of_an_index_is_inside() {
    let inside = inside();
    let index =
        format!("<sitemapindex><sitemap><loc>{}</loc></sitemap></sitemapindex>", inside.url("/"));
    let origin = Origin::start([("GET /index.xml", vec![reply(200).body(index)])]);
    let house = house(&format!(
        "[[source]]\nid = \"a\"\nkind = \"sitemap\"\nurl = \"{}\"\n",
        origin.url("/index.xml")
    ));
    house.run(&["fetch"]);
    assert_eq!(inside.connections(), 0);
}

#[test]
fn s03_no_feed_that_is_discovered_is_inside() {
    let inside = inside();
    let page = format!("<link rel=alternate type=application/rss+xml href={}>", inside.url("/"));
    let robots = format!("Sitemap: {}\n", inside.url("/sitemap.xml"));
    let origin = Origin::start([
        ("GET /", vec![reply(200).header("Content-Type", "text/html").body(page)]),
        ("GET /robots.txt", vec![reply(200).body(robots)]),
    ]);
    let house = house("");
    let url = origin.url("/").to_string();
    house.run(&["discover", &url, "--allow-private", "127.0.0.1/32"]);
    assert_eq!(inside.connections(), 0);
}

#[test]
fn s11_the_sites_own_feed_is_no_source() {
    let origin = Origin::start([("GET /all.atom", vec![reply(200)])]);
    let site = SITE.replace("https://news.example/", origin.url("/").as_str());
    let source = format!("[[source]]\nid = \"a\"\nurl = \"{}\"\n", origin.url("/all.atom"));
    let house = House::bare(&format!("{site}{source}"));
    let ended = house.run(&["fetch"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("it is this site itself"), "{ended:?}");
    assert_eq!(origin.connections(), 0);
}
