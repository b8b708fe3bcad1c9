//! Guards the way through a proxy: it is trusted where it is, and led nowhere private.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use finews::fetch::{Accept, Fetcher, Lookup, Manners, Request};
use finews::model::Egress;
use url::Url;

use super::{AGENT, failure, fresh};
use crate::house::House;
use crate::origin::{Origin, Reply, reply};

/// A fetcher to which every name has this address, or none.
fn names(ip: Option<&str>) -> Fetcher {
    let ip: Option<IpAddr> = ip.map(|it| it.parse().unwrap());
    let lookup: Lookup = Arc::new(move |_| {
        Box::pin(async move { ip.map(|it| vec![it]).ok_or(std::io::ErrorKind::NotFound.into()) })
    });
    let manners = Manners { gap: Duration::ZERO, ..Manners::new(AGENT) };
    Fetcher::with_lookup(manners, lookup).unwrap()
}

fn through(proxy: &Origin, url: &str) -> Request {
    let egress = Egress { proxy: Some(proxy.url("/")), ..Egress::default() };
    Request { egress, ..Request::get(Url::parse(url).unwrap(), Accept::Feed) }
}

#[tokio::test]
async fn s06_a_proxy_is_asked_for_public_addresses() {
    let proxy = Origin::start([
        ("GET http://93.184.216.34/feed", vec![reply(200).body("<rss/>")]),
        ("GET http://public.example/feed", vec![reply(200).body("<rss/>")]),
    ]);
    for url in ["http://93.184.216.34/feed", "http://public.example/feed"] {
        for known in [Some("93.184.216.34"), None] {
            let (page, ..) = fresh(names(known).fetch(&through(&proxy, url)).await);
            assert_eq!(page.url.as_str(), url);
        }
    }
    assert!(proxy.requests().iter().all(|it| it.text("User-Agent").as_deref() == Some(AGENT)));
}

#[tokio::test]
async fn s06_a_proxy_is_never_asked_for_private_addresses() {
    let proxy = Origin::start([]);
    let fetcher = names(Some("10.0.0.1"));
    for url in ["http://127.0.0.1/", "http://0x7f.1/", "https://[::1]/", "http://inside.example/"] {
        let error = failure(&fetcher, &through(&proxy, url)).await;
        assert_eq!(error.kind(), "blocked_address", "{url}: {error:?}");
    }
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn s06_a_redirect_through_a_proxy_is_vetted_too() {
    let inside = Reply::redirect(302, "http://127.0.0.2/");
    let proxy = Origin::start([("GET http://93.184.216.34/", vec![inside])]);
    let mut request = through(&proxy, "http://93.184.216.34/");
    request.allow_private = vec!["127.0.0.2/32".parse().unwrap()];
    let error = failure(&names(None), &request).await;
    assert_eq!(error.kind(), "blocked_address", "{error:?}");
    assert_eq!(proxy.lines(), ["GET http://93.184.216.34/"]);
}

#[tokio::test]
async fn s06_a_tunnel_is_asked_for_by_name() {
    let proxy = Origin::start([("CONNECT public.example:443", vec![reply(403)])]);
    failure(&names(Some("93.184.216.34")), &through(&proxy, "https://public.example/")).await;
    assert_eq!(proxy.lines(), ["CONNECT public.example:443"]);
}

#[test]
fn s06_the_environments_proxy_is_ignored() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body("<rss><channel/></rss>")])]);
    let proxy = Origin::start([]);
    let house = House::new(&format!("[[source]]\nid = \"a\"\nurl = \"{}\"\n", origin.url("/feed")));
    let mut command = house.command(&["fetch"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"] {
        command.env(name, proxy.url("/").as_str());
    }
    command.output().unwrap();
    assert_eq!((origin.lines().len(), proxy.connections()), (1, 0));
}

#[tokio::test]
async fn s37_a_proxys_password_is_told_to_the_proxy_alone() {
    let proxy = Origin::start([("GET http://93.184.216.34/", vec![reply(200), reply(502)])]);
    let mut request = through(&proxy, "http://93.184.216.34/");
    let mut url = proxy.url("/");
    url.set_username("me").unwrap();
    url.set_password(Some("s3cret")).unwrap();
    request.egress.proxy = Some(url.clone());
    let fetcher = names(None);
    fresh(fetcher.fetch(&request).await);
    let told = proxy.requests()[0].text("Proxy-Authorization");
    assert_eq!(told.as_deref(), Some("Basic bWU6czNjcmV0"));
    let mut errors = vec![failure(&fetcher, &request).await];
    drop(proxy);
    errors.push(failure(&fetcher, &request).await);
    request.url = "https://93.184.216.34/".parse().unwrap();
    errors.push(failure(&fetcher, &request).await);
    for error in errors {
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}
