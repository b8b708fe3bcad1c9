//! Names to vetted addresses: what the guard has seen is what the connection goes to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::fetch::error::Lost;
use crate::fetch::{Error, guard};

/// A way to look up a name: all its addresses, in order of preference.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// The system's own lookup.
pub(super) fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// A resolver that gives all addresses of a name, or none when one of them is refused.
pub(super) struct Guarded {
    pub lookup: Lookup,
    pub allow: Arc<[IpNet]>,
    /// The host of the configured proxy, which may be anywhere.
    pub trusted: Option<String>,
}

/// Vets the name that a proxy is going to look up, as far as we can: one that only the proxy
/// knows is the proxy's affair.
pub(super) async fn vet(lookup: &Lookup, name: &str, allow: &[IpNet]) -> Result<(), Error> {
    match lookup(name.to_owned()).await {
        Ok(found) => Ok(guard::vet_name(name, &found, allow)?),
        Err(_) => Ok(()),
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (looking, allow) = ((self.lookup)(name.as_str().to_owned()), self.allow.clone());
        let trusted = self.trusted.as_deref() == Some(name.as_str());
        Box::pin(async move {
            let found = looking.await.map_err(Lost)?;
            if found.is_empty() {
                return Err(Lost(io::Error::new(io::ErrorKind::NotFound, "no address")).into());
            }
            if !trusted {
                guard::vet_name(name.as_str(), &found, &allow)?;
            }
            Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}
