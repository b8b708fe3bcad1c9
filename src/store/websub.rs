//! Subscriptions to hubs: what is remembered of each, one transaction a change.

use super::rows::instant;
use super::sql::{self, Row};
use super::{Error, Store};
use crate::model::{Fault, Instant, SourceId};

/// A subscription to a hub.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// Whose pushes these are.
    pub source: SourceId,
    /// The polled address that named the hub.
    pub address: String,
    /// Name of its list.
    pub list: String,
    /// The hub.
    pub hub: String,
    /// What the hub calls it.
    pub topic: String,
    /// The last part of the callback's address; `None` before the hub was first asked.
    pub token: Option<String>,
    /// What the hub signs with.
    pub secret: Option<String>,
    /// Name of its state.
    pub state: String,
    /// When its hub was last asked.
    pub asked_at: Option<Instant>,
    /// Requests in a row that failed, or were never verified.
    pub failures: u32,
    /// When the lease ends.
    pub lease_until: Option<Instant>,
    /// Well signed deliveries.
    pub pushes: u64,
    /// Deliveries that were not.
    pub refused: u64,
    /// The last well signed one.
    pub last_push: Option<Instant>,
    /// Whether one came that nobody has read yet.
    pub unread: bool,
    /// Since when something is missing.
    pub suspect: Option<Instant>,
    /// Until when the hub is not believed.
    pub distrusted: Option<Instant>,
    /// What the hub, or the way to it, said last.
    pub note: Option<String>,
}

impl Subscription {
    /// What is wrong with its hub, for people.
    pub fn fault(&self) -> Option<Fault> {
        let what = match (self.distrusted, &self.note) {
            (Some(until), _) => {
                let until = until.format("%Y-%m-%d %H:%M UTC");
                format!("distrusted until {until}: a poll found what it did not push")
            }
            (_, Some(note)) => note.clone(),
            _ => return None,
        };
        Some(Fault::new(format!("hub `{}`", self.hub), what))
    }
}

/// A hub as a page named it.
#[derive(Clone, Debug)]
pub struct NamedHub {
    /// Name of the list.
    pub list: String,
    /// The polled address.
    pub address: String,
    /// Hub and topic; `None` where the page names none.
    pub found: Option<(String, String)>,
}

impl Store {
    /// Keeps what a source's pages say of their hubs. Another hub or topic is another
    /// subscription, with another callback; a page without a hub has none.
    pub async fn hubs_named(
        &self,
        source: &SourceId,
        named: &[NamedHub],
        now: Instant,
    ) -> Result<(), Error> {
        for one in named {
            let Some((hub, topic)) = &one.found else {
                let query = "DELETE FROM subscription WHERE source = ? AND address = ?";
                let query = sql::query(query).bind(source.as_str()).bind(&one.address);
                query.execute(&self.pool).await?;
                continue;
            };
            let query = "INSERT INTO subscription (source, address, list, hub, topic, next_at) \
                 VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (source, address) DO UPDATE SET \
                 list = excluded.list, hub = excluded.hub, topic = excluded.topic, token = NULL, \
                 secret = NULL, state = 'wanted', next_at = excluded.next_at, failures = 0, \
                 asked_at = NULL, lease_until = NULL, pushes = 0, unread = 0, suspect = NULL, \
                 distrusted = NULL, note = NULL \
                 WHERE hub <> excluded.hub OR topic <> excluded.topic OR list <> excluded.list";
            sql::query(query)
                .bind(source.as_str())
                .bind(&one.address)
                .bind(&one.list)
                .bind(hub)
                .bind(topic)
                .bind(now.timestamp())
                .execute(&self.pool)
                .await?;
        }
        Ok(())
    }

    /// All subscriptions, or those of one source.
    pub async fn subscriptions(
        &self,
        source: Option<&SourceId>,
    ) -> Result<Vec<Subscription>, Error> {
        // Two statements: one with an `OR` would walk all of them for each source.
        let rows = if let Some(source) = source {
            let query = "SELECT * FROM subscription WHERE source = ? ORDER BY address";
            sql::query(query).bind(source.as_str()).fetch_all(&self.pool).await?
        } else {
            let query = "SELECT * FROM subscription ORDER BY source, address";
            sql::query(query).fetch_all(&self.pool).await?
        };
        rows.iter().map(|row| Ok(subscription(row)?)).collect()
    }

    /// The subscription of a callback.
    pub async fn subscription(&self, token: &str) -> Result<Option<Subscription>, Error> {
        let query = "SELECT * FROM subscription WHERE token = ?";
        let row = sql::query(query).bind(token).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(subscription).transpose()?)
    }

    /// The next subscription whose hub is to be asked, but for hubs that are being asked.
    pub async fn subscription_due(
        &self,
        now: Instant,
        but: &[String],
    ) -> Result<Option<Subscription>, Error> {
        let query = "SELECT * FROM subscription WHERE next_at <= ? \
             AND hub NOT IN (SELECT value FROM json_each(?)) ORDER BY next_at LIMIT 1";
        let query = sql::query(query).bind(now.timestamp()).bind(super::hub::json(but));
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(subscription).transpose()?)
    }

    /// A hub is about to be asked: it may verify before it answers. `again` is when it is asked
    /// once more if it does not.
    pub async fn asking(
        &self,
        one: &Subscription,
        token: &str,
        secret: &str,
        now: Instant,
        again: Instant,
    ) -> Result<(), Error> {
        let query = "UPDATE subscription SET token = ?, secret = ?, asked_at = ?, next_at = ?, \
             failures = failures + 1 WHERE source = ? AND address = ?";
        sql::query(query)
            .bind(token)
            .bind(secret)
            .bind(now.timestamp())
            .bind(again.timestamp())
            .bind(one.source.as_str())
            .bind(&one.address)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// What became of a request to a hub, for `status`.
    pub async fn asked(&self, token: &str, note: Option<&str>) -> Result<(), Error> {
        let query = "UPDATE subscription SET note = ? WHERE token = ?";
        sql::query(query).bind(note).bind(token).execute(&self.pool).await?;
        Ok(())
    }

    /// The hub verified: it pushes until then, and is asked for more at that time.
    pub async fn agreed(&self, token: &str, until: Instant, renew: Instant) -> Result<(), Error> {
        let query = "UPDATE subscription SET state = 'active', lease_until = ?, next_at = ?, \
                     failures = 0, note = NULL WHERE token = ?";
        sql::query(query)
            .bind(until.timestamp())
            .bind(renew.timestamp())
            .bind(token)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The hub will not push.
    pub async fn denied(&self, token: &str, why: &str, again: Instant) -> Result<(), Error> {
        let query = "UPDATE subscription SET state = 'denied', lease_until = NULL, next_at = ?, \
                     note = ? WHERE token = ?";
        sql::query(query).bind(again.timestamp()).bind(why).bind(token).execute(&self.pool).await?;
        Ok(())
    }

    /// A subscription is over.
    pub async fn left(&self, source: &SourceId, address: &str) -> Result<(), Error> {
        let query = "DELETE FROM subscription WHERE source = ? AND address = ?";
        sql::query(query).bind(source.as_str()).bind(address).execute(&self.pool).await?;
        Ok(())
    }

    /// Subscriptions of sources that are no longer there shall end.
    pub async fn leave_all_but(&self, sources: &[String], now: Instant) -> Result<(), Error> {
        let query = "UPDATE subscription SET state = 'leaving', failures = 0, next_at = ? \
             WHERE state <> 'leaving' AND source NOT IN (SELECT value FROM json_each(?))";
        let sources = super::hub::json(sources);
        sql::query(query).bind(now.timestamp()).bind(sources).execute(&self.pool).await?;
        Ok(())
    }

    /// A well signed delivery came; it is unread until somebody says otherwise.
    pub async fn pushed(&self, token: &str, now: Instant) -> Result<(), Error> {
        let query = "UPDATE subscription SET pushes = pushes + 1, last_push = ?, unread = 1, \
                     suspect = NULL WHERE token = ?";
        sql::query(query).bind(now.timestamp()).bind(token).execute(&self.pool).await?;
        Ok(())
    }

    /// A delivery was read.
    pub async fn push_read(&self, token: &str) -> Result<(), Error> {
        let query = "UPDATE subscription SET unread = 0 WHERE token = ?";
        sql::query(query).bind(token).execute(&self.pool).await?;
        Ok(())
    }

    /// A delivery came that was not signed, or not well.
    pub async fn push_refused(&self, token: &str) -> Result<(), Error> {
        let query = "UPDATE subscription SET refused = refused + 1 WHERE token = ?";
        sql::query(query).bind(token).execute(&self.pool).await?;
        Ok(())
    }

    /// A source was polled: what had been pushed unread is read by that, and its hubs are judged.
    pub async fn polled(
        &self,
        source: &SourceId,
        suspect: Option<Instant>,
        distrusted: Option<Instant>,
    ) -> Result<(), Error> {
        let query = "UPDATE subscription SET unread = 0, \
             suspect = coalesce(suspect, ?), distrusted = coalesce(?, distrusted) \
             WHERE source = ?";
        sql::query(query)
            .bind(suspect.map(|at| at.timestamp()))
            .bind(distrusted.map(|at| at.timestamp()))
            .bind(source.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Hubs whose time of distrust is over are believed again.
    pub async fn trust_again(&self, now: Instant) -> Result<(), Error> {
        let query = "UPDATE subscription SET distrusted = NULL WHERE distrusted <= ?";
        sql::query(query).bind(now.timestamp()).execute(&self.pool).await?;
        Ok(())
    }

    /// A suspicion came true.
    pub async fn distrust(&self, one: &Subscription, until: Instant) -> Result<(), Error> {
        let query = "UPDATE subscription SET suspect = NULL, distrusted = ? \
                     WHERE source = ? AND address = ?";
        sql::query(query)
            .bind(until.timestamp())
            .bind(one.source.as_str())
            .bind(&one.address)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Subscriptions whose hub may have kept something from us.
    pub async fn suspected(&self) -> Result<Vec<Subscription>, Error> {
        let query = "SELECT * FROM subscription WHERE suspect IS NOT NULL";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(subscription(row)?)).collect()
    }

    /// There are to be no subscriptions at all.
    pub async fn forget_subscriptions(&self) -> Result<(), Error> {
        sql::query("DELETE FROM subscription").execute(&self.pool).await?;
        Ok(())
    }

    /// A source is to be visited now, if it is not due already.
    pub async fn visit_now(&self, source: &SourceId, now: Instant) -> Result<(), Error> {
        let query = "UPDATE source SET next_visit = ?1 WHERE id = ?2 AND next_visit > ?1";
        sql::query(query).bind(now.timestamp()).bind(source.as_str()).execute(&self.pool).await?;
        Ok(())
    }
}

fn subscription(row: &Row) -> Result<Subscription, sql::Error> {
    let when = |name: &str| -> Result<Option<Instant>, sql::Error> {
        let seconds: Option<i64> = row.try_get(name)?;
        Ok(seconds.map(instant))
    };
    Ok(Subscription {
        source: SourceId::new(row.try_get::<String>("source")?),
        address: row.try_get("address")?,
        list: row.try_get("list")?,
        hub: row.try_get("hub")?,
        topic: row.try_get("topic")?,
        token: row.try_get("token")?,
        secret: row.try_get("secret")?,
        state: row.try_get("state")?,
        asked_at: when("asked_at")?,
        failures: row.try_get("failures")?,
        lease_until: when("lease_until")?,
        pushes: row.try_get::<i64>("pushes")? as u64,
        refused: row.try_get::<i64>("refused")? as u64,
        last_push: when("last_push")?,
        unread: row.try_get("unread")?,
        suspect: when("suspect")?,
        distrusted: when("distrusted")?,
        note: row.try_get("note")?,
    })
}
