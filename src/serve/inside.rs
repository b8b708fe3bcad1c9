//! What only those inside may see: status and metrics, beside the site or at an address of their
//! own; and whether the daemon is ready.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::media::Kind;
use super::reply::Reply;
use super::{Found, Lookup};
use http::header::HOST;
use http::{HeaderMap, StatusCode, Version};

/// Who asks: the other end of the connection, never what a header says of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub SocketAddr);

/// Whether the daemon is ready for readers; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// From now on it is, or is not.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Relaxed);
    }

    /// Whether it is.
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Documents for those inside.
#[derive(Clone)]
pub struct Inside {
    /// Makes the documents.
    pub lookup: Arc<dyn Lookup>,
    /// Their paths; what `lookup` knows besides is not asked for.
    pub paths: Vec<String>,
    /// Beginnings of those paths that everybody may see.
    pub open: Vec<String>,
    /// Where they are seen.
    pub place: Place,
}

/// Where the documents for those inside are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Beside the site, by programs of this machine that ask without a proxy.
    Beside,
    /// At another address: here only what is open to everybody.
    Elsewhere,
    /// At this address, where there is nothing else. Where it can be reached from this machine
    /// alone, a name of another machine is refused: a browser may have been led here.
    Alone {
        /// Whether it is a loopback address.
        near: bool,
    },
}

/// A request as far as it says who asks.
pub(super) struct Asker<'a> {
    pub peer: Option<Peer>,
    pub version: Version,
    pub headers: &'a HeaderMap,
}

impl Inside {
    /// The answer to a request for one of the documents; `None` where it is for something else.
    pub(super) async fn answer(&self, path: &str, asker: &Asker<'_>) -> Option<Reply> {
        if !self.paths.iter().any(|one| one == path) {
            return None;
        }
        let open = self.open.iter().any(|beginning| path.starts_with(beginning.as_str()));
        let allowed = match self.place {
            Place::Beside => open || asker.is_near(),
            Place::Elsewhere if !open => return None,
            Place::Elsewhere => true,
            Place::Alone { near } => !near || asker.names_this_machine(),
        };
        if !allowed {
            let text = "only for programs on this machine; see `serve.admin` in the settings\n";
            return Some(Reply::line(StatusCode::FORBIDDEN, Kind::Part, text));
        }
        match self.lookup.find(path, None).await {
            Found::Made { media_type, bytes } => Some(super::answer::made(&media_type, bytes)),
            _ => None,
        }
    }
}

impl Asker<'_> {
    /// Whether the request comes from this machine and from no proxy on it: such a one passes on
    /// what the whole world asks. Proxies give themselves away by their headers, by the name they
    /// were asked for, or by speaking HTTP/1.0.
    fn is_near(&self) -> bool {
        let near = self.peer.is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
        near && self.version >= Version::HTTP_11
            && self.names_this_machine()
            && !self.was_passed_on()
    }

    fn was_passed_on(&self) -> bool {
        self.headers.keys().any(|name| {
            let name = name.as_str();
            name.starts_with("x-forwarded") || matches!(name, "forwarded" | "via" | "x-real-ip")
        })
    }

    fn names_this_machine(&self) -> bool {
        let host = self.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
            _ => host,
        };
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = |ip: IpAddr| ip.to_canonical().is_loopback();
        bare.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(is_loopback)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Version};

    use super::{Asker, Peer};

    fn check(peer: &str, version: Version, headers: &[(&'static str, &'static str)], near: bool) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let peer = Some(Peer(peer.parse().unwrap()));
        let asker = Asker { peer, version, headers: &map };
        assert_eq!(asker.is_near(), near, "{headers:?}");
    }

    #[test]
    fn s30_only_this_machine_without_a_proxy_is_near() {
        let here = "127.0.0.1:4711";
        check(here, Version::HTTP_11, &[("host", "127.0.0.1:8080")], true);
        check(here, Version::HTTP_11, &[("host", "localhost")], true);
        check("[::1]:4711", Version::HTTP_11, &[("host", "[::1]:8080")], true);
        check("[::ffff:127.0.0.1]:1", Version::HTTP_11, &[("host", "localhost:1")], true);
        // Not from here, whatever a header says.
        check("192.0.2.7:4711", Version::HTTP_11, &[("host", "localhost")], false);
        let lie = [("host", "localhost"), ("x-forwarded-for", "127.0.0.1")];
        check("192.0.2.7:4711", Version::HTTP_11, &lie, false);
        // By a proxy on this machine.
        check(here, Version::HTTP_11, &lie, false);
        for name in ["forwarded", "via", "x-real-ip", "x-forwarded-proto", "x-forwarded-host"] {
            check(here, Version::HTTP_11, &[("host", "localhost"), (name, "x")], false);
        }
        check(here, Version::HTTP_10, &[("host", "127.0.0.1:8080")], false);
        check(here, Version::HTTP_11, &[("host", "news.example")], false);
        // A browser that was led here by a name, or no name at all.
        check(here, Version::HTTP_11, &[("host", "rebind.test:8080")], false);
        check(here, Version::HTTP_11, &[], false);
    }
}
