//! `finews rules explain`, `withheld` and `release`: what rules decided of single items.

use std::sync::Arc;

use serde::Serialize;

use super::args::{Args, RulesExplain, RulesRelease, RulesWithheld};
use super::exit::{Exit, Usage};
use super::reroute::with_rules;
use super::{copies, out, setup};
use crate::edition::{self, Care};
use crate::html;
use crate::model::{CategoryId, ItemId};
use crate::refresh::{self, Maker};
use crate::route::{Act, Kept, Withheld};
use crate::store::Store;

#[derive(Serialize)]
struct Explained {
    id: ItemId,
    title: String,
    new_title: Option<String>,
    categories: Vec<CategoryId>,
    withheld: Option<Withheld>,
    acts: Vec<Act>,
}

/// Which rules act on an item, by the settings of now.
pub(super) async fn explain(args: &Args, own: &RulesExplain) -> anyhow::Result<Exit> {
    let settings = with_rules(setup::settings(args)?, &own.rule)?;
    let store = setup::look(&settings).await?;
    let settings = Arc::new(settings);
    let item = find(&store, &own.item).await?;
    let source = settings.sources.iter().find(|source| source.id == item.source);
    let source = source.ok_or_else(|| {
        Usage(format!("its source `{}` is not in the settings any more", item.source))
    })?;
    let world = setup::world(&settings, "localhost,2026", None)?;
    let maker = Maker::new(&world, &Arc::new(source.clone()), setup::now());
    let originals = store.originals(&item.id).await?;
    store.close().await;
    let ruled = maker.ruled(item.id.clone(), item.first_seen, &originals);
    let ruled = ruled.ok_or_else(|| Usage("it has neither a title nor a text any more".into()))?;
    let explained = Explained {
        id: item.id,
        title: item.title,
        new_title: ruled.decision.title,
        categories: ruled.item.categories,
        withheld: ruled.decision.withheld,
        acts: ruled.decision.acts,
    };
    if own.json {
        out::json(&explained)?;
    } else {
        show(&explained)?;
    }
    Ok(Exit::Well)
}

fn show(explained: &Explained) -> anyhow::Result<()> {
    out::line(format!("{} {}", explained.id, html::excerpt(&explained.title, 80)))?;
    for act in &explained.acts {
        out::line(format!("  `{}` {}", act.rule, act.what))?;
    }
    if explained.acts.is_empty() {
        out::line("  no rule holds")?;
    }
    let names: Vec<_> = explained.categories.iter().map(CategoryId::as_str).collect();
    out::line(format!("  categories: {}", names.join(", ")))?;
    if let Some(Withheld { kept, rule }) = &explained.withheld {
        out::line(format!("  not published: {} by `{rule}`", kept.word()))?;
    }
    Ok(())
}

/// The item of an id, a share link, or an article's address.
async fn find(store: &Store, name: &str) -> anyhow::Result<crate::model::Item> {
    let last = name.rsplit('/').next().unwrap_or(name);
    let id = ItemId::new(last.strip_suffix(".html").unwrap_or(last));
    if let Some(item) = store.item(&id).await? {
        return Ok(item);
    }
    let by_link = match store.item_of_link(name).await? {
        Some(id) => store.item(&id).await?,
        None => None,
    };
    Ok(by_link.ok_or_else(|| Usage(format!("there is no item `{name}`")))?)
}

/// The items that are kept and not published.
pub(super) async fn withheld(args: &Args, own: &RulesWithheld) -> anyhow::Result<Exit> {
    #[derive(Serialize)]
    struct Row {
        id: ItemId,
        title: String,
        #[serde(flatten)]
        withheld: Withheld,
    }
    let settings = setup::settings(args)?;
    let store = setup::look(&settings).await?;
    let withheld = store.withheld().await?.into_iter();
    let mut withheld: Vec<_> =
        withheld.filter(|(_, withheld)| withheld.kept != Kept::Forgotten).collect();
    withheld.sort_by(|a, b| a.0.cmp(&b.0));
    let mut rows = Vec::new();
    for (id, withheld) in withheld {
        let title = store.item(&id).await?.map(|item| item.title).unwrap_or_default();
        rows.push(Row { id, title, withheld });
    }
    store.close().await;
    if own.json {
        out::json(&rows)?;
        return Ok(Exit::Well);
    }
    for Row { id, title, withheld } in &rows {
        let title = html::excerpt(title, 80);
        out::line(format!("{id} {} by `{}`: {title}", withheld.kept.word(), withheld.rule))?;
    }
    out::note(format!("{} items are withheld", rows.len()));
    Ok(Exit::Well)
}

/// Lets held items through and publishes them.
pub(super) async fn release(args: &Args, own: &RulesRelease) -> anyhow::Result<Exit> {
    let held = setup::hold(setup::settings(args)?, "rules").await?;
    let mut unknown = false;
    for name in &own.items {
        if !held.store.release(&ItemId::new(name)).await? {
            out::note(format!("`{name}` is not held"));
            unknown = true;
        }
    }
    let world = setup::world(&held.settings, &held.authority, None)?;
    let ids: Vec<ItemId> = own.items.iter().map(ItemId::new).collect();
    refresh::remake(&world, &held.store, &ids, setup::now()).await?;
    edition::publish(&held.store, &held.settings, &held.authority, Care::Folder).await?;
    copies::all(&held.store, &held.settings).await?;
    held.store.close().await;
    Ok(out::exit(unknown))
}
