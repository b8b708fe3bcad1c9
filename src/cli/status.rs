//! `finews status`: how the sources are.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};

use super::args::{Args, Status};
use super::exit::Exit;
use super::{out, setup};
use crate::model::{Instant, SourceId};
use crate::store::Health;

/// Held entries that are shown one by one.
const HELD: usize = 20;

pub(super) async fn run(args: &Args, own: &Status) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let store = setup::look(&settings).await?;
    let health = store.health().await?;
    let held = store.held().await?;
    store.close().await;
    if own.json {
        out::json(&health)?;
    } else {
        out::line(table(&health, settings.site.zone).to_string())?;
        for (source, key, _, reason) in held.iter().take(HELD) {
            out::line(format!("{source}: `{key}` is held: {reason}"))?;
        }
        if held.len() > HELD {
            out::line(format!("… and {} more are held (`finews held`)", held.len() - HELD))?;
        }
        let visited = |id: &SourceId| health.iter().any(|one| one.source == *id);
        for source in settings.sources.iter().filter(|source| !visited(&source.id)) {
            out::line(format!("{}: not visited yet", source.id))?;
        }
    }
    Ok(out::exit(health.iter().any(|one| one.error.is_some())))
}

fn table(health: &[Health], zone: chrono_tz::Tz) -> Table {
    let time = |at: Option<Instant>| {
        at.map_or_else(String::new, |at| at.with_timezone(&zone).format("%m-%d %H:%M").to_string())
    };
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["source", "state", "items", "held", "last good", "next visit", "remarks"]);
    for one in health {
        let state = match (&one.error, one.failures) {
            (None, _) => "well".to_owned(),
            (Some(_), times) => format!("failed {times}×"),
        };
        let remarks = match (&one.error, one.faults.len()) {
            (Some(error), _) => error.clone(),
            (None, 0) => String::new(),
            (None, 1) => one.faults[0].to_string(),
            (None, more) => format!("{} (and {} more)", one.faults[0], more - 1),
        };
        table.add_row([
            one.source.to_string(),
            state,
            one.items.to_string(),
            one.held.to_string(),
            time(one.last_good),
            time(Some(one.next_visit)),
            remarks,
        ]);
    }
    table
}
