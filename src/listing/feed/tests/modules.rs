//! Fields from every vocabulary that feeds mix.

use super::*;

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
fn files_that_do_not_say_what_they_are() {
    let entry = item(
        "<media:content url='http://e.org/a.jpg?w=1'/><media:content url='http://e.org/b.mp4'/><media:content url='http://e.org/c'/>\
         <podcast:alternateEnclosure type='audio/opus' length='5'><podcast:source uri='http://e.org/d.opus'/></podcast:alternateEnclosure>",
    );
    let files: Vec<_> = entry.enclosures.iter().map(|file| file.url.as_str()).collect();
    assert_eq!(files, ["http://e.org/b.mp4", "http://e.org/d.opus"]);
    assert_eq!(entry.image.as_deref(), Some("http://e.org/a.jpg?w=1"));
    let entry = item("<enclosure url='http://e.org/a' type='image/png'/>");
    assert_eq!(entry.image.as_deref(), Some("http://e.org/a"));
}

#[test]
fn fields_for_templates() {
    let entry = item(
        "<comments>http://e.org/1#c</comments><slash:comments>7</slash:comments><itunes:duration>31:10</itunes:duration>\
         <feedburner:origLink>http://e.org/1</feedburner:origLink>",
    );
    let vars: Vec<_> =
        entry.vars.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expect = [
        ("comment_count", "7"),
        ("comments", "http://e.org/1#c"),
        ("duration", "31:10"),
        ("original_link", "http://e.org/1"),
    ];
    assert_eq!(vars, expect);
}

#[test]
fn of_several_alternates_the_one_for_people() {
    let entry = entry(
        "<link href='http://e.org/1.json' type='application/json'/><link href='http://e.org/1' type='text/html'/><link href='http://e.org/2'/>",
    );
    assert_eq!(entry.link.as_deref(), Some("http://e.org/1"));
}
