//! The state of every source as one row: what the table, the pages and the JSON show alike.

use chrono::TimeDelta;
use serde::{Serialize, Serializer};

use crate::config::Settings;
use crate::health::{Cause, State};
use crate::model::{Fault, Instant};
use crate::store::{self, Store};

/// The days over which new items are counted.
const DAYS: i64 = 14;

/// A source as it is. As JSON, each name here stays as it is; names may be added.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// The operator's name.
    pub source: String,
    pub title: Option<String>,
    pub home: Option<String>,
    pub feed: Option<String>,
    /// `failing`, `gone`, `ailing`, `paused`, `new`, `well`.
    #[serde(serialize_with = "word")]
    pub state: State,
    /// Its kind: `dns`, `tls`, `timeout`, `status`, `bot_wall`, `not_a_feed`, `drift`, `stale`, …
    #[serde(serialize_with = "kind")]
    pub cause: Option<Cause>,
    /// The whole code: `status:503`, `tls:expired`.
    pub cause_code: Option<String>,
    /// The HTTP status, where that is the cause.
    pub status: Option<u16>,
    /// What an operator may do.
    pub action: Option<&'static str>,
    /// Since when the state holds.
    pub since: Option<Instant>,
    pub last_visit: Option<Instant>,
    pub last_good: Option<Instant>,
    pub next_visit: Option<Instant>,
    /// Failures in a row.
    pub failures: u32,
    /// The error of the last visit.
    pub error: Option<String>,
    pub faults: Vec<Fault>,
    /// Items kept, and entries that cannot be published.
    pub items: u64,
    pub held: u64,
    /// New items a day, over a fortnight.
    pub new_per_day: Option<f64>,
    /// Where its list is, as its server says for good.
    pub moved_to: Option<String>,
    /// Whether it is asked there in place of the settings' address.
    pub moved: bool,
}

impl Row {
    /// The cause in words.
    pub(crate) fn why(&self) -> String {
        self.cause.map_or_else(String::new, |cause| cause.to_string())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn word<S: Serializer>(state: &State, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(state.word())
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::ref_option, reason = "serde asks for it")]
fn kind<S: Serializer>(cause: &Option<Cause>, serializer: S) -> Result<S::Ok, S::Error> {
    cause.map(Cause::kind).serialize(serializer)
}

/// Every source, in the order of the settings.
pub(crate) async fn rows(
    settings: &Settings,
    store: &Store,
    now: Instant,
) -> Result<Vec<Row>, store::Error> {
    let mut health: std::collections::HashMap<_, _> =
        store.health().await?.into_iter().map(|one| (one.source.clone(), one)).collect();
    let mut standings = store.standings().await?;
    let brought = store.brought_since(now - TimeDelta::days(DAYS)).await?;
    let secrets = &settings.secrets;
    let mut rows = Vec::with_capacity(settings.sources.len());
    for source in &settings.sources {
        let known = health.remove(&source.id).filter(|one| one.last_visit.is_some());
        let standing = standings.remove(&source.id);
        let (state, cause) = match (&known, &standing) {
            _ if source.paused => (State::Paused, Some(Cause::Paused)),
            (Some(known), _) if known.gone.is_some() => (State::Gone, Some(Cause::Gone)),
            (Some(_), Some(standing)) => (standing.state, standing.cause),
            (Some(known), None) if known.error.is_some() => (State::Failing, Some(Cause::Other)),
            (Some(_), None) => (State::Well, None),
            (None, _) => (State::New, Some(Cause::New)),
        };
        let new = brought.get(&source.id).copied().unwrap_or(0);
        let at = |pick: fn(&store::Health) -> Option<Instant>| known.as_ref().and_then(pick);
        let text = |pick: fn(&store::Health) -> Option<String>| {
            known.as_ref().and_then(pick).map(|text| secrets.hidden(text))
        };
        rows.push(Row {
            source: source.id.to_string(),
            title: source.title.clone().or_else(|| text(|one| one.title.clone())),
            home: text(|one| one.home.clone()),
            feed: text(|one| one.feed.clone()),
            state,
            cause,
            cause_code: cause.map(Cause::code),
            status: cause.and_then(Cause::status),
            action: cause.map(Cause::action),
            since: standing.as_ref().map(|standing| standing.since),
            last_visit: at(|one| one.last_visit),
            last_good: at(|one| one.last_good),
            next_visit: at(|one| Some(one.next_visit)),
            failures: known.as_ref().map_or(0, |one| one.failures),
            error: text(|one| one.error.clone()),
            faults: known.as_ref().map(|one| one.faults.clone()).unwrap_or_default(),
            items: known.as_ref().map_or(0, |one| one.items),
            held: known.as_ref().map_or(0, |one| one.held),
            new_per_day: known.as_ref().map(|_| new as f64 / DAYS as f64),
            moved: known.as_ref().is_some_and(|one| one.moved_to.is_some()),
            moved_to: text(|one| one.moved_to.clone())
                .or(standing.and_then(|standing| standing.moved_to)),
        });
    }
    Ok(rows)
}

/// Those that need somebody first, else in their order.
pub(crate) fn by_need(rows: &[Row]) -> Vec<&Row> {
    let mut sorted: Vec<_> = rows.iter().collect();
    sorted.sort_by_key(|row| row.state);
    sorted
}

/// How many sources are in each state.
pub(crate) fn counts(rows: &[Row]) -> Vec<(State, usize)> {
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    State::ALL.into_iter().map(|state| (state, count(state))).collect()
}
