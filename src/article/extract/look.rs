//! What an element's attributes say about its part in the page.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::RegexSet;

use super::lex;
use crate::article::quick::Quick;

/// What class, id, role and the like may suggest; an element may have several marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[expect(dead_code, reason = "some marks are set by their number, in the table of words")]
pub(super) enum Mark {
    Positive,
    Negative,
    Unlikely,
    Body,
    Comment,
    Byline,
    Caption,
    Lead,
    Title,
    Related,
    Share,
    Ad,
    Menu,
    Thread,
    Tags,
    /// `itemprop=articleBody` and its like.
    Stated,
    /// Not shown.
    Hidden,
    /// `role=main`
    Main,
    /// `role=navigation`, `banner`, `contentinfo`, `complementary`
    Aside,
}

/// How many there are.
pub(super) const COUNT: usize = Mark::Aside as usize + 1;

impl Mark {
    pub(super) fn bit(self) -> u32 {
        1 << self as u8
    }
}

/// The words, in the order of [`Mark`]. Those of the first two are readability's.
const WORDS: &[&str] = &[
    "article|body|content|entry|hentry|main|page|post|text|blog|story",
    "hid|banner|comb?x|comment|com-|contact|foot|gdpr|masthead|media|meta|outbrain|promo|related|scroll|share|shoutbox|sidebar|skyscraper|sponsor|shopping|tags|tool|widget",
    "-ad-|ai2html|banner|breadcrumb|combx|comment|community|cover-wrap|disqus|extra|footer|gdpr|header|legends|menu|related|remark|replies|rss|shoutbox|sidebar|skyscraper|social|sponsor|supplemental|ad-break|agegate|pagination|pager|popup|yom-remote",
    "(?:article|entry|post|story|news|detail|main|blog|page|text|art|node|content)[-_]?(?:body|content|text|entry|detail|main|copy|cont|con)\\b|articlebody|article__?body|artibody|trs_editor|rich[-_]?text|prose|mw-parser|markdown|wysiwyg|readable|field-name-body|cnt-body",
    "comment|disqus|respond|repl(?:y|ies)|reaction|guestbook|feedback|livefyre|discuss",
    "author|byline|dateline|\\bdate|time|meta\\b|info\\b|published|posted|source|writer|credit-line|editor",
    "caption|credit|legend|cutline|figure|image|photo|gallery",
    "lead\\b|intro|summary|standfirst|\\bdek|subtitle|sub-?head|excerpt|abstract|teaser-text|perex|chapo|lede",
    "title|headline|heading",
    "relat|recommend|more|teaser|popular|trending|latest|most|read-?next|also|suggest|similar|hot|other|promo|outbrain|taboola|newslist|list-?news|top-?news",
    "share|social|follow|facebook|twitter|weibo|weixin|wechat|addthis|sns|like|tweet|print|email|bookmark",
    "\\bads?\\b|advert|sponsor|banner|promo|gpt|dfp|adsense|adslot|guanggao|reklam|commercial|paid|affiliate|newsletter|subscri|signup|cookie|consent|gdpr|modal|popup|overlay|paywall|login|donate",
    "nav|menu|breadcrumb|crumb|pagin|pager|toolbar|topbar|header|footer|foot\\b|bottom|copyright|sitemap|skip|search|sidebar|side\\b|aside|right-?col|widget|toc\\b|dropdown|tab",
    "message|thread|topic|\\breply|answer|question|post-?body|postbit|bbs|forum|cooked|usertext|comment-?body",
    "\\btags?\\b|keyword|categor|label|topics|hashtag",
];

static SET: LazyLock<Option<RegexSet>> =
    LazyLock::new(|| RegexSet::new(WORDS.iter().map(|words| format!("(?i-u:{words})"))).ok());

/// What is known of a start tag.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    /// Bits of [`Mark`].
    pub marks: u32,
    /// Differs between classes, hardly ever collides.
    pub hash: u32,
    /// Whether it says what it is to programs: `itemprop`, `property`.
    pub named: bool,
}

/// Remembers what classes say, since pages repeat them.
#[derive(Default)]
pub(super) struct Looks {
    known: HashMap<u64, u32, Quick>,
}

impl Looks {
    /// Reads the attributes of a start tag.
    pub(super) fn read(&mut self, tag: &str) -> Look {
        let mut look = Look::default();
        // Most tags have none.
        if tag.contains('=') || tag.contains("hidden") {
            for (name, value) in lex::attributes(tag) {
                self.attribute(name, value, &mut look);
            }
        }
        look
    }

    fn attribute(&mut self, name: &str, value: &str, look: &mut Look) {
        match name.as_bytes() {
            b"class" => {
                look.marks |= self.words(value);
                look.hash = fold(hash(value));
            }
            b"id" => look.marks |= self.words(value),
            b"itemprop" | b"property" => {
                look.named = true;
                if is_body(value) {
                    look.marks |= Mark::Stated.bit();
                }
            }
            b"role" => look.marks |= role(value),
            b"hidden" if value != "until-found" => look.marks |= Mark::Hidden.bit(),
            b"aria-hidden" if value.eq_ignore_ascii_case("true") => {
                look.marks |= Mark::Hidden.bit();
            }
            b"style" if is_hidden(value) => look.marks |= Mark::Hidden.bit(),
            _ if name.bytes().any(|b| b.is_ascii_uppercase()) => {
                self.attribute(&name.to_ascii_lowercase(), value, look);
            }
            _ => {}
        }
    }

    fn words(&mut self, value: &str) -> u32 {
        if value.is_empty() {
            return 0;
        }
        *self.known.entry(hash(value)).or_insert_with(|| marks(value))
    }
}

fn marks(words: &str) -> u32 {
    let Some(set) = SET.as_ref() else { return 0 };
    // Longer lists of classes are made by machines.
    let words = words.get(..words.floor_char_boundary(80)).unwrap_or_default();
    set.matches(words).iter().fold(0, |marks, at| marks | 1 << at)
}

fn is_body(value: &str) -> bool {
    let value = value.trim().rsplit(':').next().unwrap_or_default();
    ["articlebody", "content:encoded", "encoded", "reviewbody", "blogpost"]
        .iter()
        .any(|name| value.eq_ignore_ascii_case(name))
}

fn role(value: &str) -> u32 {
    match value.trim().to_ascii_lowercase().as_str() {
        "main" | "article" => Mark::Main.bit(),
        "navigation" | "banner" | "contentinfo" | "complementary" | "search" | "dialog"
        | "alertdialog" | "menu" | "menubar" | "tablist" | "alert" => Mark::Aside.bit(),
        _ => 0,
    }
}

fn is_hidden(style: &str) -> bool {
    let mut rules = style.split(';').filter_map(|rule| rule.split_once(':'));
    rules.any(|(name, value)| match name.trim().to_ascii_lowercase().as_str() {
        "display" => value.trim_ascii_start().starts_with("none"),
        "visibility" => value.trim_ascii_start().starts_with("hidden"),
        _ => false,
    })
}

/// FNV-1a.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// 64 bits to 32.
pub(super) fn fold(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}
