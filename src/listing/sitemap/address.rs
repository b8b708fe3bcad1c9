//! What an address tells of the page behind it: words for a title, digits for a date.

use percent_encoding::percent_decode_str;
use url::Url;

/// Names of a folder's own page, which say nothing.
const NAMELESS: [&str; 4] = ["index", "default", "home", "content"];

/// Words of the last part of an address that has any; its digits where none has.
pub(super) fn title(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let parts: Vec<_> = url.path_segments()?.map(words).filter(|part| !part.is_empty()).collect();
    let named = |part: &&String| {
        part.contains(char::is_alphabetic) && !NAMELESS.contains(&part.to_lowercase().as_str())
    };
    let last = parts.last().filter(named);
    let readable = parts.iter().rev().filter(named).find(|part| part.contains(' '));
    let host = || url.host_str().map(str::to_owned);
    last.or(readable).or(parts.last()).cloned().or_else(host)
}

/// A part of an address without its ending, as words.
fn words(part: &str) -> String {
    let part = percent_decode_str(part).decode_utf8_lossy();
    let name = match part.rsplit_once('.') {
        Some((name, ending)) if (2..=5).contains(&ending.len()) && !name.is_empty() => name,
        _ => &part,
    };
    name.split(|c: char| "-_+".contains(c) || c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The digits of a date in an address (`sitemap-2026-11.xml`), to be compared with its like.
pub(super) fn date(url: &Url) -> Option<String> {
    let path = url.path();
    let year = |at: &usize| {
        let digits = path.as_bytes().get(*at..*at + 4).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|at| path.as_bytes().get(at));
        let alone = before.is_none_or(|byte| !byte.is_ascii_digit());
        alone
            && digits.iter().all(u8::is_ascii_digit)
            && matches!(digits, [b'1', b'9', ..] | [b'2', b'0', ..])
    };
    let at = (0..path.len()).rev().find(year)?;
    let tail = path.get(at..)?;
    // `2026-9` comes before `2026-11`.
    let numbers = tail.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    Some(numbers.map(|number| format!("{number:0>4}")).collect::<Vec<_>>().join("-"))
}
