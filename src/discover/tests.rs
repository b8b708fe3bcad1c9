use std::fmt::Write as _;

use chrono::{DateTime, TimeZone as _, Utc};
use chrono_tz::Asia::Shanghai;
use proptest::prelude::*;
use url::Url;

use super::dates::Clock;
use super::names::{self, Lasting};
use super::{Candidate, Place, Rules, address, columns, hints, rules, well_known};
use crate::model::{Entry, Text};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 8, 0, 0).single().unwrap()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn found(page: &str) -> Vec<Candidate> {
    rules(page, &url("https://a.example/news/"), now(), Shanghai)
}

fn first(page: &str) -> Rules {
    found(page).into_iter().next().unwrap().rules
}

fn typed(rules: &Rules, word: &str) -> Vec<String> {
    let places = rules.fields.get(word).cloned().unwrap_or_default();
    places.into_iter().map(|place| place.typed).collect()
}

fn title(entry: &Entry) -> &str {
    entry.title.as_ref().map_or("", Text::raw)
}

/// Items with long titles, newest first, each made by a form with `{n}` in it.
fn items(count: usize, form: &str) -> String {
    (0..count).rev().map(|n| form.replace("{n}", &(10 + n).to_string())).collect()
}

const ITEM: &str = "<li class=entry><a href=/a/10{n}.html>Bell {n} of the old harbour is cast anew</a> \
    <span>2026-10-{n}</span></li>";

#[test]
fn names_that_last_and_names_that_pass() {
    let check = |name: &str, expect: Lasting| assert_eq!(names::lasting(name), expect, "{name}");
    for name in ["news-list", "newsItem", "entry-title", "post", "list_14", "xwlb-list"] {
        check(name, Lasting::Word);
    }
    for name in ["gl-warp", "zw-left", "bd", "fenye", "storyteller", "col_r"] {
        check(name, Lasting::Plain);
    }
    for name in ["mt-4", "md:flex", "text-lg", "col-md-6", "w-1/2", "row"] {
        check(name, Lasting::Looks);
    }
    for name in ["css-1x2y3z", "sc-bdVaJa", "Card_title__2hF3k", "_3xKd9", "jss123a", "hTzQpB"] {
        check(name, Lasting::Generated);
    }
    for name in ["active", "odd", "post-1234", "first", "is-open", "17"] {
        check(name, Lasting::Passing);
    }
    assert_eq!(names::stem("Card_title__2hF3k"), Some("Card_title__"));
    assert_eq!(names::stem("news-list"), None);
    assert_eq!(names::numbered("normalthread_881"), Some("normalthread_"));
    assert_eq!(names::words("newsList_item-2"), ["news", "list", "item", "2"]);
}

#[test]
fn addresses_of_articles_are_worth_more() {
    let page = url("https://a.example/news/");
    let worth = |text: &str| address::worth(&page.join(text).unwrap(), &page);
    for good in [
        "/2026/11/03/a.html",
        "t20261103_4821.html",
        "/p/81234",
        "the-bell-is-cast-anew-at-last",
        "?id=3391",
    ] {
        assert!(worth(good) >= 0.5, "{good}: {}", worth(good));
    }
    for bad in ["/", "/about", "?sort=new", "?page=2", "/tag/bells", "/user/81234", "/login"] {
        assert!(worth(bad) <= 0.4, "{bad}: {}", worth(bad));
    }
    assert!(address::same(&url("https://a.example/news/index.html"), &page));
}

#[test]
fn dates_are_told_from_numbers() {
    let clock = Clock { now: now(), zone: Shanghai };
    for text in ["2026-11-03", "[11-03]", "5分钟前", "昨天 10:00", "Nov 3, 2026", "1793000000"]
    {
        assert!(clock.read(text).is_some(), "{text}");
    }
    for text in ["12", "483", "", "阅读 12 次数很多很多的一篇文章", "1066-10-14", "2066-01-01"]
    {
        assert!(clock.read(text).is_none(), "{text}");
    }
}

#[test]
fn names_are_escaped_for_selectors() {
    assert_eq!(columns::escaped("md:flex"), "md\\:flex");
    assert_eq!(columns::escaped("1st"), "\\31 st");
    assert_eq!(columns::escaped("新闻"), "新闻");
}

#[test]
fn strings_are_quoted_for_toml() {
    let check = |typed: &str, expect: &str| {
        let place = Place { typed: typed.to_owned(), pattern: None, format: None };
        assert_eq!(place.toml(), expect);
        let read: toml::Table = toml::from_str(&format!("x = {}", place.toml())).unwrap();
        assert_eq!(read["x"].as_str(), Some(typed));
    };
    check("h3 a", "\"h3 a\"");
    check("[class*=\"x\"]", "'[class*=\"x\"]'");
    check("a\"b'c\\d\u{7}", "\"a\\\"b'c\\\\d\\u0007\"");
}

#[test]
fn a_list_is_found_with_its_fields() {
    let page = format!(
        "<nav><a href=/x>Imprint</a><a href=/y>Contact</a></nav><ul>{}</ul>",
        items(9, ITEM)
    );
    let rules = first(&page);
    assert_eq!(rules.items, ".entry");
    assert_eq!(typed(&rules, "title"), ["a"]);
    assert_eq!(typed(&rules, "link"), ["a@href"]);
    assert_eq!(typed(&rules, "date"), ["span"]);
    let one = &found(&page)[0];
    assert_eq!((one.count, title(&one.sample[0])), (9, "Bell 18 of the old harbour is cast anew"));
    assert!(one.evidence.iter().any(|why| why.starts_with("9 items")), "{:?}", one.evidence);
}

#[test]
fn a_title_that_is_cut_is_read_from_its_attribute() {
    let item = "<li><a href=/a/10{n}.html title='Bell {n} of the old harbour is cast anew'>Bell {n} of \
        the…</a></li>";
    let page = format!("<ul class=list>{}</ul>", items(6, item));
    assert_eq!(typed(&first(&page), "title"), ["a@title", "a"]);
}

#[test]
fn generated_names_give_way_to_better_ones() {
    let item = "<div class='css-1x2y3z Card_box__2hF3k'><a class=sc-bdVaJa href=/a/10{n}.html>Bell {n} of \
        the old harbour</a></div>";
    let rules = first(&format!("<main>{}</main>", items(6, item)));
    assert!(!rules.items.contains("1x2y3z") && !rules.items.contains("2hF3k"), "{}", rules.items);
    assert!(!format!("{:?}", rules.fields).contains("bdVaJa"), "{:?}", rules.fields);
}

#[test]
fn day_and_month_are_told_apart_by_the_whole_list() {
    let item = "<tr><td>{n}/05/2026</td><td><a href=/a/10{n}.html>Bell {n} of the old harbour</a></td></tr>";
    let days = first(&format!("<table>{}</table>", items(9, item)));
    assert_eq!(days.fields["date"][0].format.as_deref(), Some("%d/%m/%Y"));
    let months = first(&format!("<table>{}</table>", items(9, &item.replace("{n}/05", "05/{n}"))));
    assert_eq!(months.fields["date"][0].format.as_deref(), Some("%m/%d/%Y"));
}

#[test]
fn records_of_a_state_are_found() {
    let record = |n: u32| {
        format!(
            "{{\"id\":{n},\"title\":\"Bell {n} of the old harbour\",\"path\":\"/a/{n}.html\",\"time\":1793000{n}}}"
        )
    };
    let records: Vec<_> = (100..110).rev().map(record).collect();
    let page = |script: &str| script.replace("RECORDS", &format!("[{}]", records.join(",")));
    let check = |script: &str, items: &str, hidden: super::Hidden| {
        let rules = first(&page(script));
        assert_eq!((rules.items.as_str(), rules.hidden), (items, hidden), "{script}");
    };
    let within = |css: &str| super::Hidden::Within(css.to_owned());
    let variable = |name: &str| super::Hidden::Variable(name.to_owned());
    check(
        "<script id=s type=application/json>{\"a\":RECORDS}</script>",
        "$.a[*]",
        within("script#s"),
    );
    check(
        "<script>window.__X__ = {\"a-b\":RECORDS};go()</script>",
        "$['a-b'][*]",
        variable("window.__X__"),
    );
    check("<script>var x=1, list=RECORDS;</script>", "$[*]", variable("list"));
    check(
        "<script>window.y = {items: RECORDS, at: undefined, f: 'x',};</script>",
        "$.items[*]",
        variable("window.y"),
    );
    check(
        "<div id=app data-page='{\"list\":RECORDS}'></div>",
        "$.list[*]",
        within("div#app@data-page"),
    );
    check("{\"data\":RECORDS}", "$.data[*]", super::Hidden::No);
}

#[test]
fn links_are_made_as_the_page_makes_them() {
    let page = "<a href=/read/102.html>x</a><script type=application/json>[\
        {\"id\":102,\"title\":\"Bell two of the old harbour\"},\
        {\"id\":101,\"title\":\"Bell one of the old harbour\"}]</script>";
    assert_eq!(typed(&first(page), "link"), ["https://a.example/read/{id}.html"]);
}

#[test]
fn feeds_are_hinted_at_and_comments_come_last() {
    let page = "<base href=https://b.example/><link rel=alternate type=application/rss+xml href=/comments/feed/>\
        <link rel=alternate type=application/feed+json href=/wp-json/x>\
        <link rel=alternate type=application/atom+xml href=atom.xml>\
        <a href=/list.rss>all</a><a href=/abo>RSS</a><a href=/press>Press</a>";
    let hints = hints(page, &url("https://a.example/"));
    let urls: Vec<_> = hints.iter().map(|hint| hint.url.as_str()).collect();
    assert_eq!(
        urls,
        [
            "https://b.example/atom.xml",
            "https://b.example/list.rss",
            "https://b.example/abo",
            "https://b.example/comments/feed/"
        ]
    );
}

#[test]
fn usual_places_are_in_the_root_and_in_the_folder() {
    let places = |address: &str| {
        let hints = well_known(&url(address), &[]);
        hints.into_iter().map(|hint| hint.url.path().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(places("https://a.example/").len(), 9);
    assert_eq!(places("https://a.example/")[0], "/feed");
    assert_eq!(places("https://a.example/blog/x.html")[..3], ["/feed", "/blog/feed", "/feed.xml"]);
    assert_eq!(places("https://a.example/blog")[..2], ["/feed", "/blog/feed"]);
}

#[test]
fn nothing_is_found_where_nothing_is() {
    for page in [
        "",
        "<p>Closed for the winter.</p>",
        "{",
        "[]",
        "<a href=/a>a</a>",
        "\u{feff}",
        "<script>var x = {",
    ] {
        assert!(found(page).is_empty(), "{page}");
    }
}

#[test]
fn deep_and_wide_pages_are_bounded() {
    let deep = format!(
        "{}<a href=/a/1>one</a>{}",
        "<div class=list>".repeat(3_000),
        "</div>".repeat(3_000)
    );
    found(&deep);
    let mut wide = String::from("<ul>");
    for n in 0..5_000 {
        let _ = write!(
            wide,
            "<li class=entry><a href=/a/{n}.html>Bell {n} of the old harbour is cast anew</a></li>"
        );
    }
    assert_eq!(found(&wide)[0].count, 5_000);
    let nested = format!(
        "<script type=application/json>{}{}</script>",
        "[".repeat(9_000),
        "]".repeat(9_000)
    );
    found(&nested);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_page_panics(parts in prop::collection::vec(part(), 0..60)) {
        let page = parts.concat();
        for candidate in found(&page) {
            prop_assert!(candidate.rules.plan().is_ok());
        }
    }
}

/// A piece of a page, well formed or not.
fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<ul class='a:b 新 9x'>".to_owned()),
        Just("</ul>".to_owned()),
        Just("<li id=x-1><a href='/a/{b}.html' title=\"…\">".to_owned()),
        Just("</a></li>".to_owned()),
        Just("<td><time datetime='2026-11-03'>3 Nov</time>".to_owned()),
        Just(
            "<script type=application/json>[{\"title\":\"x\",\"url\":\"/y\"},{}]</script>"
                .to_owned()
        ),
        Just("<script>var a = {\"b\":[{\"id\":\"1\",\"name\":\"n\"}".to_owned()),
        "[a-z<>/='\"\\[\\]{}$é新 ]{0,20}",
        "<(a|li|div|h3|dl|dt|span)( class=[a-z0-9_-]{1,12})?( href=/[a-z0-9/]{0,8})?>[A-Za-z新 ]{0,30}",
    ]
}
