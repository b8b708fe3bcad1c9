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
        (&html("<p>b</p>"), &plain("s"), &vec!["t".to_owned()])
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
