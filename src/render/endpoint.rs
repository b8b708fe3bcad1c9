//! Where the browser's WebSocket is.

use std::error::Error as StdError;
use std::io;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde_json::Value;
use url::{Host, Url};

use super::Error;
use crate::fetch::{self, Accept, Answer, Fetcher, Request};

/// More than this is no answer to `/json/version`.
const MOST: usize = 64 << 10;

/// The address of the browser's WebSocket, with an IP address for its host: browsers refuse
/// names, lest a page reach them by one of its own.
pub(super) async fn resolve(endpoint: &Url, fetcher: &Fetcher) -> Result<Url, Error> {
    let absent = |source| Error::Absent { endpoint: fetch::shown(endpoint), source };
    let endpoint = numbered(endpoint.clone()).await.map_err(|why| absent(why.into()))?;
    if endpoint.scheme() == "ws" && (endpoint.path() != "/" || endpoint.query().is_some()) {
        return Ok(endpoint);
    }
    let told = version(&endpoint, fetcher).await.map_err(absent)?;
    let mut address = endpoint;
    address.set_scheme("ws").map_err(|()| absent("it cannot be a WebSocket".into()))?;
    // The host is how the browser was asked, which may not be how it knows itself.
    address.set_path(told.path());
    address.set_query(told.query());
    Ok(address)
}

async fn numbered(mut url: Url) -> io::Result<Url> {
    let Some(Host::Domain(name)) = url.host() else { return Ok(url) };
    let found = tokio::net::lookup_host((name, 0)).await?.next();
    let ip = found.ok_or(io::ErrorKind::NotFound)?.ip();
    url.set_ip_host(ip).map_err(|()| io::ErrorKind::InvalidInput)?;
    Ok(url)
}

/// What `/json/version` says. The endpoint is the operator's word, so that it may lie anywhere.
async fn version(
    endpoint: &Url,
    fetcher: &Fetcher,
) -> Result<Url, Box<dyn StdError + Send + Sync>> {
    let mut url = endpoint.clone();
    url.set_scheme("http").map_err(|()| "it cannot be asked by HTTP")?;
    if url.path() == "/" {
        url.set_path("/json/version");
    }
    let anywhere = [IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())];
    let request = Request {
        allow_private: anywhere.to_vec(),
        bytes: Some(MOST),
        part: true,
        ..Request::get(url, Accept::Json)
    };
    let Answer::Fresh { page, .. } = fetcher.fetch(&request).await? else {
        return Err("an answer without content".into());
    };
    let told: Value = serde_json::from_slice(&page.bytes)?;
    let address = told["webSocketDebuggerUrl"].as_str().ok_or("it names no WebSocket")?;
    Ok(Url::parse(address)?)
}
