use serde_json::json;
use url::Url;

use super::{Bad, By, Error, Found, RawRules, Rules, Visit, apply, judged_json, medium, read};

fn own(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn rules(body: &[&str], remove: &[&str], unwrap: &[&str], stop_at: &[&str]) -> Rules {
    let raw = RawRules {
        body: own(body),
        remove: own(remove),
        unwrap: own(unwrap),
        stop_at: own(stop_at),
        ..RawRules::default()
    };
    Rules::compile(&raw).unwrap()
}

fn page(body: &str) -> String {
    format!("<!doctype html><html><head><title>T</title></head><body>{body}</body></html>")
}

fn read_here(page: &str, rules: &Rules) -> Result<Found, Error> {
    read(page, &Url::parse("https://example.org/a/1.html").unwrap(), rules)
}

/// Checks what rules make of a fragment, and that the same rules then change nothing.
#[track_caller]
fn check_apply(fragment: &str, rules: &Rules, expect: &str) {
    let once = apply(fragment, rules);
    assert_eq!(once, expect);
    assert_eq!(apply(&once, rules), expect, "applied twice");
}

#[test]
fn elements_go_with_or_without_their_content() {
    let drop = rules(&[], &[".ad", "script"], &["span.key", "a.key"], &[]);
    check_apply("<p>a<span class=key><a class=key href=/x>b</a></span>c</p>", &drop, "<p>abc</p>");
    check_apply("<p>a</p><div class=ad><p>b</p></div><script>x</script>", &drop, "<p>a</p>");
    check_apply("<p>a<span class=ad><a class=key>b</a></span></p>", &drop, "<p>a</p>");
    check_apply("<div class='ad'><span class='key ad'>b</span></div>c", &drop, "c");
    check_apply("a<!-- b -->c<?pi d?>", &Rules::default(), "ac");
    check_apply("<p>a<br/>b &amp c &nbsp;d", &Rules::default(), "<p>a<br>b &amp; c &nbsp;d</p>");
    check_apply("", &drop, "");
}

#[test]
fn what_follows_the_end_goes() {
    let end = rules(&[], &[], &[], &[".end", "h2.more"]);
    check_apply("<p>a</p><p class=end>b</p><p>c</p>", &end, "<p>a</p>");
    check_apply("<div><p>a<b class=end>b</b>c</p><p>d</p></div>e", &end, "<div><p>a</p></div>");
    check_apply("a<h2 class=more>b</h2>c<p class=end>d</p>", &end, "a");
    check_apply("<p>a</p>", &end, "<p>a</p>");
}

#[test]
fn the_first_selector_that_holds_something_counts() {
    let html =
        page("<div id=a> </div><div id=b><p>one</p></div><p class=c>two</p><p class=c>three</p>");
    let found = |body: &[&str]| read_here(&html, &rules(body, &[], &[], &[])).unwrap();

    let second = found(&["#none", "#a", "#b"]);
    assert_eq!((second.fragment.html.as_str(), second.by), ("<p>one</p>", By::Rules("#b".into())));
    assert!(second.faults.is_empty(), "an alternative is there to be missed");
    let none = found(&["#none", "#a"]);
    let faults: Vec<String> = none.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        ["selector `#none`: matches nothing", "selector `#a`: matches only empty elements"]
    );

    let several = found(&["p.c"]);
    assert_eq!(several.fragment.html, "<p class=\"c\">two</p>\n<p class=\"c\">three</p>");
    assert!(several.faults.is_empty());
    assert_eq!(found(&["body, #b"]).by, By::Rules("body, #b".into()));
}

#[test]
fn an_alternative_that_fails_is_named_beside_what_was_found_by_look() {
    let text =
        "A sentence with a comma, and another part, long enough to count as prose. ".repeat(12);
    let html = page(&format!("<div><p>{text}</p><p>{text}</p></div>"));
    let found = read_here(&html, &rules(&["#none"], &[], &[], &[])).unwrap();
    assert_eq!(found.by, By::Extractor);
    assert_eq!(found.faults.len(), 1);
    assert_eq!(
        read_here(&page(""), &rules(&["#none"], &[], &[], &[])),
        Err(Error::NoMatch("#none".into()))
    );
    assert_eq!(read_here(&page(""), &Rules::default()), Err(Error::NoArticle));
    assert_eq!(read_here("", &Rules::default()), Err(Error::NoArticle));
}

#[test]
fn a_page_says_things_about_itself() {
    let read_head = |head: &str| {
        let html = format!(
            "<html><head>{head}</head><body><h1>A harbour opens</h1><div id=b>x</div></body></html>"
        );
        read_here(&html, &rules(&["#b"], &[], &[], &[])).unwrap()
    };
    assert_eq!(
        read_head("<title>A harbour opens | The Post</title>").about.title.as_deref(),
        Some("A harbour opens")
    );
    let ld = r#"<script type="application/ld+json">[{"@type":"NewsArticle","headline":"L &amp; M","datePublished":"2026-01-02"}]</script>"#;
    let found = read_head(ld);
    assert_eq!(
        (found.about.title.as_deref(), found.about.published.as_deref()),
        (Some("L & M"), Some("2026-01-02"))
    );
    assert_eq!(
        read_head("<meta name=PubDate content='2026-01-02 03:04'>").about.published.as_deref(),
        Some("2026-01-02 03:04")
    );
    assert_eq!(
        read_head("<base href='//cdn.example/x/'>").fragment.base.as_deref(),
        Some("https://cdn.example/x/")
    );
    assert_eq!(
        read_head("<base href='javascript:x'>").fragment.base.as_deref(),
        Some("https://example.org/a/1.html")
    );
    assert_eq!(read_head("<meta property=og:image content='javascript:x'>").about.image, None);
    assert_eq!(
        read_head("<meta property=og:locale content=zh_CN>").about.language.as_deref(),
        Some("zh-CN")
    );
    assert_eq!(
        read_head("<script type='application/ld+json'>{broken</script>").about.title.as_deref(),
        Some("A harbour opens")
    );
}

#[test]
fn monstrous_pages_end() {
    let deep = page(&format!("{}<p>a word or two</p>", "<div><b><section>".repeat(30_000)));
    assert_eq!(
        read_here(&deep, &rules(&["b"], &[], &[], &[])).map(|found| found.by),
        Ok(By::Rules("b".into()))
    );
    assert!(
        read_here(&deep, &Rules::default()).is_ok_and(|found| found.fragment.html.contains("word"))
    );
    let all = rules(&[], &["section"], &["div"], &["p"]);
    check_apply(&deep, &all, "<title>T</title><b></b>");
}

fn read_json(answer: &serde_json::Value, rules: &Rules) -> Result<Found, Error> {
    let url = Url::parse("https://example.org/api/1").unwrap();
    judged_json(answer, &Visit::to(&url), rules).found
}

fn with_json(path: &str) -> Rules {
    Rules::compile(&RawRules { json: Some(path.into()), ..RawRules::default() }).unwrap()
}

#[test]
fn json_answers_give_their_body_by_path() {
    let answer = json!({"data": {"html": "<p>one</p>", "parts": ["<p>a</p>", "<p>b</p>"], "plain": "x < y\n\nz"}});
    let html = |path: &str| read_json(&answer, &with_json(path)).map(|found| found.fragment.html);
    assert_eq!(html("$.data.html"), Ok("<p>one</p>".into()));
    assert_eq!(html("$.data.parts"), Ok("<p>a</p>\n<p>b</p>".into()));
    assert_eq!(html("$.data.parts[*]"), Ok("<p>a</p>\n<p>b</p>".into()));
    assert_eq!(html("$.none"), Err(Error::NoJson("$.none".into())));
    assert_eq!(read_json(&answer, &Rules::default()), Err(Error::NoPath));
    assert_eq!(read_here(&answer.to_string(), &with_json("$.data.html")).unwrap().by, By::Json);
    assert_eq!(
        read_json(&json!({"a": "x\n\ny"}), &with_json("$.a")).unwrap().fragment.html,
        "<p>x</p><p>y</p>"
    );
}

#[test]
fn the_medium_is_read_from_the_text() {
    let of = |pattern: &str, fragment: &str| {
        let raw = RawRules { medium: Some(pattern.into()), ..RawRules::default() };
        medium(fragment, &Rules::compile(&raw).unwrap())
    };
    let line = "<p>（来源：江州<b>晚</b>报 ）</p>";
    assert_eq!(of("（来源：(.*?)）", line).as_deref(), Some("江州晚报"));
    assert_eq!(of("江州..", line).as_deref(), Some("江州晚报"));
    assert_eq!(of("作者：(.*)", line), None);
    assert_eq!(of("（(x?)来源", line), None);
    assert_eq!(medium(line, &Rules::default()), None);
}

#[test]
fn every_bad_rule_is_named_at_once() {
    let raw = RawRules {
        body: own(&["#ok", "p["]),
        remove: own(&[""]),
        unwrap: own(&["a:nonsense"]),
        stop_at: own(&[">>"]),
        medium: Some("(".into()),
        json: Some("data".into()),
    };
    let bad = Rules::compile(&raw).unwrap_err();
    let places: Vec<_> = bad
        .iter()
        .map(|Bad { field, index, value, .. }| (*field, *index, value.as_str()))
        .collect();
    let expect = [
        ("body", 1, "p["),
        ("remove", 0, ""),
        ("unwrap", 0, "a:nonsense"),
        ("stop_at", 0, ">>"),
        ("medium", 0, "("),
        ("json", 0, "data"),
    ];
    assert_eq!(places, expect);
    let reasons: Vec<_> = bad.iter().map(|bad| bad.why.as_str()).collect();
    let expect = [
        "not a selector: it ends too early",
        "not a selector: a part is missing",
        "not a selector: it has an unknown pseudo-class or pseudo-element",
        "not a selector: a part is missing",
        "not a regular expression: unclosed group",
        "not a json path: it must begin with `$`",
    ];
    assert_eq!(reasons, expect);
}
