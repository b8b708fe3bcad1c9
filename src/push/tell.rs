//! Telling others of a change: the document to subscribers, a word to other hubs.

use std::io;

use chrono::TimeDelta;
use url::Url;

use super::{Desk, Outcome, outcome};
use crate::fetch::{Accept, Method, Request};
use crate::publish::Format;
use crate::refresh;
use crate::store::{self, Target, Telling};
use crate::websub;

/// Bytes of an answer that are read.
const ANSWER: usize = 64 << 10;

/// Tells one of those who follow a document that it changed.
pub(super) async fn tell(desk: &Desk, target: &Target) -> Result<(), store::Error> {
    let request = match target.telling {
        Telling::Document => document(desk, target).await,
        Telling::Ping => Ok(ping(desk, target)),
    };
    let (store, websub) = (&desk.store, &desk.world.settings.websub);
    let pause = i64::try_from(websub.pause.as_secs()).unwrap_or(i64::MAX);
    let request = match request {
        Ok(Some(request)) => request,
        Ok(None) => return store.told(target, desk.now(), pause).await,
        Err(why) => {
            tracing::error!(path = target.path, %why, "cannot read a published file");
            return store.untold(target, desk.now() + TimeDelta::minutes(1), false).await;
        }
    };
    let sent = outcome(desk.fetch(&request).await);
    let (now, host, path) = (desk.now(), &target.host, &target.path);
    match sent {
        Outcome::Well => store.told(target, now, pause).await,
        Outcome::Gone if target.telling == Telling::Document => store.drop_target(target).await,
        Outcome::Rests(wait) => {
            let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::days(1));
            store.untold(target, now + wait, false).await
        }
        sent => {
            let (why, asked) = match &sent {
                Outcome::Failed(why) => (refresh::chain(&**why), why.retry_after()),
                _ => ("the server answers 410".to_owned(), None),
            };
            tracing::info!(%host, path, failures = target.failures + 1, "cannot tell of a change: {why}");
            let asked = asked.and_then(|wait| TimeDelta::from_std(wait).ok()).unwrap_or_default();
            match (websub::deliver_again(target.failures + 1), target.telling) {
                (Some(wait), _) => store.untold(target, now + wait.max(asked), true).await,
                (None, Telling::Document) => store.drop_target(target).await,
                // The next change is told again.
                (None, Telling::Ping) => store.told(target, now, pause).await,
            }
        }
    }
}

/// The document as it is published now, signed where there is a secret; `None` where it is no
/// more.
async fn document(desk: &Desk, target: &Target) -> io::Result<Option<Request>> {
    let settings = &desk.world.settings;
    let bytes = match tokio::fs::read(settings.publish.dir.join(&target.path)).await {
        Ok(bytes) => bytes,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(why),
    };
    let (Ok(body), Ok(url)) = (String::from_utf8(bytes), Url::parse(&target.address)) else {
        return Ok(None);
    };
    let site = &settings.site.url;
    let hubs = settings.websub.named(site);
    let link = websub::link(site, &target.path, &hubs);
    let mut headers = vec![
        ("Content-Type".to_owned(), media_type(&target.path).to_owned()),
        ("Link".to_owned(), link),
    ];
    if let Some(secret) = &target.secret {
        let signature = websub::sign(settings.websub.signature, secret.as_bytes(), body.as_bytes());
        headers.push(("X-Hub-Signature".to_owned(), signature));
    }
    Ok(Some(post(desk, url, headers, body)))
}

fn ping(desk: &Desk, target: &Target) -> Option<Request> {
    let url = Url::parse(&target.address).ok()?;
    Some(post(desk, url, Vec::new(), websub::ping(&target.topic)))
}

/// A redirect is a failure (§7: only 2xx means that the delivery arrived).
fn post(desk: &Desk, url: Url, headers: Vec<(String, String)>, body: String) -> Request {
    Request {
        method: Method::Post,
        headers,
        body: Some(body),
        bytes: Some(ANSWER),
        redirects: Some(0),
        allow_private: desk.world.settings.websub.allow_private.clone(),
        ..Request::get(url, Accept::Page)
    }
}

fn media_type(path: &str) -> &'static str {
    let formats = [Format::Rss, Format::Atom, Format::Json];
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let format = formats.into_iter().find(|format| format.extension() == ending);
    format.map_or("application/octet-stream", Format::media_type)
}
