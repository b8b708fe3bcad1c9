//! When sources are to be visited, and what is remembered for that: wishes, moves, rests.

use std::time::Duration;

use chrono::TimeDelta;

use super::rows::{Visited, instant};
use super::sql::{self, Connection, Row};
use super::{Error, Store};
use crate::model::{Instant, Quiet, SourceId};
use crate::schedule::{self, Move};

/// The newest items that an adaptive rhythm looks at.
const NEWEST: i64 = 20;

/// How visits to a source go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// How long its last answers stay fresh.
    pub fresh: Option<Duration>,
    /// How long its last lists asked to be left alone.
    pub ttl: Option<Duration>,
    /// When they asked not to be visited at all.
    pub quiet: Quiet,
    /// When it first answered 410, if it answered nothing else since.
    pub first_410: Option<Instant>,
    /// Since when it is believed to be gone.
    pub gone: Option<Instant>,
}

/// What a visit leaves for the next ones.
#[derive(Clone, Debug, Default)]
pub struct Aftermath {
    /// How visits to the source go, if that changed.
    pub course: Option<Course>,
    /// Failures in a row, where the visit's error does not decide.
    pub failures: Option<u32>,
    /// Addresses, and where they lead now.
    pub moves: Vec<(String, Option<Move>)>,
    /// Hosts that began to rest, or ceased to.
    pub rests: Vec<Resting>,
}

/// A host that asked to be left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resting {
    /// Its name.
    pub host: String,
    /// Until when.
    pub until: Instant,
    /// How often in a row it did, without a word of how long.
    pub refusals: u32,
}

/// When a source is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agendum {
    /// The source.
    pub source: SourceId,
    /// When to come.
    pub next_visit: Instant,
    /// When we last came.
    pub last_visit: Option<Instant>,
    /// Whether it is gone: nobody comes before somebody revives it.
    pub gone: bool,
}

impl Store {
    /// When each source is due that was ever visited.
    pub async fn agenda(&self) -> Result<Vec<Agendum>, Error> {
        let query = "SELECT id, next_visit, last_visit, gone FROM source \
                     LEFT JOIN course ON source = id";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(agendum(row)?)).collect()
    }

    /// The next visit after a time to any source that has items in the current document of a
    /// category, named by its address; to any at all where none is named.
    pub async fn next_visit_for(
        &self,
        slug: Option<&str>,
        after: Instant,
    ) -> Result<Option<Instant>, Error> {
        let query = match slug {
            Some(_) => {
                "SELECT min(next_visit) FROM source WHERE next_visit > ?2 AND id IN \
                 (SELECT item.source FROM category JOIN leaf ON leaf.category = number \
                 AND page = 0 JOIN item ON item.id = leaf.item WHERE slug = ?1)"
            }
            None => "SELECT min(next_visit) FROM source WHERE next_visit > ?2 AND ?1 IS NULL",
        };
        let query = sql::query_scalar(query).bind(slug).bind(after.timestamp());
        let next: Option<i64> = query.fetch_one(&self.pool).await?;
        Ok(next.map(instant))
    }

    /// How visits to a source go, and its failures in a row.
    pub async fn course(&self, source: &SourceId) -> Result<(Course, u32), Error> {
        let query = "SELECT failures, fresh, ttl, coalesce(quiet_hours, 0) AS quiet_hours, \
                     coalesce(quiet_days, 0) AS quiet_days, first_410, gone \
                     FROM source LEFT JOIN course ON source = id WHERE id = ?";
        let row = sql::query(query).bind(source.as_str()).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok((Course::default(), 0)) };
        Ok((course(&row)?, row.try_get("failures")?))
    }

    /// When the newest items of a source came.
    pub async fn history(&self, source: &SourceId) -> Result<Vec<Instant>, Error> {
        let query = "SELECT first_seen, published, \
                     (SELECT min(first_seen) FROM item WHERE source = ?1) AS begin \
                     FROM item WHERE source = ?1 \
                     ORDER BY first_seen DESC, published DESC LIMIT ?2";
        let rows: Vec<(i64, i64, i64)> =
            sql::query_as(query).bind(source.as_str()).bind(NEWEST).fetch_all(&self.pool).await?;
        let time = |(seen, published, begin): (i64, i64, i64)| {
            schedule::arrival(instant(published), instant(seen), seen == begin)
        };
        Ok(rows.into_iter().map(time).collect())
    }

    /// When the first item of a source was seen.
    pub async fn first_seen(&self, source: &SourceId) -> Result<Option<Instant>, Error> {
        let query = "SELECT min(first_seen) FROM item WHERE source = ?";
        let seconds: Option<i64> =
            sql::query_scalar(query).bind(source.as_str()).fetch_one(&self.pool).await?;
        Ok(seconds.map(instant))
    }

    /// Where an address of the settings leads.
    pub async fn moved(&self, source: &SourceId, address: &str) -> Result<Option<Move>, Error> {
        let query = "SELECT * FROM moved WHERE source = ? AND address = ?";
        let row = sql::query(query)
            .bind(source.as_str())
            .bind(address)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.as_ref().map(moved).transpose()?)
    }

    /// The hosts that rest, or refused before; those whose rest is long over are forgotten.
    pub async fn rests(&self, now: Instant) -> Result<Vec<Resting>, Error> {
        sql::query("DELETE FROM rest WHERE until < ?")
            .bind((now - TimeDelta::days(2)).timestamp())
            .execute(&self.pool)
            .await?;
        let rows = sql::query("SELECT * FROM rest").fetch_all(&self.pool).await?;
        let rests = rows.iter().map(|row| {
            Ok(Resting {
                host: row.try_get("host")?,
                until: instant(row.try_get("until")?),
                refusals: row.try_get("refusals")?,
            })
        });
        rests.collect()
    }

    /// Takes back that a source failed, and has it visited at another time: nobody could be
    /// reached.
    pub async fn unfail(&self, sources: &[SourceId], next_visit: Instant) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for source in sources {
            let query = "UPDATE source SET next_visit = ?, failures = max(failures - 1, 0), \
                         error = CASE WHEN failures > 1 THEN error END WHERE id = ?";
            sql::query(query)
                .bind(next_visit.timestamp())
                .bind(source.as_str())
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit()?)
    }

    /// Has a source visited again that is gone.
    pub async fn revive(&self, source: &SourceId) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let queries = [
            "UPDATE course SET first_410 = NULL, gone = NULL WHERE source = ?",
            "UPDATE source SET next_visit = 0 WHERE id = ?",
        ];
        for query in queries {
            sql::query(query).bind(source.as_str()).execute(&mut *tx).await?;
        }
        Ok(tx.commit()?)
    }
}

/// Keeps what a visit leaves for the next ones.
pub(super) async fn put(tx: &mut Connection, visited: &Visited) -> Result<(), Error> {
    let (source, after) = (visited.source.as_str(), &visited.after);
    if let Some(failures) = after.failures {
        let query = "UPDATE source SET failures = ? WHERE id = ?";
        sql::query(query).bind(failures).bind(source).execute(&mut *tx).await?;
    }
    if let Some(course) = &after.course {
        put_course(tx, source, course).await?;
    }
    for (address, moved) in &after.moves {
        put_move(tx, source, address, moved.as_ref()).await?;
    }
    for rest in &after.rests {
        put_rest(tx, rest).await?;
    }
    Ok(())
}

async fn put_course(tx: &mut Connection, source: &str, course: &Course) -> Result<(), Error> {
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs().min(1 << 40) as i64);
    let at = |time: Option<Instant>| time.map(|time| time.timestamp());
    sql::query("INSERT OR REPLACE INTO course VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(source)
        .bind(seconds(course.fresh))
        .bind(seconds(course.ttl))
        .bind(course.quiet.hours)
        .bind(course.quiet.days)
        .bind(at(course.first_410))
        .bind(at(course.gone))
        .execute(tx)
        .await?;
    Ok(())
}

async fn put_move(
    tx: &mut Connection,
    source: &str,
    address: &str,
    moved: Option<&Move>,
) -> Result<(), Error> {
    let Some(moved) = moved else {
        let query = "DELETE FROM moved WHERE source = ? AND address = ?";
        sql::query(query).bind(source).bind(address).execute(tx).await?;
        return Ok(());
    };
    sql::query("INSERT OR REPLACE INTO moved VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(source)
        .bind(address)
        .bind(&moved.to)
        .bind(moved.since.timestamp())
        .bind(moved.last.timestamp())
        .bind(moved.days)
        .bind(moved.proven)
        .bind(moved.adopted)
        .execute(tx)
        .await?;
    Ok(())
}

async fn put_rest(tx: &mut Connection, rest: &Resting) -> Result<(), Error> {
    sql::query("INSERT OR REPLACE INTO rest VALUES (?, ?, ?)")
        .bind(&rest.host)
        .bind(rest.until.timestamp())
        .bind(rest.refusals)
        .execute(tx)
        .await?;
    Ok(())
}

fn agendum(row: &Row) -> Result<Agendum, sql::Error> {
    let last: Option<i64> = row.try_get("last_visit")?;
    Ok(Agendum {
        source: SourceId::new(row.try_get::<String>("id")?),
        next_visit: instant(row.try_get("next_visit")?),
        last_visit: last.map(instant),
        gone: row.try_get::<Option<i64>>("gone")?.is_some(),
    })
}

fn course(row: &Row) -> Result<Course, sql::Error> {
    let time = |name: &str| -> Result<Option<i64>, sql::Error> { row.try_get(name) };
    let seconds = |time: i64| Duration::from_secs(time.unsigned_abs());
    Ok(Course {
        fresh: time("fresh")?.map(seconds),
        ttl: time("ttl")?.map(seconds),
        quiet: Quiet { hours: row.try_get("quiet_hours")?, days: row.try_get("quiet_days")? },
        first_410: time("first_410")?.map(instant),
        gone: time("gone")?.map(instant),
    })
}

fn moved(row: &Row) -> Result<Move, sql::Error> {
    Ok(Move {
        to: row.try_get("target")?,
        since: instant(row.try_get("since")?),
        last: instant(row.try_get("last")?),
        days: row.try_get("days")?,
        proven: row.try_get("proven")?,
        adopted: row.try_get("adopted")?,
    })
}
