use super::{Aliases, of};
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

fn check(templates: &[&str], expect: &[&str]) {
    check_with(&Aliases::default(), templates, expect);
}

fn check_with(aliases: &Aliases, templates: &[&str], expect: &[&str]) {
    let templates: Vec<_> = templates.iter().map(|t| Template::parse(t).unwrap()).collect();
    let templates: Vec<_> = templates.iter().collect();
    let got = of(&item(), &templates, aliases);
    let got: Vec<_> = got.iter().map(CategoryId::as_str).collect();
    assert_eq!(got, expect);
}

#[test]
fn names_and_templates() {
    check(&["tech"], &["tech"]);
    check(&["{medium}"], &["新华日报"]);
    check(&["{label}"], &["科技", "财经"]);
    check(&["by {author}"], &["by 李雷", "by 韩梅梅"]);
    check(&["{source}/{medium}"], &["portal/新华日报"]);
    check(&["{medium}/{label}"], &["新华日报/科技", "新华日报/财经"]);
    check(&["tech", "{language}", "tech"], &["tech"]);
}

#[test]
fn several_names_may_mean_one_category() {
    let id = |id: &str| CategoryId::new(id);
    let aliases = Aliases::new([("新华 日报", id("xinhua")), ("Wind资讯", id("Wind"))]);
    check_with(&aliases, &["{medium}", "ｗＩＮＤ资讯", "Wind", "风"], &["xinhua", "Wind", "风"]);
}
