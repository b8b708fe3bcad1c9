//! The door for hubs and subscribers: `/websub/<token>` and `/hub`.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::subscriber::Delivery;
use super::{Desk, hub, token_of};
use crate::serve::{Inbox, Letter, Looking, Receipt, Receiving};
use crate::store::{self, Subscription};
use crate::websub::{self, Standing, State, Verdict};

/// A delivery of this size or above is refused, in bytes.
const DELIVERY: usize = 4 << 20;
/// The largest request to our hub, in bytes.
const FORM: usize = 16 << 10;
/// The path of our hub.
const HUB: &str = "/hub";

/// Takes letters and hands deliveries on.
pub(super) struct Door {
    desk: Arc<Desk>,
    deliveries: mpsc::Sender<Delivery>,
}

impl Door {
    pub(super) fn new(desk: &Arc<Desk>, deliveries: mpsc::Sender<Delivery>) -> Self {
        Self { desk: Arc::clone(desk), deliveries }
    }

    async fn receipt(&self, letter: Letter) -> Receipt {
        let path = letter.path.clone();
        let receipt =
            if path == HUB { self.hub(letter).await } else { self.callback(letter).await };
        receipt.unwrap_or_else(|why| {
            tracing::error!("pushes: {why}");
            Receipt::new(503, "not available now\n")
        })
    }

    async fn hub(&self, letter: Letter) -> Result<Receipt, store::Error> {
        match letter.body {
            Some(body) => hub::take(&self.desk, &body).await,
            None => Ok(Receipt::new(200, "a WebSub hub for the feeds of this site\n")),
        }
    }

    async fn callback(&self, letter: Letter) -> Result<Receipt, store::Error> {
        let unknown = || Receipt::new(404, "not found\n");
        let Some(token) = token_of(&letter.path).map(str::to_owned) else { return Ok(unknown()) };
        match (self.desk.store.subscription(&token).await?, letter.body.is_some()) {
            (Some(one), true) => self.delivery(one, &token, letter).await,
            (Some(one), false) => self.question(&one, &token, &letter).await,
            // Whoever still delivers here may stop (§7.1).
            (None, true) => Ok(Receipt::new(410, "gone\n")),
            (None, false) => Ok(unknown()),
        }
    }

    /// A hub asks whether we meant it, or says that it will not push.
    async fn question(
        &self,
        one: &Subscription,
        token: &str,
        letter: &Letter,
    ) -> Result<Receipt, store::Error> {
        let (store, now) = (&self.desk.store, self.desk.now());
        let Some(intent) = letter.query.as_deref().and_then(websub::intent) else {
            return Ok(Receipt::new(404, "not found\n"));
        };
        let (state, topic) = (State::named(&one.state), one.topic.clone());
        let (source, hub) = (&one.source, &one.hub);
        match websub::judge(&Standing { state, topic, asked: one.asked_at }, intent, now) {
            Verdict::Agreed { challenge, until, renew } => {
                tracing::info!(%source, hub, %until, "subscribed");
                store.agreed(token, until, renew).await?;
                self.desk.world.bells.push.notify_one();
                Ok(Receipt::new(200, challenge))
            }
            Verdict::Left { challenge } => {
                store.left(&one.source, &one.address).await?;
                Ok(Receipt::new(200, challenge))
            }
            Verdict::Denied { reason, again } => {
                let why =
                    reason.map_or_else(|| "denied".to_owned(), |why| format!("denied: {why}"));
                tracing::warn!(%source, hub, "the hub will not push: {why}");
                store.denied(token, &why, again).await?;
                Ok(Receipt::new(200, ""))
            }
            Verdict::Unknown => Ok(Receipt::new(404, "not found\n")),
        }
    }

    /// A delivery: well signed, it is marked before it is acknowledged and read after; else it is
    /// acknowledged and forgotten, so that nobody learns from the answer which one it was.
    async fn delivery(
        &self,
        one: Subscription,
        token: &str,
        letter: Letter,
    ) -> Result<Receipt, store::Error> {
        let (store, now) = (&self.desk.store, self.desk.now());
        let accepted = Ok(Receipt::new(202, ""));
        let body = letter.body.unwrap_or_default();
        let signature = letter.signature.unwrap_or_default();
        let secret = one.secret.clone().unwrap_or_default();
        let checked = tokio::task::spawn_blocking(move || {
            let holds = !secret.is_empty() && websub::holds(&signature, secret.as_bytes(), &body);
            holds.then_some(body)
        });
        let Ok(Some(body)) = checked.await else {
            tracing::warn!(source = %one.source, "a delivery is not signed as agreed: ignored");
            store.push_refused(token).await?;
            return accepted;
        };
        store.pushed(token, now).await?;
        let delivery = Delivery {
            token: token.to_owned(),
            source: one.source.clone(),
            list: one.list,
            topic: one.topic,
            content_type: letter.content_type,
            body,
        };
        if self.deliveries.try_send(delivery).is_err() {
            // More than can be read: the source is polled instead.
            self.desk.visit_now(&one.source).await?;
        }
        accepted
    }
}

impl Inbox for Door {
    fn takes(&self, path: &str) -> bool {
        let websub = &self.desk.world.settings.websub;
        (websub.hub && path == HUB) || (websub.subscribe && path.starts_with("/websub/"))
    }

    fn room<'a>(&'a self, path: &'a str) -> Looking<'a> {
        Box::pin(async move {
            if path == HUB {
                return Some(FORM);
            }
            let known = self.desk.store.subscription(token_of(path)?).await;
            known.ok().flatten().map(|_| DELIVERY - 1)
        })
    }

    fn take(&self, letter: Letter) -> Receiving<'_> {
        Box::pin(self.receipt(letter))
    }
}
