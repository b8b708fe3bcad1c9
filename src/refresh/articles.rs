//! The second half of a journey: new and changed entries to their articles.

use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use super::{News, Work, World, lists};
use crate::article::{self, Found};
use crate::charset;
use crate::date;
use crate::config::Source;
use crate::fetch::{Accept, Answer, Request};
use crate::listing::{plan::Wrap, wrapped};
use crate::model::{Entry, Fault, Fragment, Instant, Original, Page};
use crate::store::Kept;

/// What became of all entries.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Renditions by key; keys in their own order.
    pub by_key: BTreeMap<String, Vec<Kept>>,
    pub faults: Vec<Fault>,
    pub fetched: usize,
    /// Whether the stop came before the end: what is missing was not begun.
    pub interrupted: bool,
}

/// What became of one entry's article.
#[derive(Debug)]
pub enum Outcome {
    /// The source wants none, or the entry has no address.
    NotWanted,
    /// Here it is.
    Here(Box<Found>),
    /// It failed, with the reason.
    Failed(String),
}

/// Fetches the articles that the source wants, one after the other as its manners ask.
pub(super) async fn fetch(
    world: &World,
    source: &Arc<Source>,
    work: Vec<Work>,
    now: Instant,
) -> Done {
    let mut done = Done::default();
    if source.full_text && !work.is_empty() {
        world.tell(News::Articles(source.id.clone(), work.len() as u64));
    }
    for Work { list, key, mut entry, print, tries } in work {
        if world.stopping() {
            done.interrupted = true;
            break;
        }
        let mut next_tries = 0;
        let mut body = None;
        match article(world, source, &mut entry, now).await {
            Outcome::NotWanted => {}
            Outcome::Here(found) => {
                done.fetched += 1;
                let place = format!("article `{}`", entry.link.as_deref().unwrap_or(&key));
                let at = |f: Fault| Fault::new(format!("{place}: {}", f.place), f.what);
                done.faults.extend(found.faults.iter().cloned().map(at));
                body = Some(found.fragment);
            }
            Outcome::Failed(why) => {
                next_tries = tries + 1;
                let place = format!("article `{}`", entry.link.as_deref().unwrap_or(&key));
                done.faults.push(Fault::new(place, why));
            }
        }
        world.tell(News::Article(source.id.clone()));
        let original = Original { list, entry, article: body };
        let rendition = Kept { original, print, tries: next_tries };
        done.by_key.entry(key).or_default().push(rendition);
    }
    done
}

/// Fetches the article of one entry, and fills what the list left out and the article names.
pub async fn article(
    world: &World,
    source: &Arc<Source>,
    entry: &mut Entry,
    now: Instant,
) -> Outcome {
    if !source.full_text {
        return Outcome::NotWanted;
    }
    let outcome = ask(world, source, entry).await;
    if let Outcome::Here(found) = &outcome {
        fill_gaps(entry, found, source, now);
    }
    outcome
}

async fn ask(world: &World, source: &Arc<Source>, entry: &Entry) -> Outcome {
    let Some(url) = address(source, entry) else { return Outcome::NotWanted };
    let request = Request {
        headers: headers_for(source, &url),
        allow_private: source.access.allow_private.clone(),
        ..Request::get(url, Accept::Page)
    };
    let page = match world.fetcher.fetch(&request).await {
        Ok(Answer::Fresh { page, .. }) => page,
        Ok(Answer::Unchanged { .. }) => return Outcome::Failed("an answer without content".into()),
        Err(why) => return Outcome::Failed(lists::chain(&why)),
    };
    let source = Arc::clone(source);
    let read = tokio::task::spawn_blocking(move || read(&source, &page)).await;
    match read {
        Ok(Ok(found)) => Outcome::Here(Box::new(found)),
        Ok(Err(why)) => Outcome::Failed(why),
        Err(_panic) => Outcome::Failed("reading it failed; please report this".into()),
    }
}

fn read(source: &Source, page: &Page) -> Result<Found, String> {
    let content_type = page.content_type.as_deref();
    let decoded = charset::decode(&page.bytes, content_type, source.charset.as_deref());
    if source.article.json.is_some() {
        let value = wrapped::unwrap(&decoded.text, &Wrap::Auto).map_err(|why| why.to_string())?;
        return article::read_json(&value, &source.article).map_err(|why| why.to_string());
    }
    article::read(&decoded.text, &page.url, &source.article).map_err(|why| why.to_string())
}

/// The entry's link, or the detail address that the settings make of its fields.
fn address(source: &Source, entry: &Entry) -> Option<Url> {
    let Some(template) = &source.article_url else {
        return Url::parse(entry.link.as_deref()?).ok();
    };
    let know = |name: &str| match name {
        "guid" => entry.guid.clone(),
        "link" => entry.link.clone(),
        _ => entry.vars.get(name).cloned(),
    };
    Url::parse(&template.fill_url(know).ok()?).ok()
}

/// Configured headers go where the source's lists are, and nowhere else: an article may lie
/// anywhere.
fn headers_for(source: &Source, url: &Url) -> Vec<(String, String)> {
    let own = source.lists.iter().flat_map(|list| &list.urls);
    let mut origins = own.filter_map(|template| {
        Url::parse(&template.fill(|_| Some("1".to_owned())).ok()?).ok().map(|url| url.origin())
    });
    let made = source.article_url.is_some();
    if made || origins.any(|origin| origin == url.origin()) {
        source.access.headers.clone()
    } else {
        Vec::new()
    }
}

/// What the list left out and the article names.
fn fill_gaps(entry: &mut Entry, found: &Found, source: &Source, now: Instant) {
    if entry.published.is_none() {
        let text = found.published_text.as_deref();
        entry.published = text.and_then(|text| date::parse(text, now, source.zone));
    }
    if entry.title.is_none() {
        entry.title = found.title.clone().map(crate::model::Text::Plain);
    }
    if entry.medium.is_none() {
        entry.medium.clone_from(&found.medium);
    }
    if entry.image.is_none() {
        entry.image.clone_from(&found.image);
    }
    if entry.language.is_none() {
        entry.language.clone_from(&found.language);
    }
}

impl Outcome {
    /// The fragment, if there is one.
    pub fn fragment(&self) -> Option<&Fragment> {
        match self {
            Self::Here(found) => Some(&found.fragment),
            _ => None,
        }
    }
}
