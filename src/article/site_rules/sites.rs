//! Which rules are for which host.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use url::Url;

use super::css::SiteCss;
use super::format::SiteFile;
use crate::model::Fault;

/// Rules for one site.
#[derive(Clone, Debug)]
pub enum Site {
    /// Of a file.
    File(SiteFile),
    /// Of the settings.
    Css(SiteCss),
}

/// The rules for all sites; the default is none.
#[derive(Clone, Debug, Default)]
pub struct Sites {
    /// By host, without `www.`; those for subdomains begin with a dot.
    by_host: BTreeMap<String, Arc<Site>>,
    /// Headers that rule files may set, in lower case.
    headers: BTreeSet<String>,
}

impl Sites {
    /// No rules; files may set these request headers and no others.
    pub fn allowing(headers: impl IntoIterator<Item = String>) -> Self {
        let headers = headers.into_iter().map(|name| name.to_ascii_lowercase()).collect();
        Self { by_host: BTreeMap::new(), headers }
    }

    /// Takes a file; whatever there was for its host is replaced. Names that do not end in `.txt`
    /// are passed over.
    pub fn add_file(&mut self, name: &str, text: &str) {
        if let Some(host) = name.strip_suffix(".txt").filter(|host| !host.is_empty()) {
            self.add(host, Site::File(SiteFile::parse(name, text)));
        }
    }

    /// Takes rules of the settings; whatever there was for the host is replaced.
    pub fn add_css(&mut self, rules: SiteCss) {
        let host = rules.host.clone();
        self.add(&host, Site::Css(rules));
    }

    fn add(&mut self, host: &str, site: Site) {
        self.by_host.insert(plain(host), Arc::new(site));
    }

    /// The rules for an address: those of its very host, else of the nearest domain above it that
    /// has some for its subdomains.
    pub fn of(&self, url: &Url) -> Option<Arc<Site>> {
        let host = plain(url.host_str()?);
        let above = host.match_indices('.').filter_map(|(dot, _)| host.get(dot..));
        std::iter::once(host.as_str()).chain(above).find_map(|name| self.by_host.get(name)).cloned()
    }

    /// The request headers that the rules for an address set and may set.
    pub fn headers(&self, url: &Url) -> Vec<(String, String)> {
        match self.of(url).as_deref() {
            Some(Site::File(file)) => {
                let may = |pair: &&(String, String)| self.headers.contains(&pair.0);
                file.headers.iter().filter(may).cloned().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Every site with its host, in the order of the hosts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<Site>)> {
        self.by_host.iter().map(|(host, site)| (host.as_str(), site))
    }

    /// What was not understood in any file.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.by_host.values().flat_map(|site| match &**site {
            Site::File(file) => file.faults.as_slice(),
            Site::Css(_) => &[],
        })
    }
}

impl Site {
    /// What it is called: the file's name, or the host of the settings.
    pub fn name(&self) -> &str {
        match self {
            Self::File(file) => &file.name,
            Self::Css(css) => &css.host,
        }
    }
}

/// A host in lower case and ASCII, without `www.`.
fn plain(host: &str) -> String {
    let (dot, name) = host.strip_prefix('.').map_or(("", host), |name| (".", name));
    let name = match url::Host::parse(name) {
        Ok(url::Host::Domain(domain)) => domain,
        _ => name.to_ascii_lowercase(),
    };
    format!("{dot}{}", name.strip_prefix("www.").unwrap_or(&name))
}
