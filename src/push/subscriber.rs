//! The subscriber: asks hubs for pushes, keeps the leases alive, and reads what is delivered.

use std::sync::Arc;

use url::Url;

use super::{Desk, Outcome, callback, outcome, random};
use crate::fetch::{Accept, Method, Request};
use crate::model::{Instant, Page, SourceId};
use crate::refresh;
use crate::store::{self, Subscription};
use crate::websub::{self, Mode, State};

/// Requests to end a subscription of a source that is gone.
const FAREWELLS: u32 = 3;
/// Bytes of a hub's answer that are read.
const ANSWER: usize = 64 << 10;

/// A well signed delivery that waits to be read.
#[derive(Debug)]
pub(super) struct Delivery {
    pub token: String,
    pub source: SourceId,
    pub list: String,
    pub topic: String,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

impl Delivery {
    /// Deliveries for one source are read one after the other.
    pub(super) fn key(&self) -> String {
        format!("source {}", self.source)
    }
}

/// Asks a hub for pushes, for a further lease, or for an end.
pub(super) async fn ask(desk: &Desk, one: &Subscription) -> Result<(), store::Error> {
    let (store, now) = (&desk.store, desk.now());
    let source = desk.source(&one.source).filter(|_| one.state != State::Leaving.name());
    let mode = if source.is_some() { Mode::Subscribe } else { Mode::Unsubscribe };
    let over = mode == Mode::Unsubscribe && (one.token.is_none() || one.failures >= FAREWELLS);
    let Some(hub) = Url::parse(&one.hub).ok().filter(|_| !over) else {
        return store.left(&one.source, &one.address).await;
    };
    let words =
        (one.token.clone().or_else(random::token), one.secret.clone().or_else(random::token));
    let (Some(token), Some(secret)) = words else {
        tracing::error!("the system has no randomness to give: cannot subscribe");
        return Ok(());
    };
    let again = now + websub::ask_again(one.failures + 1);
    // Before the request: the hub may verify before it answers.
    store.asking(one, &token, &secret, now, again).await?;
    let lease = desk.world.settings.websub.lease.as_secs();
    let form = websub::subscription(mode, &callback(desk, &token), &one.topic, lease, &secret);
    let request = Request {
        method: Method::Post,
        body: Some(form),
        bytes: Some(ANSWER),
        allow_private: source.map(|source| source.access.allow_private.clone()).unwrap_or_default(),
        ..Request::get(hub, Accept::Page)
    };
    let note = match outcome(desk.fetch(&request).await) {
        Outcome::Well => return Ok(()),
        Outcome::Gone => "the hub answers 410".to_owned(),
        Outcome::Rests(wait) => format!("the hub asked to be left alone for another {wait:?}"),
        Outcome::Failed(why) => refresh::chain(&*why),
    };
    tracing::warn!(source = %one.source, hub = %one.hub, "{} failed: {note}", mode.name());
    store.asked(&token, Some(&note)).await
}

/// Reads a delivery as the list that it stands for. Whatever it cannot be read as, it says that
/// there is something new: the source is polled then.
pub(super) async fn read(desk: &Desk, delivery: Delivery) -> Result<(), store::Error> {
    let now = desk.now();
    let source = desk.source(&delivery.source);
    let (Some(source), Ok(url)) = (source, Url::parse(&delivery.topic)) else { return Ok(()) };
    let Delivery { token, list, content_type, body: bytes, .. } = delivery;
    let (links, robots, faults) = (Vec::new(), Vec::new(), Vec::new());
    let page = Page { url, status: 200, content_type, links, robots, faults, bytes };
    let (world, store) = (&desk.world, &desk.store);
    let report = refresh::delivered(world, store, source, &list, page, now).await?;
    let (source, new, changed) = (&source.id, report.new, report.changed);
    if report.errors.is_empty() {
        tracing::info!(%source, new, changed, "pushed");
        store.push_read(&token).await?;
    } else {
        tracing::warn!(%source, "what was pushed cannot be read: {}", report.errors.join("; "));
        desk.visit_now(source).await?;
    }
    world.bells.daemon.notify_one();
    Ok(())
}

/// What polls found and hubs never pushed.
pub(super) async fn suspicions(desk: &Arc<Desk>, now: Instant) -> Result<(), store::Error> {
    desk.store.trust_again(now).await?;
    for one in desk.store.suspected().await? {
        let until = one.suspect.and_then(|since| websub::overdue(now, since));
        if let Some(until) = until {
            tracing::warn!(source = %one.source, hub = %one.hub, "the hub kept something from us");
            desk.store.distrust(&one, until).await?;
        }
    }
    Ok(())
}
