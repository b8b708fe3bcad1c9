use std::fmt::Write as _;

use url::Url;

use super::{Extract, Forest, Metadata, Models, blocks, byline, entity, lex, read, tree};
use crate::html;

const ENGLISH: &str = include_str!("../../../tests/fixtures/article/harbour-en/page.html");
const CHINESE: &str = include_str!("../../../tests/fixtures/article/harbour-zh/page.html");

fn here() -> Url {
    Url::parse("https://news.example.org/a/harbour.html").unwrap()
}

fn extract(page: &str) -> Extract {
    read(page, &here()).unwrap()
}

/// Checks which passages are in the text of the cleaned article and which are not.
#[track_caller]
fn check_text(page: &str, with: &[&str], without: &[&str]) {
    let text = html::clean(&extract(page).part.html, Some(&here())).text();
    for passage in with {
        assert!(text.contains(passage), "`{passage}` is missing in:\n{text}");
    }
    for passage in without {
        assert!(!text.contains(passage), "`{passage}` is in:\n{text}");
    }
}

/// The blocks of a page, parted by `|`.
fn blocks_of(page: &str) -> String {
    let tree = tree::read(page);
    let blocks = blocks::read(&tree);
    let texts = blocks.list.iter().map(|block| blocks::text(&tree, block));
    texts.collect::<Vec<_>>().join("|")
}

#[test]
fn an_article_is_told_from_what_stands_around_it() {
    check_text(
        ENGLISH,
        &[
            "The old harbour of Elmsund will open",
            "12 metres",
            "Berths for visitors",
            "“We wanted a quay that belongs to everybody,”",
            "4,200",
            "cargo_total = sum(berths)",
        ],
        &[
            "Sign up for our newsletter",
            "Ferry prices rise again",
            "All rights reserved",
            "Share on",
            "I doubt that it will be finished",
        ],
    );
    check_text(
        CHINESE,
        &["榆湾旧港将于", "码头改造总投资", "“我们希望这里属于每一个人”"],
        &["相关阅读", "渡轮票价再次上涨", "版权所有", "扫一扫"],
    );
}

#[test]
fn markup_stays_whole() {
    let clean = html::clean(&extract(ENGLISH).part.html, Some(&here()));
    for whole in ["<table>", "<ul>", "<blockquote>", "<figcaption>", "<pre>", "<h2>"] {
        assert!(clean.as_str().contains(whole), "no {whole} in {}", clean.as_str());
    }
    assert!(clean.as_str().contains("https://news.example.org/img/quay.jpg"));
    assert!(!clean.as_str().contains("logo.png") && !clean.as_str().contains("ferry.jpg"));
}

#[test]
fn a_page_says_what_it_is() {
    let expect = Metadata {
        title: Some("Elmsund opens its old harbour to visitors".to_owned()),
        authors: vec!["Ada Quayle".to_owned(), "Tom Berth".to_owned()],
        published: Some("2026-03-02T08:15:00+01:00".to_owned()),
        modified: Some("2026-03-02T11:40:00+01:00".to_owned()),
        site: Some("The Elmsund Post".to_owned()),
        language: Some("en-GB".to_owned()),
        image: Some("https://news.example.org/img/quay-wide.jpg".to_owned()),
        canonical: Some("https://news.example.org/a/harbour.html".to_owned()),
    };
    assert_eq!(extract(ENGLISH).metadata, expect);
    let chinese = extract(CHINESE).metadata;
    assert_eq!(chinese.title.as_deref(), Some("榆湾旧港向游客开放"));
    assert_eq!(chinese.authors, ["林海燕"]);
    assert_eq!(chinese.published.as_deref(), Some("2026年3月2日 08:15"));
}

#[test]
fn tags_end_where_browsers_end_them() {
    let check = |page: &str, expect: &str| assert_eq!(blocks_of(page), expect, "{page}");
    check("<p>a<p>b<div>c</div>d", "a|b|c|d");
    check("<ul><li>a<li>b<ul><li>c</ul>d</ul>e", "a|b|c|d|e");
    check("<table><tr><td>a<td>b<tr><th>c</table>d", "a|b|c|d");
    check("<dl><dt>a<dd>b<dt>c</dl>", "a|b|c");
    check("<h2>a<h3>b</h2>c", "a|b|c");
    check("a<br>b<hr>c<wbr>d", "a|b|cd");
    check("<b>a<p>b</b>c</p>d", "a|b|c|d");
    check("<div>a</span></p></div>b</div>c", "a|bc");
    check("<td>a</td></table>b<!-- c -->d<![CDATA[e]]>", "a|bd");
    check("a <script>if (a < b) '</p>'</script>b<style>c</style><svg><p>d</svg>e", "a be");
    check("a<textarea>b</textarea><select><option>c</select>d<script>never closed", "ad");
    check("x < y & z &amp; &lt;b&gt; &#20013;&nbsp;&eacute;", "x < y & z & <b> 中 é");
    check("<my-box>a</my-box><my-box>b</my-box>", "a|b");
    check("<a href=1>one<a href=2>two</a> three", "onetwo three");
    check("<p title='a>b'>c</p><p title=\"<p>\">d", "c|d");
}

#[test]
fn a_page_without_scripts_is_read_where_it_is_the_only_one() {
    let hidden = format!("<noscript><p>{}</p></noscript>", "Words of the thread. ".repeat(100));
    assert!(blocks_of(&hidden).starts_with("Words of the thread."));
    assert_eq!(blocks_of("a<noscript><img src=x></noscript>b"), "ab");
}

#[test]
fn references_and_attributes_are_read_as_written() {
    assert_eq!(
        entity::decode("a &amp; b &#x4e2d;&#150; &bogus; &copy &#xffffffff;"),
        "a & b 中– &bogus; © \u{fffd}"
    );
    assert_eq!(entity::decode("no reference"), "no reference");
    let found: Vec<_> = lex::attributes("<a b c=d E = 'f g' h=\"i>j\"/>").collect();
    assert_eq!(found, [("b", ""), ("c", "d"), ("E", "f g"), ("h", "i>j")]);
    assert_eq!(lex::attribute_of("<meta Content=x>", "content"), Some("x"));
    assert_eq!(lex::attributes("<a =b '=\">").count(), 2);
}

#[test]
fn bylines_are_parted_into_names() {
    let names = |text: &str| byline::names(text).join("+");
    assert_eq!(names("By Ada Quayle and Tom Berth, 2 March 2026"), "Ada Quayle+Tom Berth");
    assert_eq!(names("https://example.org/ada"), "");
    assert_eq!(names("admin"), "");
    assert_eq!(names("林海燕、周明"), "林海燕+周明");
    assert_eq!(names("Ada Quayle, Senior Editor, and Tom Berth, RDN"), "Ada Quayle+Tom Berth");
    assert_eq!(names("Centre for Tides and Harbours"), "Centre for Tides and Harbours");
    assert_eq!(names("Ada Quayle Staff Writer"), "Ada Quayle");
}

const PARAGRAPHS: &str = "<p>The harbour of Elmsund, closed since the storm, opened again on Monday, \
    and the first boats came in with the tide. The mayor, who had fought for it, was there to see \
    them come.</p><p>Nobody had expected so many people on the old quay, the harbour master said. \
    Work on the new wall begins in spring, and it will take until the summer of next year.</p>";

/// What a page says with these in its head, its header, and before and behind its text.
fn said(head: &str, before: &str, behind: &str) -> Metadata {
    let page = format!(
        "<html><head>{head}</head><body><header><a href=/>Elmsund Post</a></header><main>\
         <article>{before}{PARAGRAPHS}{behind}</article></main></body></html>"
    );
    let url = Url::parse("https://www.elmsundpost.example/2026/harbour").unwrap();
    read(&page, &url).unwrap().metadata
}

#[test]
fn titles_are_the_articles_and_not_the_sites() {
    let check = |head: &str, before: &str, expect: &str| {
        assert_eq!(said(head, before, "").title.as_deref(), Some(expect), "{head}{before}");
    };
    check("<title>A harbour opens its gates | The Post</title>", "", "A harbour opens its gates");
    check("<title>Elmsund Post - Harbour</title>", "", "Harbour");
    check("<title>Ebb and flow - a history</title>", "", "Ebb and flow - a history");
    check("<title>旧港开放迎客_新闻_榆湾网</title>", "", "旧港开放迎客");
    let manual = "<title>Ropes and their knots — The Great Book of Harbours</title>";
    check(
        manual,
        "<h1>The Great Book of Harbours</h1><h2>Ropes and their knots</h2>",
        "Ropes and their knots",
    );
    check(manual, "<h1>Ropes and their knots<a href=#ropes>¶</a></h1>", "Ropes and their knots");
    check(
        "<title>Harbour: a city looks back</title>",
        "<h1>How the old harbour came to life again</h1>",
        "How the old harbour came to life again",
    );
    check(
        "<title>Elmsund Post - news from the sea</title>",
        "<h1>Twelve boats in the old harbour</h1>",
        "Twelve boats in the old harbour",
    );
    let twice = "<meta property=og:title content='Boats &amp;amp; ropes'>";
    check(twice, "", "Boats & ropes");
}

#[test]
fn names_and_dates_are_found_where_readers_see_them() {
    let check = |head: &str, before: &str, behind: &str, names: &str, date: Option<&str>| {
        let said = said(head, before, behind);
        let found = (said.authors.join("+"), said.published);
        assert_eq!(found, (names.to_owned(), date.map(str::to_owned)), "{head}{before}{behind}");
    };
    let day = Some("2 March 2026");
    check("", "<p>Published 2 March 2026 by Ada Quayle</p>", "", "Ada Quayle", day);
    check("", "<p>Written by: Ada Quayle and Tom Berth</p>", "", "Ada Quayle+Tom Berth", None);
    check("", "<p>By continuing, you agree to our terms</p>", "", "", None);
    check("", "<a href=/authors/quayle><b>Ada Quayle</b></a>", "", "Ada Quayle", None);
    check("", "<div class=post-author__name>Ada Quayle</div>", "", "Ada Quayle", None);
    check("", "", "<p>Last updated: 2 March 2026</p>", "", day);
    check("", "", "<p>（责任编辑：林海燕）</p>", "林海燕", None);
    let site = "<meta name=author content='Elmsund Post'>";
    check(site, "<p>By Ada Quayle</p>", "", "Ada Quayle", None);
    check(site, "", "", "Elmsund Post", None);
    let linked = "<script type=application/ld+json>{\"@graph\":[\
        {\"@type\":\"Article\",\"author\":{\"@id\":\"#q\",\"name\":\"aq7\"}},\
        {\"@type\":\"Person\",\"@id\":\"#q\",\"name\":\"Ada Quayle\"}]}</script>";
    check(linked, "", "", "Ada Quayle", None);
}

#[test]
fn a_model_that_is_none_is_refused() {
    let shipped = Models::shipped().unwrap();
    let rows = |page| super::samples(page, Some(&[0.5; 200]));
    for sample in rows(ENGLISH) {
        assert_eq!(sample.features.len(), shipped.first.width());
        assert_eq!(sample.second.len(), shipped.second.width());
        assert!(shipped.first.score(&[&sample.features])[0].is_finite());
    }
    let file = include_bytes!("first.bin");
    assert!(Forest::parse(file).is_some());
    assert!(file.len() + include_bytes!("second.bin").len() < 300_000);
    for len in [0, 3, 8, 40, 1000, file.len() - 1] {
        assert_eq!(Forest::parse(&file[..len]), None, "{len} bytes");
    }
    // A split whose child is itself would be walked for ever.
    let mut circle = b"FNWS\x01\x01\0\x01\0\x01\0".to_vec();
    circle.extend([0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(Forest::parse(&circle), None);
}

/// A model of so many trees that say -1 or 1, by whether the second number is above 2.5.
fn forest(trees: u16) -> Forest {
    let mut file = b"FNWS\x01\x02\0".to_vec();
    file.extend(trees.to_le_bytes());
    for _ in 0..trees {
        file.extend([1, 0, 1, 0]);
        file.extend(2.5_f32.to_le_bytes());
        file.extend((-1_i16).to_le_bytes());
        file.extend((-2_i16).to_le_bytes());
        file.extend((-1.0_f32).to_le_bytes());
        file.extend(1.0_f32.to_le_bytes());
    }
    Forest::parse(&file).unwrap()
}

#[test]
fn a_model_sums_its_trees() {
    let rows: [&[f32]; 5] = [&[0.0, 2.5], &[0.0, 2.6], &[], &[9.0, 9.0], &[9.0, 0.0]];
    assert_eq!(forest(1).score(&rows), [-1.0, 1.0, -1.0, 1.0, -1.0]);
    assert_eq!(forest(30).score(&rows), [-30.0, 30.0, -30.0, 30.0, -30.0]);
    assert!(forest(1).score(&[]).is_empty());
}

#[test]
fn a_glance_asks_no_more_trees_than_it_needs() {
    let rows: [&[f32]; 2] = [&[0.0, 2.5], &[0.0, 2.6]];
    assert_eq!(forest(19).glance(&rows), [-22.0, 22.0], "the second pause decides, at the end");
    assert_eq!(forest(10).glance(&rows), [-10.0, 10.0], "the first does not");
    assert_eq!(
        forest(90).glance(&rows),
        [-23.0, 23.0],
        "twenty trees, and what the rest would say"
    );
}

#[test]
fn monstrous_pages_end() {
    let deep = format!("{}<p>word word word</p>", "<div><b><a>".repeat(100_000));
    assert!(read(&deep, &here()).is_some());
    let mut wide = "<p ".to_owned();
    for number in 0..1_000_000 {
        let _ = write!(wide, "a{number}=b ");
    }
    wide.push_str(">word</p>");
    assert_eq!(blocks_of(&wide), "word");
    assert_eq!(blocks_of(&"</b></p></div>".repeat(100_000)), "");
    let many = "<p>word <b>word</b></p>".repeat(100_000);
    assert!(read(&many, &here()).is_some());
    let unclosed = "<svg><script".repeat(50_000);
    let _ = read(&unclosed, &here());
}

#[test]
fn no_cut_page_is_too_much() {
    for page in [ENGLISH, CHINESE] {
        for end in (0..page.len()).step_by(97) {
            let cut = &page[..page.floor_char_boundary(end)];
            if let Some(found) = read(cut, &here()) {
                let _ = html::clean(&found.part.html, None);
            }
        }
    }
    assert_eq!(read("", &here()), None);
    assert_eq!(read("<p> </p>", &here()), None);
}

#[test]
fn the_same_page_gives_the_same_bytes() {
    assert_eq!(extract(ENGLISH), extract(ENGLISH));
}
