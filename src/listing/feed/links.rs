//! Addresses in feeds: made absolute, and let through where a reader can follow them.

use atom_syndication::Link;
use url::Url;

/// The address against its base; as it stands where it is absolute already, or no base is known.
pub(super) fn absolute(address: &str, base: Option<&Url>) -> String {
    let address = address.trim();
    if address.is_empty() || scheme(address).is_some() {
        return address.to_owned();
    }
    let joined = base.and_then(|base| base.join(address).ok());
    joined.map_or_else(|| address.to_owned(), String::from)
}

/// The address of a file: as [`absolute`], without those that are no web address.
pub(super) fn file(address: &str, base: Option<&Url>) -> Option<String> {
    Some(absolute(address, base)).filter(|address| is_web(address))
}

/// Addresses of the same thing, those that are for people first.
pub(super) fn alternates(links: &[Link]) -> impl Iterator<Item = &String> {
    let for_people = |link: &Link| link.mime_type.as_ref().is_none_or(|kind| kind.contains("html"));
    let alternate = move |people: bool| {
        move |link: &&Link| link.rel == "alternate" && for_people(link) == people
    };
    links
        .iter()
        .filter(alternate(true))
        .chain(links.iter().filter(alternate(false)))
        .map(|link| &link.href)
}

/// Whether a reader can follow the address: `http`, `https`, or relative to what is not known.
pub(super) fn is_web(address: &str) -> bool {
    match scheme(address) {
        Some(scheme) => scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"),
        None => !address.trim().is_empty(),
    }
}

/// The scheme before the first `:` (RFC 3986 §3.1).
fn scheme(address: &str) -> Option<&str> {
    let (scheme, _) = address.trim().split_once(':')?;
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    named.then_some(scheme)
}
