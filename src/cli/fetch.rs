//! `finews fetch`: sources once, or an address to a feed on stdout.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::mpsc;

use super::args::{Args, Fetch, Revive};
use super::exit::{Exit, Usage};
use super::{out, progress, setup, single};
use crate::config::{Settings, Source};
use crate::daemon;
use crate::edition::{self, Care, Done};
use crate::refresh::Report;
use crate::store::Store;

#[derive(Serialize)]
struct Outcome {
    sources: Vec<Report>,
    published: Done,
}

pub(super) async fn run(args: &Args, own: &Fetch) -> anyhow::Result<Exit> {
    if let Some(address) = own.sources.iter().find(|name| setup::is_address(name)) {
        if own.sources.len() > 1 {
            return Err(Usage("one address at a time".to_owned()).into());
        }
        return single::run(args, own, address).await;
    }
    let settings = setup::settings(args)?;
    let held = setup::hold(settings).await?;
    let sources = chosen(&held.settings, &held.store, own).await?;
    visit(held, &sources, own.json).await
}

/// Forgets that sources are gone, and visits them.
pub(super) async fn revive(args: &Args, own: &Revive) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    known(&settings, &own.sources)?;
    let held = setup::hold(settings).await?;
    let named = |source: &&Source| own.sources.iter().any(|name| name == source.id.as_str());
    let sources: Vec<_> =
        held.settings.sources.iter().filter(named).cloned().map(Arc::new).collect();
    for source in &sources {
        held.store.revive(&source.id).await?;
    }
    visit(held, &sources, own.json).await
}

async fn visit(held: setup::Held, sources: &[Arc<Source>], json: bool) -> anyhow::Result<Exit> {
    let outcome = fetch(&held, sources, json).await?;
    held.store.close().await;
    if json {
        out::json(&outcome)?;
    }
    let failed = outcome.sources.iter().any(|report| !report.errors.is_empty());
    Ok(out::exit(failed))
}

/// Those named, all, or those that are due.
async fn chosen(
    settings: &Settings,
    store: &Store,
    own: &Fetch,
) -> anyhow::Result<Vec<Arc<Source>>> {
    known(settings, &own.sources)?;
    let now = setup::now();
    let agenda = store.agenda().await?;
    let later = agenda.iter().filter(|one| one.gone || one.next_visit > now);
    let later: HashSet<_> = later.map(|one| &one.source).collect();
    let is_chosen = |source: &&Source| {
        let named = own.sources.iter().any(|name| name == source.id.as_str());
        named || own.all || (own.sources.is_empty() && !later.contains(&source.id))
    };
    Ok(settings.sources.iter().filter(is_chosen).cloned().map(Arc::new).collect())
}

/// Whoever names a source must name one of the settings'.
fn known(settings: &Settings, names: &[String]) -> Result<(), Usage> {
    let is_known = |name: &&String| settings.sources.iter().any(|one| one.id.as_str() == **name);
    let Some(name) = names.iter().find(|name| !is_known(name)) else { return Ok(()) };
    let known: Vec<_> = settings.sources.iter().map(|source| source.id.as_str()).collect();
    let known = known.join(", ");
    Err(Usage(format!("there is no source `{name}`\nhint: known are {known}")))
}

/// Visits the sources, then publishes; shows how it goes.
async fn fetch(
    held: &setup::Held,
    sources: &[Arc<Source>],
    quiet: bool,
) -> anyhow::Result<Outcome> {
    let (sender, news) = mpsc::unbounded_channel();
    let world = setup::world(&held.settings, &held.authority, Some(sender))?;
    world.fetcher.mind_site(&held.settings.site.url);
    let round = async {
        let round = daemon::round(&world, &held.store, sources, setup::now()).await;
        world.end_of_news();
        round
    };
    let shown = progress::show(news, sources.len(), quiet);
    let (round, ()) = setup::until_stopped(&world, async { tokio::join!(round, shown) }).await;
    let reports = round?.reports;
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
