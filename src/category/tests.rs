use super::{Rule, holds, of};
use crate::html;
use crate::model::{CategoryId, Item, ItemId, Person, SourceId};
use crate::template::Template;

fn item() -> Item {
    let at = chrono::DateTime::from_timestamp(0, 0).unwrap();
    let author = |name: &str| Person { name: Some(name.into()), ..Person::default() };
    Item {
        id: ItemId::new("i"),
        uri: "tag:x".into(),
        source: SourceId::new("portal"),
        link: None,
        title: "A report on chips".into(),
        body: html::from_text("国产芯片取得进展"),
        summary: None,
        published: at,
        updated: at,
        first_seen: at,
        authors: vec![author("李雷"), author("韩梅梅")],
        medium: Some("新华日报".into()),
        categories: Vec::new(),
        labels: vec!["科技".into(), "财经".into()],
        enclosures: Vec::new(),
        image: None,
        language: None,
        also: Vec::new(),
    }
}

fn check(templates: &[&str], words: &[(&str, &[&str])], expect: &[&str]) {
    let templates: Vec<_> = templates.iter().map(|t| Template::parse(t).unwrap()).collect();
    let templates: Vec<_> = templates.iter().collect();
    let rules: Vec<_> = words
        .iter()
        .map(|(id, words)| {
            (CategoryId::new(*id), Rule::any(words.iter().map(|w| (*w).to_owned()).collect()))
        })
        .collect();
    let got = of(&item(), &templates, &rules);
    let got: Vec<_> = got.iter().map(CategoryId::as_str).collect();
    assert_eq!(got, expect, "{words:?}");
}

#[test]
fn names_and_templates() {
    check(&["tech"], &[], &["tech"]);
    check(&["{medium}"], &[], &["新华日报"]);
    check(&["{label}"], &[], &["科技", "财经"]);
    check(&["by {author}"], &[], &["by 李雷", "by 韩梅梅"]);
    check(&["{source}/{medium}"], &[], &["portal/新华日报"]);
    check(&["tech", "{language}", "tech"], &[], &["tech"]);
}

#[test]
fn words_draw_items() {
    check(&[], &[("chips", &["芯片"])], &["chips"]);
    check(&["tech"], &[("tech", &["CHIPS"])], &["tech"]);
    check(&[], &[("ports", &["port"])], &[]);
    check(&[], &[("none", &[]), ("empty", &[" "])], &[]);
}

#[test]
fn words_stand_between_borders() {
    let check = |text: &str, word: &str, expect: bool| {
        assert_eq!(holds(text, word), expect, "{word} in {text}");
    };
    check("a report", "port", false);
    check("the port, closed", "port", true);
    check("使用rust语言", "rust", true);
    check("trust", "rust", false);
    check("c++ rules", "c++", true);
}
