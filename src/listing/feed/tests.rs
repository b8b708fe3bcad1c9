//! Feeds with one oddity each, and what is read in spite of it.

use chrono::DateTime;
use url::Url;

use super::read;
use crate::listing::Context;
use crate::model::{Entry, Listing, Person, Text};

mod hostile;
mod json;
mod modules;
mod properties;

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

#[expect(clippy::unnecessary_wraps, reason = "as it stands in an entry")]
fn plain(text: &str) -> Option<Text> {
    Some(Text::Plain(text.to_owned()))
}

#[expect(clippy::unnecessary_wraps, reason = "as it stands in an entry")]
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
        ("<item><title>a</title></item><item><title>b<", &["a", "b<"]),
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
fn what_is_well_formed_is_not_repaired() {
    let cases = [
        "<rdf:RDF><rdf:Description><dcterms:references/></rdf:Description></rdf:RDF>",
        "<items><item><title>a</title><description><img src='a'/><br/>b</description></item></items>",
        "<item><description>a<![CDATA[ & <b> ]]></description><media:content><media:title>x</media:title></media:content></item>",
        "<!-- none --><?php echo ?>",
    ];
    for written in cases {
        assert_eq!(rss(written).faults, [], "`{written}`");
    }
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
        ("", "this is no feed but an empty document"),
        ("  \n", "this is no feed but an empty document"),
        ("Not found", "this is no feed but plain text"),
        (
            "<!DOCTYPE html><html><item>x</item><channel></channel></html>",
            "this is no feed but an HTML page",
        ),
        ("<opml><body/></opml>", "this is no feed but a document of `opml`"),
        (r#"{"error":"no"}"#, "this is no feed but another kind of JSON"),
        ("[1]", "this is no feed but a JSON list"),
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
