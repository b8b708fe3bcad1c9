//! Found text to what it stands for: kinds of text, web addresses, dates among other words.

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono_tz::Tz;
use regex::Regex;
use url::Url;

use super::{Locate, Pick};
use crate::date;
use crate::html;
use crate::model::{Instant, Text};

/// Longer text is not searched for a date.
const LONGEST_DATE: usize = 1_000;

/// A date in digits with what may stand between and behind them, in the middle of other words.
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let day =
        r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{2}[-/]\d{2}|\d{1,2}月\d{1,2}日";
    let time = r"(?:[\sT,-]*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s*(?:Z|[+-]\d{2}:?\d{2}))?)?";
    Regex::new(&format!("(?:^|[^0-9])((?:{day}){time})(?:[^0-9]|$)")).ok()
});

/// Text of an unknown kind: markup where it holds a tag or a character reference.
pub(in crate::listing) fn text(value: String) -> Text {
    let tag = |(at, _): (usize, &str)| {
        let tail = value.get(at + 1..).unwrap_or_default();
        tail.starts_with(|c: char| c.is_ascii_alphabetic() || "/!".contains(c))
    };
    let is_reference = |(at, _): (usize, &str)| {
        let tail = value.get(at + 1..).unwrap_or_default();
        let name = tail.bytes().take(10).take_while(|c| c.is_ascii_alphanumeric() || *c == b'#');
        let length = name.count();
        length > 0 && tail.as_bytes().get(length) == Some(&b';')
    };
    let markup = value.match_indices('<').any(tag) && value.contains('>');
    if markup || value.match_indices('&').any(is_reference) {
        Text::Html(value)
    } else {
        Text::Plain(value)
    }
}

/// An absolute address on the web; what only moves within a page is none.
pub(in crate::listing) fn web_address(value: &str, base: Option<&Url>) -> Option<Url> {
    let value = value.trim();
    let within = value.strip_prefix('#').is_some_and(|tail| !tail.starts_with(['/', '!']));
    if value.is_empty() || within {
        return None;
    }
    let url = match base {
        Some(base) => base.join(value),
        None => Url::parse(value),
    };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// The best picture of a value that is a set of them (`srcset`); any other value as it is.
pub(super) fn of_set<'v>(pick: &Pick, value: &'v str, base: Option<&Url>) -> Cow<'v, str> {
    match &pick.locate {
        Locate::Select { attribute: Some(name), .. } if name.ends_with("srcset") => {
            let markup = format!("<img srcset=\"{}\">", html::escape(value));
            html::first_image(&html::clean(&markup, base)).unwrap_or_default().into()
        }
        _ => value.into(),
    }
}

/// A date, or the first one among other words (`[11-03]`, `发布时间：2026-11-03 10:20`).
pub(in crate::listing) fn date(value: &str, now: Instant, zone: Tz) -> Option<Instant> {
    let value = value.trim();
    if let Some(date) = date::parse(value, now, zone) {
        return Some(date);
    }
    if value.len() > LONGEST_DATE {
        return None;
    }
    let bare = value.trim_matches(|c: char| "[]()<>【】（）〔〕「」|·•:：-–—".contains(c));
    let after = value.split_once(['：', ':']).map(|(_, after)| after.trim());
    let word = std::iter::once(bare).chain(after).find_map(|part| date::parse(part, now, zone));
    word.or_else(|| {
        let found = DATE.as_ref()?.captures(value)?.get(1)?;
        date::parse(found.as_str(), now, zone)
    })
}
