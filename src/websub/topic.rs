//! The documents that our hub pushes: the feeds of categories and of everything, by their path.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

/// All but RFC 3986's unreserved characters, as in the feeds' own addresses.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whether a published file is a topic.
pub fn is_topic(path: &str) -> bool {
    let Some((stem, "rss" | "atom" | "json")) = path.rsplit_once('.') else { return false };
    match stem.strip_prefix("category/") {
        Some(slug) => !slug.is_empty() && !slug.contains('/'),
        None => matches!(stem, "all" | "shares"),
    }
}

/// The address of a file below the site's own, which ends with `/`.
pub fn url_of(site: &Url, path: &str) -> String {
    let parts: Vec<_> =
        path.split('/').map(|part| utf8_percent_encode(part, RESERVED).to_string()).collect();
    format!("{site}{}", parts.join("/"))
}

/// The value of `Link` for a file and the hubs that push it (§4 of the Recommendation).
pub fn link(site: &Url, path: &str, hubs: &[Url]) -> String {
    let hubs = hubs.iter().map(|hub| format!("<{hub}>; rel=\"hub\""));
    let own = format!("<{}>; rel=\"self\"", url_of(site, path));
    hubs.chain([own]).collect::<Vec<_>>().join(", ")
}

/// The file of a topic, if it is one of ours; in whatever spelling it came.
pub fn path_of(site: &Url, topic: &str) -> Option<String> {
    let url = Url::parse(topic).ok()?;
    let rest = url.as_str().strip_prefix(site.as_str())?;
    let path = percent_decode_str(rest).decode_utf8().ok()?.into_owned();
    (!rest.contains(['?', '#']) && is_topic(&path)).then_some(path)
}

/// The host of an address, by which those that push to it take turns.
pub fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().trim_end_matches('.').to_owned()
}
