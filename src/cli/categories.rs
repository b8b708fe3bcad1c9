//! `finews categories`: which there are, where they are, and what is odd about them.

use std::collections::HashMap;

use serde::Serialize;

use super::args::{Args, Categories};
use super::exit::Exit;
use super::{out, setup};
use crate::edition;
use crate::model::{CategoryId, Instant};
use crate::route::fold;

#[derive(Serialize)]
struct Row {
    id: CategoryId,
    title: String,
    slug: String,
    items: u64,
    newest: Option<Instant>,
    /// Whether it has files; else it has too few items.
    published: bool,
    /// The address that it would have had, were it not another's.
    wished: Option<String>,
    /// Addresses that lead to it.
    aliases: Vec<String>,
}

pub(super) async fn run(args: &Args, own: &Categories) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let store = setup::look(&settings).await?;
    let published = edition::published(&store, &settings).await?;
    let collisions = store.collisions().await?.into_iter();
    let mut wishes: HashMap<CategoryId, String> =
        collisions.map(|(id, _, wish)| (id, wish)).collect();
    let mut aliases = store.aliases().await?;
    let shelves = store.shelves().await?;
    store.close().await;
    let wanted = own.name.as_deref().map(fold);
    let rows = shelves.into_iter().map(|shelf| Row {
        published: published.contains_key(&shelf.category.id),
        wished: wishes.remove(&shelf.category.id),
        aliases: aliases.remove(&shelf.category.id).unwrap_or_default(),
        items: shelf.total,
        newest: shelf.newest,
        title: shelf.category.title,
        slug: shelf.category.slug,
        id: shelf.category.id,
    });
    let is_wanted = |row: &Row| {
        let names = [row.id.as_str(), &row.title, &row.slug];
        wanted.as_ref().is_none_or(|wanted| names.iter().any(|one| fold(one).contains(wanted)))
    };
    let rows: Vec<Row> = rows.filter(is_wanted).collect();
    if own.json {
        out::json(&rows)?;
        return Ok(Exit::Well);
    }
    for row in &rows {
        out::line(words(row))?;
    }
    out::note(format!("{} categories", rows.len()));
    Ok(Exit::Well)
}

fn words(row: &Row) -> String {
    let mut words = format!("/category/{} {}: {} items", row.slug, row.title, row.items);
    if !row.published {
        words.push_str(", too few to be published");
    }
    if let Some(wish) = &row.wished {
        words.push_str(&["; `", wish, "` is another's address"].concat());
    }
    let others = row.aliases.iter().filter(|one| row.wished.as_ref() != Some(one));
    for alias in others {
        words.push_str(&["; `", alias, "` leads here"].concat());
    }
    words
}
