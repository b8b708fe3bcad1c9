//! A page as a browser shows it: the operator's browser runs its scripts, and every request that
//! they make is answered by our own fetcher.

mod endpoint;
mod wire;
mod tab;
mod asked;
mod reply;
mod visit;
mod markup;
mod error;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use url::Url;

pub use error::Error;

use crate::fetch::{self, Answer, Fetcher, Request, Wishes};
use crate::model::{Page, Validators};
use visit::{Drawn, Visit};
use wire::Wire;

/// How much one page may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// In the browser, from its first script to the last; fetching the page itself comes before.
    pub time: Duration,
    /// Requests that its scripts may make.
    pub requests: usize,
    /// Bytes of all that it asks for, and of what comes of it.
    pub bytes: usize,
    /// Pages in the browser at a time.
    pub at_once: usize,
    /// A page that loaded is done when it asked for nothing for so long.
    pub quiet: Duration,
    /// A page that loaded is taken as it is after so long, though it still asks.
    pub settle: Duration,
    /// Until the browser is there and has a tab for us.
    pub reach: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(30),
            requests: 200,
            bytes: 32 << 20,
            at_once: 2,
            quiet: Duration::from_millis(500),
            settle: Duration::from_secs(10),
            reach: Duration::from_secs(5),
        }
    }
}

/// A browser that is not there is not asked again for so long.
const AWAY: Duration = Duration::from_secs(10);

/// The operator's browser.
pub struct Renderer {
    endpoint: Url,
    limits: Limits,
    places: Semaphore,
    away: Mutex<Option<Instant>>,
}

impl Renderer {
    /// A browser at the address of its DevTools: `ws://…/devtools/browser/…`, or `http://…` or
    /// `ws://…` without a path, where `/json/version` tells the rest.
    pub fn new(endpoint: Url, limits: Limits) -> Self {
        let places = Semaphore::new(limits.at_once.clamp(1, Semaphore::MAX_PERMITS));
        Self { endpoint, limits, places, away: Mutex::new(None) }
    }

    /// Fetches a page as [`Fetcher::fetch`] does, and lets the browser run its scripts. What is no
    /// HTML comes back as it is. `charset`: what the operator knows better than the server.
    ///
    /// Validators are not sent: the page may be the same while its scripts bring something new.
    pub async fn render(
        &self,
        fetcher: &Fetcher,
        request: &Request,
        charset: Option<&str>,
    ) -> Result<Answer, fetch::Error> {
        let bare = Validators::default();
        let request = Request { validators: bare, validated: None, ..request.clone() };
        let (mut page, moved_to) = match fetcher.fetch(&request).await? {
            Answer::Fresh { page, wait, .. } if markup::is_html(&page) => (page, wait.moved_to),
            other => return Ok(other),
        };
        let (document, own) = (page.url.clone(), page.content_type.clone());
        let content_type = reply::content_type(own.as_deref(), charset);
        let first = Page { content_type: Some(content_type), ..page.clone() };
        let Drawn { url, html } = self.draw(fetcher, &request, first).await?;
        page.url = url.unwrap_or(document);
        page.bytes = markup::bytes(&html);
        page.content_type = Some("text/html; charset=utf-8".to_owned());
        // How long its markup stays fresh says nothing of what its scripts bring.
        let wait = Wishes { moved_to, ..Wishes::default() };
        Ok(Answer::Fresh { page, validators: Validators::default(), wait })
    }

    async fn draw(&self, fetcher: &Fetcher, request: &Request, page: Page) -> Result<Drawn, Error> {
        let limits = &self.limits;
        let place = timeout(limits.time, self.places.acquire()).await;
        let _place = place.map_err(|_| Error::Busy(limits.time))?;
        self.here()?;
        let reached = timeout(limits.reach, self.reach(fetcher)).await;
        let reached = reached.unwrap_or(Err(Error::Silent(limits.reach)));
        if let Err(Error::Absent { .. } | Error::Silent(_)) = reached {
            *self.away.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        let (wire, tab) = reached?;
        Visit::new(fetcher, request, limits, wire, tab).run(page).await
    }

    async fn reach(&self, fetcher: &Fetcher) -> Result<(Wire, tab::Tab), Error> {
        let address = endpoint::resolve(&self.endpoint, fetcher).await?;
        let mut wire = Wire::open(&address, self.limits.bytes).await?;
        let tab = tab::open(&mut wire).await?;
        Ok((wire, tab))
    }

    fn here(&self) -> Result<(), Error> {
        let away = *self.away.lock().unwrap_or_else(PoisonError::into_inner);
        match away {
            Some(since) if since.elapsed() < AWAY => Err(Error::Away),
            _ => Ok(()),
        }
    }
}
