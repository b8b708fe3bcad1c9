//! What a page says of its hub: `Link` headers before links in the body (§4 of the
//! Recommendation).

use url::Url;

/// The most links of an answer's head that are looked at.
const LINKS: usize = 64;

/// A hub, and the topic under which it knows the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where to subscribe.
    pub hub: Url,
    /// What to subscribe to: the page's own word for itself, which need not be the address asked
    /// for.
    pub topic: Url,
}

/// The hub of a page: `headers` are the values of its `Link` headers, `hub` and `own` the links
/// in its body. A page that names no address of its own is its own topic.
pub fn discover(
    headers: &[String],
    base: &Url,
    hub: Option<&str>,
    own: Option<&str>,
) -> Option<Found> {
    let links: Vec<Link<'_>> =
        headers.iter().flat_map(|value| links(value)).take(LINKS).filter(about(base)).collect();
    let named = |rel: &str| {
        let of_rel = links.iter().filter(move |link| link.is(rel));
        of_rel.filter_map(|link| web(base, link.target)).collect::<Vec<_>>()
    };
    let in_body = |text: Option<&str>| text.and_then(|text| web(base, text));
    let (hubs, own_in_head) = (named("hub"), named("self").into_iter().next());
    let hub = safest(hubs).or_else(|| in_body(hub))?;
    let topic = own_in_head.or_else(|| in_body(own)).unwrap_or_else(|| base.clone());
    Some(Found { hub, topic })
}

/// Links that speak of another page than the one they came with say nothing of this one.
fn about<'a>(base: &'a Url) -> impl Fn(&Link<'_>) -> bool + 'a {
    move |link| link.anchor.is_none_or(|anchor| base.join(anchor).is_ok_and(|url| url == *base))
}

/// The first hub that is asked in safety, or else the first.
fn safest(hubs: Vec<Url>) -> Option<Url> {
    let safe = hubs.iter().position(|hub| hub.scheme() == "https").unwrap_or(0);
    hubs.into_iter().nth(safe)
}

fn web(base: &Url, text: &str) -> Option<Url> {
    let mut url = base.join(text.trim()).ok()?;
    url.set_fragment(None);
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// A link of a head (RFC 8288 §3).
#[derive(Clone, Copy, Debug, Default)]
struct Link<'a> {
    target: &'a str,
    rel: &'a str,
    anchor: Option<&'a str>,
}

impl Link<'_> {
    fn is(&self, rel: &str) -> bool {
        self.rel.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(rel))
    }
}

fn links(value: &str) -> impl Iterator<Item = Link<'_>> {
    let mut rest = value;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find('<')?;
            let after = rest.get(start + 1..)?;
            let (target, tail) = after.split_once('>')?;
            let mut link = Link { target, ..Link::default() };
            rest = parameters(&mut link, tail);
            if !link.rel.is_empty() {
                return Some(link);
            }
        }
    })
}

/// Reads `; name=value` as long as there are any; gives what follows. Of a parameter that stands
/// twice the first counts.
fn parameters<'a>(link: &mut Link<'a>, mut rest: &'a str) -> &'a str {
    loop {
        rest = rest.trim_start();
        let Some(tail) = rest.strip_prefix(';') else { return rest };
        let end = tail.find(['=', ';', ',']).unwrap_or(tail.len());
        let (name, tail) = tail.split_at(end);
        let (value, tail) = match tail.strip_prefix('=') {
            Some(tail) => value(tail.trim_start()),
            None => ("", tail),
        };
        match name.trim().to_ascii_lowercase().as_str() {
            "rel" if link.rel.is_empty() => link.rel = value,
            "anchor" => link.anchor = link.anchor.or(Some(value)),
            _ => {}
        }
        rest = tail;
    }
}

/// A token or a quoted string, and what follows. Escapes are left as they are: neither relations
/// nor addresses have any.
fn value(text: &str) -> (&str, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.trim(), rest);
    };
    let mut escaped = false;
    for (at, c) in quoted.char_indices() {
        if c == '"' && !escaped {
            return (quoted.get(..at).unwrap_or(""), quoted.get(at + 1..).unwrap_or(""));
        }
        escaped = c == '\\' && !escaped;
    }
    ("", "")
}
