//! The table `[websub]`: pushes from the hubs of sources, and to those who follow our feeds.

use std::time::Duration;

use ipnet::IpNet;
use url::{Host, Url};

use super::Site;
use super::access::network;
use super::read::Table;
use super::site::web_address;
use crate::websub::Method;

/// The `[websub]` table.
#[derive(Clone, Debug)]
pub struct Websub {
    /// Whether we subscribe to the hubs that sources name.
    pub subscribe: bool,
    /// Whether the daemon is a hub for the site's own feeds.
    pub hub: bool,
    /// Other hubs that are told of changes.
    pub hubs: Vec<Url>,
    /// How long a subscription lasts where nobody asks for less, on either side.
    pub lease: Duration,
    /// How our hub signs.
    pub signature: Method,
    /// Private networks that callbacks, and the hubs in `hubs`, may be in.
    pub allow_private: Vec<IpNet>,
    /// Most subscribers of one feed.
    pub per_feed: u64,
    /// Most subscriptions of one host.
    pub per_host: u64,
    /// Least time between two deliveries of one feed to the same place.
    pub pause: Duration,
}

impl Websub {
    /// The hubs that feeds name, ours first.
    pub fn named(&self, site: &Url) -> Vec<Url> {
        let own = self.hub.then(|| site.join("hub").ok()).flatten();
        own.into_iter().chain(self.hubs.iter().cloned()).collect()
    }

    /// Whether there is nothing to do.
    pub fn is_off(&self) -> bool {
        !self.subscribe && !self.publishes()
    }

    /// Whether anybody is told of changes.
    pub fn publishes(&self) -> bool {
        self.hub || !self.hubs.is_empty()
    }
}

pub(super) fn read(root: &mut Table<'_>, site: Option<&Site>) -> Websub {
    let mut websub = Websub {
        subscribe: site.is_some_and(|site| is_public(&site.url)),
        hub: false,
        hubs: Vec::new(),
        lease: Duration::from_hours(240),
        signature: Method::default(),
        allow_private: Vec::new(),
        per_feed: 1_000,
        per_host: 100,
        pause: Duration::from_secs(30),
    };
    let Some(mut table) = root.table("websub") else { return websub };
    websub.subscribe = table.flag("subscribe").unwrap_or(websub.subscribe);
    websub.hub = table.flag("hub").unwrap_or(false);
    let hubs = table.strings("hubs").unwrap_or_default();
    websub.hubs = hubs.iter().filter_map(|hub| web_address(&table, "hubs", hub)).collect();
    limits(&mut table, &mut websub);
    if let Some(name) = table.string("signature") {
        let method = Method::named(&name.value);
        if method.is_none() {
            let what = format!("`{}` is no way to sign", name.value);
            let hint = "write `sha256`, `sha384`, `sha512` or, for readers of old, `sha1`";
            table.marks().add_hint(&name.span, what, hint);
        }
        websub.signature = method.unwrap_or_default();
    }
    let networks = table.strings("allow_private").unwrap_or_default();
    websub.allow_private = networks.iter().filter_map(|text| network(&table, text)).collect();
    table.finish();
    websub
}

fn limits(table: &mut Table<'_>, websub: &mut Websub) {
    if let Some(lease) = table.duration("lease") {
        let sound = Duration::from_mins(1)..=Duration::from_hours(24 * 365);
        if !sound.contains(&lease.value) {
            table.marks().add(&lease.span, "`lease` must be from `1m` to `365d`");
        }
        websub.lease = lease.value;
    }
    if let Some(pause) = table.duration("pause") {
        websub.pause = pause.value;
    }
    if let Some(most) = table.number("per_feed", 1..1_000_001) {
        websub.per_feed = most;
    }
    if let Some(most) = table.number("per_host", 1..1_000_001) {
        websub.per_host = most;
    }
}

/// Whether a hub out there can reach the address, in safety: `https`, and a name of the public
/// internet (RFC 6761, RFC 6762, RFC 8375).
fn is_public(url: &Url) -> bool {
    const LOCAL: [&str; 8] =
        ["localhost", "local", "test", "example", "invalid", "internal", "onion", "arpa"];
    let Some(Host::Domain(name)) = url.host() else { return false };
    let last = name.trim_end_matches('.').rsplit_once('.').map(|(_, last)| last);
    url.scheme() == "https" && last.is_some_and(|last| !LOCAL.contains(&last))
}
