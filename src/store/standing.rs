//! How the sources are: judged with each visit, in the transaction that keeps it.

use std::collections::HashMap;

use super::rows::{Visited, instant};
use super::sql::{self, Connection, Row};
use super::{Error, Store};
use crate::health::{self, Cause, Facts, State};
use crate::model::{Instant, SourceId};

/// Visits that are remembered of each source.
const VISITS: i64 = 24;
/// Changes of state that are remembered in all.
const TURNS: i64 = 500;
/// Arrivals that make a rhythm.
const ARRIVALS: i64 = 20;
/// Longer errors are cut, in characters.
const LONGEST_ERROR: usize = 500;

/// A source's state as it was judged after its last visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How it is.
    pub state: State,
    /// Why.
    pub cause: Option<Cause>,
    /// Since when.
    pub since: Instant,
    /// Where its lists are now, as the server says for good.
    pub moved_to: Option<String>,
}

/// One visit of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// When.
    pub at: Instant,
    /// What went wrong, in a line.
    pub error: Option<String>,
    /// What it was.
    pub visit: health::Visit,
}

/// A change of a source's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The source.
    pub source: SourceId,
    /// When.
    pub at: Instant,
    /// How it was.
    pub was: State,
    /// How it is since.
    pub state: State,
    /// Why.
    pub cause: Option<Cause>,
    /// What went wrong, in a line.
    pub error: Option<String>,
}

impl Store {
    /// The state of every source that was visited.
    pub async fn standings(&self) -> Result<HashMap<SourceId, Standing>, Error> {
        let rows = sql::query("SELECT * FROM standing").fetch_all(&self.pool).await?;
        let standing =
            |row: &Row| Ok((SourceId::new(row.try_get::<String>("source")?), standing(row)?));
        rows.iter().map(standing).collect()
    }

    /// The last visits of a source, newest first.
    pub async fn visits(&self, source: &SourceId) -> Result<Vec<Past>, Error> {
        let query = "SELECT * FROM visit WHERE source = ? ORDER BY at DESC, slot DESC";
        let rows = sql::query(query).bind(source.as_str()).fetch_all(&self.pool).await?;
        rows.iter().map(past).collect()
    }

    /// The last changes of state, newest first.
    pub async fn turns(&self, most: usize) -> Result<Vec<Turn>, Error> {
        let query = "SELECT * FROM turn ORDER BY number DESC LIMIT ?";
        let rows = sql::query(query).bind(most as i64).fetch_all(&self.pool).await?;
        rows.iter().map(turn).collect()
    }

    /// How many items each source brought since a time, by when they say they appeared.
    pub async fn brought_since(&self, since: Instant) -> Result<HashMap<SourceId, u64>, Error> {
        let query = "SELECT source, count(*) FROM item WHERE published >= ? GROUP BY source";
        let rows: Vec<(String, i64)> =
            sql::query_as(query).bind(since.timestamp()).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(id, count)| (SourceId::new(id), count as u64)).collect())
    }

    /// The size of the database with its log, in bytes.
    pub fn size(&self) -> u64 {
        let log = super::backup::beside(&self.path, "-wal");
        [&self.path, &log]
            .into_iter()
            .filter_map(|path| path.metadata().ok())
            .map(|m| m.len())
            .sum()
    }

    /// How many sources are due, how many have been for longer than a while, and how many items
    /// wait to be published.
    pub async fn waiting(&self, now: Instant, late: Instant) -> Result<(u64, u64, u64), Error> {
        let query = "SELECT (SELECT count(*) FROM source WHERE next_visit <= ?1 AND last_visit > 0), \
             (SELECT count(*) FROM source WHERE next_visit <= ?2 AND last_visit > 0), \
             (SELECT count(*) FROM pending_item)";
        let (due, late, pending): (i64, i64, i64) = sql::query_as(query)
            .bind(now.timestamp())
            .bind(late.timestamp())
            .fetch_one(&self.pool)
            .await?;
        Ok((due as u64, late as u64, pending as u64))
    }

    /// Whether the database answers.
    pub async fn answers(&self) -> Result<(), Error> {
        sql::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }
}

/// What was known of a source before a visit.
#[derive(Default)]
struct Before {
    state: Option<State>,
    since: i64,
    empties: u32,
    moved_to: Option<String>,
    visits: i64,
}

/// Keeps a visit in the history of its source, judges the source anew, and keeps the change of its
/// state, if it is one.
pub(super) async fn note(tx: &mut Connection, visited: &Visited) -> Result<(), Error> {
    let before = before(tx, &visited.source).await?;
    remember(tx, visited, before.visits % VISITS).await?;
    let (visit, at) = (&visited.seen, visited.at.timestamp());
    let failed = visit.cause.or(visited.error.as_ref().map(|_| Cause::Other));
    let empties = match (failed, visit.is_empty()) {
        (Some(_), _) => before.empties,
        (None, _) if visited.incomplete => before.empties,
        (None, true) => before.empties + 1,
        (None, false) => 0,
    };
    let moved_to = if failed.is_some() { before.moved_to } else { visit.moved_to.clone() };
    let standing = {
        let arrivals = arrivals(tx, &visited.source).await?;
        let (failures, held) = counts(tx, &visited.source).await?;
        health::judge(&Facts {
            now: visited.at,
            visited: true,
            failed,
            failures,
            empties,
            by_rules: visit.by_rules,
            arrivals: &arrivals,
            moved: moved_to.is_some(),
            held,
        })
    };
    let was = before.state.unwrap_or(State::New);
    let since = if was == standing.state && before.state.is_some() { before.since } else { at };
    sql::query("INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(visited.source.as_str())
        .bind(standing.state.word())
        .bind(standing.cause.map(Cause::code))
        .bind(since)
        .bind(empties)
        .bind(moved_to)
        .bind(before.visits + 1)
        .execute(&mut *tx)
        .await?;
    if was != standing.state {
        keep_turn(tx, visited, was, standing).await?;
    }
    Ok(())
}

async fn before(tx: &mut Connection, source: &SourceId) -> Result<Before, Error> {
    let query = "SELECT * FROM standing WHERE source = ?";
    let row = sql::query(query).bind(source.as_str()).fetch_optional(tx).await?;
    let Some(row) = row else { return Ok(Before::default()) };
    Ok(Before {
        state: State::of(row.text("state")?),
        since: row.try_get("since")?,
        empties: row.try_get("empties")?,
        moved_to: row.try_get("moved_to")?,
        visits: row.try_get("visits")?,
    })
}

async fn remember(tx: &mut Connection, visited: &Visited, slot: i64) -> Result<(), Error> {
    let visit = &visited.seen;
    sql::query("INSERT OR REPLACE INTO visit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(visited.source.as_str())
        .bind(slot)
        .bind(visited.at.timestamp())
        .bind(visit.cause.map(Cause::code))
        .bind(visited.error.as_deref().map(cut))
        .bind(visit.entries as i64)
        .bind(visit.unchanged as i64)
        .bind(visit.new as i64)
        .bind(visit.changed as i64)
        .bind(visit.held as i64)
        .execute(tx)
        .await?;
    Ok(())
}

async fn keep_turn(
    tx: &mut Connection,
    visited: &Visited,
    was: State,
    now: health::Standing,
) -> Result<(), Error> {
    let query = "INSERT INTO turn (source, at, was, state, cause, error) VALUES (?, ?, ?, ?, ?, ?)";
    let number = sql::query(query)
        .bind(visited.source.as_str())
        .bind(visited.at.timestamp())
        .bind(was.word())
        .bind(now.state.word())
        .bind(now.cause.map(Cause::code))
        .bind(visited.error.as_deref().map(cut))
        .execute(&mut *tx)
        .await?
        .last_insert_rowid();
    sql::query("DELETE FROM turn WHERE number <= ?").bind(number - TURNS).execute(tx).await?;
    Ok(())
}

async fn arrivals(tx: &mut Connection, source: &SourceId) -> Result<Vec<Instant>, Error> {
    let query = "SELECT published FROM item WHERE source = ? ORDER BY published DESC LIMIT ?";
    let times: Vec<i64> =
        sql::query_scalar(query).bind(source.as_str()).bind(ARRIVALS).fetch_all(tx).await?;
    Ok(times.into_iter().map(instant).collect())
}

/// Failures in a row, this one included, and entries held.
async fn counts(tx: &mut Connection, source: &SourceId) -> Result<(u32, u64), Error> {
    let query = "SELECT failures, (SELECT count(*) FROM held WHERE held.source = source.id) AS held \
                 FROM source WHERE id = ?";
    let row = sql::query(query).bind(source.as_str()).fetch_one(tx).await?;
    Ok((row.try_get("failures")?, row.try_get::<i64>("held")? as u64))
}

fn cut(error: &str) -> String {
    error.chars().take(LONGEST_ERROR).collect()
}

fn standing(row: &Row) -> Result<Standing, Error> {
    Ok(Standing {
        state: State::of(row.text("state")?).unwrap_or(State::New),
        cause: cause(row)?,
        since: instant(row.try_get("since")?),
        moved_to: row.try_get("moved_to")?,
    })
}

fn cause(row: &Row) -> Result<Option<Cause>, Error> {
    let code: Option<String> = row.try_get("cause")?;
    Ok(code.as_deref().map(Cause::of))
}

fn past(row: &Row) -> Result<Past, Error> {
    let count = |name: &str| Ok::<_, sql::Error>(row.try_get::<i64>(name)? as usize);
    let visit = health::Visit {
        cause: cause(row)?,
        entries: count("entries")?,
        unchanged: count("unchanged")?,
        new: count("new")?,
        changed: count("changed")?,
        held: count("held")?,
        ..health::Visit::default()
    };
    Ok(Past { at: instant(row.try_get("at")?), error: row.try_get("error")?, visit })
}

fn turn(row: &Row) -> Result<Turn, Error> {
    let state = |name: &str| {
        let word: String = row.try_get(name)?;
        Ok::<_, sql::Error>(State::of(&word).unwrap_or(State::New))
    };
    Ok(Turn {
        source: SourceId::new(row.try_get::<String>("source")?),
        at: instant(row.try_get("at")?),
        was: state("was")?,
        state: state("state")?,
        cause: cause(row)?,
        error: row.try_get("error")?,
    })
}
