//! The site's own words, in English and in Chinese.

use serde::Serialize;

/// Every phrase that a page or a feed says by itself; `{name}` marks what is filled in.
#[derive(Debug, Serialize)]
pub(super) struct Words {
    /// The language of the phrases, for `lang`.
    pub language: &'static str,
    pub gathered: &'static str,
    pub gathered_all: &'static str,
    pub notice: &'static str,
    pub categories: &'static str,
}

/// The words for a site's language; Chinese for `zh…`, English for all others.
pub(super) fn words(language: &str) -> &'static Words {
    match language.split(['-', '_']).next() {
        Some(primary) if primary.eq_ignore_ascii_case("zh") => &CHINESE,
        _ => &ENGLISH,
    }
}

/// Fills a phrase's places in.
pub(super) fn fill(phrase: &str, places: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(phrase.len() + 32);
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, next) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(places.iter().find(|(key, _)| *key == name).map_or("", |(_, text)| text));
        rest = next;
    }
    filled.push_str(rest);
    filled
}

static ENGLISH: Words = Words {
    language: "en",
    gathered: "The newest from {title}, gathered by {site}.",
    gathered_all: "The newest from every category of {site}.",
    notice: "This is a web feed: copy its address into a feed reader. The same for people:",
    categories: "Categories",
};

static CHINESE: Words = Words {
    language: "zh-CN",
    gathered: "{title}的最新消息，由{site}汇集。",
    gathered_all: "{site}全部分类的最新消息。",
    notice: "这是一个订阅源：请将本地址复制到阅读器中。网页版：",
    categories: "分类",
};
