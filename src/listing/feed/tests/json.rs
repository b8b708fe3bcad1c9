//! JSON Feeds with liberties.

use super::*;

#[test]
fn json_feeds_with_liberties() {
    let base = Url::parse("https://e.org/feed.json").unwrap();
    let text = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "T", "home_page_url": "/", "language": "en", "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "author": {"name": "Shared"}, "items": [
        {"id": 7, "url": "a", "title": "x", "content_html": "<p>b</p>", "content_text": "b", "summary": "s", "date_published": "2003-06-03T09:39:21Z",
         "authors": [{"name": "A", "url": "https://a.org/"}, "B"], "tags": ["t", "", 3], "image": "i.jpg", "attachments": [{"url": "f.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 5}, {}]},
        "odd", {"id": "https://e.org/2", "date_published": "soon"}]}"#;
    let listing = read(text.as_bytes(), &context(Some(&base))).unwrap();
    assert_eq!(
        (listing.home.as_deref(), listing.hub.as_deref()),
        (Some("https://e.org/"), Some("https://hub.example/"))
    );
    let [first, second] = listing.entries.as_slice() else { panic!("two entries") };
    assert_eq!(
        (first.guid.as_deref(), first.link.as_deref(), first.image.as_deref()),
        (Some("7"), Some("https://e.org/a"), Some("https://e.org/i.jpg"))
    );
    assert_eq!(
        (&first.body, &first.summary, &first.labels),
        (&html("<p>b</p>"), &plain("s"), &vec!["t".to_owned(), "3".to_owned()])
    );
    assert_eq!(
        (first.authors.len(), first.enclosures.len(), first.enclosures[0].length),
        (2, 1, Some(5))
    );
    assert_eq!(
        (second.link.as_deref(), &second.authors),
        (Some("https://e.org/2"), &vec![person("Shared", "")])
    );
    let faults: Vec<_> = listing.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, ["entry 2: not an object", "entry 3: date_published: `soon` is no date"]);
}

#[test]
fn a_json_feed_that_breaks_off_keeps_what_was_whole() {
    let text = "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": [{\"id\": 1, \"title\": \"two\nlines\"}, 5, -1, 2.5, null, true, [], \"x\", {\"id\": 2, \"ti";
    let listing = listing(text);
    assert_eq!(titles(&listing), ["two lines"]);
    let faults: Vec<_> = listing.faults.iter().map(|fault| fault.what.as_str()).collect();
    assert_eq!(faults[0], "the JSON breaks off");
    assert_eq!(faults[1..], ["not an object"; 7]);
}

#[test]
fn json_of_any_size_and_kind_is_bounded() {
    let many = format!(r#"{{"items": [{}]}}"#, r#"{"title":"x"},"#.repeat(6_000) + "{}");
    assert_eq!(listing(&many).entries.len(), 5_000);
    let tags = format!(
        r#"{{"items": [{{"tags": [{}0], "title": "{}"}}]}}"#,
        r#""a","#.repeat(100_000),
        "x".repeat(3 << 20)
    );
    let entry = listing(&tags).entries.remove(0);
    assert!(entry.labels.len() <= 256 && entry.title.unwrap().raw().len() <= 2 << 20);
    let odd = r#"{"items": [{"title": {"a": [1]}, "tags": {"name": "t"}, "author": [[], {"name": {}}], "id": [1], "attachments": "f", "url": null}], "hubs": 1.5, "title": [true]}"#;
    assert_eq!(listing(odd).entries[0].labels, ["t"]);
    for unit in ["[", "{\"a\":", "{\"items\":[", "0,"] {
        let text = format!("{{\"items\": [{}", unit.repeat(200_000));
        _ = read(text.as_bytes(), &context(None));
    }
}
