//! `finews fetch`: sources once, or an address to a feed on stdout.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::mpsc;

use super::args::{Args, Fetch};
use super::exit::{Exit, Usage};
use super::{out, progress, setup, single};
use crate::config::{Settings, Source};
use crate::daemon;
use crate::edition::{self, Care, Done};
use crate::refresh::Report;
use crate::store::{self, Store};

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
    let outcome = fetch(&held, &sources, own.json).await?;
    held.store.close().await;
    if own.json {
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
    for name in &own.sources {
        if !settings.sources.iter().any(|source| source.id.as_str() == name) {
            let names: Vec<_> = settings.sources.iter().map(|s| s.id.as_str()).collect();
            let known = names.join(", ");
            return Err(
                Usage(format!("there is no source `{name}`\nhint: known are {known}")).into()
            );
        }
    }
    let now = setup::now();
    let mut chosen = Vec::new();
    for source in &settings.sources {
        let named = own.sources.iter().any(|name| name == source.id.as_str());
        let due = || is_due(store, source, now);
        if named || own.all || (own.sources.is_empty() && due().await?) {
            chosen.push(Arc::new(source.clone()));
        }
    }
    Ok(chosen)
}

async fn is_due(
    store: &Store,
    source: &Source,
    now: crate::model::Instant,
) -> Result<bool, store::Error> {
    Ok(store.next_visit(&source.id).await?.is_none_or(|next| next <= now))
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
