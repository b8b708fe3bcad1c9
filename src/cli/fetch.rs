//! `finews fetch`: sources once, or an address to a feed on stdout.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::mpsc;

use super::args::{Args, Fetch, Revive};
use super::ask::{self, Wish};
use super::exit::{Exit, Usage};
use super::{out, progress, setup, single};
use crate::config::{Settings, Source};
use crate::daemon;
use crate::edition::{self, Care, Done};
use crate::refresh::{self, Report, World};
use crate::store::{self, Lock, Store};

#[derive(Serialize)]
pub(super) struct Outcome {
    sources: Vec<Report>,
    published: Done,
}

/// Who does the work.
enum Way {
    /// This process holds the state.
    Own(Box<setup::Held>),
    /// A daemon did it.
    Daemon(serde_json::Value),
}

pub(super) async fn run(args: &Args, own: &Fetch) -> anyhow::Result<Exit> {
    if let Some(address) = own.sources.iter().find(|name| setup::is_address(name)) {
        if own.sources.len() > 1 {
            return Err(Usage("one address at a time".to_owned()).into());
        }
        return single::run(args, own, address).await;
    }
    let settings = setup::settings(args)?;
    let wish = Wish { sources: own.sources.clone(), all: own.all, revive: false };
    Box::pin(visit(settings, &wish, own.wait, own.json)).await
}

/// Forgets that sources are gone, and visits them.
pub(super) async fn revive(args: &Args, own: &Revive) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let wish = Wish { sources: own.sources.clone(), all: false, revive: true };
    Box::pin(visit(settings, &wish, own.wait, own.json)).await
}

async fn visit(settings: Settings, wish: &Wish, wait: u64, json: bool) -> anyhow::Result<Exit> {
    known(&settings, wish)?;
    let held = match way(settings, wish, wait).await? {
        Way::Own(held) => held,
        Way::Daemon(outcome) => return told(&outcome, json),
    };
    let sources = chosen(&held.settings, &held.store, wish).await?;
    let outcome = fetch(&held, &sources, json).await?;
    held.store.close().await;
    if json {
        out::json(&outcome)?;
    }
    let failed = outcome.sources.iter().any(|report| !report.errors.is_empty());
    Ok(out::exit(failed))
}

/// Takes the state; where a daemon has it, asks the daemon; where somebody else has it, waits.
async fn way(settings: Settings, wish: &Wish, seconds: u64) -> anyhow::Result<Way> {
    let tries = seconds.saturating_mul(4);
    for left in (0..=tries).rev() {
        let lock = match Lock::take(&settings.store, "fetch", setup::now()) {
            Ok(lock) => return Ok(Way::Own(Box::new(setup::open(settings, lock).await?))),
            Err(why) => why,
        };
        if !matches!(lock, store::Error::Held(_)) {
            return Err(lock.into());
        }
        if let Some(outcome) = ask::ask(&settings.store, wish).await? {
            return Ok(Way::Daemon(outcome));
        }
        let nameless = matches!(&lock, store::Error::Held(holder) if holder.pid == 0);
        if left == 0 || nameless {
            return Err(lock.into());
        }
        if left == tries {
            out::note(format!("waiting: {lock}"));
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Err(anyhow::anyhow!("nobody lets go of the state"))
}

/// What a daemon did, as if it had been done here.
fn told(outcome: &serde_json::Value, json: bool) -> anyhow::Result<Exit> {
    if json {
        out::json(outcome)?;
    }
    let reports = outcome.get("sources").and_then(serde_json::Value::as_array);
    let reports = reports.map(Vec::as_slice).unwrap_or_default();
    let mut failed = false;
    for report in reports {
        let source = report.get("source").and_then(serde_json::Value::as_str).unwrap_or_default();
        let count = |name: &str| report.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
        let errors = report.get("errors").and_then(serde_json::Value::as_array);
        for error in errors.into_iter().flatten().filter_map(serde_json::Value::as_str) {
            failed = true;
            out::note(format!("{source}: {error}"));
        }
        if !json {
            let (new, changed) = (count("new"), count("changed"));
            out::note(format!("{source}: {new} new, {changed} changed (by the daemon)"));
        }
    }
    if reports.is_empty() && !json {
        out::note("no source is due (`--all` visits them all the same)");
    }
    Ok(out::exit(failed))
}

/// Every name must be a source's.
pub(super) fn known(settings: &Settings, wish: &Wish) -> Result<(), Usage> {
    for name in &wish.sources {
        if !settings.sources.iter().any(|source| source.id.as_str() == name) {
            let names: Vec<_> = settings.sources.iter().map(|s| s.id.as_str()).collect();
            let known = names.join(", ");
            return Err(Usage(format!("there is no source `{name}`\nhint: known are {known}")));
        }
    }
    Ok(())
}

/// Those named, all, or those that are due; who is paused only by name. Those to be revived are
/// gone no longer.
pub(super) async fn chosen(
    settings: &Settings,
    store: &Store,
    wish: &Wish,
) -> anyhow::Result<Vec<Arc<Source>>> {
    let now = setup::now();
    let agenda = store.agenda().await?;
    let later = agenda.iter().filter(|one| one.gone || one.next_visit > now);
    let later: HashSet<_> = later.map(|one| &one.source).collect();
    let is_chosen = |source: &&Source| {
        let named = wish.sources.iter().any(|name| name == source.id.as_str());
        let due = wish.sources.is_empty() && !later.contains(&source.id);
        named || !source.paused && (wish.all || due)
    };
    let chosen = settings.sources.iter().filter(is_chosen).cloned().map(Arc::new);
    let chosen: Vec<_> = chosen.collect();
    if wish.revive {
        for source in &chosen {
            store.revive(&source.id).await?;
        }
    }
    Ok(chosen)
}

/// Visits sources in a world that is there already, and publishes.
pub(super) async fn within(
    world: &World,
    store: &Store,
    sources: &[Arc<Source>],
) -> anyhow::Result<Outcome> {
    let round = daemon::round(world, store, sources, setup::now()).await?;
    let World { settings, authority, .. } = world;
    let published = edition::publish(store, settings, authority, Care::Changes).await?;
    Ok(Outcome { sources: round.reports, published })
}

/// Visits the sources, then publishes; shows how it goes.
async fn fetch(
    held: &setup::Held,
    sources: &[Arc<Source>],
    quiet: bool,
) -> anyhow::Result<Outcome> {
    let (sender, news) = mpsc::unbounded_channel();
    let world = setup::world(&held.settings, &held.authority, Some(sender))?;
    refresh::fill(&world, &held.store, setup::now()).await?;
    world.fetcher.mind_site(&held.settings.site.url);
    let round = async {
        let round = Box::pin(daemon::round(&world, &held.store, sources, setup::now())).await;
        world.end_of_news();
        round
    };
    let shown = progress::show(news, sources.len(), quiet);
    let (round, ()) = setup::until_stopped(&world, async { tokio::join!(round, shown) }).await;
    let reports = round?.reports;
    refresh::retain(&world, &held.store, setup::now()).await?;
    let published =
        edition::publish(&held.store, &held.settings, &held.authority, Care::Folder).await?;
    if !quiet {
        let dir = setup::shown(&held.settings.publish.dir);
        let written = published.written;
        match sources.len() {
            0 => out::note("no source is due (`--all` visits them all the same)"),
            _ => out::note(format!("`{dir}`: {written} files written")),
        }
    }
    Ok(Outcome { sources: reports, published })
}

/// The same, for other verbs.
pub(super) async fn round(held: &setup::Held) -> anyhow::Result<Vec<Report>> {
    let sources: Vec<_> = held.settings.sources.iter().cloned().map(Arc::new).collect();
    Ok(fetch(held, &sources, false).await?.sources)
}
