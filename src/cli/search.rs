//! `finews search`, and the page of a search in the daemon.

use serde::Serialize;
use tokio::sync::Semaphore;

use super::args::{Args, Search as Own};
use super::exit::{Exit, Usage};
use super::private::Current;
use super::{out, setup};
use crate::edition;
use crate::html;
use crate::model::Item;
use crate::publish::Search;
use crate::route;
use crate::search;
use crate::serve::Found;
use crate::store::{Hits, Store};

/// Items of one page.
const PAGE: usize = 30;
/// The last page that is made.
const LAST: usize = 33;
/// Longest query that is read from an address, in characters.
const LONGEST: usize = 200;
/// Searches at a time; whoever asks beside them waits.
const AT_ONCE: usize = 2;

#[derive(Serialize)]
struct Row<'i> {
    id: &'i str,
    title: &'i str,
    link: Option<&'i str>,
    published: chrono::DateTime<chrono::Utc>,
    source: &'i str,
    medium: Option<&'i str>,
    categories: Vec<&'i str>,
    summary: Option<&'i str>,
}

#[derive(Serialize)]
struct Answer<'i> {
    total: usize,
    more: bool,
    items: Vec<Row<'i>>,
}

pub(super) async fn run(args: &Args, own: &Own) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let text = own.query.join(" ");
    let query = route::query(&text).map_err(|why| Usage(format!("`{text}` is no query: {why}")))?;
    let store = setup::look(&settings).await?;
    let hits = match search::expression(&query) {
        Some(expression) => store.search(&expression, own.limit.unwrap_or(PAGE), 0).await?,
        None => Hits::default(),
    };
    store.close().await;
    if own.json {
        let items = hits.items.iter().map(row).collect();
        out::json(&Answer { total: hits.total, more: hits.more, items })?;
        return Ok(Exit::Well);
    }
    for item in &hits.items {
        let at = item.published.with_timezone(&settings.site.zone).format("%Y-%m-%d %H:%M");
        let title = html::excerpt(&item.title, 100);
        out::line(format!("{} {at} {title}", item.id))?;
    }
    let more = if hits.more { "more than " } else { "" };
    out::note(format!("{more}{} found", hits.total));
    Ok(Exit::Well)
}

fn row(item: &Item) -> Row<'_> {
    Row {
        id: item.id.as_str(),
        title: &item.title,
        link: item.link.as_deref(),
        published: item.published,
        source: item.source.as_str(),
        medium: item.medium.as_deref(),
        categories: item.categories.iter().map(crate::model::CategoryId::as_str).collect(),
        summary: item.summary.as_deref(),
    }
}

/// Makes pages of searches.
pub(super) struct Searcher {
    store: Store,
    settings: Current,
    seats: Semaphore,
}

impl Searcher {
    pub(super) fn new(store: Store, settings: Current) -> Self {
        Self { store, settings, seats: Semaphore::new(AT_ONCE) }
    }

    /// The page for the query of an address.
    pub(super) async fn page(&self, query: Option<&str>) -> Found {
        let press = edition::press(&self.store, &(self.settings)(), setup::now()).await;
        let press = match press {
            Ok(press) => press,
            Err(why) => {
                tracing::error!("there is no search page: {why:#}");
                return Found::Nothing;
            }
        };
        let (asked, page) = asked(query.unwrap_or_default());
        let found = self.look(&asked, page).await;
        let (hits, fault) = match found {
            Ok(hits) => (hits, None),
            Err(why) => (Hits::default(), Some(why)),
        };
        let further = hits.items.len() == PAGE && page < LAST;
        let search = Search {
            asked: &asked,
            fault: fault.as_deref(),
            items: &hits.items,
            total: (hits.total, hits.more),
            next: further.then_some(page + 1),
        };
        let bytes = press.search(&search);
        Found::Made { media_type: "text/html; charset=utf-8".to_owned(), bytes }
    }

    async fn look(&self, asked: &str, page: usize) -> Result<Hits, String> {
        if asked.trim().is_empty() {
            return Ok(Hits::default());
        }
        let query = route::query(asked).map_err(|why| why.to_string())?;
        let Some(expression) = search::expression(&query) else { return Ok(Hits::default()) };
        let _seat = self.seats.acquire().await.map_err(|why| why.to_string())?;
        let hits = self.store.search_public(&expression, PAGE, PAGE * (page - 1)).await;
        hits.map_err(|why| {
            tracing::error!(%why, "a search failed");
            "the search failed".to_owned()
        })
    }
}

/// What is asked for, and which page of it.
fn asked(query: &str) -> (String, usize) {
    let mut asked = String::new();
    let mut page = 1;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "q" => asked = value.chars().filter(|c| !c.is_control()).take(LONGEST).collect(),
            "page" => page = value.parse().unwrap_or(1).clamp(1, LAST),
            _ => {}
        }
    }
    (asked, page)
}
