//! Visits are kept in the order of their coming, as many as wait in one transaction: what a
//! transaction costs by itself is shared by all of them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot::{self, error::TryRecvError};

use super::ready::{self, Ready};
use super::rows::{self, Held, Saved, Visited};
use super::sql::{self, Connection, Writing};
use super::stories::Uniting;
use super::write::save;
use super::{Error, Store, doubt, search, standing, traces, visits};
use crate::model::SourceId;

/// Items that one transaction takes at most, unless one visit brings more: nobody else writes
/// meanwhile.
const ITEMS: usize = 200;
/// Visits that one transaction takes at most.
const VISITS: usize = 64;

/// A visit with what was made of its items before its turn.
#[derive(Debug)]
struct Prepared {
    visited: Visited,
    ready: Vec<Ready>,
}

/// A visit that waits, and who waits for it.
#[derive(Debug)]
struct Waiter {
    prepared: Arc<Prepared>,
    done: oneshot::Sender<Result<(), Error>>,
}

/// The visits that wait to be kept.
#[derive(Debug, Default)]
pub(super) struct Queue(Mutex<VecDeque<Waiter>>);

impl Queue {
    fn join(&self, prepared: Arc<Prepared>) -> oneshot::Receiver<Result<(), Error>> {
        let (done, told) = oneshot::channel();
        self.waiters().push_back(Waiter { prepared, done });
        told
    }

    /// Those whose turn it is.
    fn next(&self) -> Vec<Waiter> {
        let mut waiters = self.waiters();
        let mut items = 0;
        let fits = |(place, waiter): &(usize, &Waiter)| {
            items += waiter.prepared.visited.items.len();
            *place == 0 || items <= ITEMS
        };
        let many = waiters.iter().enumerate().take(VISITS).take_while(fits).count();
        waiters.drain(..many).collect()
    }

    fn waiters(&self) -> std::sync::MutexGuard<'_, VecDeque<Waiter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Keeps the outcome of a visit: items, validators and next visit, all or none.
    pub async fn record(&self, mut visited: Visited) -> Result<(), Error> {
        let (items, ready) = ready::all(std::mem::take(&mut visited.items)).await?;
        visited.items = items;
        let prepared = Arc::new(Prepared { visited, ready });
        let mut told = self.queue.join(Arc::clone(&prepared));
        loop {
            let mut turn = self.pool.alone().await;
            // Whoever has the turn keeps those that wait, as many as it takes; they find it done.
            self.keep_all(&mut turn, self.queue.next()).await;
            match told.try_recv() {
                Ok(kept) => return kept,
                // Many were before.
                Err(TryRecvError::Empty) => {}
                // Who kept it broke down before the end.
                Err(TryRecvError::Closed) => {
                    return Box::pin(self.keep_whole(&mut turn, &[&prepared])).await;
                }
            }
        }
    }

    /// Keeps items that came by another way than a visit.
    pub async fn keep(
        &self,
        source: &SourceId,
        at: i64,
        items: &[Saved],
        held: &[Held],
    ) -> Result<(), Error> {
        let (items, ready) = ready::all(items.to_vec()).await?;
        let mut tx = self.begin().await?;
        let mut uniting =
            Uniting::prepare(&mut tx, &self.stories, ready::newcomers(&items, &ready)).await?;
        let kept = save_all(&mut tx, &items, &ready, &mut uniting).await?;
        search::index(&mut tx, &kept).await?;
        for one in held {
            hold(&mut tx, source, at, one).await?;
        }
        sql::query("INSERT OR IGNORE INTO source (id) VALUES (?)")
            .bind(source.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit()?;
        uniting.kept();
        Ok(())
    }

    /// Keeps visits together, or, where that fails, each by itself: the fault is one's own.
    async fn keep_all(&self, turn: &mut Writing, waiters: Vec<Waiter>) {
        let all: Vec<&Prepared> = waiters.iter().map(|one| &*one.prepared).collect();
        let together = all.len() > 1 && Box::pin(self.keep_whole(turn, &all)).await.is_ok();
        for Waiter { prepared, done } in waiters {
            let kept = if together {
                Ok(())
            } else {
                Box::pin(self.keep_whole(turn, &[&*prepared])).await
            };
            // Who is not there any more wants to know nothing.
            let _ = done.send(kept);
        }
    }

    /// Keeps visits all or none.
    async fn keep_whole(&self, turn: &mut Writing, all: &[&Prepared]) -> Result<(), Error> {
        if all.is_empty() {
            return Ok(());
        }
        let mut tx = turn.transaction()?;
        let newcomers = all.iter().flat_map(|one| ready::newcomers(&one.visited.items, &one.ready));
        let mut uniting = Uniting::prepare(&mut tx, &self.stories, newcomers.collect()).await?;
        let mut kept = Vec::new();
        for Prepared { visited, ready } in all.iter().copied() {
            kept.extend(save_all(&mut tx, &visited.items, ready, &mut uniting).await?);
            note(&mut tx, visited).await?;
        }
        search::index(&mut tx, &kept).await?;
        tx.commit()?;
        uniting.kept();
        Ok(())
    }
}

/// Keeps items; gives those that are to be found by searches.
async fn save_all<'a>(
    tx: &mut Connection,
    items: &'a [Saved],
    ready: &'a [Ready],
    uniting: &mut Uniting,
) -> Result<Vec<search::Wanted<'a>>, Error> {
    let mut kept = Vec::new();
    for (saved, ready) in items.iter().zip(ready) {
        if save(tx, saved, ready, uniting).await? {
            kept.push((&saved.item, &ready.entry));
        }
    }
    Ok(kept)
}

/// Keeps all of a visit but its items.
async fn note(tx: &mut Connection, visited: &Visited) -> Result<(), Error> {
    let at = visited.at.timestamp();
    for held in &visited.held {
        hold(tx, &visited.source, at, held).await?;
    }
    hold_back(tx, visited).await?;
    traces::keep(tx, &visited.source, at, &visited.findings).await?;
    doubt::keep(tx, &visited.source, at, &visited.validators).await?;
    if source(tx, visited).await? {
        pend_source(tx, &visited.source).await?;
    }
    standing::note(tx, visited).await?;
    visits::put(tx, visited).await
}

async fn hold(tx: &mut Connection, source: &SourceId, at: i64, held: &Held) -> Result<(), Error> {
    let query = "INSERT INTO held SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS \
         (SELECT 1 FROM withdrawn WHERE source = ?1 AND key = ?2) \
         ON CONFLICT (source, key, list) DO UPDATE SET reason = excluded.reason, \
         print = excluded.print, data = excluded.data";
    sql::query(query)
        .bind(source.as_str())
        .bind(&held.key)
        .bind(&held.original.list)
        .bind(at)
        .bind(&held.reason)
        .bind(&held.print[..])
        .bind(rows::pack(&held.original))
        .execute(tx)
        .await?;
    Ok(())
}

/// Holds entries that could be published, as many as are kept of a source: they are known from now
/// on, and no items.
async fn hold_back(tx: &mut Connection, visited: &Visited) -> Result<(), Error> {
    if visited.held_back.is_empty() {
        return Ok(());
    }
    let query = "SELECT count(*) FROM held WHERE source = ?";
    let there: i64 =
        sql::query_scalar(query).bind(visited.source.as_str()).fetch_one(&mut *tx).await?;
    let room = (traces::HELD - there).max(0) as usize;
    let at = visited.at.timestamp();
    for held in visited.held_back.iter().take(room) {
        hold(tx, &visited.source, at, held).await?;
        traces::leave_held(tx, &visited.source, held, at).await?;
    }
    Ok(())
}

/// Everything of a source is shown with its title and addresses.
async fn pend_source(tx: &mut Connection, source: &SourceId) -> Result<(), Error> {
    let all = [
        "INSERT OR REPLACE INTO pending_item (item) SELECT id FROM item WHERE source = ?",
        "INSERT OR REPLACE INTO pending_category (category) SELECT DISTINCT category \
         FROM item_category JOIN item ON id = item WHERE source = ?",
    ];
    for query in all {
        sql::query(query).bind(source.as_str()).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Keeps what a visit tells of the source itself; says whether its public words changed.
async fn source(tx: &mut Connection, visited: &Visited) -> Result<bool, Error> {
    type Words = (Option<String>, Option<String>, Option<String>);
    let query = "SELECT title, home, feed FROM source WHERE id = ?";
    let id = visited.source.as_str();
    let before: Option<Words> = sql::query_as(query).bind(id).fetch_optional(&mut *tx).await?;
    let at = visited.at.timestamp();
    let good = visited.error.is_none();
    let faults = serde_json::to_string(&visited.faults).unwrap_or_else(|_| "[]".to_owned());
    let query = "INSERT INTO source (id, title, home, feed, next_visit, last_visit, last_good, \
         failures, error, faults, incomplete) VALUES (?1, ?2, ?3, ?4, ?5, ?6, \
         CASE WHEN ?7 THEN ?6 END, NOT ?7, ?8, ?9, ?10) \
         ON CONFLICT (id) DO UPDATE SET title = coalesce(excluded.title, title), \
         home = coalesce(excluded.home, home), feed = coalesce(excluded.feed, feed), \
         next_visit = excluded.next_visit, last_visit = excluded.last_visit, \
         last_good = coalesce(excluded.last_good, last_good), \
         failures = CASE WHEN ?7 THEN 0 ELSE failures + 1 END, error = excluded.error, \
         faults = CASE WHEN ?7 THEN excluded.faults ELSE faults END, \
         incomplete = excluded.incomplete RETURNING title, home, feed";
    let after: Words = sql::query_as(query)
        .bind(id)
        .bind(&visited.title)
        .bind(&visited.home)
        .bind(&visited.feed)
        .bind(visited.next_visit.timestamp())
        .bind(at)
        .bind(good)
        .bind(&visited.error)
        .bind(faults)
        .bind(visited.incomplete)
        .fetch_one(tx)
        .await?;
    Ok(before.is_some_and(|before| before != after))
}
