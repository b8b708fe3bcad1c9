//! One HTTP client for each set of permissions, so that a connection opened under one
//! permission is never used under another.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use reqwest::Client;

use crate::fetch::Error;
use crate::fetch::names::{Guarded, Lookup};

/// More sets of permissions than this are not kept at a time.
const KEPT: usize = 32;
/// A shorter life than servers give idle connections (five seconds are common), so that
/// none is taken up again just as the server drops it.
const IDLE: Duration = Duration::from_secs(4);

/// Whether bodies are decompressed on their way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// As `Content-Encoding` says.
    Labelled,
    /// Not at all, whatever the label says.
    Identity,
}

/// The clients in use, the latest used first.
pub(super) struct Clients {
    lookup: Lookup,
    connect: Duration,
    kept: Mutex<VecDeque<Kept>>,
}

struct Kept {
    allow: Arc<[IpNet]>,
    coding: Coding,
    client: Client,
}

impl Clients {
    pub(super) fn new(lookup: Lookup, connect: Duration) -> Self {
        // Fails when a provider is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { lookup, connect, kept: Mutex::new(VecDeque::new()) }
    }

    /// The client for these permissions; made when first asked for.
    pub(super) fn get(&self, allow: &[IpNet], coding: Coding) -> Result<Client, Error> {
        let mut nets = allow.to_vec();
        nets.sort_unstable();
        nets.dedup();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|it| *it.allow == *nets && it.coding == coding);
        let entry = match known.and_then(|at| kept.remove(at)) {
            Some(entry) => entry,
            None => self.make(nets.into(), coding)?,
        };
        let client = entry.client.clone();
        kept.push_front(entry);
        kept.truncate(KEPT);
        Ok(client)
    }

    fn make(&self, allow: Arc<[IpNet]>, coding: Coding) -> Result<Kept, Error> {
        let decode = coding == Coding::Labelled;
        let client = Client::builder()
            .dns_resolver(Guarded { lookup: self.lookup.clone(), allow: allow.clone() })
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(self.connect)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(1)
            .gzip(decode)
            .brotli(decode)
            .zstd(decode)
            .deflate(decode)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http2_max_header_list_size(64 << 10)
            .build()
            .map_err(Error::Setup)?;
        Ok(Kept { allow, coding, client })
    }
}
