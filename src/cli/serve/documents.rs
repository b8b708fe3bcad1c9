//! The documents for those inside: `/metrics`, `/status.html`, `/status.json`, `/status.atom`.

use std::sync::Arc;

use chrono::TimeDelta;
use serde::Serialize;

use super::Shared;
use super::metrics::{self, Levels};
use crate::cli::setup;
use crate::cli::status::{self, Row};
use crate::config::Settings;
use crate::edition;
use crate::health::Cause;
use crate::model::Instant;
use crate::publish::status::{Event, Line, Overview};
use crate::serve::{Finding, Found, Lookup};
use crate::store::Turn;

/// Changes of state in the feed.
const EVENTS: usize = 100;
/// A source that is due for so long is late.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// Makes the documents when they are asked for.
pub(super) struct Documents(pub Shared);

/// The paths of the documents.
pub(super) const PATHS: [&str; 4] = ["/metrics", "/status.html", "/status.json", "/status.atom"];

/// The whole of `/status.json`. Each name stays as it is; names may be added.
#[derive(Serialize)]
struct Whole<'a> {
    version: u8,
    made: Instant,
    ready: bool,
    settings: SettingsState,
    sums: std::collections::BTreeMap<&'static str, usize>,
    sources: &'a [Row],
}

#[derive(Serialize)]
struct SettingsState {
    ok: bool,
    /// What is wrong with them; the ones before hold.
    fault: Option<String>,
}

impl Lookup for Documents {
    fn find<'a>(&'a self, path: &'a str, _: Option<&'a str>) -> Finding<'a> {
        Box::pin(async move {
            match self.make(path).await {
                Ok(found) => found,
                Err(why) => {
                    tracing::error!("{path}: {why:#}");
                    Found::Nothing
                }
            }
        })
    }
}

impl Documents {
    async fn make(&self, path: &str) -> anyhow::Result<Found> {
        let (media_type, bytes) = match path {
            "/metrics" => (metrics::MEDIA_TYPE, self.metrics().await?.into_bytes()),
            "/status.html" => ("text/html; charset=utf-8", self.page().await?),
            "/status.json" => ("application/json", self.json().await?),
            "/status.atom" => ("application/atom+xml; charset=utf-8", self.feed().await?),
            _ => return Ok(Found::Nothing),
        };
        Ok(Found::Made { media_type: media_type.to_owned(), bytes })
    }

    async fn rows(&self, settings: &Arc<Settings>) -> anyhow::Result<Vec<Row>> {
        Ok(status::rows(settings, &self.0.store, setup::now()).await?)
    }

    async fn metrics(&self) -> anyhow::Result<String> {
        let settings = self.0.settings();
        let mut states: Vec<_> = status::counts(&self.rows(&settings).await?);
        states.sort_by_key(|(state, _)| *state);
        let now = setup::now();
        let (due, late, pending) = self.0.store.waiting(now, now - LATE).await?;
        let levels = Levels { states, due, late, pending, database: self.0.store.size() };
        Ok(self.0.metrics.text(&levels))
    }

    async fn json(&self) -> anyhow::Result<Vec<u8>> {
        let rows = self.rows(&self.0.settings()).await?;
        let fault = self.0.settings_fault();
        let sums = status::counts(&rows).into_iter();
        let whole = Whole {
            version: 1,
            made: setup::now(),
            ready: self.0.ready.is_ready(),
            settings: SettingsState { ok: fault.is_none(), fault },
            sums: sums.map(|(state, count)| (state.word(), count)).collect(),
            sources: &rows,
        };
        Ok(serde_json::to_vec_pretty(&whole)?)
    }

    async fn page(&self) -> anyhow::Result<Vec<u8>> {
        let settings = self.0.settings();
        let rows = self.rows(&settings).await?;
        let zone = settings.site.zone;
        let time = |at: Option<Instant>| {
            let text = |at: Instant| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
            at.map_or_else(String::new, text)
        };
        let sums = status::counts(&rows).into_iter().filter(|(_, count)| *count > 0);
        let overview = Overview {
            counts: sums.map(|(state, count)| (state.word(), count)).collect(),
            settings_fault: self.0.settings_fault(),
            lines: status::by_need(&rows).into_iter().map(|row| line(row, &time)).collect(),
            made: time(Some(setup::now())),
        };
        let site = edition::site(&settings, &self.0.authority);
        Ok(crate::publish::status::page(&site, &overview)?)
    }

    async fn feed(&self) -> anyhow::Result<Vec<u8>> {
        let settings = self.0.settings();
        let turns = self.0.store.turns(EVENTS).await?;
        // That a source is well at its first visit is no news.
        let news = turns.into_iter().filter(|turn| turn.was.is_amiss() || turn.state.is_amiss());
        let events: Vec<_> = news.map(|turn| event(turn, &settings)).collect();
        let site = edition::site(&settings, &self.0.authority);
        Ok(crate::publish::status::feed(&site, &events))
    }
}

fn line(row: &Row, time: &impl Fn(Option<Instant>) -> String) -> Line {
    Line {
        source: row.source.clone(),
        title: row.title.clone().unwrap_or_default(),
        home: row.home.clone().filter(|home| home.starts_with("http")),
        state: row.state.word(),
        cause: row.why(),
        action: row.action.unwrap_or_default().to_owned(),
        error: row.error.clone().unwrap_or_default(),
        last_good: time(row.last_good),
        next_visit: time(row.next_visit),
        new_per_day: row.new_per_day.map_or_else(String::new, |new| format!("{new:.1}")),
    }
}

fn event(turn: Turn, settings: &Settings) -> Event {
    Event {
        source: turn.source.to_string(),
        at: turn.at,
        was: turn.was.word(),
        state: turn.state.word(),
        cause: turn.cause.map_or_else(String::new, |cause| cause.to_string()),
        action: turn.cause.map_or("", Cause::action).to_owned(),
        error: turn.error.map(|error| settings.secrets.hidden(error)),
    }
}
