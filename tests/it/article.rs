//! Articles: annotated and clean renderings of one text come out the same, in bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use finews::article::{self, RawRules, Rules};
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
