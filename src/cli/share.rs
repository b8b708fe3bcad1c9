//! `finews share ID`: recommends items, with a note, until that ends; and shows what is recommended.

use serde_json::json;

use super::args::{Args, Share};
use super::exit::{Exit, Usage};
use super::{out, setup, until};
use crate::html;
use crate::model::{Instant, ItemId};
use crate::store::Store;

/// The longest note, in characters.
const LONGEST: usize = 5_000;

pub(super) async fn run(args: &Args, own: &Share) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let zone = settings.site.zone;
    let until = own.expire.as_deref().map(|text| until::read(text, setup::now(), zone));
    let until = until.transpose()?;
    if own.note.as_deref().is_some_and(|note| note.chars().count() > LONGEST) {
        let what = format!("the note is longer than {LONGEST} characters");
        return Err(Usage(what).into());
    }
    if own.items.is_empty() {
        let store = setup::look(&settings).await?;
        list(&store, zone, own.json).await?;
        store.close().await;
        return Ok(Exit::Well);
    }
    let take = async |store: &Store| change(store, own, until).await;
    let tidy = async |store: &Store| store.end_shares(setup::now()).await.map(drop);
    let store = setup::change(settings, "share", take, tidy).await?;
    if own.json {
        list(&store, zone, true).await?;
    }
    store.close().await;
    Ok(Exit::Well)
}

/// All of them, or none.
async fn change(store: &Store, own: &Share, until: Option<Instant>) -> anyhow::Result<()> {
    let mut meant = Vec::new();
    for words in &own.items {
        meant.push(found(store, words).await?);
    }
    for id in &meant {
        if !own.remove {
            vet(store, id).await?;
        }
    }
    for id in &meant {
        let done = if own.remove {
            take_back(store, id).await?
        } else {
            store.share(id, own.note.as_deref(), until, setup::now()).await?;
            "recommended"
        };
        out::note(format!("{id}: {done}"));
    }
    Ok(())
}

async fn found(store: &Store, words: &str) -> anyhow::Result<ItemId> {
    let Some(id) = store.meant(words).await? else {
        let hint = "name its id, its share page, or its original; `finews search` finds ids";
        return Err(Usage(format!("there is no item `{words}`\nhint: {hint}")).into());
    };
    Ok(store.head(&id).await?)
}

/// What nobody can see is not recommended.
async fn vet(store: &Store, id: &ItemId) -> anyhow::Result<()> {
    if store.is_private(id).await? {
        let hint = "it stands in private categories alone; put it in another one first";
        return Err(Usage(format!("`{id}` is private\nhint: {hint}")).into());
    }
    if store.items_by_id(std::slice::from_ref(id)).await?.is_empty() {
        let hint = format!("see `finews rules explain {id}`");
        return Err(Usage(format!("`{id}` is kept and not published\nhint: {hint}")).into());
    }
    Ok(())
}

async fn take_back(store: &Store, id: &ItemId) -> anyhow::Result<&'static str> {
    if store.unshare(id).await? {
        return Ok("no longer recommended");
    }
    Err(Usage(format!("`{id}` is not recommended\nhint: `finews share` lists what is")).into())
}

async fn list(store: &Store, zone: chrono_tz::Tz, as_json: bool) -> anyhow::Result<()> {
    let known = store.shares().await?;
    if as_json {
        let rows = known.iter().map(|(one, title)| {
            json!({
                "id": one.item, "title": title, "note": one.note, "since": one.since,
                "changed": one.changed, "until": one.until,
            })
        });
        return out::json(&rows.collect::<Vec<_>>());
    }
    for (one, title) in known {
        let time = |at: Instant| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
        let until = one.until.map_or_else(String::new, |until| format!(" until {}", time(until)));
        let note =
            one.note.map_or_else(String::new, |note| format!(": {}", html::excerpt(&note, 60)));
        let title = html::excerpt(&title, 60);
        out::line(format!("{} {}{until} {title}{note}", one.item, time(one.since)))?;
    }
    Ok(())
}
