//! `finews status`: how the sources are, and what can be done.

mod rows;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

use super::args::{Args, Status};
use super::exit::{Exit, Usage};
use super::{out, setup};
use crate::model::{Instant, SourceId};
use crate::store::{Past, Store};

pub(super) use rows::{Row, by_need, counts, rows};

/// Errors below the table, and how much of each, in characters.
const ERRORS: usize = 20;
const LONGEST_ERROR: usize = 300;

pub(super) async fn run(args: &Args, own: &Status) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let store = setup::look(&settings).await?;
    let rows = rows(&settings, &store, setup::now()).await?;
    let zone = settings.site.zone;
    let failed = if let Some(name) = &own.source {
        let Some(row) = rows.iter().find(|row| row.source == *name) else {
            store.close().await;
            return Err(Usage(format!("there is no source `{name}`")).into());
        };
        one(row, &store, zone, own.json).await?;
        row.error.is_some()
    } else {
        all(&rows, zone, own.json)?;
        rows.iter().any(|row| row.error.is_some())
    };
    store.close().await;
    Ok(out::exit(failed))
}

fn all(rows: &[Row], zone: chrono_tz::Tz, json: bool) -> anyhow::Result<()> {
    if json {
        return out::json(&rows);
    }
    out::line(table(rows, zone).to_string())?;
    let failed: Vec<_> = rows.iter().filter(|row| row.error.is_some()).collect();
    for row in failed.iter().take(ERRORS) {
        let error = row.error.as_deref().unwrap_or_default();
        out::line(format!("{}: {}", row.source, cut(error)))?;
    }
    if failed.len() > ERRORS {
        out::line(format!("and {} more: `finews status SOURCE`", failed.len() - ERRORS))?;
    }
    let held: u64 = rows.iter().map(|row| row.held).sum();
    if held > 0 {
        out::line(format!("{held} entries are kept and not published: `finews held`"))?;
    }
    out::line(summary(rows))
}

fn cut(error: &str) -> String {
    error.chars().take(LONGEST_ERROR).collect()
}

fn table(rows: &[Row], zone: chrono_tz::Tz) -> Table {
    let mut table = plain();
    let head = ["source", "state", "cause", "last good", "next visit", "new/day", "what to do"];
    table.set_header(head);
    for row in by_need(rows) {
        table.add_row([
            row.source.clone(),
            row.state.word().to_owned(),
            match row.failures {
                0 => row.why(),
                times => format!("{} (failed {times}×)", row.why()),
            },
            time(row.last_good, zone),
            if row.state == crate::health::State::Paused {
                String::new()
            } else {
                time(row.next_visit, zone)
            },
            row.new_per_day.map_or_else(String::new, |new| format!("{new:.1}")),
            row.action.unwrap_or_default().to_owned(),
        ]);
    }
    table
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table
}

fn time(at: Option<Instant>, zone: chrono_tz::Tz) -> String {
    at.map_or_else(String::new, |at| at.with_timezone(&zone).format("%m-%d %H:%M").to_string())
}

/// `3 sources: 1 failing, 2 well`.
fn summary(rows: &[Row]) -> String {
    let counts = counts(rows).into_iter().filter(|(_, count)| *count > 0);
    let counts: Vec<_> = counts.map(|(state, count)| format!("{count} {}", state.word())).collect();
    format!("{}: {}", out::count(rows.len(), "source", "sources"), counts.join(", "))
}

/// A visit of the past.
#[derive(Serialize)]
struct Visit {
    at: Instant,
    outcome: &'static str,
    cause: Option<String>,
    error: Option<String>,
    entries: usize,
    unchanged: usize,
    new: usize,
    changed: usize,
    held: usize,
}

impl Visit {
    fn of(past: Past) -> Self {
        let Past { at, error, visit } = past;
        Self {
            at,
            outcome: outcome(&visit),
            cause: visit.cause.map(crate::health::Cause::code),
            error,
            entries: visit.entries,
            unchanged: visit.unchanged,
            new: visit.new,
            changed: visit.changed,
            held: visit.held,
        }
    }
}

/// `failed`, `new`, `unchanged` (nothing came, as the server said), `same` (nothing new came).
pub(super) fn outcome(visit: &crate::health::Visit) -> &'static str {
    match visit {
        visit if visit.cause.is_some() => "failed",
        visit if visit.new + visit.changed > 0 => "new",
        visit if visit.entries == 0 && visit.unchanged > 0 => "unchanged",
        _ => "same",
    }
}

/// A source with its visits.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    row: &'a Row,
    held_entries: Vec<HeldEntry>,
    visits: Vec<Visit>,
}

#[derive(Serialize)]
struct HeldEntry {
    key: String,
    reason: String,
}

async fn one(row: &Row, store: &Store, zone: chrono_tz::Tz, json: bool) -> anyhow::Result<()> {
    let id = SourceId::new(row.source.clone());
    let visits: Vec<_> = store.visits(&id).await?.into_iter().map(Visit::of).collect();
    let held = store.held().await?.into_iter().filter(|(source, ..)| *source == id);
    let held_entries =
        held.map(|(_, key, _, reason)| HeldEntry { key, reason }).collect::<Vec<_>>();
    if json {
        return out::json(&Whole { row, held_entries, visits });
    }
    out::line(format!("{}: {}", row.source, row.state.word()))?;
    let lines = [
        ("title", row.title.clone()),
        ("cause", Some(row.why())),
        ("since", Some(time(row.since, zone))),
        ("error", row.error.clone()),
        ("moved to", row.moved_to.clone()),
        ("what to do", row.action.map(str::to_owned)),
        ("last visit", Some(time(row.last_visit, zone))),
        ("last good", Some(time(row.last_good, zone))),
        ("next visit", Some(time(row.next_visit, zone))),
        ("items", Some(row.items.to_string())),
    ];
    for (name, value) in lines {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out::line(format!("{name:>12}  {value}"))?;
        }
    }
    for fault in &row.faults {
        out::line(format!("{:>12}  {fault}", "fault"))?;
    }
    for HeldEntry { key, reason } in &held_entries {
        out::line(format!("{:>12}  `{key}`: {reason}", "held"))?;
    }
    out::line(history(&visits, zone).to_string())
}

fn history(visits: &[Visit], zone: chrono_tz::Tz) -> Table {
    let mut table = plain();
    table.set_header(["visit", "outcome", "entries", "new", "changed", "held", "remarks"]);
    for visit in visits {
        let remarks = visit.error.clone().or_else(|| visit.cause.clone()).unwrap_or_default();
        table.add_row([
            time(Some(visit.at), zone),
            visit.outcome.to_owned(),
            visit.entries.to_string(),
            visit.new.to_string(),
            visit.changed.to_string(),
            visit.held.to_string(),
            remarks,
        ]);
    }
    table
}
