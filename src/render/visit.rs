//! One page in the browser: what it asks for is answered until it is done.

use std::collections::{HashMap, VecDeque};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep_until, timeout, timeout_at};
use url::Url;

use super::asked::{self, Asked, Verdict};
use super::tab::Tab;
use super::wire::{Event, Said, Wire};
use super::{Error, Limits, reply};
use crate::fetch::{self, Answer, Fetcher, Request};
use crate::model::Page;

/// Requests of one page that are under way at a time; the others wait.
const AT_ONCE: usize = 6;
/// How many requests that cost nothing come with one that does.
const CHEAP: usize = 20;
/// How long the finished page may take to come over, and the tab to go.
const LAST: Duration = Duration::from_secs(5);

/// What a page came to.
#[derive(Debug)]
pub(super) struct Drawn {
    /// Where its scripts led, if elsewhere.
    pub url: Option<Url>,
    /// Its markup.
    pub html: String,
}

/// A page in the browser.
pub(super) struct Visit<'v> {
    fetcher: &'v Fetcher,
    request: &'v Request,
    limits: &'v Limits,
    wire: Wire,
    tab: Tab,
    /// Where the document is.
    document: Url,
    /// Where scripts led it.
    led_to: Option<Url>,
    /// Answers by the address that they came from, for which the browser is about to ask.
    here: HashMap<Url, Page>,
    waiting: VecDeque<(Asked, Request)>,
    /// Requests that cost something, and all.
    requests: (usize, usize),
    bytes: usize,
    /// When the document had loaded.
    loaded: Option<Instant>,
    /// When something was last asked or answered.
    stirred: Instant,
    /// The number of the command that began it.
    begun: u64,
}

impl<'v> Visit<'v> {
    pub(super) fn new(
        fetcher: &'v Fetcher,
        request: &'v Request,
        limits: &'v Limits,
        wire: Wire,
        tab: Tab,
    ) -> Self {
        Self {
            fetcher,
            request,
            limits,
            wire,
            tab,
            document: request.url.clone(),
            led_to: None,
            here: HashMap::new(),
            waiting: VecDeque::new(),
            requests: (0, 0),
            bytes: 0,
            loaded: None,
            stirred: Instant::now(),
            begun: 0,
        }
    }

    /// Lets the browser make what it can of a page that was fetched.
    pub(super) async fn run(mut self, page: Page) -> Result<Drawn, Error> {
        let html = self.through(page).await;
        // The context ends with the connection anyway, but one that is told frees its memory now.
        let end = json!({ "browserContextId": self.tab.context });
        let _ = timeout(LAST, self.wire.call("Target.disposeBrowserContext", end, None)).await;
        Ok(Drawn { url: self.led_to, html: html? })
    }

    async fn through(&mut self, page: Page) -> Result<String, Error> {
        let end = Instant::now() + self.limits.time;
        match timeout_at(end, self.show(page)).await {
            Ok(shown) => shown?,
            // A page that never rests is taken as it is, if it was there once.
            Err(_) if self.loaded.is_some() => {}
            Err(_) => return Err(Error::Time(self.limits.time)),
        }
        let taken = timeout(LAST, self.take()).await;
        taken.unwrap_or(Err(Error::Time(self.limits.time)))
    }

    async fn show(&mut self, page: Page) -> Result<(), Error> {
        self.document = page.url.clone();
        let url = page.url.to_string();
        self.count(page.bytes.len())?;
        self.here.insert(page.url.clone(), page);
        self.begun = self.tell("Page.navigate", json!({ "url": url })).await?;
        self.watch().await
    }

    /// Answers what the page asks until it is done.
    async fn watch(&mut self) -> Result<(), Error> {
        let fetcher = self.fetcher;
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < AT_ONCE
                && let Some((asked, request)) = self.waiting.pop_front()
            {
                under_way.push(async move { (asked, fetcher.fetch(&request).await) });
            }
            let done = self.done(under_way.is_empty());
            tokio::select! {
                said = self.wire.hear() => self.heed(said?).await?,
                Some((asked, answer)) = under_way.next() => self.answer(&asked, answer).await?,
                () = sleep_until(done.unwrap_or_else(Instant::now)), if done.is_some() => {
                    return Ok(());
                }
            }
        }
    }

    /// When the page is done, if nothing happens until then.
    fn done(&self, quiet: bool) -> Option<Instant> {
        let loaded = self.loaded?;
        let latest = loaded + self.limits.settle;
        let rested = self.stirred.max(loaded) + self.limits.quiet;
        Some(if quiet { rested.min(latest) } else { latest })
    }

    async fn heed(&mut self, said: Said) -> Result<(), Error> {
        let Event { method, params, session } = match said {
            Said::Event(event) => event,
            Said::Answer { id, result } if id == self.begun => return begun(result),
            Said::Answer { .. } => return Ok(()),
        };
        let own = session.as_ref() == Some(&self.tab.session);
        match method.as_str() {
            "Fetch.requestPaused" if own => self.asked(&params).await?,
            "Page.loadEventFired" if own => self.loaded = Some(Instant::now()),
            "Page.javascriptDialogOpening" if own => {
                let away = json!({ "accept": false });
                self.tell("Page.handleJavaScriptDialog", away).await?;
            }
            "Inspector.targetCrashed" | "Inspector.detached" if own => return Err(Error::Crashed),
            "Target.detachedFromTarget"
                if params["sessionId"].as_str() == Some(&self.tab.session) =>
            {
                return Err(Error::Crashed);
            }
            _ => {}
        }
        Ok(())
    }

    async fn asked(&mut self, params: &Value) -> Result<(), Error> {
        self.stirred = Instant::now();
        self.requests.1 += 1;
        if self.requests.1 > self.limits.requests.saturating_mul(CHEAP) {
            return Err(Error::Requests(self.limits.requests));
        }
        let Some(asked) = Asked::read(params) else {
            let refusal = json!({ "requestId": params["requestId"], "errorReason": "Failed" });
            self.tell("Fetch.failRequest", refusal).await?;
            return Ok(());
        };
        if let Some(page) = self.here.remove(&asked.url) {
            return self.give(&asked, page).await;
        }
        let left = self.limits.bytes.saturating_sub(self.bytes);
        let (request, document) = (self.request, &self.document);
        let page = asked::Page { request, document, frame: &self.tab.target, left };
        let (method, params) = match asked.judged(&page) {
            Verdict::Fetch(request) => {
                self.requests.0 += 1;
                self.waiting.push_back((asked, *request));
                let over = self.requests.0 > self.limits.requests;
                return if over { Err(Error::Requests(self.limits.requests)) } else { Ok(()) };
            }
            Verdict::Within => ("Fetch.continueRequest", json!({ "requestId": asked.id })),
            Verdict::Blank(kind, bytes) => {
                ("Fetch.fulfillRequest", reply::blank(&asked, kind, bytes))
            }
            Verdict::May => ("Fetch.fulfillRequest", reply::may(&asked)),
            Verdict::Refuse => ("Fetch.failRequest", reply::refusal(&asked)),
        };
        self.tell(method, params).await?;
        Ok(())
    }

    async fn answer(
        &mut self,
        asked: &Asked,
        answer: Result<Answer, fetch::Error>,
    ) -> Result<(), Error> {
        self.stirred = Instant::now();
        let page = match answer {
            Ok(Answer::Fresh { page, .. }) => page,
            // Nothing is asked on a condition.
            Ok(Answer::Unchanged { .. }) => {
                self.tell("Fetch.failRequest", reply::refusal(asked)).await?;
                return Ok(());
            }
            Err(why) if asked.is_document(&self.tab.target) => return Err(why.into()),
            Err(why) => {
                tracing::debug!(url = %fetch::shown(&asked.url), %why, "a part of a page failed");
                let (method, params) = reply::failure(asked, &why);
                self.tell(method, params).await?;
                return Ok(());
            }
        };
        self.count(page.bytes.len())?;
        if page.url == asked.url {
            return self.give(asked, page).await;
        }
        // The browser has to know where it is: relative addresses are relative to that.
        self.tell("Fetch.fulfillRequest", reply::moved(asked, &page.url)).await?;
        self.here.insert(page.url.clone(), page);
        Ok(())
    }

    async fn give(&mut self, asked: &Asked, page: Page) -> Result<(), Error> {
        let document = asked.is_document(&self.tab.target);
        if document {
            self.loaded = None;
            if page.url != self.document {
                self.led_to = Some(page.url.clone());
                self.document = page.url.clone();
            }
        }
        self.tell("Fetch.fulfillRequest", reply::page(asked, &page, document)).await?;
        Ok(())
    }

    /// The page as it is now.
    async fn take(&mut self) -> Result<String, Error> {
        let session = Some(self.tab.session.as_str());
        let root = self.wire.call("DOM.getDocument", json!({ "depth": 0 }), session).await?;
        let node = json!({ "nodeId": root["root"]["nodeId"] });
        let mut taken = self.wire.call("DOM.getOuterHTML", node, session).await?;
        match taken["outerHTML"].take() {
            Value::String(html) if html.len() <= self.limits.bytes => Ok(html),
            Value::String(_) => Err(Error::Bytes(self.limits.bytes)),
            _ => {
                let why = "it gives no markup".to_owned();
                Err(Error::Refused { method: "DOM.getOuterHTML", why })
            }
        }
    }

    fn count(&mut self, bytes: usize) -> Result<(), Error> {
        self.bytes = self.bytes.saturating_add(bytes);
        let over = self.bytes > self.limits.bytes;
        if over { Err(Error::Bytes(self.limits.bytes)) } else { Ok(()) }
    }

    async fn tell(&mut self, method: &str, params: Value) -> Result<u64, Error> {
        self.wire.send(method, params, Some(&self.tab.session)).await
    }
}

/// What the browser says to the command that began the page. That another page took its place
/// (`ERR_ABORTED`) is no fault.
fn begun(result: Result<Value, String>) -> Result<(), Error> {
    let why = match result {
        Err(why) => why,
        Ok(value) => match value["errorText"].as_str() {
            None | Some("" | "net::ERR_ABORTED") => return Ok(()),
            Some(why) => why.to_owned(),
        },
    };
    Err(Error::Refused { method: "Page.navigate", why })
}
