//! `finews withdraw ID`: takes items down, and shows what was taken down.

use serde_json::json;

use super::args::{Args, Withdraw};
use super::exit::{Exit, Usage};
use super::{out, setup};
use crate::model::ItemId;
use crate::store::Store;

pub(super) async fn run(args: &Args, own: &Withdraw) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    if own.items.is_empty() {
        let zone = settings.site.zone;
        let store = setup::look(&settings).await?;
        list(&store, zone, own.json).await?;
        store.close().await;
        return Ok(Exit::Well);
    }
    let zone = settings.site.zone;
    let take = async |store: &Store| change(store, own).await;
    let tidy = async |store: &Store| store.scrub().await;
    let store = setup::change(settings, "withdraw", take, tidy).await?;
    if own.json {
        list(&store, zone, true).await?;
    }
    store.close().await;
    Ok(Exit::Well)
}

async fn change(store: &Store, own: &Withdraw) -> anyhow::Result<()> {
    for words in &own.items {
        let (id, done) = if own.undo {
            readmit(store, words).await?
        } else {
            take_down(store, words, own.why.as_deref()).await?
        };
        out::note(format!("{id}: {done}"));
    }
    Ok(())
}

async fn take_down(
    store: &Store,
    words: &str,
    why: Option<&str>,
) -> anyhow::Result<(ItemId, &'static str)> {
    let Some(id) = store.meant(words).await? else {
        let hint = "name its id, its share page, or its original; `finews withdraw` lists those";
        return Err(Usage(format!("there is no item `{words}`\nhint: {hint} taken down")).into());
    };
    store.withdraw(&id, setup::now(), why).await?;
    Ok((id, "taken down"))
}

async fn readmit(store: &Store, words: &str) -> anyhow::Result<(ItemId, &'static str)> {
    let known = store.withdrawals().await?;
    let id = words.rsplit('/').next().unwrap_or(words).trim_end_matches(".html");
    let found = known.into_iter().find(|one| {
        one.item.as_str() == id || one.uri == words || one.link.as_deref() == Some(words)
    });
    let Some(found) = found else {
        return Err(Usage(format!("`{words}` was not taken down")).into());
    };
    store.readmit(&found.item).await?;
    Ok((found.item, "it comes back when its source lists it again"))
}

async fn list(store: &Store, zone: chrono_tz::Tz, as_json: bool) -> anyhow::Result<()> {
    let known = store.withdrawals().await?;
    if as_json {
        let rows = known.iter().map(|one| {
            json!({
                "id": one.item, "uri": one.uri, "source": one.source, "link": one.link,
                "since": one.since, "why": one.why,
            })
        });
        return out::json(&rows.collect::<Vec<_>>());
    }
    for one in known {
        let since = one.since.with_timezone(&zone).format("%Y-%m-%d %H:%M");
        let what = one.link.as_deref().unwrap_or(&one.uri);
        let why = one.why.map_or_else(String::new, |why| format!(": {why}"));
        out::line(format!("{} {since} {} {what}{why}", one.item, one.source))?;
    }
    Ok(())
}
