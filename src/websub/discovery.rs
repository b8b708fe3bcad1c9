//! What a page says of its hub: `Link` headers before links in the body (§4 of the
//! Recommendation).

use url::Url;

/// A hub, and the topic under which it knows the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where to subscribe.
    pub hub: Url,
    /// What to subscribe to: the page's own word for itself, which need not be the address asked
    /// for.
    pub topic: Url,
}

/// The hub of a page: `hubs` and `selves` as its head names them, `hub` and `own` the links in its
/// body. A page that names no address of its own is its own topic.
pub fn discover(
    base: &Url,
    (hubs, selves): (&[Url], &[Url]),
    hub: Option<&str>,
    own: Option<&str>,
) -> Option<Found> {
    let in_body = |text: Option<&str>| text.and_then(|text| web(base, text));
    let hub = safest(hubs).or_else(|| in_body(hub))?;
    let own = selves.first().cloned().or_else(|| in_body(own));
    let mut topic = own.unwrap_or_else(|| base.clone());
    topic.set_fragment(None);
    Some(Found { hub, topic })
}

/// The first hub that is asked in safety, or else the first.
fn safest(hubs: &[Url]) -> Option<Url> {
    hubs.iter().find(|hub| hub.scheme() == "https").or_else(|| hubs.first()).cloned()
}

fn web(base: &Url, text: &str) -> Option<Url> {
    let url = base.join(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}
