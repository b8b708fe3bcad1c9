//! The site's own words, in English and in Chinese.

use chrono::{DateTime, Datelike};
use chrono_tz::Tz;
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
    pub more_categories: &'static str,
    pub other_letters: &'static str,
    pub everything: &'static str,
    pub home: &'static str,
    pub skip: &'static str,
    pub menu: &'static str,
    pub nothing: &'static str,
    pub one_item: &'static str,
    pub many_items: &'static str,
    pub updated: &'static str,
    pub shared: &'static str,
    pub shared_by: &'static str,
    pub note: &'static str,
    pub private: &'static str,
    pub copy_now: &'static str,
    pub copied: &'static str,
    pub copy_yourself: &'static str,
    pub pass_on: &'static str,
    pub read_more: &'static str,
    pub subscribe: &'static str,
    pub subscribe_how: &'static str,
    pub address_of: &'static str,
    pub all_feeds: &'static str,
    pub source: &'static str,
    pub via: &'static str,
    pub also_in: &'static str,
    pub author: &'static str,
    pub published: &'static str,
    pub changed: &'static str,
    pub read_original: &'static str,
    pub original: &'static str,
    pub no_original: &'static str,
    pub files: &'static str,
    pub share_page: &'static str,
    pub copy: &'static str,
    pub wechat: &'static str,
    pub wechat_how: &'static str,
    pub weibo: &'static str,
    pub qzone: &'static str,
    pub email: &'static str,
    pub zone: &'static str,
    pub missing: &'static str,
    pub missing_why: &'static str,
    pub archive_page: &'static str,
    pub older: &'static str,
    pub newer: &'static str,
    pub newest: &'static str,
    pub pages: &'static str,
    pub comma: &'static str,
    /// A day at the head of its items; `{weekday}` beside the marks of `strftime`.
    day: &'static str,
    /// A day and a time, in `strftime`'s marks.
    moment: &'static str,
    /// Monday first.
    weekdays: [&'static str; 7],
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

impl Words {
    /// How many items.
    pub(super) fn count(&self, number: u64) -> String {
        let phrase = if number == 1 { self.one_item } else { self.many_items };
        fill(phrase, &[("number", &number.to_string())])
    }

    /// A day with its weekday.
    pub(super) fn day(&self, time: &DateTime<Tz>) -> String {
        let weekday = time.weekday().num_days_from_monday() as usize;
        let weekday = self.weekdays.get(weekday).copied().unwrap_or_default();
        fill(&time.format(self.day).to_string(), &[("weekday", weekday)])
    }

    /// A day and a time of it.
    pub(super) fn moment(&self, time: &DateTime<Tz>) -> String {
        time.format(self.moment).to_string()
    }
}

static ENGLISH: Words = Words {
    language: "en",
    gathered: "The newest from {title}, gathered by {site}.",
    gathered_all: "The newest from every category of {site}.",
    notice: "This is a web feed: copy its address into a feed reader. The same for people:",
    categories: "Categories",
    more_categories: "More categories",
    other_letters: "Others",
    everything: "Everything",
    home: "Home",
    skip: "Skip to the content",
    menu: "Site",
    nothing: "Nothing has been published here yet.",
    one_item: "{number} item",
    many_items: "{number} items",
    updated: "Last change",
    shared: "Recommended",
    shared_by: "What {site} recommends.",
    note: "Note:",
    private: "This address is yours alone: whoever has it can read along.",
    copy_now: "Copy",
    copied: "Copied",
    copy_yourself: "Press Ctrl+C",
    pass_on: "Share…",
    read_more: "Read more",
    subscribe: "Subscribe",
    subscribe_how: "Copy one of these addresses into a feed reader.",
    address_of: "Address of the {format} feed",
    all_feeds: "All feeds as OPML",
    source: "Source",
    via: "via",
    also_in: "Also in:",
    author: "By",
    published: "Published",
    changed: "Changed",
    read_original: "Read the original",
    original: "Original",
    no_original: "There is no address of the original.",
    files: "Files",
    share_page: "Share this page",
    copy: "Address to copy",
    wechat: "WeChat",
    wechat_how: "Scan with WeChat to read it there and pass it on.",
    weibo: "Weibo",
    qzone: "QZone",
    email: "E-mail",
    zone: "Times are those of {zone}",
    missing: "There is no such page",
    missing_why: "It may have been withdrawn, or the address is not quite right.",
    archive_page: "{title}, archive page {number}",
    older: "Older",
    newer: "Newer",
    newest: "Newest",
    pages: "Archive",
    comma: ", ",
    day: "{weekday}, %-d %B %Y",
    moment: "%-d %B %Y, %H:%M",
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
};

static CHINESE: Words = Words {
    language: "zh-CN",
    gathered: "{title}的最新消息，由{site}汇集。",
    gathered_all: "{site}全部分类的最新消息。",
    notice: "这是一个订阅源：请将本地址复制到阅读器中。网页版：",
    categories: "分类",
    more_categories: "更多分类",
    other_letters: "其他",
    everything: "全部消息",
    home: "首页",
    skip: "跳到正文",
    menu: "站点导航",
    nothing: "这里还没有消息。",
    one_item: "{number} 条",
    many_items: "{number} 条",
    updated: "最近更新",
    shared: "推荐",
    shared_by: "{site}推荐的内容。",
    note: "推荐语：",
    private: "本地址仅供您个人使用，请勿外传。",
    copy_now: "复制",
    copied: "已复制",
    copy_yourself: "请按 Ctrl+C",
    pass_on: "分享…",
    read_more: "阅读全文",
    subscribe: "订阅",
    subscribe_how: "将下列任一地址复制到阅读器中即可订阅。",
    address_of: "{format} 订阅地址",
    all_feeds: "全部订阅源（OPML）",
    source: "来源",
    via: "经由",
    also_in: "另见：",
    author: "作者",
    published: "发布",
    changed: "更新",
    read_original: "阅读原文",
    original: "原文",
    no_original: "没有原文地址。",
    files: "附件",
    share_page: "分享本页",
    copy: "可复制的地址",
    wechat: "微信",
    wechat_how: "用微信扫一扫，在微信中打开并转发。",
    weibo: "微博",
    qzone: "QQ空间",
    email: "电子邮件",
    zone: "时间均为 {zone} 时间",
    missing: "没有找到这个页面",
    missing_why: "它可能已经撤下，或者地址有误。",
    archive_page: "{title}（存档第 {number} 页）",
    older: "更早",
    newer: "较新",
    newest: "最新",
    pages: "存档",
    comma: "、",
    day: "%Y年%-m月%-d日 {weekday}",
    moment: "%Y年%-m月%-d日 %H:%M",
    weekdays: ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"],
};
