//! The page of a search: a field to type into, and what was found.

use serde::Serialize;

use crate::model::Item;
use crate::publish::desk::Desk;
use crate::publish::feed::FeedItem;
use crate::publish::pages::list::{Day, days};
use crate::publish::words::fill;

/// What was asked, and what was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search<'s> {
    /// The query as it was typed.
    pub asked: &'s str,
    /// Why it is no query.
    pub fault: Option<&'s str>,
    /// The items of this page, newest first.
    pub items: &'s [Item],
    /// How many there are in all, and whether there are more than were counted.
    pub total: (usize, bool),
    /// The number of the next page, if there is one.
    pub next: Option<usize>,
}

/// What the template is given.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    up: &'static str,
    title: &'static str,
    asked: &'a str,
    said: String,
    /// The address of the next page: percent-encoded by hand, since it is a value in a query.
    query: String,
    days: Vec<Day<'a>>,
    next: Option<usize>,
    more: &'static str,
}

struct Words {
    search: &'static str,
    found: &'static str,
    at_least: &'static str,
    none: &'static str,
    fault: &'static str,
    more: &'static str,
}

const ENGLISH: Words = Words {
    search: "Search",
    found: "{number} found",
    at_least: "more than {number} found",
    none: "nothing found",
    fault: "This cannot be searched for: {why}",
    more: "More",
};

const CHINESE: Words = Words {
    search: "搜索",
    found: "找到 {number} 条",
    at_least: "找到 {number} 条以上",
    none: "没有找到",
    fault: "无法搜索：{why}",
    more: "更多",
};

/// The page; `items` are the found ones as they are shown.
pub(super) fn page<'a>(desk: &Desk, search: &Search<'a>, items: &'a [FeedItem<'a>]) -> Page<'a> {
    let words = if desk.words.language.starts_with("zh") { &CHINESE } else { &ENGLISH };
    Page {
        up: "",
        title: words.search,
        asked: search.asked,
        said: said(words, search),
        query: crate::publish::address::encode(search.asked),
        days: days(desk, items),
        next: search.next,
        more: words.more,
    }
}

fn said(words: &Words, search: &Search<'_>) -> String {
    if let Some(why) = search.fault {
        return fill(words.fault, &[("why", why)]);
    }
    let number = search.total.0.to_string();
    match search.total {
        _ if search.asked.trim().is_empty() => String::new(),
        (0, _) => words.none.to_owned(),
        (_, true) => fill(words.at_least, &[("number", &number)]),
        (_, false) => fill(words.found, &[("number", &number)]),
    }
}
