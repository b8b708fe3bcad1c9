//! The hub: takes subscriptions to our feeds, verifies them, and hands changes on.

use chrono::TimeDelta;
use url::Url;

use super::{Desk, random};
use crate::fetch::{self, Accept, Answer, Request};
use crate::model::Instant;
use crate::serve::Receipt;
use crate::store::{self, Crowd, HubRequest};
use crate::websub::{self, Asked, Mode};

/// Requests that may wait for their callbacks, in all and of one host.
const PENDING: (u64, u64) = (1_000, 20);
/// The longest lease, in days, where the settings do not allow for more.
const LONGEST_LEASE: u64 = 30;
/// Bytes of a callback's answer that are read; a challenge has far less.
const ANSWER: usize = 4 << 10;

/// Takes a request to subscribe or unsubscribe: 202, and the callback is asked later.
pub(super) async fn take(desk: &Desk, form: &[u8]) -> Result<Receipt, store::Error> {
    let refusal = |status, why: &str| Ok(Receipt::new(status, format!("{why}\n")));
    let (mode, callback, topic, lease, secret) = match websub::asked(form) {
        Ok(Asked::Subscription { mode, callback, topic, lease, secret }) => {
            (mode, callback, topic, lease, secret)
        }
        // We publish here ourselves, and know what changed.
        Ok(Asked::Publish) => return Ok(Receipt::new(204, "")),
        Err(why) => return refusal(400, &why.to_string()),
    };
    let settings = &desk.world.settings;
    let path = websub::path_of(&settings.site.url, &topic);
    let Some(path) = path.filter(|path| path.len() <= 512) else {
        return refusal(404, "hub.topic is none of the feeds here");
    };
    if !desk.store.has_file(&path).await? {
        return refusal(404, "hub.topic is none of the feeds here");
    }
    let own = callback.as_str().starts_with(settings.site.url.as_str());
    if own || fetch::vet(&callback, &settings.websub.allow_private).is_err() {
        return refusal(403, "hub.callback cannot be pushed to from here");
    }
    let host = websub::host(&callback);
    let crowd = desk.store.crowd(callback.as_str(), &host, &path).await?;
    if let Some(receipt) = crowded(desk, mode, crowd) {
        return Ok(receipt);
    }
    let usual = settings.websub.lease;
    let most = usual.max(std::time::Duration::from_hours(24 * LONGEST_LEASE));
    let lease = websub::offered(lease, usual, most);
    let (callback, mode) = (callback.to_string(), mode.name().to_owned());
    let asked = HubRequest { callback, path, topic, host, mode, secret, lease, failures: 0 };
    desk.store.hub_asked(&asked, desk.now()).await?;
    desk.world.bells.push.notify_one();
    Ok(Receipt::new(202, ""))
}

fn crowded(desk: &Desk, mode: Mode, crowd: Crowd) -> Option<Receipt> {
    let websub = &desk.world.settings.websub;
    if crowd.requests >= PENDING.0 {
        return Some(Receipt::new(503, "too many requests wait for their callbacks\n"));
    }
    let of_host = mode == Mode::Subscribe && crowd.of_host >= websub.per_host;
    if of_host || crowd.requests_of_host >= PENDING.1 {
        return Some(Receipt::new(429, "too many subscriptions of this host\n"));
    }
    let full = mode == Mode::Subscribe && crowd.subscribers >= websub.per_feed;
    full.then(|| Receipt::new(503, "this feed has as many subscribers as it can have\n"))
}

/// Asks a callback whether it meant it. What it had before stays until it says so.
pub(super) async fn verify(desk: &Desk, asked: &HubRequest) -> Result<(), store::Error> {
    let (Some(challenge), Ok(callback)) = (random::token(), Url::parse(&asked.callback)) else {
        return desk.store.hub_unconfirmed(asked, None).await;
    };
    let mode = Mode::named(&asked.mode).unwrap_or(Mode::Unsubscribe);
    let url = websub::verification(&callback, mode, &asked.topic, &challenge, asked.lease);
    let request = Request {
        redirects: Some(0),
        bytes: Some(ANSWER),
        allow_private: desk.world.settings.websub.allow_private.clone(),
        ..Request::get(url, Accept::Page)
    };
    let answer = desk.fetch(&request).await;
    let (host, now) = (&asked.host, desk.now());
    match answer {
        Ok(Answer::Fresh { page, .. }) if page.bytes == challenge.as_bytes() => {
            let lease = TimeDelta::seconds(i64::try_from(asked.lease).unwrap_or(0));
            tracing::info!(%host, path = asked.path, "{} is confirmed", asked.mode);
            desk.store.hub_confirmed(asked, now + lease).await
        }
        Err(fetch::Error::CoolingDown { wait, .. }) => {
            let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::days(1));
            desk.store.hub_unconfirmed(asked, Some(now + wait)).await
        }
        Err(why) if passing(&why) => {
            let again = websub::verify_again(asked.failures + 1).map(|wait| now + wait);
            desk.store.hub_unconfirmed(asked, again).await
        }
        _ => {
            tracing::info!(%host, path = asked.path, "{} is not confirmed", asked.mode);
            desk.store.hub_unconfirmed(asked, None).await
        }
    }
}

/// Whether a failure says nothing of what the callback meant.
fn passing(why: &fetch::Error) -> bool {
    match why {
        fetch::Error::Status { status, .. } => *status >= 500 || *status == 429,
        fetch::Error::Dns { .. }
        | fetch::Error::Connect { .. }
        | fetch::Error::Tls { .. }
        | fetch::Error::Protocol { .. }
        | fetch::Error::Timeout { .. } => true,
        _ => false,
    }
}

/// Forgets whose time is over.
pub(super) async fn purge(desk: &Desk, now: Instant) -> Result<(), store::Error> {
    let hubs = &desk.world.settings.websub.hubs;
    let names: Vec<String> = hubs.iter().map(ToString::to_string).collect();
    desk.store.hub_purge(now, &names).await
}

/// Hands documents that changed on to those who follow them.
pub(super) async fn hand_on(desk: &Desk, now: Instant) -> Result<(), store::Error> {
    let settings = &desk.world.settings;
    let hubs: Vec<(String, String)> =
        settings.websub.hubs.iter().map(|hub| (hub.to_string(), websub::host(hub))).collect();
    let pause = i64::try_from(settings.websub.pause.as_secs()).unwrap_or(i64::MAX);
    for changed in desk.store.documents_changed().await? {
        let topic = websub::url_of(&settings.site.url, &changed.1);
        desk.store.hand_on(&changed, &topic, &hubs, now, pause).await?;
    }
    Ok(())
}
