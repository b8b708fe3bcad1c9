use url::Url;

use crate::article::quality::Own;
use crate::article::{By, Found, Judged, Outcome, Rules, Visit, judged};

const LEAD: &str = "The ferry that learned to wait leaves the quay at eight, and not before.";

fn reading(page: &str) -> Judged {
    let url = Url::parse("https://gazette.example/2026/ferry.html").unwrap();
    let own = Own { title: Some("The ferry that learned to wait"), text: None };
    judged(page, &Visit { own, ..Visit::to(&url) }, &Rules::default(), None)
}

fn found(page: &str) -> Found {
    let reading = reading(page);
    reading.found.unwrap_or_else(|why| panic!("{why}: {:?}", reading.trace))
}

fn paragraphs(count: usize) -> Vec<String> {
    (1..=count)
        .map(|n| format!("{LEAD} Paragraph number {n} tells of day {n} at the quay."))
        .collect()
}

/// A page that shows nothing without its scripts.
fn shell(script: &str) -> String {
    format!(
        "<!doctype html><title>The ferry that learned to wait - Gazette</title>\
         <body><div id=root></div>{script}</body>"
    )
}

#[track_caller]
fn check(script: &str, by: &'static str, start: &str) {
    let found = found(&shell(script));
    assert_eq!(found.by, By::Structured(by));
    assert!(found.fragment.html.starts_with(start), "{}", found.fragment.html);
}

#[test]
fn json_ld_gives_paragraphs() {
    let text = serde_json::to_string(&paragraphs(4).join("\n")).unwrap();
    let ld = |inside: &str| format!("<script type='application/ld+json'>{inside}</script>");
    let article = format!("{{\"@type\":\"NewsArticle\",\"articleBody\":{text}}}");
    let start = format!("<p>{LEAD} Paragraph number 1 tells of day 1 at the quay.</p><p>");
    check(&ld(&article), "json-ld", &start);
    check(&ld(&format!("[{{\"@type\":\"WebSite\"}},{article}]")), "json-ld", &start);
    check(&ld(&format!("{{\"@graph\":[{article}]}}")), "json-ld", &start);
    check(
        &ld(&article.replace("\"NewsArticle\"", "[\"Thing\",\"http://schema.org/BlogPosting\"]")),
        "json-ld",
        &start,
    );
    check(&ld(&format!("<!-- {} -->", article.replace("\\n", "\n"))), "json-ld", "<p>");
    let marked = article.replace(LEAD, "<p>Some <b>bold</b> words</p>");
    check(&ld(&marked), "json-ld", "<p>Some <b>bold</b> words</p>");
    let escaped = article.replace(LEAD, "&lt;p&gt;Some words&lt;/p&gt;");
    check(&ld(&escaped), "json-ld", "<p>Some words</p>");
    let product = ld(&article.replace("NewsArticle", "Product"));
    assert!(reading(&shell(&product)).found.is_err());
}

#[test]
fn what_is_cut_off_is_not_used() {
    for end in ["…", " [...]", " 阅读全文", " Read more »"] {
        let text = serde_json::to_string(&format!("{}{end}", paragraphs(4).join("\n"))).unwrap();
        let script = format!(
            "<script type='application/ld+json'>{{\"@type\":\"Article\",\"articleBody\":{text}}}</script>"
        );
        let reading = reading(&shell(&script));
        assert!(reading.found.is_err(), "{end}");
        let step = reading.trace.steps.iter().find(|step| step.name == "json-ld").unwrap();
        assert_eq!(step.verdict, Outcome::Refused, "{end}");
        assert_eq!(step.why.as_deref(), Some("it breaks off before its end"));
    }
}

#[test]
fn a_scripts_state_gives_the_longest_text_named_so() {
    let html: String = paragraphs(5).iter().map(|p| ["<p>", p, "</p>"].concat()).collect();
    let html = serde_json::to_string(&html).unwrap();
    let other =
        serde_json::to_string(&"Another story altogether, about bread. ".repeat(60)).unwrap();
    let state = format!(
        "{{\"props\":{{\"post\":{{\"title\":\"The ferry that learned to wait\",\"content\":{html}}},\
         \"next\":{{\"title\":\"Bread\",\"content\":{other}}},\"css\":\"{}\"}}}}",
        "a{b:c}".repeat(500)
    );
    let start = format!("<p>{LEAD} Paragraph");
    let check = |script: &str| check(script, "embedded state", &start);
    check(&format!("<script id=__NEXT_DATA__ type='application/json'>{state}</script>"));
    check(&format!("<script>window.__INITIAL_STATE__ = {state};(function(){{}})()</script>"));
    check(&format!(
        "<script>window.__DATA__={}</script>",
        state.replacen('{', "{\"a\":undefined,", 1)
    ));
    let quoted = serde_json::to_string(&state).unwrap();
    check(&format!("<script>var data = JSON.parse({quoted});</script>"));
    let blocks = serde_json::json!({ "正文": paragraphs(5) });
    check(&format!("<script type='application/json'>{blocks}</script>"));
    let short = "<script type='application/json'>{\"content\":\"Too short to be it.\"}</script>";
    assert!(reading(&shell(short)).found.is_err());
}

#[test]
fn the_page_wins_where_it_shows_the_same_with_markup() {
    let shown: String =
        paragraphs(6).iter().map(|p| ["<p>", p, " <a href=/x>Link</a></p>"].concat()).collect();
    let page = |text: &[String]| {
        let text = serde_json::to_string(&text.join("\n")).unwrap();
        format!(
            "<title>The ferry that learned to wait</title><script type='application/ld+json'>\
             {{\"@type\":\"Article\",\"articleBody\":{text}}}</script><article>{shown}</article>"
        )
    };
    let same = page(&paragraphs(6));
    assert_eq!(found(&same).by, By::Extractor);
    let steps = reading(&same).trace.steps;
    assert_eq!(steps.last().map(|step| step.name), Some("the source's own text"));
    let step = |name| steps.iter().find(|step| step.name == name).unwrap().verdict;
    assert_eq!([step("json-ld"), step("extractor")], [Outcome::Outdone, Outcome::Taken]);
    assert_eq!(found(&page(&paragraphs(2))).by, By::Extractor, "a part is not the whole");
    let other =
        vec!["Bread is sold by weekly subscription among households nearby.".to_owned(); 20];
    assert_eq!(found(&page(&other)).by, By::Extractor, "another text");
}

#[test]
fn microdata_wins_where_it_leaves_out_more() {
    let some = |count: usize| -> String {
        paragraphs(count).iter().map(|p| ["<p>", p, " <b>bold</b></p>"].concat()).collect()
    };
    let around = "<p>Reader letters, recipes, and the tides of the week stand below the story.</p>";
    let page = |inside: &str, outside: &str| {
        format!(
            "<title>The ferry that learned to wait</title><article>\
             <div itemprop='headline articleBody'>{inside}</div>{outside}</article>"
        )
    };
    let found = found(&page(&some(6), &around.repeat(3)));
    assert_eq!(found.by, By::Structured("microdata"));
    assert_eq!(found.fragment.html.matches("<b>bold</b>").count(), 6);
    assert!(!found.fragment.html.contains("recipes"));
    let nested = page(&format!("{}<div itemprop=articleBody><p>x</p></div>", some(6)), around);
    assert_eq!(self::found(&nested).fragment.html.matches(">x<").count(), 1);
}

#[test]
fn monstrous_data_ends() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for script in [
        format!("<script type='application/json'>{deep}</script>"),
        format!("<script>window.x={deep}</script>"),
        format!("<script>window.a={}</script>", "=".repeat(200_000)),
        format!("<script type='application/ld+json'>{{\"articleBody\":{deep}}}</script>"),
    ] {
        assert!(reading(&shell(&script)).found.is_err());
    }
}
