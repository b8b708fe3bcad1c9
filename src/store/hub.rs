//! Our hub's memory: who asked, who is told, and what they have yet to be told.

use super::rows::instant;
use super::sql::{self, Row};
use super::{Error, Store};
use crate::model::Instant;

/// A request to our hub that its callback has yet to confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubRequest {
    /// Where to push.
    pub callback: String,
    /// The document, below the published root.
    pub path: String,
    /// Its address, as it was asked for.
    pub topic: String,
    /// The callback's host.
    pub host: String,
    /// `subscribe` or `unsubscribe`.
    pub mode: String,
    /// What to sign with.
    pub secret: Option<String>,
    /// Seconds that are granted.
    pub lease: u64,
    /// Attempts that failed.
    pub failures: u32,
}

/// How somebody is told of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// A subscriber gets the document.
    Document,
    /// Another hub gets a word.
    Ping,
}

impl Telling {
    fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Ping => "ping",
        }
    }
}

/// Somebody who is told when a document changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Callback or hub.
    pub address: String,
    /// The document, below the published root.
    pub path: String,
    /// Its address, as it was asked for.
    pub topic: String,
    /// The host of `address`.
    pub host: String,
    /// How.
    pub telling: Telling,
    /// What to sign with.
    pub secret: Option<String>,
    /// When the subscription ends.
    pub lease_until: Option<Instant>,
    /// The change that is to be told.
    pub wanted: i64,
    /// Failures in a row.
    pub failures: u32,
}

/// How many there are, for the limits of the hub.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crowd {
    /// Requests that wait for their callback, in all.
    pub requests: u64,
    /// And of this host.
    pub requests_of_host: u64,
    /// Subscribers of this document, but for this callback.
    pub subscribers: u64,
    /// Subscriptions of this host, but for this one.
    pub of_host: u64,
}

impl Store {
    /// Whether changes are marked for a hub.
    pub async fn watch_documents(&self, on: bool) -> Result<(), Error> {
        self.set_meta("websub", if on { "on" } else { "off" }).await
    }

    /// Whether a document is published.
    pub async fn has_file(&self, path: &str) -> Result<bool, Error> {
        let query = "SELECT 1 FROM file WHERE path = ?";
        let found: Option<i64> =
            sql::query_scalar(query).bind(path).fetch_optional(&self.pool).await?;
        Ok(found.is_some())
    }

    /// How many there are beside a callback and its document.
    pub async fn crowd(&self, callback: &str, host: &str, path: &str) -> Result<Crowd, Error> {
        let query = "SELECT \
             (SELECT count(*) FROM hub_request) AS requests, \
             (SELECT count(*) FROM hub_request WHERE host = ?2 \
                 AND NOT (callback = ?1 AND path = ?3)) AS requests_of_host, \
             (SELECT count(*) FROM hub_target WHERE path = ?3 AND kind = 'document' \
                 AND address <> ?1) AS subscribers, \
             (SELECT count(*) FROM hub_target WHERE host = ?2 AND kind = 'document' \
                 AND NOT (address = ?1 AND path = ?3)) AS of_host";
        let query = sql::query(query).bind(callback).bind(host).bind(path);
        let row = query.fetch_one(&self.pool).await?;
        let count = |name: &str| row.try_get::<i64>(name).map(|count| count as u64);
        Ok(Crowd {
            requests: count("requests")?,
            requests_of_host: count("requests_of_host")?,
            subscribers: count("subscribers")?,
            of_host: count("of_host")?,
        })
    }

    /// Keeps a request until its callback confirms it; a later one takes an earlier one's place.
    pub async fn hub_asked(&self, asked: &HubRequest, now: Instant) -> Result<(), Error> {
        let query = "INSERT OR REPLACE INTO hub_request VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)";
        sql::query(query)
            .bind(&asked.callback)
            .bind(&asked.path)
            .bind(&asked.topic)
            .bind(&asked.host)
            .bind(&asked.mode)
            .bind(&asked.secret)
            .bind(asked.lease as i64)
            .bind(now.timestamp())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The next request to be confirmed, but for those of hosts that are being asked.
    pub async fn hub_request_due(
        &self,
        now: Instant,
        but: &[String],
    ) -> Result<Option<HubRequest>, Error> {
        let query = "SELECT * FROM hub_request WHERE next_at <= ? \
             AND host NOT IN (SELECT value FROM json_each(?)) ORDER BY next_at LIMIT 1";
        let query = sql::query(query).bind(now.timestamp()).bind(json(but));
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(request).transpose()?)
    }

    /// A request was confirmed: the subscription begins, or ends. A new subscriber is told of the
    /// next change; one that renews misses none.
    pub async fn hub_confirmed(&self, asked: &HubRequest, until: Instant) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        if asked.mode == "subscribe" {
            let query = "INSERT INTO hub_target (address, path, topic, host, kind, secret, \
                 lease_until) VALUES (?, ?, ?, ?, 'document', ?, ?) \
                 ON CONFLICT (address, path) DO UPDATE SET topic = excluded.topic, \
                 kind = excluded.kind, secret = excluded.secret, \
                 lease_until = excluded.lease_until, failures = 0";
            sql::query(query)
                .bind(&asked.callback)
                .bind(&asked.path)
                .bind(&asked.topic)
                .bind(&asked.host)
                .bind(&asked.secret)
                .bind(until.timestamp())
                .execute(&mut *tx)
                .await?;
        } else {
            let query = "DELETE FROM hub_target WHERE address = ? AND path = ? \
                         AND kind = 'document'";
            let query = sql::query(query).bind(&asked.callback).bind(&asked.path);
            query.execute(&mut *tx).await?;
        }
        forget_request(&mut tx, asked).await?;
        Ok(tx.commit()?)
    }

    /// A request was not confirmed: it is tried again then, or forgotten. What was before stays.
    pub async fn hub_unconfirmed(
        &self,
        asked: &HubRequest,
        again: Option<Instant>,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        match again {
            None => forget_request(&mut tx, asked).await?,
            Some(again) => {
                let query = "UPDATE hub_request SET failures = failures + 1, next_at = ? \
                             WHERE callback = ? AND path = ? AND mode = ? \
                             AND secret IS NOT DISTINCT FROM ?";
                sql::query(query)
                    .bind(again.timestamp())
                    .bind(&asked.callback)
                    .bind(&asked.path)
                    .bind(&asked.mode)
                    .bind(&asked.secret)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        Ok(tx.commit()?)
    }

    /// Documents that changed since this was last asked and handed on, with their marks.
    pub async fn documents_changed(&self) -> Result<Vec<(i64, String)>, Error> {
        let query = "SELECT mark, path FROM hub_changed ORDER BY mark LIMIT 500";
        Ok(sql::query_as(query).fetch_all(&self.pool).await?)
    }

    /// Everybody who follows a document is to be told of its change, and so are these hubs
    /// (address and host). Nobody is told more often than every `pause` seconds; who has not been
    /// told of the last change yet keeps their place on the ladder.
    pub async fn hand_on(
        &self,
        (mark, path): &(i64, String),
        topic: &str,
        hubs: &[(String, String)],
        now: Instant,
        pause: i64,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for (hub, host) in hubs {
            let query = "INSERT OR IGNORE INTO hub_target (address, path, topic, host, kind) \
                         VALUES (?, ?, ?, ?, 'ping')";
            let query = sql::query(query).bind(hub).bind(path).bind(topic).bind(host);
            query.execute(&mut *tx).await?;
        }
        let query = "UPDATE hub_target SET wanted = ?1, next_at = CASE WHEN wanted > sent \
             THEN next_at ELSE max(?2, last_at + ?3) END WHERE path = ?4";
        sql::query(query)
            .bind(mark)
            .bind(now.timestamp())
            .bind(pause)
            .bind(path)
            .execute(&mut *tx)
            .await?;
        let query = "DELETE FROM hub_changed WHERE mark = ?";
        sql::query(query).bind(mark).execute(&mut *tx).await?;
        Ok(tx.commit()?)
    }

    /// Subscriptions whose lease is over end, and so do the words to hubs that are not named any
    /// more.
    pub async fn hub_purge(&self, now: Instant, hubs: &[String]) -> Result<(), Error> {
        let query = "DELETE FROM hub_target WHERE lease_until <= ? OR (kind = 'ping' \
                     AND address NOT IN (SELECT value FROM json_each(?)))";
        sql::query(query).bind(now.timestamp()).bind(json(hubs)).execute(&self.pool).await?;
        Ok(())
    }

    /// The next one to be told, but for those of hosts that are being told.
    pub async fn target_due(&self, now: Instant, but: &[String]) -> Result<Option<Target>, Error> {
        let query = "SELECT * FROM hub_target WHERE wanted > sent AND next_at <= ?1 \
             AND (lease_until IS NULL OR lease_until > ?1) \
             AND host NOT IN (SELECT value FROM json_each(?2)) ORDER BY next_at LIMIT 1";
        let query = sql::query(query).bind(now.timestamp()).bind(json(but));
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(target).transpose()?)
    }

    /// Somebody was told, or what there was to tell is no more.
    pub async fn told(&self, target: &Target, now: Instant, pause: i64) -> Result<(), Error> {
        let query = "UPDATE hub_target SET sent = ?1, failures = 0, last_at = ?2, \
             next_at = CASE WHEN wanted > ?1 THEN ?2 + ?3 ELSE next_at END \
             WHERE address = ?4 AND path = ?5";
        sql::query(query)
            .bind(target.wanted)
            .bind(now.timestamp())
            .bind(pause)
            .bind(&target.address)
            .bind(&target.path)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Somebody could not be told, and will be tried again; `failed` is false where nobody was
    /// asked, since the host rests.
    pub async fn untold(&self, target: &Target, again: Instant, failed: bool) -> Result<(), Error> {
        let query = "UPDATE hub_target SET failures = failures + ?, next_at = ? \
                     WHERE address = ? AND path = ?";
        sql::query(query)
            .bind(i64::from(failed))
            .bind(again.timestamp())
            .bind(&target.address)
            .bind(&target.path)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Somebody will not be told any more.
    pub async fn drop_target(&self, target: &Target) -> Result<(), Error> {
        let query = "DELETE FROM hub_target WHERE address = ? AND path = ?";
        let query = sql::query(query).bind(&target.address).bind(&target.path);
        query.execute(&self.pool).await?;
        Ok(())
    }

    /// Everybody who is told, in the order of addresses.
    pub async fn targets(&self) -> Result<Vec<Target>, Error> {
        let query = "SELECT * FROM hub_target ORDER BY address, path";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(target(row)?)).collect()
    }

    /// When there is something to do next, for hub or subscriber, but for hosts that are busy.
    pub async fn push_due(&self, but: &[String]) -> Result<Option<Instant>, Error> {
        let query = "SELECT min(next_at) FROM (SELECT min(next_at) AS next_at FROM subscription \
                 WHERE hub NOT IN (SELECT value FROM json_each(?1)) \
             UNION ALL SELECT min(next_at) FROM hub_request \
                 WHERE host NOT IN (SELECT value FROM json_each(?1)) \
             UNION ALL SELECT min(next_at) FROM hub_target WHERE wanted > sent \
                 AND host NOT IN (SELECT value FROM json_each(?1)))";
        let seconds: Option<i64> =
            sql::query_scalar(query).bind(json(but)).fetch_one(&self.pool).await?;
        Ok(seconds.map(instant))
    }
}

async fn forget_request(tx: &mut sql::Connection, asked: &HubRequest) -> Result<(), sql::Error> {
    // Another request may have come in the meantime.
    let query = "DELETE FROM hub_request WHERE callback = ? AND path = ? AND mode = ? \
                 AND secret IS NOT DISTINCT FROM ?";
    sql::query(query)
        .bind(&asked.callback)
        .bind(&asked.path)
        .bind(&asked.mode)
        .bind(&asked.secret)
        .execute(tx)
        .await?;
    Ok(())
}

fn request(row: &Row) -> Result<HubRequest, sql::Error> {
    Ok(HubRequest {
        callback: row.try_get("callback")?,
        path: row.try_get("path")?,
        topic: row.try_get("topic")?,
        host: row.try_get("host")?,
        mode: row.try_get("mode")?,
        secret: row.try_get("secret")?,
        lease: row.try_get::<i64>("lease")? as u64,
        failures: row.try_get("failures")?,
    })
}

fn target(row: &Row) -> Result<Target, sql::Error> {
    let kind: String = row.try_get("kind")?;
    let lease_until: Option<i64> = row.try_get("lease_until")?;
    let ping = kind == Telling::Ping.name();
    Ok(Target {
        address: row.try_get("address")?,
        path: row.try_get("path")?,
        topic: row.try_get("topic")?,
        host: row.try_get("host")?,
        telling: if ping { Telling::Ping } else { Telling::Document },
        secret: row.try_get("secret")?,
        lease_until: lease_until.map(instant),
        wanted: row.try_get("wanted")?,
        failures: row.try_get("failures")?,
    })
}

/// Names as SQLite takes a list.
pub(super) fn json(names: &[String]) -> String {
    serde_json::to_string(names).unwrap_or_else(|_| "[]".to_owned())
}
