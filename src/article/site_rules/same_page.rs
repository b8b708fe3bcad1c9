//! Whether addresses belong to the same article.

use url::Url;

/// The address a link leads to, if it is another one than the page's own.
pub(super) fn link(text: &str, own: &Url, base: &Url) -> Option<Url> {
    let mut to = base.join(text.trim()).ok()?;
    to.set_fragment(None);
    let mut own = own.clone();
    own.set_fragment(None);
    (matches!(to.scheme(), "http" | "https") && to != own && !text.trim().is_empty()).then_some(to)
}

/// Whether two addresses are on the same host, `www.` or not, and the second is no less protected.
pub(super) fn same_host(first: &Url, second: &Url) -> bool {
    let host =
        |url: &Url| url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned());
    let weaker = first.scheme() == "https" && second.scheme() != "https";
    host(first) == host(second) && first.port() == second.port() && !weaker
}
