//! What is asked for: an address, how it is asked, and how much may come back.

use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use crate::model::{Egress, Validators};

/// How long and how large an answer may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until a connection stands, name lookup and TLS included.
    pub connect: Duration,
    /// Until the head of the answer is there, connecting included.
    pub head: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// For the whole request with all its redirects; waiting for one's turn does not count.
    pub total: Duration,
    /// The slowest that a body may come, in bytes a second.
    pub rate: u64,
    /// For how long a body may come as slowly as it likes.
    pub patience: Duration,
    /// Bytes of body as they are sent.
    pub wire: usize,
    /// Bytes of body after decompression.
    pub bytes: usize,
    /// Redirects that are followed.
    pub redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            head: Duration::from_secs(20),
            idle: Duration::from_secs(15),
            total: Duration::from_mins(1),
            rate: 1 << 10,
            patience: Duration::from_secs(10),
            wire: 16 << 20,
            bytes: 32 << 20,
            redirects: 5,
        }
    }
}

/// The methods that sources need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Asks for a page.
    #[default]
    Get,
    /// Sends the body of a query, as some JSON APIs want it.
    Post,
}

/// What kind of answer is hoped for; decides the `Accept` header, the same bytes each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accept {
    /// Atom, RSS, RDF or JSON Feed.
    #[default]
    Feed,
    /// An HTML page.
    Page,
    /// An API's JSON.
    Json,
    /// A `robots.txt`.
    Robots,
}

impl Accept {
    /// The value of the `Accept` header.
    pub fn header(self) -> &'static str {
        match self {
            Self::Feed => {
                "application/atom+xml, application/rss+xml, application/feed+json, \
                 application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, \
                 application/json;q=0.7, text/html;q=0.3, */*;q=0.1"
            }
            Self::Page => "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
            Self::Robots => "text/plain, */*;q=0.5",
            Self::Json => "application/json, text/json;q=0.9, */*;q=0.1",
        }
    }
}

/// One thing to fetch.
#[derive(Clone, Debug)]
pub struct Request {
    /// The address. Its user name and password are sent as `Authorization` and shown nowhere.
    pub url: Url,
    /// How it is asked.
    pub method: Method,
    /// Configured headers; they win over ours and never leave the origin of `url`.
    pub headers: Vec<(String, String)>,
    /// What a POST sends. `Content-Type` is JSON or form by its first character, unless configured.
    pub body: Option<String>,
    /// What the server gave last time, sent back byte for byte.
    pub validators: Validators,
    /// The address that gave the validators, where redirects led to it; `None` means `url`.
    /// They are sent to no other address.
    pub validated: Option<Url>,
    /// What kind of answer is hoped for.
    pub accept: Accept,
    /// Networks that this source may reach although they are private.
    pub allow_private: Vec<IpNet>,
    /// Its own limit of bytes after decompression, instead of [`Limits::bytes`].
    pub bytes: Option<usize>,
    /// Whether it is for a part of a page that is being put together: it waits for the host's turn,
    /// without the pause between two requests.
    pub part: bool,
    /// How it leaves.
    pub egress: Egress,
    /// Its own name, instead of [`Manners::user_agent`](crate::fetch::Manners::user_agent).
    pub user_agent: Option<String>,
    /// Whether it asks `robots.txt` before, at every hop: for pages that nobody configured.
    pub obey_robots: bool,
    /// Its own limit of redirects, instead of [`Limits::redirects`].
    pub redirects: Option<usize>,
}

impl Request {
    /// A plain GET, without validators or permissions.
    pub fn get(url: Url, accept: Accept) -> Self {
        Self {
            url,
            method: Method::Get,
            headers: Vec::new(),
            body: None,
            validators: Validators::default(),
            validated: None,
            accept,
            allow_private: Vec::new(),
            bytes: None,
            part: false,
            egress: Egress::default(),
            user_agent: None,
            obey_robots: false,
            redirects: None,
        }
    }
}
