//! `finews held`: what is kept and not published, and the word to publish it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::args::{Args, HeldEntries, HeldVerb};
use super::exit::{Exit, Usage};
use super::{copies, out, setup};
use crate::edition::{self, Care};
use crate::model::{Original, SourceId, Text};
use crate::refresh;

/// Entries of a source that are shown for one reason.
const SHOWN: usize = 5;

pub(super) async fn run(args: &Args, own: &HeldEntries) -> anyhow::Result<Exit> {
    match &own.verb {
        None => list(args, own).await,
        Some(HeldVerb::Release(release)) => publish(args, &release.source).await,
    }
}

async fn list(args: &Args, own: &HeldEntries) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let store = setup::look(&settings).await?;
    let held = store.held().await?;
    store.close().await;
    if own.json {
        let entries: Vec<_> = held
            .iter()
            .map(|(source, key, original, reason)| {
                let (title, link) = (title(original), &original.entry.link);
                json!({ "source": source, "key": key, "title": title, "link": link, "reason": reason })
            })
            .collect();
        out::json(&entries)?;
        return Ok(Exit::Well);
    }
    let mut by_reason = BTreeMap::<(SourceId, String), Vec<String>>::new();
    for (source, key, original, reason) in held {
        let title = title(&original).unwrap_or(key);
        by_reason.entry((source, reason)).or_default().push(title);
    }
    for ((source, reason), titles) in &by_reason {
        out::line(format!("{source}: {} held: {reason}", titles.len()))?;
        for title in titles.iter().take(SHOWN) {
            out::line(format!("  {title}"))?;
        }
        if titles.len() > SHOWN {
            out::line(format!("  … and {} more", titles.len() - SHOWN))?;
        }
    }
    Ok(Exit::Well)
}

fn title(original: &Original) -> Option<String> {
    original.entry.title.as_ref().map(Text::raw).map(str::to_owned)
}

async fn publish(args: &Args, id: &str) -> anyhow::Result<Exit> {
    let held = setup::hold(setup::settings(args)?, "held release").await?;
    let source = held.settings.sources.iter().find(|source| source.id.as_str() == id);
    let source = source.ok_or_else(|| Usage(format!("there is no source `{id}`")))?;
    let source = Arc::new(source.clone());
    let world = setup::world(&held.settings, &held.authority, None)?;
    let released = refresh::release(&world, &held.store, &source, setup::now()).await?;
    edition::publish(&held.store, &held.settings, &held.authority, Care::Changes).await?;
    copies::all(&held.store, &held.settings).await?;
    held.store.close().await;
    out::note(format!("{id}: {released} items released"));
    Ok(Exit::Well)
}
