//! Guards the guard: no spelling, name, redirect or pool leads to a private address.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use finews::fetch::{Accept, Error, Fetcher, Limits, Lookup, Manners, Request};
use url::Url;

use super::{AGENT, ask, failure, fetcher, fresh, within};
use crate::origin::{Origin, Reply, reply};

/// Ways to say this machine or a private network; `P` stands for the canary's port.
const SPELLINGS: &[&str] = &[
    "http://127.0.0.1:P/",
    "http://127.1:P/",
    "http://0x7f.1:P/",
    "http://2130706433:P/",
    "http://017700000001:P/",
    "http://[::1]:P/",
    "http://[::ffff:7f00:1]:P/",
    "http://[::7f00:1]:P/",
    "http://[64:ff9b::7f00:1]:P/",
    "http://[2002:7f00:1::]:P/",
    "http://[2001:0:102:304:0:ffff:80ff:fffe]:P/",
    "http://0.0.0.0:P/",
    "http://0.1.2.3:P/",
    "http://localhost:P/",
    "http://localhost.:P/",
    "http://LOCALHOST:P/",
    "http://１２７.０.０.１:P/",
    "http://127。0。0。1:P/",
    "http://user@127.0.0.1:P/",
    "http://169.254.169.254:P/",
    "http://169.254.169.254:P/latest/meta-data/",
    "http://0xa9fea9fe:P/",
    "http://[::ffff:169.254.169.254]:P/",
    "http://[fd00:ec2::254]:P/",
    "http://100.100.100.200:P/",
    "http://192.0.0.192:P/",
    "http://168.63.129.16:P/",
    "http://100.64.0.1:P/",
    "http://198.18.0.1:P/",
    "http://240.0.0.1:P/",
    "http://[fe80::1]:P/",
    "http://[fc00::1]:P/",
    "http://[fec0::1]:P/",
    "http://127.0.0.1.nip.example:P/",
];

/// Listens on all addresses of this machine and tells whether anybody came.
struct Canary(TcpListener);

impl Canary {
    fn perch() -> Self {
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0))
            .or_else(|_| TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)))
            .unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    fn urls(&self) -> impl Iterator<Item = Url> {
        let port = self.port().to_string();
        SPELLINGS.iter().map(move |it| Url::parse(&it.replace('P', &port)).unwrap())
    }

    fn saw_somebody(&self) -> bool {
        match self.0.accept() {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                false
            }
        }
    }
}

/// A fetcher whose names are looked up here: each lookup takes the next answer.
fn with_names(answers: &[&[&str]]) -> (Fetcher, Arc<AtomicUsize>) {
    let parsed = |found: &&[&str]| found.iter().map(|ip| ip.parse().unwrap()).collect();
    let answers: Vec<Vec<IpAddr>> = answers.iter().map(parsed).collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let lookup: Lookup = Arc::new(move |_| {
        let turn = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let found = answers[turn].clone();
        Box::pin(async move { Ok(found) })
    });
    let manners = Manners { gap: Duration::ZERO, ..Manners::new(AGENT) };
    (Fetcher::with_lookup(manners, lookup).unwrap(), asked)
}

#[tokio::test]
async fn s01_no_spelling_reaches_a_private_address() {
    let canary = Canary::perch();
    let (fetcher, _) = with_names(&[&["127.0.0.1"]]);
    for url in canary.urls() {
        let error = failure(&fetcher, &Request::get(url.clone(), Accept::Feed)).await;
        assert_eq!(error.kind(), "blocked_address", "{url}: {error:?}");
    }
    assert!(!canary.saw_somebody());
}

#[tokio::test]
async fn s01_the_canary_sees_who_is_let_through() {
    let canary = Canary::perch();
    let limits = Limits { head: Duration::from_millis(30), ..Limits::default() };
    let url = canary.urls().next().unwrap();
    assert_eq!(failure(&within(limits), &ask(url)).await.kind(), "timeout");
    assert!(canary.saw_somebody());
}

#[tokio::test]
async fn s01_the_systems_own_localhost_is_judged_by_its_address() {
    let canary = Canary::perch();
    let url = Url::parse(&format!("http://localhost:{}/", canary.port())).unwrap();
    let error = failure(&fetcher(), &Request::get(url, Accept::Feed)).await;
    assert_eq!(error.kind(), "blocked_address", "{error:?}");
    assert!(!canary.saw_somebody());
}

#[test]
fn s01_zones_do_not_even_parse() {
    assert!(Url::parse("http://[fe80::1%25lo]/").is_err());
}

/// An origin that may be reached, while 127.0.0.1 may not, and a request to it.
fn neighbour(path: &str) -> (Origin, Request) {
    let origin = Origin::start_at(Ipv4Addr::new(127, 0, 0, 2), []);
    let allow_private = vec!["127.0.0.2/32".parse().unwrap()];
    let request = Request { allow_private, ..Request::get(origin.url(path), Accept::Feed) };
    (origin, request)
}

#[tokio::test]
async fn s02_no_redirect_reaches_a_private_address() {
    let canary = Canary::perch();
    let (fetcher, _) = with_names(&[&["127.0.0.1"]]);
    let (origin, request) = neighbour("/1");
    for last in [1, 2, 5] {
        for url in canary.urls() {
            for hop in 1..last {
                let on = format!("/{}", hop + 1);
                origin.on(&format!("GET /{hop}"), [Reply::redirect(302, on)]);
            }
            origin.on(&format!("GET /{last}"), [Reply::redirect(302, &url)]);
            let error = failure(&fetcher, &request).await;
            assert_eq!(error.kind(), "blocked_address", "{url} after {last}: {error:?}");
        }
    }
    assert_eq!(origin.requests().len(), SPELLINGS.len() * (1 + 2 + 5));
    assert!(!canary.saw_somebody());
}

#[tokio::test]
async fn s04_the_connection_goes_to_the_address_that_was_vetted() {
    let canary = Canary::perch();
    let (fetcher, lookups) = with_names(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let (origin, mut request) = neighbour("/");
    origin.on("GET /", [reply(200).until_close()]);
    request.url = origin.url_as("rebinding.example", "/");
    fresh(fetcher.fetch(&request).await);
    assert_eq!((lookups.load(Ordering::SeqCst), origin.connections()), (1, 1));

    request.url.set_port(Some(canary.port())).unwrap();
    let error = failure(&fetcher, &request).await;
    assert_eq!(error.to_string(), "`rebinding.example (127.0.0.1)` is not fetched: loopback");
    assert!(!canary.saw_somebody());
}

#[tokio::test]
async fn s05_one_private_address_refuses_the_name() {
    let canary = Canary::perch();
    let url = Url::parse(&format!("http://both.example:{}/", canary.port())).unwrap();
    for answers in [&[&["93.184.216.34", "127.0.0.1"][..]], &[&["::1", "93.184.216.34"][..]]] {
        let (fetcher, _) = with_names(answers);
        let error = failure(&fetcher, &Request::get(url.clone(), Accept::Feed)).await;
        assert_eq!(error.kind(), "blocked_address", "{error:?}");
    }
    assert!(!canary.saw_somebody());
}

#[tokio::test]
async fn a_name_without_addresses_is_not_found() {
    let (fetcher, _) = with_names(&[&[]]);
    let url = Url::parse("http://nobody.example/").unwrap();
    let error = failure(&fetcher, &Request::get(url, Accept::Feed)).await;
    assert_eq!(error.to_string(), "cannot find the host `nobody.example`");
    assert_eq!(error.kind(), "dns");
}

#[tokio::test]
async fn a_name_that_is_not_answered_ends_with_the_time_to_connect() {
    let limits = Limits { connect: Duration::from_millis(20), ..Limits::default() };
    let lookup: Lookup = Arc::new(|_| Box::pin(std::future::pending()));
    let fetcher = Fetcher::with_lookup(Manners { limits, ..Manners::new(AGENT) }, lookup).unwrap();
    let url = Url::parse("http://slow.example/").unwrap();
    let error = failure(&fetcher, &Request::get(url, Accept::Feed)).await;
    assert_eq!(error.to_string(), "connecting took longer than 20ms");
}

#[tokio::test]
async fn s07_only_web_addresses_are_fetched() {
    for url in ["file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "data:,x"] {
        let error = failure(&fetcher(), &ask(Url::parse(url).unwrap())).await;
        assert_eq!(error.kind(), "scheme", "{url}: {error:?}");
        let origin = Origin::start([("GET /", vec![Reply::redirect(301, url)])]);
        let error = failure(&fetcher(), &ask(origin.url("/"))).await;
        assert_eq!(error.kind(), "scheme", "{url}: {error:?}");
    }
}

#[tokio::test]
async fn s08_ports_that_are_not_for_the_web_are_refused() {
    for port in [22, 25, 6379] {
        for url in [format!("http://93.184.216.34:{port}/"), format!("https://a.example:{port}/")] {
            let request = Request::get(Url::parse(&url).unwrap(), Accept::Feed);
            let error = failure(&fetcher(), &request).await;
            let why = format!("port {port} is not for the web");
            assert!(matches!(&error, Error::Blocked(it) if it.why == why), "{error:?}");
        }
    }
    let allowed = ask(Url::parse("http://127.0.0.9:22/").unwrap());
    assert_eq!(failure(&fetcher(), &allowed).await.kind(), "connect");
}

#[tokio::test]
async fn s09_a_permission_is_for_its_source_alone() {
    let (origin, trusted) = neighbour("/");
    origin.on("GET /", [reply(200)]);
    let (fetcher, _) = with_names(&[&["127.0.0.2"]]);
    for url in [origin.url("/"), origin.url_as("inside.example", "/")] {
        // A connection that was opened with permission is pooled for nobody else.
        fresh(fetcher.fetch(&Request { url: url.clone(), ..trusted.clone() }).await);
        let asked = origin.requests().len();
        let error = failure(&fetcher, &Request::get(url, Accept::Feed)).await;
        assert_eq!(error.kind(), "blocked_address", "{error:?}");
        assert_eq!(origin.requests().len(), asked);
    }
}

/// Needs a machine that holds a public address: where there is none, the test runs again in a
/// network namespace of its own.
#[tokio::test]
async fn s09_nobody_outside_sends_us_inside() {
    let outside = Ipv4Addr::new(93, 184, 216, 34);
    if TcpListener::bind((outside, 0)).is_err() {
        let Some(said) = elsewhere("fetch::guard::s09_nobody_outside_sends_us_inside") else {
            println!("skipped: no public address, and no namespace to have one in");
            return;
        };
        assert!(said.contains("1 passed"), "{said}");
        return;
    }
    let (inside, request) = neighbour("/");
    inside.on("GET /", [reply(200)]);
    let outside = Origin::start_at(outside, []);
    for status in [301, 307] {
        outside.on("GET /", [Reply::redirect(status, inside.url("/"))]);
        let request = Request { url: outside.url("/"), ..request.clone() };
        let error = failure(&fetcher(), &request).await;
        assert_eq!(error.kind(), "blocked_address", "{error:?}");
    }
    outside.on("GET /", [reply(200)]);
    fresh(fetcher().fetch(&Request::get(outside.url("/"), Accept::Feed)).await);
    assert_eq!(inside.connections(), 0);
}

/// Runs one test of this binary where 93.184.216.34 is this machine; what it says, or `None`
/// where there is no such place to be had.
fn elsewhere(test: &str) -> Option<String> {
    let setup = "ip link set lo up && ip addr add 93.184.216.34/32 dev lo && exec \"$0\" \"$@\"";
    let own = std::env::current_exe().unwrap();
    let run = |test: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["-rn", "sh", "-c", setup]).args(test).output()
    };
    run(&["true"]).ok().filter(|done| done.status.success())?;
    let done = run(&[own.to_str().unwrap(), "--exact", test]).unwrap();
    Some(String::from_utf8_lossy(&done.stdout).into_owned())
}

#[tokio::test]
async fn s04_a_name_of_the_metadata_service_is_refused() {
    for ip in ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"] {
        let (fetcher, _) = with_names(&[&[ip]]);
        let url = Url::parse("http://metadata.google.example/computeMetadata/v1/").unwrap();
        let error = failure(&fetcher, &Request::get(url, Accept::Feed)).await;
        assert_eq!(error.kind(), "blocked_address", "{ip}: {error:?}");
    }
}

#[tokio::test]
async fn s11_this_site_itself_is_refused() {
    let origin = Origin::start([("GET /news/all.atom", vec![reply(200)])]);
    let fetcher = fetcher();
    fetcher.mind_site(&origin.url("/news/"));
    let error = failure(&fetcher, &ask(origin.url("/news/all.atom"))).await;
    assert!(
        matches!(&error, Error::Blocked(it) if it.why == "it is this site itself"),
        "{error:?}"
    );
    assert_eq!(origin.connections(), 0);
    // What else is there is another matter.
    assert_eq!(failure(&fetcher, &ask(origin.url("/blog"))).await.kind(), "status");
}

#[tokio::test]
async fn s11_this_process_is_refused_under_any_name() {
    let origin = Origin::start([("GET /all.atom", vec![reply(200)])]);
    let (fetcher, _) = with_names(&[&["127.0.0.1"]]);
    let address = origin.authority();
    fetcher.mind_listener(address.parse().unwrap());
    for url in [origin.url("/all.atom"), origin.url_as("localhost", "/"), origin.url_as("0", "/")] {
        let here = vec!["127.0.0.0/8".parse().unwrap(), "0.0.0.0/8".parse().unwrap()];
        let request = Request { allow_private: here, ..Request::get(url, Accept::Feed) };
        assert_eq!(failure(&fetcher, &request).await.kind(), "blocked_address");
    }
    assert_eq!(origin.connections(), 0);
    let error = failure(&fetcher, &ask(origin.url_as("loop.example", "/all.atom"))).await;
    assert_eq!(error.kind(), "blocked_address", "{error:?}");
}
