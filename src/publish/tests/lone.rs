//! Documents for a stream: Markdown and a page that stands alone.

use super::{bare, chinese, english, site};
use crate::model::Item;
use crate::publish::{Format, SourceNote, document};

fn said(items: &[Item], format: Format) -> String {
    let note = SourceNote {
        title: "Blog & Co".to_owned(),
        feed: None,
        home: Some("https://blog.example.com/".to_owned()),
    };
    let bytes = document(&site("https://news.example.org/", "en"), &note, items, format);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn golden_documents() {
    let items = [english(), chinese()];
    insta::assert_snapshot!("markdown", said(&items, Format::Markdown));
    let page = said(&items, Format::Html);
    let (head, rest) = page.split_once("<style>").unwrap();
    let (style, body) = rest.split_once("</style>").unwrap();
    assert!(style.contains("--paper") && !style.contains('<'));
    insta::assert_snapshot!("lone_page", format!("{head}<style></style>{body}"));
}

#[test]
fn markdown_holds_titles_as_they_are() {
    let item = Item {
        title: "*5* [x](y) <b> # `c`".to_owned(),
        summary: Some("_short_".to_owned()),
        ..bare("1aaaaaaaaaaaaaaa")
    };
    let expect = "# Blog & Co\n\n## \\*5\\* \\[x\\](y) &lt;b&gt; # \\`c\\`\n\nBlog & Co · 2026-11-20T01:02:00Z\n\n\\_short\\_\n";
    assert_eq!(said(&[item], Format::Markdown), expect);
}
