//! Files to HTTP: a folder as it is, for readers who ask for it again and again.

mod address;
mod answer;
mod coding;
mod conditional;
mod content;
mod document;
mod door;
mod elsewhere;
mod freshness;
mod inbox;
mod inside;
mod lookup;
mod media;
mod reply;
mod shelf;
mod topics;
mod visit;
#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::Semaphore;

use freshness::Freshness;
use shelf::Shelf;

pub use elsewhere::{preceding, said};
pub use inbox::{Inbox, Letter, Looking, Receipt, Receiving};
pub use inside::{Inside, Place, Readiness};
pub use lookup::{Finding, Found, Lasting, Lookup, Reach};
pub use topics::Topics;
pub use visit::run;

/// Why serving ended other than by request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The listening socket failed for good.
    #[error("cannot accept connections")]
    Accept(#[source] io::Error),
}

/// What is served, and how.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The published folder; it need not be there yet.
    pub root: PathBuf,
    /// Path of the site's own address, without a slash at its end: `""` or `/news`. Requests may
    /// bear it or not, as the proxy in front likes.
    pub base: String,
    /// How long a feed or page may be used without asking again, at the most.
    pub max_age: Duration,
    /// Beginnings of paths (`archive/`) whose files are numbered and, once there is a next one,
    /// never change.
    pub lasting: Vec<String>,
    /// Beginnings of paths (`/private/`) that are as good as keys: they are never logged whole.
    pub secret: Vec<String>,
    /// The policy of pages where they may frame something.
    framing: Option<HeaderValue>,
    /// The hubs that the feeds name in their head.
    pub topics: Option<Topics>,
    /// How much of the files is kept in memory, in bytes.
    pub memory: usize,
    /// What a client may cost.
    pub limits: Limits,
}

impl Rules {
    /// The usual rules for a folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            base: String::new(),
            max_age: Duration::from_mins(15),
            lasting: Vec::new(),
            secret: Vec::new(),
            framing: None,
            topics: None,
            memory: 64 << 20,
            limits: Limits::default(),
        }
    }

    /// Lets pages frame players of these hosts, and of those below them.
    pub fn frame(&mut self, hosts: &[&str]) {
        self.framing = Some(reply::framing(hosts));
    }
}

/// What a client may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time; a further one takes the place of the one that was quiet longest.
    pub connections: usize,
    /// How long a request may take to arrive, from its first byte.
    pub request: Duration,
    /// How long a connection may rest between requests, or take nothing of an answer.
    pub idle: Duration,
    /// How long answers under way may take after the word to stop.
    pub grace: Duration,
    /// Names and values of a request's headers together, in bytes.
    pub head: usize,
    /// A letter's body, in bytes; where no letters are taken none is read.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Below 1,024, the usual limit on open files.
            connections: 768,
            request: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            grace: Duration::from_secs(8),
            head: 16 << 10,
            body: 0,
        }
    }
}

/// A folder that is ready to be served; clones share their memory.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    rules: Rules,
    freshness: Freshness,
    shelf: Shelf,
    lookup: Arc<dyn Lookup>,
    inside: Option<Inside>,
    ready: Option<Readiness>,
    inbox: Option<Arc<dyn Inbox>>,
    letters: Semaphore,
}

impl Site {
    /// A site of the files in a folder, and of what `lookup` knows beside them.
    pub fn new(rules: Rules, lookup: Arc<dyn Lookup>) -> Self {
        Self::with_inbox(rules, lookup, None)
    }

    /// The same, where letters are taken too.
    pub fn with_inbox(
        rules: Rules,
        lookup: Arc<dyn Lookup>,
        inbox: Option<Arc<dyn Inbox>>,
    ) -> Self {
        Self(Arc::new(Inner::new(rules, lookup, inbox, None, None)))
    }

    /// The same with documents for those inside, and with the daemon's own word on whether it is
    /// ready.
    pub fn with(
        rules: Rules,
        lookup: Arc<dyn Lookup>,
        inbox: Option<Arc<dyn Inbox>>,
        inside: Inside,
        ready: Readiness,
    ) -> Self {
        Self(Arc::new(Inner::new(rules, lookup, inbox, Some(inside), Some(ready))))
    }
}

impl Inner {
    fn new(
        rules: Rules,
        lookup: Arc<dyn Lookup>,
        inbox: Option<Arc<dyn Inbox>>,
        inside: Option<Inside>,
        ready: Option<Readiness>,
    ) -> Self {
        let shelf = Shelf::new(rules.root.clone(), rules.memory);
        let freshness = Freshness::new(&rules);
        let letters = Semaphore::new(inbox::AT_ONCE);
        Self { rules, freshness, shelf, lookup, inside, ready, inbox, letters }
    }
}
