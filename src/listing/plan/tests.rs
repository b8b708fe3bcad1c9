use chrono::{DateTime, Utc};
use chrono_tz::Asia::Shanghai;
use url::Url;

use super::values;
use super::{Locate, Pick};
use crate::model::{Instant, Text};

fn now() -> Instant {
    "2026-11-20T04:00:00Z".parse::<DateTime<Utc>>().unwrap()
}

#[test]
fn dates_are_found_among_other_words() {
    let check = |text: &str, expect: Option<&str>| {
        let expect = expect.map(|text| text.parse::<DateTime<Utc>>().unwrap());
        assert_eq!(values::date(text, now(), Shanghai), expect, "{text}");
    };
    check("2026-11-03 10:20:30", Some("2026-11-03T02:20:30Z"));
    check("2026-11-03-10:20:30", Some("2026-11-03T02:20:30Z"));
    check("2026年11月03日 10:20", Some("2026-11-03T02:20:00Z"));
    check("2026年11月03日10:20", Some("2026-11-03T02:20:00Z"));
    check("2026-11-03 10:20:30.123", Some("2026-11-03T02:20:30Z"));
    check("[2026-11-03]", Some("2026-11-02T16:00:00Z"));
    check("（11-03）", Some("2026-11-02T16:00:00Z"));
    check("【11月3日】", Some("2026-11-02T16:00:00Z"));
    check("发布时间：2026-11-03 10:20", Some("2026-11-03T02:20:00Z"));
    check("日期: 今天 10:00", Some("2026-11-20T02:00:00Z"));
    check("来源：江城日报 2026年11月03日 10:20 责任编辑：某某", Some("2026-11-03T02:20:00Z"));
    check("By A. Writer | 2026/11/03 10:20 | 3 comments", Some("2026-11-03T02:20:00Z"));
    check("江城日报　2026-11-03", Some("2026-11-02T16:00:00Z"));
    check("1793672430", Some("2026-11-03T02:20:30Z"));
    check("1793672430000", Some("2026-11-03T02:20:30Z"));
    check("1793672430.5", Some("2026-11-03T02:20:30Z"));
    check("5分钟前", Some("2026-11-20T03:55:00Z"));
    check("第3-4期合刊", None);
    check("010-12345678", None);
    check("no date at all", None);
    check(&"x 2026-11-03 ".repeat(1_000), None);
}

#[test]
fn text_is_markup_where_it_looks_like_it() {
    let check = |text: &str, markup: bool| {
        let is_markup = matches!(values::text(text.to_owned()), Text::Html(_));
        assert_eq!(is_markup, markup, "{text}");
    };
    check("a <em>b</em>", true);
    check("a &amp; b", true);
    check("&#8220;", true);
    check("a<b", false);
    check("1 < 2 > 1", false);
    check("R&D 部门", false);
    check("&；&", false);
    check("<", false);
    check("&", false);
}

#[test]
fn addresses_of_the_web_are_told_from_others() {
    let base = Url::parse("https://a.example/news/index.html").unwrap();
    let check = |text: &str, expect: Option<&str>| {
        let got = values::web_address(text, Some(&base)).map(String::from);
        assert_eq!(got.as_deref(), expect, "{text}");
    };
    check(" 1.html ", Some("https://a.example/news/1.html"));
    check("//b.example/x", Some("https://b.example/x"));
    check("/a/1.html", Some("https://a.example/a/1.html"));
    check("#/article/1", Some("https://a.example/news/index.html#/article/1"));
    check("#", None);
    check("#top", None);
    check("", None);
    check("javascript:void(0)", None);
    check("mailto:a@b.example", None);
    check("data:image/gif;base64,R0", None);
    check("http://", None);
}

#[test]
fn places_in_a_page_are_told_by_their_form() {
    let check = |typed: &str, selector: bool, attribute: Option<&str>| {
        let Ok(Pick { locate, .. }) = Pick::parse(typed, true) else { panic!("{typed}") };
        let Locate::Select { selector: found, attribute: name } = locate else { panic!("{typed}") };
        assert_eq!((found.is_some(), name.as_deref()), (selector, attribute), "{typed}");
    };
    check("a.next@href", true, Some("href"));
    check("a.next @HREF", true, Some("href"));
    check("@data-date", false, Some("data-date"));
    check(".@title", false, Some("title"));
    check(".", false, None);
    check("a[href*='@']", true, None);
    assert!(Pick::parse("a[", true).is_err());
    assert!(Pick::parse("title", false).is_err());
    assert!(matches!(Pick::parse("/a/{id}", true).unwrap().locate, Locate::Template(_)));
}
