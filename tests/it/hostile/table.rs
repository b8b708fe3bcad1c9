//! Texts that have broken readers and writers of feeds, put together to entries by number.

use chrono::{DateTime, TimeDelta, Utc};
use finews::model::{Enclosure, Entry, Person, Text};

pub const CATEGORIES: [&str; 3] = ["R&D <b>", "新华日报", "]]>\u{fffe}x"];

const TITLES: [&str; 24] = [
    "plain",
    "A & B: 5 < 6 > 4 \"quoted\" 'too'",
    "&amp; &lt;b&gt; &#38;amp; &nbsp;",
    "ends a section ]]> and <![CDATA[ begins one",
    "\u{0}\u{1}\u{8}\u{b}\u{c}\u{1f} control",
    "\u{fffe}\u{ffff} no characters",
    "🦀 emoji 👩‍👩‍👧‍👦 \u{1f3f4}\u{e0067}",
    "\u{202e}right to left\u{202c} שלום עליכם",
    "<script>alert(1)</script>",
    "</title></item></channel></rss>",
    "--> <!-- <?php ?> <!DOCTYPE x [<!ENTITY a \"b\">]>",
    "line\r\nbreak\ttab\u{85}next\u{2028}line",
    "汉字、标点。（全角）",
    "e\u{301}\u{302}\u{303} combining",
    "javascript:alert(1)",
    "{{ 7*7 }} {% raw %} ${x} %s %n",
    "</script><script>alert(1)</script>",
    "'; DROP TABLE item; --",
    "\u{feff}mark of byte order",
    "\u{e000}\u{f8ff}\u{10ffff} private",
    "a\u{200b}b\u{200d}c\u{ad}d",
    "<img src=x onerror=alert(1)>",
    "&#x0; &#0; &#xD800; &bogus; &#99999999;",
    "=cmd|' /C calc'!A0",
];

const BODIES: [&str; 28] = [
    "<p>plain</p>",
    "<p>]]></p><![CDATA[x]]><p>&amp;&nbsp;&copy;</p>",
    "<script>alert(1)</script><p>after</p>",
    "<p onclick=\"alert(1)\" style=\"background:url(javascript:x)\">on</p>",
    "<img src=\"/a.jpg\"><img src=\"//b.example/b.jpg\" onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a><a href=\"/rel?a=1&b=2#c\">y</a>",
    "<a href=\"  JaVaScRiPt&colon;alert(1)\">x</a><a href=\"data:text/html,x\">d</a>",
    "<iframe src=\"javascript:alert(1)\"></iframe><iframe srcdoc=\"<script>\"></iframe>",
    "<svg><script>alert(1)</script><set attributeName=href to=javascript:x></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>",
    "<form action=/x><input name=a><button>go</button></form>",
    "<object data=x></object><embed src=x><applet></applet><base href=\"https://e.example/\">",
    "<style>*{display:none}</style><link rel=stylesheet href=x><meta http-equiv=refresh>",
    "<div><div><div><div><p>unclosed <b>bold <i>both",
    "</div></p></body></html><p>outside</p>",
    "<table><tr><td>1<td>2<tr><td colspan=9999>3</table>",
    "<p>\u{0}\u{8}\u{b}\u{fffe}\u{ffff}</p>",
    "<pre>  kept   \n  as is &lt;&lt; </pre><code>a && b</code>",
    "<video src=\"v.mp4\" autoplay controls poster=p.jpg></video><audio src=//c.example/a.mp3>",
    "<img src=\"data:image/png;base64,AAAA\"><img srcset=\"/1.jpg 1x, //d.example/2.jpg 2x\">",
    "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;b&amp;gt;</p>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<template><script>alert(1)</script></template><xmp><p></xmp><plaintext>",
    "<!--><script>alert(1)</script>--><!-- --!> <p>c</p>",
    "<a href=\"https://e.example/汉 字?q=\u{202e}&x=%zz\">iri</a>",
    "<p dir=rtl lang=\"ar\">مرحبا</p><bdo dir=ltr>x</bdo>",
    "<img src=\"https://e.example/i.png?a=1&amp;b=2\" alt=\"]]>&quot;<\" width=99999999999>",
    "",
];

const LINKS: [Option<&str>; 10] = [
    Some("https://blog.example/post?a=1&b=2#c"),
    Some("HTTPS://Blog.Example:443/../x"),
    Some("https://消息.example/汉字 空格|\"<>"),
    Some("javascript:alert(1)"),
    Some("//no.example/scheme"),
    Some("/relative"),
    Some("https://me:secret@blog.example/"),
    Some("https://blog.example/\r\nLocation: x"),
    Some("data:text/html,<script>"),
    None,
];

const NAMES: [&str; 8] = [
    "Li Lei",
    "<b>Bold</b> & Co",
    "a@example.com (A ]]> B)",
    "",
    "\u{8}\u{202e}evil",
    "名字",
    "\"onmouseover=alert(1)",
    "x\r\nBcc: y@example.com",
];

const LANGUAGES: [Option<&str>; 6] =
    [None, Some("en"), Some("ja"), Some("zh-CN"), Some("x y\"z"), Some("")];

/// Seconds from 2026-11-22: of news, of long ago, of the future.
const DATES: [Option<i64>; 7] = [
    Some(-3_600),
    Some(-86_400),
    None,
    Some(86_400 * 400),
    Some(-1_795_305_600),
    Some(0),
    Some(-7),
];

fn pick<T: Copy>(from: &[T], number: usize, stride: usize) -> T {
    from[number * stride % from.len()]
}

/// The entry of a number, and its source.
pub fn entry(number: usize) -> (&'static str, Entry) {
    let source = ["a", "b", "c"][number % 3];
    let (title, guid) = match number {
        0 | 1 => ("Same key".to_owned(), "1".to_owned()),
        _ => (format!("{} {number}", pick(&TITLES, number, 1)), guid(number)),
    };
    let now: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().unwrap();
    let at = |seconds: i64| now + TimeDelta::seconds(seconds - (number as i64 % 11) * 60);
    let text =
        |text: String| if number.is_multiple_of(2) { Text::Html(text) } else { Text::Plain(text) };
    let name = pick(&NAMES, number, 3);
    let body = pick(&BODIES, number, 5);
    let entry = Entry {
        guid: Some(guid),
        link: pick(&LINKS, number, 7).map(|link| link.replace("post", &format!("post{number}"))),
        title: Some(text(title)),
        summary: number.is_multiple_of(5).then(|| text(pick(&TITLES, number, 5).to_owned())),
        body: Some(Text::Html(format!("{body}{}", pick(&BODIES, number, 11)))),
        published: pick(&DATES, number, 1).map(at),
        updated: pick(&DATES, number, 3).map(at),
        authors: vec![Person {
            name: Some(name.to_owned()),
            email: number.is_multiple_of(4).then(|| name.to_owned()),
            uri: pick(&LINKS, number, 3).map(str::to_owned),
        }],
        labels: vec![pick(&TITLES, number, 7).to_owned(), name.to_owned()],
        medium: number.is_multiple_of(6).then(|| pick(&TITLES, number, 11).to_owned()),
        language: pick(&LANGUAGES, number, 1).map(str::to_owned),
        image: pick(&LINKS, number, 1).map(str::to_owned),
        enclosures: enclosures(number),
        ..Entry::default()
    };
    (source, entry)
}

fn guid(number: usize) -> String {
    match number % 7 {
        0 => format!("https://blog.example/?p={number}"),
        1 => format!("tag:blog.example,2026:{number}"),
        2 => format!("urn:uuid:{number:032x}"),
        3 => format!("<{number}> & ]]>"),
        4 => format!("javascript:{number}"),
        5 => format!("{number}"),
        _ => format!("https://blog.example/\"{number}\" <x>"),
    }
}

fn enclosures(number: usize) -> Vec<Enclosure> {
    let one = |url: &str, kind: Option<&str>, length| Enclosure {
        url: url.to_owned(),
        media_type: kind.map(str::to_owned),
        length,
    };
    match number % 9 {
        0 => vec![one("https://cdn.example/a.mp3?x=1&y=2", Some("audio/mpeg"), Some(5))],
        1 => vec![one("/relative.pdf", None, None), one("javascript:x", Some("a\"b"), None)],
        2 => vec![
            one("https://cdn.example/v.mp4", Some("video/mp4"), None),
            one("https://cdn.example/v.webm", None, Some(u64::MAX)),
            one("https://cdn.example/漫画.pdf", Some("no type"), Some(0)),
        ],
        _ => Vec::new(),
    }
}
