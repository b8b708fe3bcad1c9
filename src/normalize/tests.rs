use super::{Birth, Ways, item};
use crate::html;
use crate::model::{
    Enclosure, Entry, Fragment, Instant, Item, ItemId, Original, Person, SourceId, Text,
};

fn at(seconds: i64) -> Instant {
    chrono::DateTime::from_timestamp(seconds, 0).unwrap()
}

const NOW: i64 = 1_000_000;

fn birth() -> Birth {
    Birth {
        id: ItemId::new("abc"),
        source: SourceId::new("s"),
        first_seen: at(NOW),
        authority: "news.example,2026".into(),
    }
}

static PLAIN: html::Manner =
    html::Manner { frames: false, tracking: Vec::new(), pixels: Vec::new() };

fn ways() -> Ways<'static> {
    Ways {
        language: Some("zh-CN"),
        medium: None,
        manner: &PLAIN,
        apply: &|fragment| fragment.replace("<x>", ""),
        credited: &|fragment| fragment.contains("江城日报").then(|| "江城日报".to_owned()),
    }
}

fn original(entry: Entry) -> Original {
    Original { list: "main".into(), entry, article: None }
}

fn made(entry: Entry) -> Option<Item> {
    item(&[original(entry)], &birth(), &ways())
}

fn titled(title: Text) -> Entry {
    Entry { title: Some(title), ..Entry::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "as fields take it")]
fn plain(text: &str) -> Option<Text> {
    Some(Text::Plain(text.into()))
}

#[expect(clippy::unnecessary_wraps, reason = "as fields take it")]
fn html(text: &str) -> Option<Text> {
    Some(Text::Html(text.into()))
}

#[test]
fn titles_are_text_decoded_once() {
    let check = |title: Text, expect: Option<&str>| {
        let got = made(titled(title.clone())).map(|item| item.title);
        assert_eq!(got.as_deref(), expect, "{title:?}");
    };
    check(Text::Plain("A &amp; B".into()), Some("A &amp; B"));
    check(Text::Html("A &amp; B".into()), Some("A & B"));
    check(Text::Html("A &amp;amp; B".into()), Some("A &amp; B"));
    check(Text::Html("<b>bold</b>\n title".into()), Some("bold title"));
    check(Text::Plain("<script>".into()), Some("<script>"));
    check(Text::Html("<script> &amp; harm".into()), Some("<script> & harm"));
    check(Text::Html("a <3 b &lt;3".into()), Some("a <3 b <3"));
    check(Text::Plain("  钟\u{0}\u{7} 声\u{3000}响 ".into()), Some("钟 声 响"));
    check(Text::Plain(" \n ".into()), None);
    check(Text::Plain("长".repeat(1_000)), Some(&format!("{}…", "长".repeat(299))));
}

#[test]
fn an_entry_without_a_title_has_its_first_words() {
    let title = |entry| made(entry).map(|item| item.title);
    let body = Entry { body: html("<p>江边 有风</p>"), ..Entry::default() };
    assert_eq!(title(body).as_deref(), Some("江边 有风"));
    let summary = Entry { summary: plain("a summary"), ..Entry::default() };
    assert_eq!(title(summary).as_deref(), Some("a summary"));
    assert_eq!(title(Entry { link: Some("https://a.example/".into()), ..Entry::default() }), None);
    assert_eq!(title(Entry { body: html("<img src=x>"), ..Entry::default() }), None);
}

#[test]
fn bodies_in_order_of_worth() {
    let check = |entry: Entry, article: Option<&str>, expect: &str| {
        let article = article.map(|html| Fragment { html: html.into(), base: None });
        let entry = Entry { title: plain("t"), ..entry };
        let original = Original { article, ..original(entry) };
        let item = item(&[original], &birth(), &ways()).unwrap();
        assert_eq!(item.body.as_str(), expect);
    };
    let both = || Entry { summary: plain("short"), body: html("<p>list"), ..Entry::default() };
    check(both(), Some("<p><x>article"), "<p>article</p>");
    check(both(), Some(" "), "<p>list</p>");
    check(both(), None, "<p>list</p>");
    check(Entry { summary: plain("a < b"), ..Entry::default() }, None, "<p>a &lt; b</p>");
    check(Entry::default(), None, "");
}

#[test]
fn several_originals_are_one_item() {
    let rolling = Entry {
        link: Some("https://a.example/1".into()),
        title: plain("t"),
        summary: plain("digest"),
        published: Some(at(500)),
        ..Entry::default()
    };
    let medium = Entry {
        link: Some("https://a.example/2".into()),
        title: plain("other"),
        medium: Some("券商中国".into()),
        published: Some(at(400)),
        ..Entry::default()
    };
    let article = Some(Fragment { html: "<p>text</p>".into(), base: None });
    let originals = [original(rolling), Original { article, ..original(medium) }];
    let item = item(&originals, &birth(), &ways()).unwrap();
    assert_eq!(item.title, "t");
    assert_eq!(item.link.as_deref(), Some("https://a.example/1"));
    assert_eq!(item.medium.as_deref(), Some("券商中国"));
    assert_eq!(item.body.as_str(), "<p>text</p>");
    assert_eq!(item.summary.as_deref(), Some("digest"));
    assert_eq!(item.published, at(400));
}

#[test]
fn dates_are_never_in_the_future() {
    let check = |published: Option<i64>, updated: Option<i64>, expect: (i64, i64)| {
        let entry = Entry {
            title: plain("t"),
            published: published.map(at),
            updated: updated.map(at),
            ..Entry::default()
        };
        let item = made(entry).unwrap();
        assert_eq!((item.published, item.updated), (at(expect.0), at(expect.1)));
    };
    check(Some(500), None, (500, 500));
    check(Some(500), Some(600), (500, 600));
    check(Some(500), Some(400), (500, 500));
    check(None, Some(600), (600, 600));
    check(None, None, (NOW, NOW));
    check(Some(NOW + 9), None, (NOW, NOW));
    check(Some(500), Some(NOW + 9), (500, 500));
    check(Some(-5), None, (NOW, NOW));
    check(Some(0), None, (NOW, NOW));
}

#[test]
fn links_are_absolute_web_addresses_without_secrets() {
    let check = |link: &str, expect: Option<&str>| {
        let entry = Entry { title: plain("t"), link: Some(link.into()), ..Entry::default() };
        assert_eq!(made(entry).unwrap().link.as_deref(), expect, "{link}");
    };
    check(" https://a.example/x ", Some("https://a.example/x"));
    check("https://user:pass@a.example/", Some("https://a.example/"));
    check("/relative", None);
    check("javascript:alert(1)", None);
    check("data:text/html,x", None);
}

#[test]
fn links_lose_what_the_settings_call_tracking() {
    let manner = html::Manner { tracking: vec!["from_*".into()], ..html::Manner::default() };
    let entry = Entry {
        title: plain("t"),
        link: Some("https://a.example/x?id=1&from_app=2".into()),
        ..Entry::default()
    };
    let ways = Ways { manner: &manner, ..ways() };
    let item = item(&[original(entry)], &birth(), &ways).unwrap();
    assert_eq!(item.link.as_deref(), Some("https://a.example/x?id=1"));
}

#[test]
fn ids_are_the_origins_where_it_gives_an_iri() {
    let check = |guid: &str, expect: &str| {
        let entry = Entry { title: plain("t"), guid: Some(guid.into()), ..Entry::default() };
        assert_eq!(made(entry).unwrap().uri, expect, "{guid}");
    };
    let ours = "tag:news.example,2026:i/abc";
    check("tag:a.example,2026:1", "tag:a.example,2026:1");
    check("https://a.example/1", "https://a.example/1");
    check(
        "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6",
        "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6",
    );
    check("1", ours);
    check("a:b", ours);
    check("javascript:alert(1)", ours);
    check("https://a.example/<b>", ours);
    check("tag:a b", ours);
}

#[test]
fn the_medium_by_order_of_trust() {
    let check = |entry: Entry, body: &str, fixed: Option<&'static str>, expect: Option<&str>| {
        let entry = Entry { title: plain("t"), body: html(body), ..entry };
        let ways = Ways { medium: fixed, ..ways() };
        let item = item(&[original(entry)], &birth(), &ways).unwrap();
        assert_eq!(item.medium.as_deref(), expect);
    };
    let listed = || Entry { medium: Some(" 财联社 ".into()), ..Entry::default() };
    check(listed(), "来源：江城日报", Some("本报"), Some("本报"));
    check(listed(), "来源：江城日报", None, Some("财联社"));
    check(Entry::default(), "来源：江城日报", None, Some("江城日报"));
    check(Entry::default(), "x", None, None);
}

#[test]
fn the_rest_is_bounded_and_clean() {
    let entry = Entry {
        title: plain("t"),
        link: Some("https://a.example/dir/page".into()),
        authors: vec![
            Person::default(),
            Person { name: Some(" Li\n".into()), ..Person::default() },
        ],
        labels: (0..99).map(|n| format!("label {}", n % 70)).collect(),
        language: Some("zh_CN".into()),
        image: Some("../i.jpg".into()),
        enclosures: vec![
            Enclosure { url: "a.mp3".into(), ..Enclosure::default() },
            Enclosure { url: "https://a.example/dir/a.mp3".into(), ..Enclosure::default() },
            Enclosure { url: "file:///etc/passwd".into(), ..Enclosure::default() },
        ],
        ..Entry::default()
    };
    let item = made(entry).unwrap();
    assert_eq!(item.authors, [Person { name: Some("Li".into()), ..Person::default() }]);
    assert_eq!(item.labels.len(), 50);
    assert_eq!(item.language.as_deref(), Some("zh-CN"));
    assert_eq!(item.image.as_deref(), Some("https://a.example/i.jpg"));
    let files: Vec<_> = item.enclosures.iter().map(|one| one.url.as_str()).collect();
    assert_eq!(files, ["https://a.example/dir/a.mp3"]);
    let nonsense = Entry { title: plain("t"), language: Some("<x>".into()), ..Entry::default() };
    assert_eq!(made(nonsense).unwrap().language.as_deref(), Some("zh-CN"));
}
