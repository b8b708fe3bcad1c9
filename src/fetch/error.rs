//! Why no answer came: a variant where a caller acts differently, a line that a person can read.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use crate::fetch::NotForRobots;

/// Why a fetch failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The guard refused an address, a name or a port.
    #[error(transparent)]
    Blocked(#[from] Blocked),
    /// Only `http` and `https` are fetched.
    #[error("`{scheme}` addresses are not fetched")]
    Scheme {
        /// The scheme that was asked for.
        scheme: String,
    },
    /// The name has no address.
    #[error("cannot find the host `{host}`")]
    Dns {
        /// The name.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// No connection.
    #[error("cannot connect to `{host}`")]
    Connect {
        /// The host.
        host: String,
        /// What the network said.
        source: io::Error,
    },
    /// The server's certificate or its TLS does not hold.
    #[error("no safe connection to `{host}`")]
    Tls {
        /// The host.
        host: String,
        /// What TLS said.
        source: rustls::Error,
    },
    /// Connected, but what came back is not HTTP, or nothing came back.
    #[error("`{host}` does not answer in HTTP")]
    Protocol {
        /// The host.
        host: String,
        /// What was wrong.
        source: reqwest::Error,
    },
    /// A limit of time was reached.
    #[error("{what} took longer than {limit:?}")]
    Timeout {
        /// `connecting`, `the first byte`, `the next piece of the body`, `the whole request`.
        what: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The body comes too slowly.
    #[error("the body comes slower than {rate} bytes a second")]
    Slow {
        /// The least that is waited for.
        rate: u64,
    },
    /// The body is longer than wanted, on its way or after decompression.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body grows as no honest one does.
    #[error("the body grows more than {times}-fold when it is decompressed")]
    Inflated {
        /// The limit.
        times: usize,
    },
    /// Redirects that lead nowhere good.
    #[error(transparent)]
    Redirects(#[from] Detour),
    /// The server answered with a status that carries no content for us.
    #[error("the server answers {status}")]
    Status {
        /// HTTP status: 400 and above, or a 3xx that is no redirect.
        status: u16,
        /// `Retry-After`, at most seven days.
        retry_after: Option<Duration>,
    },
    /// A wall against robots answers instead of the server.
    #[error("a wall against robots answers {status} instead of the server")]
    Wall {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, at most seven days.
        retry_after: Option<Duration>,
    },
    /// `robots.txt` keeps us from asking; nothing was sent.
    #[error(transparent)]
    Robots(#[from] NotForRobots),
    /// The host asked earlier to be left alone; nothing was sent.
    #[error("`{host}` asked to be left alone for another {wait:?}")]
    CoolingDown {
        /// The host.
        host: String,
        /// How much longer.
        wait: Duration,
    },
    /// The body was cut off, or is not encoded as its `Content-Encoding` says.
    #[error("{what}")]
    Body {
        /// `the body was cut off` or `the body cannot be decompressed`.
        what: &'static str,
        /// What was wrong on the way; none where it came whole and cannot be decompressed.
        source: Option<reqwest::Error>,
    },
    /// The browser that was asked to put the page together could not.
    #[error(transparent)]
    Browser(Box<dyn StdError + Send + Sync>),
    /// A configured header cannot be sent.
    #[error("the header `{name}` cannot be sent")]
    Header {
        /// Its name, as configured.
        name: String,
    },
    /// The HTTP client cannot be set up, such as for want of root certificates.
    #[error("cannot set up the HTTP client")]
    Setup(#[source] reqwest::Error),
}

/// What the guard refuses, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{place}` is not fetched: {why}")]
pub struct Blocked {
    /// The address, the name with its address, or the host with its port.
    pub place: String,
    /// The reason: `loopback`, `private network`, `port 22 is not for the web`.
    pub why: String,
}

/// Why redirects were not followed to their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Detour {
    /// More than the limit.
    #[error("more than {0} redirects")]
    TooMany(usize),
    /// One led back.
    #[error("the redirects go in a circle")]
    Circle,
    /// No `Location`, or none that can be read.
    #[error("a redirect leads nowhere")]
    Nowhere,
    /// From `https` to `http`, while headers are configured.
    #[error("a redirect from https to http, which would betray the configured headers")]
    Downgrade,
}

impl Error {
    /// A short name that stays: for the store, the status page and the metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Blocked(_) => "blocked_address",
            Self::Scheme { .. } => "scheme",
            Self::Dns { .. } => "dns",
            Self::Connect { .. } => "connect",
            Self::Tls { .. } => "tls",
            Self::Protocol { .. } => "protocol",
            Self::Timeout { .. } | Self::Slow { .. } => "timeout",
            Self::TooLarge { .. } | Self::Inflated { .. } => "too_large",
            Self::Redirects(_) => "redirect",
            Self::Status { .. } => "status",
            Self::Wall { .. } => "wall",
            Self::Robots(_) => "robots",
            Self::CoolingDown { .. } => "cooling_down",
            Self::Body { .. } => "body",
            Self::Browser(_) => "browser",
            Self::Header { .. } => "header",
            Self::Setup(_) => "setup",
        }
    }

    /// How long the server asked to be left alone, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } | Self::Wall { retry_after, .. } => *retry_after,
            Self::CoolingDown { wait, .. } => Some(*wait),
            _ => None,
        }
    }

    /// The failure of a request before its answer's head was there.
    pub(super) fn before_head(error: reqwest::Error, host: &str, connect: Duration) -> Self {
        let (source, host) = (error.without_url(), host.to_owned());
        if let Some(blocked) = find::<Blocked>(&source) {
            return Self::Blocked(blocked.clone());
        }
        if let Some(lost) = find::<Lost>(&source) {
            return Self::Dns { host, source: copy(&lost.0) };
        }
        if let Some(tls) = find::<rustls::Error>(&source) {
            return Self::Tls { host, source: tls.clone() };
        }
        match (source.is_connect(), source.is_timeout()) {
            (true, true) => Self::Timeout { what: "connecting", limit: connect },
            (true, false) => {
                let cause = find::<io::Error>(&source).map(copy);
                let source = cause.unwrap_or_else(|| io::Error::other(source));
                Self::Connect { host, source }
            }
            _ => Self::Protocol { host, source },
        }
    }
}

/// A name lookup that failed, on its way through the client.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Lost(pub io::Error);

/// The first error of a type in a chain, inside `io::Error` too.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        at = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// The cause alone, without the layers that it came through.
fn copy(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}
