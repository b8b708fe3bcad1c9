//! Feeds with one oddity each, and what is read in spite of it.

use chrono::DateTime;
use proptest::prelude::*;
use url::Url;

use super::read;
use crate::listing::{Context, Error};
use crate::model::{Entry, Listing, Person, Text};

fn context(base: Option<&Url>) -> Context<'_> {
    let now = DateTime::from_timestamp(1_646_821_800, 0).unwrap();
    Context { base, now, zone: chrono_tz::Tz::UTC, content_type: None, charset: None }
}

fn listing(text: &str) -> Listing {
    read(text.as_bytes(), &context(None)).unwrap()
}

fn rss(inside: &str) -> Listing {
    listing(&format!(
        "<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>{inside}</channel></rss>"
    ))
}

/// The first item of an RSS feed.
fn item(inside: &str) -> Entry {
    rss(&format!("<item>{inside}</item>")).entries.remove(0)
}

/// The first entry of an Atom feed.
fn entry(inside: &str) -> Entry {
    listing(&format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><entry>{inside}</entry></feed>"
    ))
    .entries
    .remove(0)
}

fn titles(listing: &Listing) -> Vec<&str> {
    listing.entries.iter().map(|entry| entry.title.as_ref().map_or("", Text::raw)).collect()
}

fn plain(text: &str) -> Option<Text> {
    Some(Text::Plain(text.to_owned()))
}

fn html(text: &str) -> Option<Text> {
    Some(Text::Html(text.to_owned()))
}

fn iso(entry: &Entry) -> [Option<String>; 2] {
    [entry.published, entry.updated].map(|instant| instant.map(|instant| instant.to_rfc3339()))
}

fn person(name: &str, email: &str) -> Person {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Person { name: given(name), email: given(email), uri: None }
}

#[test]
fn a_title_is_decoded_once() {
    let cases = [
        ("AT&amp;T", plain("AT&T")),
        ("AT&T & co", plain("AT&T & co")),
        ("a < b", plain("a < b")),
        ("a &lt; b", plain("a < b")),
        ("&lt;b&gt;bold&lt;/b&gt;", html("<b>bold</b>")),
        ("<![CDATA[<b>bold</b>]]>", html("<b>bold</b>")),
        ("<![CDATA[AT&amp;T]]>", html("AT&amp;T")),
        ("AT&amp;amp;T", html("AT&amp;T")),
        ("a <b>bold</b> one", html("a <b>bold</b> one")),
        ("x&nbsp;y &eacute; &#169; &#xa9;", plain("x\u{a0}y é © ©")),
        ("a&#150;b &#x1;&#0;c", plain("a–b c")),
        ("a\u{b}b\0c", plain("abc")),
        ("List&lt;String&gt;", plain("List<String>")),
        ("  two\n lines ", plain("two\n lines")),
        ("FÃ³rmula", plain("Fórmula")),
        ("<![CDATA[a]]> and <![CDATA[b]]>", plain("a and b")),
    ];
    for (written, expect) in cases {
        assert_eq!(item(&format!("<title>{written}</title>")).title, expect, "`{written}`");
    }
}

#[test]
fn atom_says_what_its_texts_are() {
    let cases = [
        ("<title>AT&amp;amp;T</title>", plain("AT&amp;T")),
        ("<title type='html'>AT&amp;amp;T</title>", html("AT&amp;T")),
        ("<title type='text/html'>&lt;i>x&lt;/i></title>", html("<i>x</i>")),
        (
            "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a &lt;b> <i>c</i><br/></div></title>",
            html("a &lt;b&gt; <i>c</i><br>"),
        ),
        (
            "<title type='xhtml' xmlns:h='http://www.w3.org/1999/xhtml'><h:div>a <h:i>c</h:i></h:div></title>",
            html("a <i>c</i>"),
        ),
        ("<title mode='base64' type='text/plain'>aGVsbG8=</title>", plain("hello")),
        ("<title type='image/odd'>not base64!</title>", plain("not base64!")),
        ("<title type='TEXT'>x</title>", plain("x")),
    ];
    for (written, expect) in cases {
        assert_eq!(entry(written).title, expect, "`{written}`");
    }
}

#[test]
fn broken_markup_costs_no_entry() {
    let cases: &[(&str, &[&str])] = &[
        ("<item><title>a</item><item><title>b</title></item>", &["a", "b"]),
        (
            "<item><title>a<link>http://e.org/1</link></item><item><title>b</title></item>",
            &["a", "b"],
        ),
        ("<item><title>a</titel></item><item><title>b</title></item>", &["a", "b"]),
        ("<item><title>a</title><item><title>b</title></item>", &["a", "b"]),
        ("<item><title>a</title></item></item><item><title>b</title>", &["a", "b"]),
        ("<item><title>a</title><!-- unclosed </item><item><title>b</title></item>", &["a", "b"]),
        (
            "<item><title>a</title><description><![CDATA[unclosed</description></item><item><title>b</title></item>",
            &["a", "b"],
        ),
        (
            "<item><title>a</title><description><b>x</i></description></item><item><title>b</title></item>",
            &["a", "b"],
        ),
        (
            "<item><title>a</title><description>x<br>y</description></item><item><title>b</title></item>",
            &["a", "b"],
        ),
        ("<item><title a=\"x>a</title></item><item><title b=\"c\">b</title></item>", &["a", "b"]),
        ("<item><title>a</title></item><item><title>b</title><desc", &["a", "b"]),
        ("<item><title>a</title></item><item><title>b<", &["a", "b"]),
        ("<ITEM><TITLE>a</TITLE></ITEM><Item><Title>b</Title></Item>", &["a", "b"]),
    ];
    for (written, expect) in cases {
        let listing = rss(written);
        assert_eq!(titles(&listing), *expect, "`{written}`");
        let broken = !written.starts_with("<ITEM");
        assert_eq!(broken, !listing.faults.is_empty(), "`{written}`: {:?}", listing.faults);
    }
}

#[test]
fn unclosed_fields_end_where_the_next_begins() {
    let entry = item(
        "<title>a<link>http://e.org/1<description>b <b>c</b><pubDate>Tue, 03 Jun 2003 09:39:21 GMT</pubDate>",
    );
    assert_eq!((entry.title, entry.link.as_deref()), (plain("a"), Some("http://e.org/1")));
    assert_eq!(entry.summary, html("b <b>c</b>"));
    assert!(entry.published.is_some());
}

#[test]
fn attributes_however_they_are_written() {
    let cases = [
        "<enclosure url=http://e.org/a.mp3 type=audio/mpeg length=5 />",
        "<enclosure url = 'http://e.org/a.mp3'  TYPE=\"audio/mpeg\" length='5'></enclosure>",
        "<enclosure url='http://e.org/a.mp3' url='http://e.org/b.mp3' type='audio/mpeg' checked length='5'/>",
        "<enclosure\nurl='http://e.org/a.mp3'type='audio/mpeg'length='5'/>",
    ];
    for written in cases {
        let files = item(written).enclosures;
        assert_eq!(files.len(), 1, "`{written}`");
        assert_eq!(
            (files[0].url.as_str(), files[0].media_type.as_deref(), files[0].length),
            ("http://e.org/a.mp3", Some("audio/mpeg"), Some(5)),
            "`{written}`"
        );
    }
}

#[test]
fn roots_of_every_kind() {
    let cases = [
        "<rss><channel><item><title>x</title></item></channel></rss>",
        "<rss><item><title>x</title></item></rss>",
        "<channel><item><title>x</title></item></channel>",
        "<RSS><CHANNEL><ITEM><TITLE>x</TITLE></ITEM></CHANNEL></RSS>",
        "<r:rss xmlns:r='http://backend.userland.com/RSS2'><r:channel><r:item><r:title>x</r:title></r:item></r:channel></r:rss>",
        "<rss xmlns='http://unknown.example/'><channel><item><title>x</title></item></channel></rss>",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel/><item rdf:about='a'><title>x</title></item></rdf:RDF>",
        "<q:RDF xmlns:q='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:p='http://purl.org/rss/1.0/'><p:item><p:title>x</p:title></p:item></q:RDF>",
        "<Channel xmlns='http://purl.org/net/rss1.1#'><items><item><title>x</title></item></items></Channel>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>x</title></entry></feed>",
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>x</title></entry></feed>",
        "<feed><entry><title>x</title></entry></feed>",
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>x</a:title></a:entry></a:feed>",
        "<entry xmlns='http://www.w3.org/2005/Atom'><title>x</title></entry>",
        "junk \u{feff}<?xml version='1.0'?><rss><channel><item><title>x</title></item></channel></rss> more junk",
        "<html><body>Warning: <p></body></html><rss><channel><item><title>x</title></item></channel></rss>",
        "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel><item><title>x</title></item></channel></rss>",
        r#"{"version":"https://jsonfeed.org/version/1","items":[{"title":"x"}]}"#,
    ];
    for written in cases {
        assert_eq!(titles(&listing(written)), ["x"], "`{written}`");
    }
}

#[test]
fn what_is_no_feed_is_told() {
    let cases = [
        ("", "not a feed but an empty document"),
        ("  \n", "not a feed but an empty document"),
        ("Not found", "not a feed but plain text"),
        (
            "<!DOCTYPE html><html><item>x</item><channel></channel></html>",
            "not a feed but an HTML page",
        ),
        ("<opml><body/></opml>", "not a feed but a document of `opml`"),
        (r#"{"error":"no"}"#, "not a feed but another kind of JSON"),
        ("[1]", "not a feed but a JSON list"),
        ("{\"items\": [", "the JSON cannot be read"),
    ];
    for (written, expect) in cases {
        assert_eq!(
            read(written.as_bytes(), &context(None)).unwrap_err().to_string(),
            expect,
            "`{written}`"
        );
    }
}

#[test]
fn keys_and_links() {
    let base = Url::parse("https://e.org/feed/").unwrap();
    let cases: &[(&str, Option<&str>, Option<&str>)] = &[
        ("<link>https://e.org/1</link><guid>g</guid>", Some("g"), Some("https://e.org/1")),
        ("<link> \n /1 </link>", None, Some("https://e.org/1")),
        ("<guid>https://e.org/1</guid>", Some("https://e.org/1"), Some("https://e.org/1")),
        ("<guid isPermaLink='false'>https://e.org/1</guid>", Some("https://e.org/1"), None),
        ("<guid>plain</guid>", Some("plain"), None),
        ("<link>javascript:alert(1)</link><guid>tag:e.org,1</guid>", Some("tag:e.org,1"), None),
        (
            "<atom:link href='a?b=1&amp;c=2'/><atom:id>i</atom:id>",
            Some("i"),
            Some("https://e.org/feed/a?b=1&c=2"),
        ),
        ("<link>http://e.org/?a=1&copy=2&b</link>", None, Some("http://e.org/?a=1&copy=2&b")),
        ("<link xml:base='http://x.org/y/'>1</link>", None, Some("http://x.org/y/1")),
        ("<link href='https://e.org/1'/>", None, Some("https://e.org/1")),
    ];
    for (written, guid, link) in cases {
        let text = format!("<rss><channel><item>{written}</item></channel></rss>");
        let entry = read(text.as_bytes(), &context(Some(&base))).unwrap().entries.remove(0);
        assert_eq!((entry.guid.as_deref(), entry.link.as_deref()), (*guid, *link), "`{written}`");
    }
}

#[test]
fn atom_links_by_their_relation() {
    let text = "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://e.org/a/' xml:lang='de'><link rel='self' href='s'/><link href='h'/>\
        <link rel='hub' href='https://hub.example/'/><entry xml:base='b/' xml:lang='fr'><id>tag:1</id><link rel='enclosure' href='f.mp3' length='9'/>\
        <link rel='edit' href='e'/><link rel='http://www.iana.org/assignments/relation/alternate' href='1'/></entry></feed>";
    let listing = listing(text);
    let heads = (listing.home.as_deref(), listing.hub.as_deref(), listing.language.as_deref());
    assert_eq!(heads, (Some("http://e.org/a/h"), Some("https://hub.example/"), Some("de")));
    let entry = &listing.entries[0];
    assert_eq!(
        (entry.link.as_deref(), entry.language.as_deref()),
        (Some("http://e.org/a/b/1"), Some("fr"))
    );
    assert_eq!(
        (entry.enclosures[0].url.as_str(), entry.enclosures[0].length),
        ("http://e.org/a/b/f.mp3", Some(9))
    );
}

#[test]
fn dates_of_every_module() {
    let cases = [
        (
            "<pubDate>Tue, 03 Jun 2003 09:39:21 GMT</pubDate>",
            [Some("2003-06-03T09:39:21+00:00"), None],
        ),
        ("<pubdate>2003-06-03</pubdate>", [Some("2003-06-03T00:00:00+00:00"), None]),
        ("<dc:date>2003-06-03T09:39Z</dc:date>", [Some("2003-06-03T09:39:00+00:00"), None]),
        (
            "<dcterms:created>2003-06-03</dcterms:created><dcterms:modified>2004-06-03</dcterms:modified>",
            [Some("2003-06-03T00:00:00+00:00"), Some("2004-06-03T00:00:00+00:00")],
        ),
        (
            "<atom:published>2003-06-03T00:00:00Z</atom:published><atom:updated>2004-06-03T00:00:00Z</atom:updated>",
            [Some("2003-06-03T00:00:00+00:00"), Some("2004-06-03T00:00:00+00:00")],
        ),
        (
            "<a:issued xmlns:a='http://purl.org/atom/ns#'>2003-06-03T00:00:00Z</a:issued>",
            [Some("2003-06-03T00:00:00+00:00"), None],
        ),
        (
            "<pubDate>soon</pubDate><dc:date>2003-06-03</dc:date>",
            [Some("2003-06-03T00:00:00+00:00"), None],
        ),
    ];
    for (written, expect) in cases {
        assert_eq!(iso(&item(written)), expect.map(|date| date.map(str::to_owned)), "`{written}`");
    }
}

#[test]
fn a_bad_date_costs_itself() {
    let listing =
        rss("<item><title>a</title></item><item><title>b</title><pubDate>soon</pubDate></item>");
    assert_eq!(titles(&listing), ["a", "b"]);
    assert_eq!(listing.faults[0].to_string(), "entry 2: date: `soon` is no date");
}

#[test]
fn people_in_one_line() {
    let cases = [
        ("Jane Doe", person("Jane Doe", "")),
        ("jane@example.com (Jane Doe)", person("Jane Doe", "jane@example.com")),
        ("Jane Doe <jane@example.com>", person("Jane Doe", "jane@example.com")),
        ("Jane Doe [jane@example.com]", person("Jane Doe", "jane@example.com")),
        ("\"Jane Doe\" <mailto:jane@example.com>", person("Jane Doe", "jane@example.com")),
        ("jane@example.com", person("", "jane@example.com")),
        ("@jane", person("@jane", "")),
    ];
    for (written, expect) in cases {
        let escaped = written.replace('<', "&lt;");
        assert_eq!(item(&format!("<author>{escaped}</author>")).authors, [expect], "`{written}`");
    }
}

#[test]
fn authors_labels_and_medium_of_every_module() {
    let entry = item(
        "<author>jane@example.com (Jane)</author><dc:creator>Jane</dc:creator><dc:creator>Joe</dc:creator><itunes:author>Pod</itunes:author>\
         <category>a</category><category domain='d'>b</category><dc:subject>c</dc:subject><itunes:keywords>d, e</itunes:keywords><category>a</category>\
         <source url='http://e.org/'>新华日报</source>",
    );
    assert_eq!(
        entry.authors,
        [person("Jane", "jane@example.com"), person("Joe", ""), person("Pod", "")]
    );
    assert_eq!(entry.labels, ["a", "b", "c", "d", "e"]);
    assert_eq!(entry.medium.as_deref(), Some("新华日报"));
}

#[test]
fn authors_of_an_atom_feed_are_its_entries() {
    let text = "<feed xmlns='http://www.w3.org/2005/Atom'><author><name>A</name><uri>http://a.org/</uri></author><entry><author><name>B</name></author></entry>\
        <entry><source><author><name>C</name></author><title>S</title></source></entry><entry/></feed>";
    let listing = listing(text);
    let names: Vec<_> = listing
        .entries
        .iter()
        .map(|entry| entry.authors[0].name.as_deref().unwrap_or(""))
        .collect();
    assert_eq!(names, ["B", "C", "A"]);
    assert_eq!(listing.entries[1].medium.as_deref(), Some("S"));
    assert_eq!(listing.entries[1].title, None);
}

#[test]
fn texts_of_every_module() {
    let cases = [
        (
            "<description>s</description><content:encoded>b</content:encoded>",
            plain("s"),
            plain("b"),
        ),
        (
            "<description>s</description><c:encoded xmlns:c='http://purl.org/rss/1.0/modules/content/'>b</c:encoded>",
            plain("s"),
            plain("b"),
        ),
        ("<description>&lt;p>s&lt;/p></description>", html("<p>s</p>"), None),
        ("<description><p>a <b>c</b></p></description>", html("<p>a <b>c</b></p>"), None),
        ("<body xmlns='http://www.w3.org/1999/xhtml'><p>b</p></body>", None, html("<p>b</p>")),
        ("<itunes:summary>s</itunes:summary>", plain("s"), None),
        ("<media:group><media:description>s</media:description></media:group>", plain("s"), None),
        (
            "<atom:summary>s</atom:summary><atom:content type='html'>b</atom:content>",
            plain("s"),
            html("b"),
        ),
    ];
    for (written, summary, body) in cases {
        let entry = item(written);
        assert_eq!((entry.summary, entry.body), (summary, body), "`{written}`");
    }
}

#[test]
fn files_and_pictures() {
    let entry = item(
        "<enclosure url='http://e.org/1.mp3' type='audio/mpeg' length='0'/><enclosure url='http://e.org/2.mp3'/><enclosure url=''/><enclosure url='http://e.org/1.mp3'/>\
         <media:group><media:content url='http://e.org/3.mp4' type='video/mp4' fileSize='7'><media:thumbnail url='http://e.org/t.jpg'/></media:content></media:group>\
         <media:content url='http://e.org/4.swf' type='application/x-shockwave-flash'/><itunes:image href='http://e.org/i.jpg'/>",
    );
    let files: Vec<_> =
        entry.enclosures.iter().map(|file| (file.url.as_str(), file.length)).collect();
    assert_eq!(
        files,
        [
            ("http://e.org/1.mp3", None),
            ("http://e.org/2.mp3", None),
            ("http://e.org/3.mp4", Some(7))
        ]
    );
    assert_eq!(entry.image.as_deref(), Some("http://e.org/t.jpg"));
}

#[test]
fn how_long_to_leave_it_alone() {
    let cases = [
        ("<ttl>60</ttl>", Some(3_600)),
        ("<ttl>0</ttl>", None),
        ("<ttl>often</ttl>", None),
        ("<ttl>99999999999999999999</ttl>", None),
        (
            "<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
            Some(1_800),
        ),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", Some(86_400)),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            None,
        ),
    ];
    for (written, expect) in cases {
        assert_eq!(rss(written).ttl, expect, "`{written}`");
    }
}

#[test]
fn the_head_of_a_channel() {
    let listing = listing(
        "<rss xml:base='http://e.org/'><channel><title>A &amp;amp; &lt;b>B&lt;/b></title><link>/home</link><language>zh-CN</language>\
         <image><title>no</title><link>http://no.example/</link></image><atom:link rel='self' href='f'/><atom:link rel='hub' href='http://hub.example/'/></channel></rss>",
    );
    let head = (
        listing.title.as_deref(),
        listing.home.as_deref(),
        listing.language.as_deref(),
        listing.hub.as_deref(),
    );
    assert_eq!(
        head,
        (Some("A & B"), Some("http://e.org/home"), Some("zh-CN"), Some("http://hub.example/"))
    );
}

#[test]
fn entities_of_its_own() {
    let text = "<!DOCTYPE rss [<!ENTITY me 'M&amp;E'><!ENTITY us.all \"&me; all\"><!ENTITY out SYSTEM 'file:///etc/passwd'>]>\
        <rss><channel><item><title>&me;, &us.all;, &out;</title></item></channel></rss>";
    assert_eq!(titles(&listing(text)), ["M&E, M&E all, &out;"]);
}

#[test]
fn an_empty_reading_is_never_silent() {
    let listing = rss("&lt;item> <!-- <item> -->");
    assert!(listing.entries.is_empty());
    assert!(
        listing.faults.iter().any(|fault| fault.what == "no entry could be read"),
        "{:?}",
        listing.faults
    );
}

#[test]
fn an_unknown_charset_label_is_no_reason_to_refuse() {
    let bytes = b"<?xml version='1.0' encoding='bogus'?><rss><channel><item><title>caf\xe9</title></item></channel></rss>";
    assert_eq!(titles(&read(bytes, &context(None)).unwrap()), ["café"]);
}

#[test]
fn an_entry_in_an_entrys_content_is_content() {
    let entry = entry(
        "<title>x</title><content type='application/xml'><entry><title>y</title></entry></content>",
    );
    assert_eq!((entry.title, entry.body), (plain("x"), html("<entry><title>y</title></entry>")));
}

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

/// Reads hostile input; it must end soon, and say what was left out.
fn hostile(text: &str, what: &str) -> Result<Listing, Error> {
    let start = std::time::Instant::now();
    let read = read(text.as_bytes(), &context(None));
    if start.elapsed().as_millis() > 300 {
        eprintln!("{what}: {:?}", start.elapsed());
    }
    // Unoptimised builds are slower by an order of magnitude.
    let limit = if cfg!(debug_assertions) { 15 } else { 4 };
    assert!(start.elapsed().as_secs() < limit, "{what}: {:?}", start.elapsed());
    read
}

fn filled(start: &str, unit: &str, bytes: usize) -> String {
    format!("{start}{}", unit.repeat(bytes / unit.len()))
}

const HOSTILE: usize = if cfg!(debug_assertions) { 2 << 20 } else { 50 << 20 };

#[test]
fn hostile_markup_ends_soon() {
    let starts = [
        "<rss><channel><item>",
        "<rss><channel>",
        "",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>",
    ];
    let units = [
        "<a>",
        "<a",
        "</a>",
        "<a></b>",
        "<",
        "&",
        "&amp",
        "<!--",
        "<![CDATA[",
        "<!DOCTYPE [",
        "<!DOCTYPE \"",
        "<?",
        "<item>",
        "<item><title>",
        "<entry/>",
        "<a b=\"",
        "<a b='<c d=\"",
        "<a xml:base='x/'>",
        "<x:a xmlns:x='u'>",
        "<title>x",
        "x",
        "中",
        "\u{1}",
        "]]>",
        "<a b=c d=e f>",
        "<p><b><i></p>",
    ];
    for start in starts {
        for unit in units {
            let size = if cfg!(debug_assertions) { HOSTILE / 4 } else { HOSTILE };
            _ = hostile(&filled(start, unit, size), &format!("{start}{unit}…"));
        }
    }
}

#[test]
fn bounds_hold_and_are_told() {
    let listing = hostile(&rss_text(&"<item/>".repeat(6_000)), "entries").unwrap();
    assert_eq!(listing.entries.len(), 5_000);
    assert!(listing.faults.iter().any(|fault| fault.what.starts_with("more entries")));

    let listing = hostile(
        &rss_text(&format!(
            "<item><title>{}</title></item><item><title>b</title></item>",
            "x".repeat(10 << 20)
        )),
        "title",
    )
    .unwrap();
    assert_eq!(listing.entries[0].title.as_ref().unwrap().raw().len(), 2 << 20);
    assert_eq!(titles(&listing)[1], "b");

    let deep = format!(
        "<item><description>{}x{}</description><title>t</title></item>",
        "<b>".repeat(100_000),
        "</b>".repeat(100_000)
    );
    let listing = hostile(&rss_text(&deep), "depth").unwrap();
    assert_eq!(titles(&listing), ["t"]);
    assert!(listing.faults.iter().any(|fault| fault.what.ends_with("nested too deep")));

    let many = format!("<item {}><title>t</title></item>", "a='b' ".repeat(800_000));
    assert_eq!(titles(&hostile(&rss_text(&many), "attributes").unwrap()), ["t"]);
    let spaces: String = (0..100_000).map(|number| format!("xmlns:n{number}='u' ")).collect();
    let listing =
        hostile(&rss_text(&format!("<item {spaces}><title>t</title></item>")), "namespaces")
            .unwrap();
    assert_eq!(titles(&listing), ["t"]);
    let labels = "<category>a</category><enclosure url='http://e.org/a'/>".repeat(100_000);
    let listing = hostile(&rss_text(&format!("<item>{labels}</item>")), "labels").unwrap();
    assert!(listing.entries[0].labels.len() <= 256 && listing.entries[0].enclosures.len() <= 256);
}

fn rss_text(inside: &str) -> String {
    format!("<rss><channel>{inside}</channel></rss>")
}

#[test]
fn entities_that_grow_without_bound() {
    let mut laughs = String::from("<!DOCTYPE rss [<!ENTITY l0 'lol'>");
    for level in 1..20 {
        laughs
            .push_str(&format!("<!ENTITY l{level} '{}'>", format!("&l{};", level - 1).repeat(10)));
    }
    let text = format!("{laughs}]>{}", rss_text("<item><title>&l19;</title></item>"));
    let listing = hostile(&text, "billion laughs").unwrap();
    assert!(titles(&listing)[0].len() <= 4_096);

    let quadratic = format!(
        "<!DOCTYPE rss [<!ENTITY a '{}'>]>{}",
        "a".repeat(4_000),
        rss_text(&format!("<item><title>{}</title></item>", "&a;".repeat(100_000)))
    );
    let listing = hostile(&quadratic, "quadratic").unwrap();
    assert!(listing.entries[0].title.as_ref().unwrap().raw().len() <= 2 << 20);
    assert!(listing.faults.iter().any(|fault| fault.what.starts_with("entities")));
}

/// Whole items before the damage, and their titles.
fn whole(count: usize) -> (String, Vec<String>) {
    let item = |number| {
        format!(
            "<item><title>Item {number}</title><link>http://e.org/{number}</link><description>&lt;p&gt;x &amp;amp; y&lt;/p&gt;</description></item>\n"
        )
    };
    let head = "<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>";
    (
        format!("{head}{}", (0..count).map(item).collect::<String>()),
        (0..count).map(|number| format!("Item {number}")).collect(),
    )
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        _ = read(&bytes, &context(None));
    }

    #[test]
    fn any_soup_is_read_or_refused(parts in proptest::collection::vec(proptest::sample::select(SOUP), 0..60)) {
        _ = read(parts.concat().as_bytes(), &context(None));
        _ = read(format!("<rss><channel><item>{}", parts.concat()).as_bytes(), &context(None));
    }

    #[test]
    fn no_entry_before_the_damage_is_lost(count in 1..5_usize, damage in proptest::collection::vec(proptest::sample::select(SOUP), 0..12), bytes: Vec<u8>) {
        let (text, expect) = whole(count);
        let damaged = [text.as_bytes(), damage.concat().as_bytes(), &bytes].concat();
        // Bytes that make the whole file another encoding are another matter.
        let context = Context { content_type: None, charset: Some("utf-8"), ..context(None) };
        let listing = read(&damaged, &context).unwrap();
        let found: Vec<&str> = titles(&listing).into_iter().take(count).collect();
        prop_assert_eq!(found, expect);
    }

    #[test]
    fn a_feed_cut_anywhere_keeps_what_was_whole(count in 1..5_usize, cut in 0.0..1.0_f64) {
        let (text, expect) = whole(count);
        let at = text.floor_char_boundary((text.len() as f64 * cut) as usize);
        let kept = text[..at].matches("</item>").count();
        if let Ok(listing) = read(&text.as_bytes()[..at], &context(None)) {
            prop_assert_eq!(&titles(&listing)[..kept], &expect[..kept]);
        } else {
            prop_assert_eq!(kept, 0);
        }
    }
}

/// Pieces that feeds and their accidents are made of.
const SOUP: &[&str] = &[
    "<",
    ">",
    "&",
    "\"",
    "'",
    "/",
    "=",
    "<item>",
    "</item>",
    "<entry>",
    "</entry>",
    "<title>",
    "</title>",
    "<link href='",
    "<description>",
    "</description>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE x [",
    "]>",
    "<!ENTITY a '&a;'>",
    "&a;",
    "&#0;",
    "&#xffffffff;",
    "&nbsp;",
    "<br>",
    "<a b=",
    " xmlns='u' ",
    "xml:base='//'",
    "<media:group>",
    "<media:content url='x'>",
    "<content type='xhtml'>",
    "<div>",
    "</div>",
    "</channel>",
    "</rss>",
    "<rss>",
    "<?xml",
    "?>",
    "\0",
    "中文",
    "\u{feff}",
    "<pubDate>",
    "昨天",
    "12:00",
    "</a></b></c>",
];
