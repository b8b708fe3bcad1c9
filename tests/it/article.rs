//! Articles: annotated and clean renderings of one text come out the same, in bytes.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fail, and says when it skips"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use finews::article::{self, By, RawRules, Rules};
use finews::html;
use regex::{Captures, Regex};

/// The origin's annotations: spans and links on names of shares, sectors and terms.
const UNWRAP: &[&str] = &[
    "span[id^='stock_']",
    "span[id^='bk_']",
    "span[id^='Info.']",
    "span.em_stock_key_common",
    "a.keytip",
    "a.infokey",
];
/// Places for live quotes, which are always empty.
const REMOVE: &[&str] = &["span[id^='quote_']", "span[id^='bkquote_']"];
/// The lead paragraph that nobody sees.
const HIDDEN: &str = "p[style*='display:none']";

fn rules(hidden_too: bool) -> Rules {
    let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let mut remove = own(REMOVE);
    remove.extend(hidden_too.then(|| HIDDEN.to_owned()));
    let medium = Some("（文章来源：(.+?)）\\s*$".to_owned());
    Rules::compile(&RawRules { unwrap: own(UNWRAP), remove, medium, ..RawRules::default() })
        .unwrap()
}

/// Requires that an annotated rendering becomes the clean one, and that rules and cleaning settle.
#[track_caller]
fn check_twins(annotated: &str, clean: &str, name: &str) {
    let all = rules(true);
    let (left, right) = (article::apply(annotated, &all), article::apply(clean, &all));
    assert_eq!(left, right, "{name}: after the rules");
    assert_eq!(article::apply(&left, &all), left, "{name}: rules applied twice");
    assert!(!left.contains("keytip") && !left.contains("<!--"), "{name}: annotations left");

    let safe = html::clean(&left, None);
    assert_eq!(safe, html::clean(&right, None), "{name}: after cleaning");
    assert_eq!(html::clean(safe.as_str(), None), safe, "{name}: cleaned twice");
    assert_eq!(
        html::clean(annotated, None).text(),
        safe.text(),
        "{name}: the words without any rule"
    );

    let stripped = article::apply(annotated, &rules(false));
    assert_eq!(as_written(&stripped), as_written(clean), "{name}: nothing but annotations goes");
}

/// Levels the ways in which the same markup may be written: entities, slashes, the order of attributes.
fn as_written(markup: &str) -> String {
    let comment = Regex::new("<!--.*?-->").unwrap();
    let tag = Regex::new(r#"<(\w+)((?:\s+[\w-]+="[^"]*")*)\s*/?>"#).unwrap();
    let attribute = Regex::new(r#"[\w-]+="[^"]*""#).unwrap();
    let level = |found: &Captures<'_>| {
        let mut attributes: Vec<&str> =
            attribute.find_iter(&found[2]).map(|a| a.as_str()).collect();
        attributes.sort_unstable();
        format!("<{} {}>", &found[1], attributes.join(" "))
    };
    tag.replace_all(&comment.replace_all(markup, ""), level).replace("&amp;", "&")
}

fn corpus() -> Option<PathBuf> {
    let asked = std::env::var_os("FINEWS_CORPUS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let found = asked.or_else(|| beside.exists().then_some(beside));
    if found.is_none() {
        println!("skipped: no corpus");
    }
    found
}

/// What stands between the head of a post and the line with its address.
fn body(post: &str) -> &str {
    let after_head = post.splitn(3, "---\n").nth(2).unwrap_or_default();
    let body = match after_head.split_once("\n\n") {
        Some((digest, body)) if digest.starts_with("> ") => body,
        _ => after_head,
    };
    body.rfind("\n\n<http").and_then(|end| body.get(..end)).unwrap_or(body)
}

/// Pairs of posts with the same 18 digits: annotated, clean.
fn twins(folder: &Path) -> Vec<(String, String, String)> {
    let mut posts: BTreeMap<String, [Option<String>; 2]> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Some(code) = name.get(11..) else { continue };
        let (side, digits) = code.strip_prefix("NW").map_or((0, code), |digits| (1, digits));
        if digits.len() == 18 && digits.bytes().all(|b| b.is_ascii_digit()) {
            let text = std::fs::read_to_string(&path).unwrap();
            posts.entry(digits.to_owned()).or_default()[side] = Some(body(&text).to_owned());
        }
    }
    let pair = |(digits, [one, two]): (String, [Option<String>; 2])| Some((digits, one?, two?));
    posts.into_iter().filter_map(pair).collect()
}

#[test]
fn twins_of_the_origin_come_out_the_same() {
    let Some(corpus) = corpus() else { return };
    let twins = twins(&corpus.join("origin"));
    assert!(!twins.is_empty(), "no twins in {}", corpus.display());
    for (name, annotated, clean) in &twins {
        check_twins(annotated, clean, name);
        let found = |markup| article::medium(&article::apply(markup, &rules(true)), &rules(true));
        assert!(found(annotated).is_some(), "{name}: no medium");
        assert_eq!(found(annotated), found(clean), "{name}: medium");
    }
}

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/article");
    std::fs::read_to_string(folder.join(name)).unwrap().trim_end().to_owned()
}

#[track_caller]
fn check_pair(name: &str, medium: &str) {
    let [annotated, clean] =
        ["annotated", "clean"].map(|side| fixture(&format!("{name}/{side}.html")));
    assert_ne!(annotated, clean);
    check_twins(&annotated, &clean, name);
    let stripped = article::apply(&annotated, &rules(true));
    assert_eq!(article::medium(&stripped, &rules(true)).as_deref(), Some(medium));
}

#[test]
fn annotations_go_wherever_they_stand() {
    check_pair("annotated-inside-words", "江州证券报");
    check_pair("chart-and-hidden-lead", "山间晚报");
    check_pair("english-tickers", "The Quay Bank Gazette");
}

#[test]
fn charts_pictures_and_captions_stay_and_indents_go() {
    let safe = html::clean(&fixture("chart-and-hidden-lead/annotated.html"), None);
    assert!(safe.as_str().contains("imageType=k&amp;token=0a1b&amp;at=1"), "{}", safe.as_str());
    assert!(
        safe.as_str().contains("<figure><img src=\"https://pic.example.com/"),
        "{}",
        safe.as_str()
    );
    assert!(!safe.as_str().contains('\u{3000}'), "{}", safe.as_str());
    let stripped = article::apply(&fixture("chart-and-hidden-lead/annotated.html"), &rules(true));
    assert!(stripped.contains("class=\"EmImageRemark\""), "{stripped}");
}

#[test]
fn rules_find_the_body_and_what_ends_it() {
    let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let raw = RawRules {
        body: own(&["#gone", ".story-text"]),
        remove: own(&[".promo", "h1"]),
        unwrap: own(&["span.person"]),
        stop_at: own(&["p.end", ".story-tail"]),
        medium: Some("Source: (.+)".to_owned()),
        json: None,
    };
    let rules = Rules::compile(&raw).unwrap();
    let url = url::Url::parse("https://gazette.example/2026/ferry/?from=list").unwrap();
    let found =
        article::read(&fixture("body-under-second-selector/page.html"), &url, &rules).unwrap();
    assert_eq!(found.by, By::Rules(".story-text".to_owned()));
    assert_eq!(found.about.title.as_deref(), Some("The ferry that learned to wait"));
    assert_eq!(found.medium.as_deref(), Some("Harbour Radio"));
    assert_eq!(found.about.published.as_deref(), Some("2026-03-04T08:15:00+00:00"));
    assert_eq!(found.about.image.as_deref(), Some("https://gazette.example/2026/ferry/lead.jpg"));
    assert_eq!(found.about.language.as_deref(), Some("en-GB"));
    assert!(found.faults.is_empty(), "{:?}", found.faults);
    assert!(found.fragment.html.contains("Subscribe"), "the fragment is as it stands");

    let base = url::Url::parse(found.fragment.base.as_deref().unwrap()).unwrap();
    let safe = html::clean(&article::apply(&found.fragment.html, &rules), Some(&base));
    insta::assert_snapshot!(safe.as_str().replace("</p><", "</p>\n<"), @r#"
    <p>For eleven years the morning ferry left on the minute. Since last week it waits for the school bus.</p>
    <p>“Nobody asked us to,” says Ines Okafor, who holds the rope.</p>
    <figure><img src="https://gazette.example/2026/ferry/rope.jpg" width="800" height="450" loading="lazy" referrerpolicy="no-referrer"><figcaption>The rope, a little shorter than it was</figcaption></figure><p>Source: Harbour Radio</p>
    "#);
}

#[test]
fn a_page_without_rules_is_read_by_its_look() {
    let url = url::Url::parse("https://wanbao.example/a/1.html").unwrap();
    let found =
        article::read(&fixture("no-rules-but-reads-well/page.html"), &url, &Rules::default())
            .unwrap();
    assert_eq!(found.by, By::Extractor);
    assert_eq!(found.about.title.as_deref(), Some("老城墙下的修表铺"));
    assert_eq!(found.about.published.as_deref(), Some("2026-05-06T07:30:00+08:00"));
    let text = html::clean(&found.fragment.html, Some(&url)).text();
    assert!(text.contains("清晨六点半") && text.contains("再回来和师傅谈工钱的事。"), "{text}");
    assert!(
        !text.contains("热门") && !text.contains("版权所有") && !text.contains('\u{3000}'),
        "{text}"
    );
}
