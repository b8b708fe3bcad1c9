//! One HTTP client for each set of permissions, so that a connection opened under one
//! permission is never used under another.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use reqwest::{Client, Proxy};
use url::Url;

use crate::fetch::Error;
use crate::fetch::names::{Guarded, Lookup};
use crate::model::Egress;

/// More sets of permissions than this are not kept at a time.
const KEPT: usize = 32;
/// A shorter life than servers give idle connections (five seconds are common), so that
/// none is taken up again just as the server drops it.
const IDLE: Duration = Duration::from_secs(4);

/// The clients in use, the latest used first.
pub(super) struct Clients {
    lookup: Lookup,
    connect: Duration,
    kept: Mutex<VecDeque<Kept>>,
}

struct Kept {
    allow: Arc<[IpNet]>,
    egress: Egress,
    client: Client,
}

impl Clients {
    pub(super) fn new(lookup: Lookup, connect: Duration) -> Self {
        // Fails when a provider is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { lookup, connect, kept: Mutex::new(VecDeque::new()) }
    }

    /// The client for these permissions; made when first asked for.
    pub(super) fn get(&self, allow: &[IpNet], egress: &Egress) -> Result<Client, Error> {
        let mut nets = allow.to_vec();
        nets.sort_unstable();
        nets.dedup();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|it| *it.allow == *nets && it.egress == *egress);
        let entry = match known.and_then(|at| kept.remove(at)) {
            Some(entry) => entry,
            None => self.make(nets.into(), egress)?,
        };
        let client = entry.client.clone();
        kept.push_front(entry);
        kept.truncate(KEPT);
        Ok(client)
    }

    fn make(&self, allow: Arc<[IpNet]>, egress: &Egress) -> Result<Kept, Error> {
        let proxy_host = egress.proxy.as_ref().and_then(Url::host_str).map(str::to_owned);
        let names =
            Guarded { lookup: self.lookup.clone(), allow: allow.clone(), trusted: proxy_host };
        let mut builder = Client::builder()
            .dns_resolver(names)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(self.connect)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(1)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http2_max_header_list_size(64 << 10)
            .danger_accept_invalid_certs(egress.allow_invalid_tls);
        if let Some(proxy) = &egress.proxy {
            builder = builder.proxy(Proxy::all(proxy.as_str()).map_err(Error::Setup)?);
        }
        if egress.http1_only {
            builder = builder.http1_only();
        }
        let client = builder.build().map_err(Error::Setup)?;
        Ok(Kept { allow, egress: egress.clone(), client })
    }
}
