//! The `Link` header fields of an answer to links (RFC 8288).

use reqwest::header::{HeaderMap, LINK};
use url::Url;

use crate::model::HeadLink;

/// Links beyond this number are not read.
const MOST: usize = 64;
/// Nor bytes beyond this number.
const LONGEST: usize = 16 << 10;

/// The links of the page at an address. One that speaks of another page (`anchor`), has no `rel`
/// or leads to no web address is left out.
pub(super) fn read(headers: &HeaderMap, base: &Url) -> Vec<HeadLink> {
    let mut links = Vec::new();
    let mut left = LONGEST;
    for field in headers.get_all(LINK) {
        let bytes = field.as_bytes();
        if bytes.len() > left {
            break;
        }
        left -= bytes.len();
        let text = String::from_utf8_lossy(bytes);
        links.extend(field_links(&text, base).into_iter().take(MOST - links.len()));
    }
    links
}

fn field_links(mut rest: &str, base: &Url) -> Vec<HeadLink> {
    let mut links = Vec::new();
    while let Some((_, from_target)) = rest.split_once('<') {
        let Some((target, parameters)) = from_target.split_once('>') else { break };
        let (known, behind) = parameters_of(parameters);
        links.extend(link(target, &known, base));
        rest = behind;
    }
    links
}

fn link(target: &str, known: &[(String, String)], base: &Url) -> Option<HeadLink> {
    let value = |name: &str| known.iter().find(|(it, _)| it == name).map(|(_, value)| value);
    if let Some(anchor) = value("anchor")
        && base.join(anchor).ok()? != *base
    {
        return None;
    }
    let url = base.join(target.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let rels: Vec<_> = value("rel")?.split_whitespace().map(str::to_ascii_lowercase).collect();
    Some(HeadLink { url: url?, rels, media_type: value("type").cloned() })
        .filter(|link| !link.rels.is_empty())
}

/// The parameters up to the comma behind them, by their names in lower case, and what follows.
fn parameters_of(text: &str) -> (Vec<(String, String)>, &str) {
    let mut known = Vec::new();
    let mut rest = text.trim_start();
    while let Some(after) = rest.strip_prefix(';') {
        let name_end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let (name, behind) = after.split_at(name_end);
        let (value, behind) = match behind.strip_prefix('=') {
            Some(value) => value_of(value.trim_start()),
            None => (String::new(), behind),
        };
        known.push((name.trim().to_ascii_lowercase(), value));
        rest = behind.trim_start();
    }
    (known, rest)
}

/// A token or a quoted string, and what follows it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        let (token, rest) = text.split_at(end);
        return (token.trim().to_owned(), rest);
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            plain => value.push(plain),
        }
    }
    (value, "")
}
