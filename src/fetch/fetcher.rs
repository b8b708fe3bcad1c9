//! The journey of one request: its turn, its hops, its answer.

use std::net::SocketAddr;

use ipnet::IpNet;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Response};
use tokio::time::{Duration, Instant, sleep, timeout};
use url::{Host, Url};

use crate::fetch::answer::{self, Answer};
use crate::fetch::body::{self, Bounds};
use crate::fetch::clients::Clients;
use crate::fetch::coding::Decoded;
use crate::fetch::guard::Own;
use crate::fetch::manners::{self, Turn, Turns};
use crate::fetch::names::{self, Lookup};
use crate::fetch::permits::Permits;
use crate::fetch::route::{self, Route};
use crate::fetch::witness::{self, Asked, Witness};
use crate::fetch::{Error, Manners, Method, Request, guard, links, wall};
use crate::model::{Egress, Fault, Page};
use crate::robots;

/// The one door to the network. Cheap to share, and all its requests mind each other.
pub struct Fetcher {
    manners: Manners,
    pub(super) turns: Turns,
    clients: Clients,
    witness: Option<Witness>,
    lookup: Lookup,
    permits: Permits,
    own: Own,
}

impl Fetcher {
    /// A fetcher that looks names up as the system does.
    pub fn new(manners: Manners) -> Result<Self, Error> {
        Self::with_lookup(manners, names::system())
    }

    /// A fetcher with a name lookup of its own; the guard vets what it finds all the same.
    pub fn with_lookup(manners: Manners, lookup: Lookup) -> Result<Self, Error> {
        let clients = Clients::new(lookup.clone(), manners.limits.connect);
        clients.get(&[], &Egress::default())?;
        agent(&manners.user_agent)?;
        let turns = Turns::of(&manners);
        let (permits, own) = (Permits::default(), Own::default());
        Ok(Self { manners, turns, clients, witness: None, lookup, permits, own })
    }

    /// The same, telling somebody of each request.
    #[must_use]
    pub fn witnessed(self, witness: Witness) -> Self {
        Self { witness: Some(witness), ..self }
    }

    /// Asks for a page and follows its redirects; every hop is vetted, waits for its turn,
    /// and counts towards the limits.
    pub async fn fetch(&self, request: &Request) -> Result<Answer, Error> {
        self.walk(request, false).await
    }

    /// The `User-Agent` of requests that have this one of their own, or none.
    pub fn name_for<'n>(&'n self, own: Option<&'n str>) -> &'n str {
        own.unwrap_or(&self.manners.user_agent)
    }

    /// Tells where readers reach this site, which is refused from then on.
    pub fn mind_site(&self, url: &Url) {
        let _ = self.own.site.set(url.clone());
    }

    /// Tells where this process serves, which is refused from then on.
    pub fn mind_listener(&self, address: SocketAddr) {
        let _ = self.own.listener.set(address);
    }

    /// `cut`: of a body that is too long, its beginning is wanted.
    async fn walk(&self, request: &Request, cut: bool) -> Result<Answer, Error> {
        let (manners, mut allow) = (&self.manners, request.allow_private.as_slice());
        let mut route = Route::start(request)?;
        let mut left = manners.limits.total;
        loop {
            guard::vet_url(&route.url, allow)?;
            self.own.vet_url(&route.url)?;
            let client = self.clients.get(allow, &request.egress)?;
            let host = manners::host_of(&route.url);
            if request.obey_robots {
                self.permitted(&route.url, &host, request, allow).await?;
            }
            let _turn = self.turn(&host, request).await?;
            let began = Instant::now();
            self.vet_for_proxy(&route.url, request, allow, left).await?;
            let visit = Visit { manners, client, request, cut, deadline: began + left };
            let response = visit.send(&route).await;
            let response = response.inspect_err(|error| self.tell(began, error.kind()))?;
            self.own.vet_answer(&route.url, response.remote_addr())?;
            if !route::redirects(response.status().as_u16()) {
                let answer = visit.receive(&route, response).await;
                self.turns.mind(&host, &request.egress, answer.as_ref().map(|_| ()));
                self.tell(began, witness::outcome(&answer));
                return answer;
            }
            self.tell(began, "redirected");
            let status = response.status().as_u16();
            let from = route.url.origin();
            let most = request.redirects.unwrap_or(manners.limits.redirects);
            route.follow(status, response.headers(), most)?;
            // What a proxy answers comes from the proxy, wherever it has it from.
            let inside = match request.egress.proxy {
                Some(_) => route.url.origin() == from,
                None => guard::inside(response.remote_addr()),
            };
            if !inside {
                allow = &[];
            }
            left = left.saturating_sub(began.elapsed());
        }
    }

    fn tell(&self, began: Instant, outcome: &'static str) {
        if let Some(witness) = &self.witness {
            witness(Asked { outcome, took: began.elapsed() });
        }
    }

    /// Asks the server's `robots.txt`, or what is remembered of it.
    async fn permitted(
        &self,
        url: &Url,
        host: &str,
        request: &Request,
        allow: &[IpNet],
    ) -> Result<(), Error> {
        let name = self.name_for(request.user_agent.as_deref());
        let ask = |robots: Request| async move {
            let robots = Request { allow_private: allow.to_vec(), ..robots };
            Box::pin(self.walk(&robots, true)).await
        };
        self.permits.check(url, host, request, robots::product(name), ask).await
    }

    /// Waits for a host's turn, and for the pause that its `robots.txt` asks for.
    async fn turn(&self, host: &str, request: &Request) -> Result<Turn<'_>, Error> {
        let egress = &request.egress;
        if request.part {
            return self.turns.take_part(host, egress).await;
        }
        loop {
            if let Some(pause) = self.permits.pause(host, Instant::now()) {
                sleep(pause).await;
            }
            let turn = self.turns.take_by(host, egress).await?;
            let now = Instant::now();
            if self.permits.pause(host, now).is_none() {
                self.permits.begins(host, now);
                return Ok(turn);
            }
        }
    }

    /// A proxy looks names up itself, so that they are vetted before it is asked.
    async fn vet_for_proxy(
        &self,
        url: &Url,
        request: &Request,
        allow: &[IpNet],
        left: Duration,
    ) -> Result<(), Error> {
        let (Some(_), Some(Host::Domain(name))) = (&request.egress.proxy, url.host()) else {
            return Ok(());
        };
        let limit = self.manners.limits.connect.min(left);
        let vetted = timeout(limit, names::vet(&self.lookup, name, allow)).await;
        vetted.map_err(|_| Error::Timeout { what: "connecting", limit })?
    }
}

fn agent(name: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(name).map_err(|_| Error::Header { name: "User-Agent".to_owned() })
}

/// Google's, and since then everybody's.
const ROBOTS_TAG: &str = "x-robots-tag";

/// One hop.
struct Visit<'a> {
    manners: &'a Manners,
    client: Client,
    request: &'a Request,
    cut: bool,
    deadline: Instant,
}

impl Visit<'_> {
    async fn send(&self, route: &Route<'_>) -> Result<Response, Error> {
        let name = self.request.user_agent.as_ref().unwrap_or(&self.manners.user_agent);
        let headers = route.headers(agent(name)?, self.request.accept.header());
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
        let (validators, wait) = (answer::validators(head), answer::wishes(head, route.moved_to()));
        if status == 304 && route.conditional() {
            return Ok(Answer::Unchanged { validators, wait });
        }
        if status >= 300 {
            let retry_after = answer::retry_after(head);
            if wall::answers(status, head) {
                return Err(Error::Wall { status, retry_after });
            }
            return Err(Error::Status { status, retry_after });
        }
        let content_type = answer::text(head, CONTENT_TYPE);
        let (links, robots) = (links::read(head, &route.url), answer::fields(head, ROBOTS_TAG));
        let Decoded { bytes, labelled } = body::read(response, &self.bounds()).await?;
        let mut faults = Vec::new();
        if !labelled {
            let what = "the body is not encoded as it says; it is read as it looks";
            faults.push(Fault::new("Content-Encoding", what));
            tracing::warn!(url = %route::shown(&route.url), "a body is not what its Content-Encoding says");
        }
        let page =
            Page { url: route.url.clone(), status, content_type, bytes, links, robots, faults };
        Ok(Answer::Fresh { page, validators, wait })
    }

    fn bounds(&self) -> Bounds<'_> {
        Bounds {
            limits: &self.manners.limits,
            bytes: self.request.bytes.unwrap_or(self.manners.limits.bytes),
            cut: self.cut,
            deadline: self.deadline,
        }
    }
}
