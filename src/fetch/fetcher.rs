//! The journey of one request: its turn, its hops, its answer.

use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Response};
use tokio::time::Instant;

use crate::fetch::answer::{self, Answer, Wishes};
use crate::fetch::body::{self, Bounds};
use crate::fetch::clients::{Clients, Coding};
use crate::fetch::manners::{self, Turns};
use crate::fetch::names::{self, Lookup};
use crate::fetch::route::{self, Route};
use crate::fetch::{Error, Manners, Method, Request, guard};
use crate::model::Page;

/// The one door to the network. Cheap to share, and all its requests mind each other.
pub struct Fetcher {
    manners: Manners,
    turns: Turns,
    clients: Clients,
}

impl Fetcher {
    /// A fetcher that looks names up as the system does.
    pub fn new(manners: Manners) -> Result<Self, Error> {
        Self::with_lookup(manners, names::system())
    }

    /// A fetcher with a name lookup of its own; the guard vets what it finds all the same.
    pub fn with_lookup(manners: Manners, lookup: Lookup) -> Result<Self, Error> {
        let clients = Clients::new(lookup, manners.limits.connect);
        clients.get(&[], Coding::Labelled)?;
        HeaderValue::from_str(&manners.user_agent)
            .map_err(|_| Error::Header { name: "User-Agent".to_owned() })?;
        Ok(Self { turns: Turns::new(manners.gap, manners.at_once), manners, clients })
    }

    /// Asks for a page and follows its redirects; every hop is vetted, waits for its turn,
    /// and counts towards the limits.
    pub async fn fetch(&self, request: &Request) -> Result<Answer, Error> {
        let first = self.walk(request, Coding::Labelled).await;
        if !matches!(first, Err(Error::Body { what: body::UNDECODABLE, .. })) {
            return first;
        }
        // Some servers label plain bodies `gzip`: asked once more, and read as they are.
        let second = self.walk(request, Coding::Identity).await;
        match &second {
            Ok(Answer::Fresh { page, .. }) if !body::looks_plain(&page.bytes) => first,
            Ok(_) => {
                tracing::warn!(url = %route::shown(&request.url), "a body is not what its Content-Encoding says");
                second
            }
            Err(_) => first,
        }
    }

    async fn walk(&self, request: &Request, coding: Coding) -> Result<Answer, Error> {
        let (manners, mut allow) = (&self.manners, request.allow_private.as_slice());
        let mut route = Route::start(request)?;
        let mut left = manners.limits.total;
        loop {
            guard::vet_url(&route.url, allow)?;
            let client = self.clients.get(allow, coding)?;
            let host = manners::host_of(&route.url);
            let turns = &self.turns;
            let _turn = if request.part {
                turns.take_part(&host).await?
            } else {
                turns.take(&host).await?
            };
            let began = Instant::now();
            let visit = Visit { manners, client, request, coding, deadline: began + left };
            let response = visit.send(&route).await?;
            if !route::redirects(response.status().as_u16()) {
                let answer = visit.receive(&route, response).await;
                self.mind(&host, &answer);
                return answer;
            }
            let status = response.status().as_u16();
            route.follow(status, response.headers(), manners.limits.redirects)?;
            if !guard::inside(response.remote_addr()) {
                allow = &[];
            }
            left = left.saturating_sub(began.elapsed());
        }
    }

    /// Lets a host rest that asks for it.
    fn mind(&self, host: &str, answer: &Result<Answer, Error>) {
        if let Err(Error::Status { status: 429 | 503, retry_after: Some(wait) }) = answer {
            self.turns.rest(host, *wait);
        }
    }
}

/// One hop.
struct Visit<'a> {
    manners: &'a Manners,
    client: Client,
    request: &'a Request,
    coding: Coding,
    deadline: Instant,
}

impl Visit<'_> {
    async fn send(&self, route: &Route<'_>) -> Result<Response, Error> {
        let mut headers = route.headers(&self.manners.user_agent, self.request.accept.header());
        if self.coding == Coding::Identity {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        let method = match route.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut request = self.client.request(method, route.url.clone()).headers(headers);
        if let Some(body) = route.body {
            request = request.body(body.to_owned());
        }
        let limits = &self.manners.limits;
        let sent = self.bounds().within("the first byte", limits.head, request.send()).await?;
        let host = route.url.host_str().unwrap_or_default();
        sent.map_err(|error| Error::before_head(error, host, limits.connect))
    }

    async fn receive(&self, route: &Route<'_>, response: Response) -> Result<Answer, Error> {
        let (status, head) = (response.status().as_u16(), response.headers());
        let (validators, max_age) = (answer::validators(head), answer::freshness(head));
        let wait = Wishes { max_age, moved_to: route.moved_to() };
        if status == 304 && route.conditional() {
            return Ok(Answer::Unchanged { validators, wait });
        }
        if status >= 300 {
            return Err(Error::Status { status, retry_after: answer::retry_after(head) });
        }
        if self.coding == Coding::Labelled && body::still_encoded(head) {
            return Err(Error::Body { what: body::UNDECODABLE, source: None });
        }
        let content_type = answer::text(head, CONTENT_TYPE);
        let bytes = body::read(response, &self.bounds()).await?;
        let page = Page { url: route.url.clone(), status, content_type, bytes };
        Ok(Answer::Fresh { page, validators, wait })
    }

    fn bounds(&self) -> Bounds<'_> {
        Bounds {
            limits: &self.manners.limits,
            bytes: self.request.bytes.unwrap_or(self.manners.limits.bytes),
            deadline: self.deadline,
        }
    }
}
