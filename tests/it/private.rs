//! Guards private categories: nothing of them in public, and addresses that only their holders know.

use serde_json::Value;

use crate::daemon::{Daemon, header};
use crate::house::{House, walk};
use crate::origin::{Origin, reply};

const SECRET: &str = "Quarterly plan Zanzibar";

fn feed(titles: &[(&str, &str)]) -> String {
    let item = |(n, (title, text)): (usize, &(&str, &str))| {
        let host = title.to_lowercase().replace(' ', "-");
        format!(
            "<item><title>{title}</title><guid>{title}</guid><link>https://{host}.example/{n}</link>\
             <pubDate>Tue, {:02} Nov 2026 10:00:00 GMT</pubDate><description>{text}</description>\
             </item>",
            n + 1
        )
    };
    let items: String = titles.iter().enumerate().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>Office</title>{items}</channel></rss>")
}

/// One source that is private, one that is not, and an item that is both.
fn office() -> (Origin, House) {
    let inside = feed(&[
        (SECRET, "what zanzibar costs, word by word"),
        ("Both sides", "what everybody may know of zanzibar"),
    ]);
    let outside = feed(&[("Weather", "rain over the harbour, and then some sun")]);
    let origin = Origin::start([
        ("GET /inside", vec![reply(200).body(inside)]),
        ("GET /outside", vec![reply(200).body(outside)]),
    ]);
    let house = House::new(&settings(&origin, "private = true"));
    (origin, house)
}

fn settings(origin: &Origin, private: &str) -> String {
    format!(
        "[log]\nlevel = \"debug\"\n[[category]]\nid = \"board-room\"\n{private}\n\
         [[category]]\nid = \"open\"\nany = [\"everybody\"]\n\
         [[source]]\nid = \"in\"\nurl = \"{}\"\ncategories = [\"board-room\"]\n\
         [[source]]\nid = \"out\"\nurl = \"{}\"\ncategories = [\"open\"]\n",
        origin.url("/inside"),
        origin.url("/outside")
    )
}

/// Everything that is published, as one text.
fn published(house: &House) -> String {
    let mut text = String::new();
    walk(&house.path("feeds"), &mut |path| {
        text.push_str(&path.to_string_lossy());
        text.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
    });
    text
}

/// The address of a subscriber without the site and the ending.
fn admit(house: &House, name: &str) -> String {
    let ended = house.good(&["subscribers", "add", name, "--category", "board-room"]);
    let line = ended.out.trim().strip_prefix("https://news.example").unwrap();
    line.strip_suffix(".atom").unwrap().to_owned()
}

#[test]
fn nothing_of_a_private_category_is_published() {
    let (_origin, house) = office();
    house.good(&["fetch"]);
    let text = published(&house);
    for word in [SECRET, "board-room", "word by word"] {
        assert!(!text.contains(word), "{word}");
    }
    assert_eq!(house.titles("all.json"), ["Both sides", "Weather"]);
    assert_eq!(house.titles("category/open.json"), ["Both sides", "Weather"]);
    let kept = house.good(&["search", "--json", "zanzibar"]);
    let kept: Value = serde_json::from_str(&kept.out).unwrap();
    assert_eq!(kept["items"].as_array().unwrap().len(), 2, "the operator finds everything");
    let secret = kept["items"].as_array().unwrap().iter().find(|item| item["title"] == SECRET);
    let secret = secret.unwrap()["id"].as_str().unwrap().to_owned();
    let refused = house.run(&["share", &secret]);
    assert_eq!(refused.code, 2, "{refused:?}");

    let daemon = Daemon::start(&house);
    daemon.ready();
    let (_, page) = daemon.get("/search.html?q=zanzibar", "");
    assert!(page.contains("Both sides") && !page.contains(SECRET), "{page}");
    assert!(page.contains("找到 1 条"), "what is private is not counted either");
    let url = format!("https://news.example/share/{secret}.html");
    for path in [
        &format!("/share/{secret}.html"),
        &format!("/oembed?url={url}"),
        "/category/board-room.html",
        "/category/board-room.atom",
        "/category/board-room",
        "/board-room/",
        &format!("/html_News/NewsShare.html?infoCode={}", SECRET.replace(' ', "%20")),
        "/private/",
        "/private/x.atom",
        "/archive/board-room/1.atom",
    ] {
        let (head, body) = daemon.get(path, "");
        assert!(head.starts_with("HTTP/1.1 404"), "{path}: {head}");
        assert!(!body.contains(SECRET));
    }
}

#[test]
fn a_subscriber_reads_at_an_address_of_their_own_until_it_is_revoked() {
    let (_origin, house) = office();
    house.good(&["fetch"]);
    let (ann, bob) = (admit(&house, "Ann"), admit(&house, "Bob"));
    assert_ne!(ann, bob);
    let daemon = Daemon::start(&house);
    daemon.ready();
    for (ending, kind) in [
        ("atom", "application/atom+xml; charset=utf-8"),
        ("rss", "application/rss+xml; charset=utf-8"),
        ("json", "application/feed+json"),
        ("html", "text/html; charset=utf-8"),
    ] {
        let path = format!("{ann}.{ending}");
        let (head, body) = daemon.get(&path, "");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(header(&head, "content-type"), kind);
        assert!(header(&head, "cache-control").starts_with("private"), "{head}");
        assert!(header(&head, "x-robots-tag").contains("noindex"), "{head}");
        assert_eq!(header(&head, "referrer-policy"), "no-referrer");
        assert!(!head.to_lowercase().contains("access-control"), "{head}");
        assert!(!head.to_lowercase().contains("\nlink:"), "no hub is named: {head}");
        for word in [SECRET, "word by word", "Both sides"] {
            assert!(body.contains(word), "{ending}: {word}");
        }
        assert!(body.contains(&format!("https://news.example{path}")) || ending == "html");
        assert!(!body.contains("Weather") && !body.contains(&bob));
        // Only what is public has a page of its own.
        assert!(body.matches("https://news.example/share/").count() <= 1, "{body}");
        let etag = header(&head, "etag");
        let (head, body) = daemon.get(&path, &format!("If-None-Match: {etag}\r\n"));
        assert!(head.starts_with("HTTP/1.1 304") && body.is_empty(), "{head}");
        let (_, again) = daemon.get(&path, "Cookie: a=b\r\n");
        assert_eq!(again, daemon.get(&path, "").1, "the same bytes each time");
    }
    // A slip in an address opens nothing, and says nothing.
    let mut slip = ann.clone();
    slip.pop();
    for wrong in [slip, format!("{ann}0"), ann.to_uppercase(), ann[..26].to_owned()] {
        let (head, body) = daemon.get(&format!("{wrong}.atom"), "");
        assert!(head.starts_with("HTTP/1.1 404"), "{wrong}: {head}");
        assert!(!body.contains(&wrong[9..]), "{body}");
    }
    house.good(&["subscribers", "revoke", "Ann"]);
    let (head, body) = daemon.get(&format!("{ann}.atom"), "");
    assert!(head.starts_with("HTTP/1.1 410"), "{head}");
    assert!(!body.contains(SECRET));
    let (head, _) = daemon.get(&format!("{bob}.atom"), "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(house.run(&["subscribers", "revoke", "Ann"]).code, 2);
    // Nobody else's address, and never the same again.
    assert_ne!(admit(&house, "Ann"), ann);

    let log = daemon.log();
    assert!(log.contains("/private/…"), "{log}");
    for address in [&ann, &bob] {
        let signature = &address[address.len() - 26..];
        assert!(!log.contains(signature), "{log}");
        walk(&house.path("state"), &mut |path| {
            let bytes = std::fs::read(path).unwrap();
            let found = bytes.windows(signature.len()).any(|part| part == signature.as_bytes());
            assert!(!found, "{}", path.display());
        });
    }
}

#[test]
fn the_list_shows_addresses_only_when_asked_and_they_end_by_themselves() {
    let (_origin, house) = office();
    let add = |args: &[&str]| house.run(&[&["subscribers", "add"], args].concat());
    assert_eq!(add(&["Ann", "--category", "open"]).code, 2, "it is not private");
    assert_eq!(add(&["Ann", "--category", "none"]).code, 2);
    assert_eq!(add(&["Ann"]).code, 2);
    let json = add(&["Ann", "--category", "board-room", "--expire", "2s", "--json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let rss = json[0]["addresses"]["rss"].as_str().unwrap().to_owned();
    assert_eq!(add(&["Ann", "--category", "board-room"]).code, 2, "one address each");
    let path = rss.strip_prefix("https://news.example").unwrap();
    let token = path.strip_prefix("/private/").unwrap().strip_suffix(".rss").unwrap();
    assert!(!house.good(&["subscribers"]).out.contains("/private/"));
    assert!(!house.good(&["subscribers", "--json"]).out.contains(&token[16..]));
    let mode = {
        use std::os::unix::fs::PermissionsExt as _;
        house.path("state/finews.key").metadata().unwrap().permissions().mode()
    };
    assert_eq!(mode & 0o777, 0o600);
    let daemon = Daemon::start(&house);
    daemon.until(path, |head, _| head.starts_with("HTTP/1.1 410"));
    let bob = admit(&house, "Bob");
    assert!(house.good(&["subscribers", "--addresses"]).out.contains(&bob));
    assert!(daemon.get(&format!("{bob}.rss"), "").0.starts_with("HTTP/1.1 200"));
    // Who takes the key away takes all addresses away.
    std::fs::remove_file(house.path("state/finews.key")).unwrap();
    assert!(daemon.get(&format!("{bob}.rss"), "").0.starts_with("HTTP/1.1 404"));
}

#[test]
fn a_category_that_becomes_private_goes_and_comes_back() {
    let (origin, house) = office();
    house.reconfigure(&settings(&origin, ""));
    house.good(&["fetch"]);
    let public = house.tree();
    assert!(published(&house).contains(SECRET));
    house.reconfigure(&settings(&origin, "private = true"));
    house.good(&["publish"]);
    let text = published(&house);
    assert!(!text.contains("board-room"));
    for (path, (bytes, _)) in house.tree() {
        assert!(!String::from_utf8_lossy(&bytes).contains(SECRET), "{path}");
    }
    let bob = admit(&house, "Bob");
    let daemon = Daemon::start(&house);
    daemon.ready();
    let (head, _) = daemon.get("/category/board-room.atom", "");
    assert!(head.starts_with("HTTP/1.1 410"), "it was public once: {head}");
    assert!(daemon.get(&format!("{bob}.json"), "").1.contains(SECRET));
    drop(daemon);
    house.reconfigure(&settings(&origin, ""));
    house.good(&["publish"]);
    let again = house.tree();
    assert_eq!(public.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    for (path, (bytes, _)) in &public {
        assert!(*bytes == again[path].0, "{path}");
    }
}

#[test]
fn a_private_story_is_not_told_in_public_and_a_public_one_not_by_a_private_source() {
    let text = "The harbour master counted forty-one ships on the third morning of the frost, \
        eleven of them laden with barley from Riverton, nine with salt, and the rest with timber \
        that nobody had ordered; he wrote the numbers into the green book, locked the office at \
        noon, and told the mayor that the quay would hold until the spring floods came down";
    let item = |host: &str| {
        format!(
            "<rss version=\"2.0\"><channel><title>{host}</title><item><title>Forty-one ships in \
             the frozen harbour</title><guid>{host}</guid><link>https://{host}.example/ships</link>\
             <pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate><description>{text}</description>\
             </item></channel></rss>"
        )
    };
    let origin = Origin::start([
        ("GET /inside", vec![reply(200).body(item("inhouse"))]),
        ("GET /outside", vec![reply(200).body(item("gazette"))]),
    ]);
    // What was told together before comes apart.
    for first in ["in", "out"] {
        let house = House::new(&settings(&origin, ""));
        house.good(&["fetch", first]);
        house.good(&["fetch", if first == "in" { "out" } else { "in" }]);
        assert_eq!(house.titles("all.json").len(), 1);
        house.reconfigure(&settings(&origin, "private = true"));
        house.good(&["publish"]);
        let text = published(&house);
        assert!(text.contains("gazette") && !text.contains("inhouse"), "{first} came first");
        assert_eq!(house.titles("all.json").len(), 1);
        assert_eq!(house.titles("category/open.json").len(), 1);
        let shares = house.tree().into_keys().filter(|path| path.starts_with("share/")).count();
        assert_eq!(shares, 1);
    }
    for first in ["in", "out"] {
        let house = House::new(&settings(&origin, "private = true"));
        house.good(&["fetch", first]);
        house.good(&["fetch", if first == "in" { "out" } else { "in" }]);
        let text = published(&house);
        assert!(text.contains("gazette") && !text.contains("inhouse"), "{first} came first");
        assert_eq!(house.titles("all.json").len(), 1);
        // What is never joined is not named as if it would be.
        for verb in [&["reroute", "--dry-run"][..], &["reroute"], &["reroute"]] {
            let out = house.good(verb).out;
            assert!(!out.contains("Forty-one"), "{first}: {out}");
        }
    }
}
