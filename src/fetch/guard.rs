//! Which addresses, names and ports may be reached; pure, and the only place that decides.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::OnceLock;

use ipnet::IpNet;
use url::{Host, Url};

use crate::fetch::{Blocked, Error, route};

/// Checks what the address itself says: scheme, port, and the host where it is a literal.
/// A literal never reaches the resolver, so this is its only check, and it is made at each hop.
pub fn vet_url(url: &Url, allow: &[IpNet]) -> Result<(), Error> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::Scheme { scheme: url.scheme().to_owned() });
    }
    let literal = match url.host() {
        Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        _ => None,
    };
    if let Some(ip) = literal {
        vet_address(ip, allow)?;
    }
    let covered = literal.is_some_and(|ip| allowed(ip, allow));
    vet_port(url, covered)
}

/// Vets all addresses of a name; one that is refused refuses the name.
pub(super) fn vet_name(name: &str, found: &[IpAddr], allow: &[IpNet]) -> Result<(), Blocked> {
    for ip in found {
        vet_address(*ip, allow)
            .map_err(|it| Blocked { place: format!("{name} ({})", it.place), ..it })?;
    }
    Ok(())
}

/// This site itself: whoever polls his own feeds turns in a circle.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Where readers reach it.
    pub site: OnceLock<Url>,
    /// Where this process serves it.
    pub listener: OnceLock<SocketAddr>,
}

impl Own {
    /// Refuses an address that is ours by what it says.
    pub(super) fn vet_url(&self, url: &Url) -> Result<(), Blocked> {
        let site = self.site.get().is_some_and(|site| {
            site.origin() == url.origin() && url.path().starts_with(site.path())
        });
        let port = url.port_or_known_default().unwrap_or_default();
        let listener = match url.host() {
            Some(Host::Ipv4(ip)) => self.listens_at(SocketAddr::new(ip.into(), port)),
            Some(Host::Ipv6(ip)) => self.listens_at(SocketAddr::new(ip.into(), port)),
            Some(Host::Domain(name)) if name.trim_end_matches('.') == "localhost" => {
                self.listens_at(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port))
            }
            _ => false,
        };
        if site || listener { Err(itself(url)) } else { Ok(()) }
    }

    /// Refuses an answer of ours, whatever name led to it.
    pub(super) fn vet_answer(&self, url: &Url, remote: Option<SocketAddr>) -> Result<(), Blocked> {
        let ours = remote.is_some_and(|remote| self.listens_at(remote));
        if ours { Err(itself(url)) } else { Ok(()) }
    }

    fn listens_at(&self, address: SocketAddr) -> bool {
        self.listener.get().is_some_and(|own| {
            let (ip, own_ip) = (address.ip().to_canonical(), own.ip().to_canonical());
            let here = ip == own_ip || (own_ip.is_unspecified() && ip.is_loopback());
            own.port() == address.port() && (here || ip.is_unspecified())
        })
    }
}

fn itself(url: &Url) -> Blocked {
    Blocked { place: route::shown(url), why: "it is this site itself".to_owned() }
}

/// Whether an answer came from a private address. Permissions end at the first answer that
/// did not: nobody outside may send us inside by a redirect.
pub(super) fn inside(remote: Option<SocketAddr>) -> bool {
    remote.is_some_and(|address| special(address.ip()).is_some())
}

fn vet_address(ip: IpAddr, allow: &[IpNet]) -> Result<(), Blocked> {
    match special(ip) {
        Some(why) if !allowed(ip, allow) => {
            Err(Blocked { place: ip.to_string(), why: why.to_owned() })
        }
        _ => Ok(()),
    }
}

fn vet_port(url: &Url, covered: bool) -> Result<(), Error> {
    match url.port() {
        Some(port) if !covered && NOT_FOR_THE_WEB.binary_search(&port).is_ok() => {
            let place = format!("{}:{port}", url.host_str().unwrap_or_default());
            Err(Blocked { place, why: format!("port {port} is not for the web") }.into())
        }
        _ => Ok(()),
    }
}

/// Whether the networks hold the address; `::ffff:a.b.c.d` counts as `a.b.c.d`, where it leads.
fn allowed(ip: IpAddr, allow: &[IpNet]) -> bool {
    allow.iter().any(|net| net.contains(&ip) || net.contains(&ip.to_canonical()))
}

/// Why an address is not part of the public internet; `None` where it is.
/// After the IANA registries of special-purpose addresses (RFC 6890 and its successors).
pub(super) fn special(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => special_v4(ip),
        IpAddr::V6(ip) => special_v6(ip),
    }
}

fn special_v4(ip: Ipv4Addr) -> Option<&'static str> {
    Some(match ip.octets() {
        [0, ..] => "unspecified address",
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => "private network",
        // Inside a cloud of Azure it answers like 169.254.169.254 elsewhere.
        [168, 63, 129, 16] => "metadata service",
        [100, 64..=127, ..] => "shared address space",
        [127, ..] => "loopback",
        [169, 254, ..] => "link-local address",
        [192, 0, 0, _] => "protocol assignment",
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "documentation address",
        [192, 88, 99, _] => "6to4 relay",
        [198, 18..=19, ..] => "benchmarking network",
        [224..=239, ..] => "multicast",
        [240..=255, ..] => "reserved address",
        _ => return None,
    })
}

fn special_v6(ip: Ipv6Addr) -> Option<&'static str> {
    Some(match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => "unspecified address",
        [0, 0, 0, 0, 0, 0, 0, 1] => "loopback",
        [0, 0, 0, 0, 0, 0, ..] => "IPv4-compatible address",
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => return special_v4(embedded(high, low)),
        [0x64, 0xff9b, 1, ..] => "local translation prefix",
        [0x100, 0, 0, ..] => "discard prefix",
        [0x2001, 0, ..] => "Teredo address",
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => "documentation address",
        [0x2001, 1..=0x1ff, ..] => "protocol assignment",
        [0x5f00, ..] => "segment routing",
        [0xfc00..=0xfdff, ..] => "private network",
        [0xfe80..=0xfebf, ..] => "link-local address",
        [0xfec0..=0xfeff, ..] => "site-local address",
        [0xff00..=0xffff, ..] => "multicast",
        // Addresses are given out of 2000::/3 alone.
        [0x2000..=0x3fff, ..] => return None,
        _ => "unassigned address",
    })
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

/// The "bad ports" of the Fetch standard, and those of databases, brokers and remote desktops.
/// Sorted.
const NOT_FOR_THE_WEB: &[u16] = &[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    445, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989,
    990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 2181, 3306, 3389, 3659, 4045, 4190, 5060,
    5061, 5432, 5672, 5900, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9092,
    10080, 11211, 27017,
];
