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
fn bylines_are_read_and_titles_lose_the_site() {
    let names = |text: &str| byline::names(text).join("+");
    assert_eq!(names("By Ada Quayle and Tom Berth, 2 March 2026"), "Ada Quayle+Tom Berth");
    assert_eq!(names("https://example.org/ada"), "");
    assert_eq!(names("admin"), "");
    assert_eq!(names("林海燕、周明"), "林海燕+周明");
    let title = |title: &str, site: Option<&str>| byline::without_site(title, site);
    assert_eq!(title("A harbour opens its gates | The Post", None), "A harbour opens its gates");
    assert_eq!(title("Post - Harbour", Some("Post")), "Harbour");
    assert_eq!(title("Ebb and flow - a history", Some("Post")), "Ebb and flow - a history");
    assert_eq!(title("旧港开放_新闻_榆湾网", None), "旧港开放");
}

#[test]
fn a_model_that_is_none_is_refused() {
    let shipped = Models::shipped().unwrap();
    let rows = |page| super::samples(page, Some(&[0.5; 200]));
    for sample in rows(ENGLISH) {
        assert_eq!(sample.features.len(), shipped.first.width());
        assert_eq!(sample.second.len(), shipped.second.width());
        assert!(shipped.first.score(&sample.features).is_finite());
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

#[test]
fn a_model_sums_its_trees() {
    let mut file = b"FNWS\x01\x02\0\x01\0\x01\0".to_vec();
    file.extend(1_u16.to_le_bytes());
    file.extend(2.5_f32.to_le_bytes());
    file.extend((-1_i16).to_le_bytes());
    file.extend((-2_i16).to_le_bytes());
    file.extend((-1.0_f32).to_le_bytes());
    file.extend(1.0_f32.to_le_bytes());
    let forest = Forest::parse(&file).unwrap();
    let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    close(forest.score(&[0.0, 2.5]), -1.0);
    close(forest.score(&[0.0, 2.6]), 1.0);
    close(forest.score(&[]), -1.0);
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
