//! What an address tells: whether it leads to an article, to a list, or nowhere new.

use url::Url;

/// Parts of paths that lead to lists of lists, people and machinery.
const ELSEWHERE: &[&str] = &[
    "tag",
    "tags",
    "category",
    "categories",
    "author",
    "authors",
    "user",
    "users",
    "login",
    "register",
    "search",
    "page",
    "signup",
    "account",
    "about",
    "contact",
    "privacy",
    "terms",
    "member",
    "members",
    "u",
    "profile",
    "cart",
    "topics",
    "label",
    "labels",
    "rss",
    "feed",
    "help",
    "rank",
    "special",
];

/// Keys of queries that sort, filter and turn pages.
const TURNING: &[&str] = &[
    "sort",
    "order",
    "page",
    "p",
    "lang",
    "hl",
    "filter",
    "cat",
    "category",
    "tag",
    "color",
    "size",
    "brand",
    "price",
    "view",
    "q",
    "from",
    "replytocom",
    "offset",
    "start",
    "type",
];

/// Whether two addresses name one page.
pub(super) fn same(one: &Url, other: &Url) -> bool {
    let path = |url: &Url| {
        let path = url.path().trim_end_matches('/').to_owned();
        ["/index.html", "/index.htm", "/index.php", "/index.shtml"]
            .iter()
            .find_map(|tail| path.strip_suffix(tail).map(str::to_owned))
            .unwrap_or(path)
    };
    one.host_str() == other.host_str() && one.query() == other.query() && path(one) == path(other)
}

/// How much an address looks like that of an article, from 0 to 1.
pub(super) fn worth(url: &Url, page: &Url) -> f64 {
    let path = url.path().trim_matches('/');
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    let last = parts.last().copied().unwrap_or_default().to_ascii_lowercase();
    let elsewhere =
        parts.iter().take(parts.len().saturating_sub(1)).any(|part| ELSEWHERE.contains(part))
            || ELSEWHERE.contains(&last.as_str());
    let keyed = url.query_pairs().take(20).any(|(key, value)| {
        !TURNING.contains(&&*key.to_lowercase()) && value.len() >= 2 && digits(&value) >= 2
    });
    let turning =
        url.query_pairs().take(20).any(|(key, _)| TURNING.contains(&&*key.to_lowercase()));
    if (parts.is_empty() && !keyed) || (turning && !keyed && same_path(url, page)) {
        return 0.0;
    }
    let words = last.split(['-', '_']).filter(|word| word.len() > 1).count();
    let mut worth: f64 = if elsewhere { 0.0 } else { 0.15 };
    worth += if digits(path) >= 4 || keyed { 0.5 } else { 0.0 };
    worth += if words >= 3 && last.len() >= 14 { 0.45 } else { 0.0 };
    worth += if is_document(&last) { 0.3 } else { 0.0 };
    worth += if parts.len() >= 2 { 0.15 } else { 0.0 };
    worth += if last.len() >= 20 || last.contains("%e") { 0.2 } else { 0.0 };
    if (turning && !keyed) || elsewhere {
        worth *= 0.4;
    }
    worth.clamp(0.0, 1.0)
}

fn same_path(one: &Url, other: &Url) -> bool {
    one.host_str() == other.host_str() && one.path() == other.path()
}

fn digits(text: &str) -> usize {
    let mut most = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
        most = most.max(run);
    }
    most
}

fn is_document(last: &str) -> bool {
    let tail = [".html", ".htm", ".shtml", ".php", ".aspx", ".jhtml", ".md"];
    let stem = tail.iter().find_map(|tail| last.strip_suffix(tail));
    stem.is_some_and(|stem| !stem.starts_with("index") && stem.len() >= 3)
}
