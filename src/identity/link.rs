//! An address to the form in which two spellings of it are the same.

use url::Url;

/// Parameters that tell where a reader came from, and no other page.
const TRACKING: [&str; 23] = [
    "fbclid",
    "gclid",
    "dclid",
    "msclkid",
    "yclid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "spm",
    "scm",
    "from",
    "ref",
    "ref_src",
    "referrer",
    "source",
    "src",
    "share",
    "cmpid",
    "ocid",
    "ncid",
    "_",
    "at_medium",
    "at_campaign",
];
/// Parameters that are a session where their values are long; short ones are a story's number.
const SESSIONS: [&str; 4] = ["sid", "sessionid", "phpsessid", "jsessionid"];

/// An address without what may differ between two spellings: scheme, `www.`, fragment, tracking,
/// order of parameters, a slash at the end. `None` for what is no web address, and for the front
/// page of a site, which is nobody's own.
pub fn canonical(link: &str) -> Option<String> {
    let url =
        Url::parse(link.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?.trim_end_matches('.');
    let host = host.strip_prefix("www.").or(host.strip_prefix("m.")).unwrap_or(host);
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let rest = below(&url);
    (!rest.is_empty()).then(|| format!("{host}{port}{rest}"))
}

/// The part of an address that stays when a site moves to another domain.
pub fn path(link: &str) -> Option<String> {
    let url =
        Url::parse(link.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let rest = below(&url);
    (rest.len() >= 4).then_some(rest)
}

/// Whether an address reads like that of a single article: by a long number, or by words.
pub fn is_deep(link: &str) -> bool {
    let Ok(url) = Url::parse(link.trim()) else { return false };
    let whole = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let long_number = whole.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 5);
    let last = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let words = last.split(['-', '_', '+']).filter(|word| !word.is_empty()).count();
    long_number || words >= 4
}

fn below(url: &Url) -> String {
    let path = url.path().split(";jsessionid=").next().unwrap_or_default();
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix("/amp").unwrap_or(path);
    let path = path.strip_suffix("/index.html").or(path.strip_suffix("/index.php")).unwrap_or(path);
    let mut pairs: Vec<(String, String)> = url
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .filter(|(name, value)| !is_tracking(name, value))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    // Entries of one page are told apart by their fragments alone.
    let fragment = url
        .fragment()
        .filter(|part| part.contains(|c: char| c.is_ascii_digit()) || part.starts_with('!'));
    let mut below = path.to_owned();
    if !pairs.is_empty() {
        below.push('?');
        below.push_str(&pairs.join("&"));
    }
    if let Some(fragment) = fragment {
        below.push('#');
        below.push_str(fragment);
    }
    below
}

fn is_tracking(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("utm_")
        || TRACKING.contains(&name.as_str())
        || (SESSIONS.contains(&name.as_str()) && value.len() >= 16)
}
