//! The second half of a journey: new and changed entries to their articles.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use url::Url;

use super::{News, Work, World, pages};
use crate::article::Found;
use crate::config::Source;
use crate::date;
use crate::model::{Entry, Fault, Fragment, Instant, Original, Person, Text};
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
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The source wants none, or the entry has no address.
    NotWanted,
    /// Here it is.
    Here(Box<Found>),
    /// It failed, with the reason.
    Failed(String),
}

/// Fetches the articles that the source wants, one after the other as its manners ask. An article
/// that several lists name is asked for once.
pub(super) async fn fetch(
    world: &World,
    source: &Arc<Source>,
    work: Vec<Work>,
    now: Instant,
) -> Done {
    let mut done = Done::default();
    let mut asked = HashMap::new();
    if source.full_text && !work.is_empty() {
        world.tell(News::Articles(source.id.clone(), work.len() as u64));
    }
    for mut one in work {
        if world.stopping() {
            done.interrupted = true;
            break;
        }
        let outcome = match address(source, &one.entry) {
            None => Outcome::NotWanted,
            Some(url) => {
                if let Some(outcome) = asked.get(&url) {
                    Outcome::clone(outcome)
                } else {
                    let Some(outcome) = ask(world, source, &url).await else {
                        done.interrupted = true;
                        break;
                    };
                    done.fetched += usize::from(outcome.fragment().is_some());
                    asked.insert(url, outcome.clone());
                    outcome
                }
            }
        };
        outcome.fill_gaps(&mut one.entry, source, now);
        world.tell(News::Article(source.id.clone()));
        done.keep(one, outcome);
    }
    done
}

impl Done {
    fn keep(&mut self, work: Work, outcome: Outcome) {
        let Work { list, key, entry, print, tries } = work;
        let place = || format!("article `{}`", entry.link.as_deref().unwrap_or(&key));
        let mut kept_tries = 0;
        let mut article = None;
        match outcome {
            Outcome::NotWanted => {}
            Outcome::Here(found) => {
                let at = |f: Fault| Fault::new(format!("{}: {}", place(), f.place), f.what);
                self.faults.extend(found.faults.into_iter().map(at));
                article = Some(found.fragment);
            }
            Outcome::Failed(why) => {
                kept_tries = tries + 1;
                self.faults.push(Fault::new(place(), why));
            }
        }
        let original = Original { list, entry, article };
        self.by_key.entry(key).or_default().push(Kept { original, print, tries: kept_tries });
    }
}

/// Fetches the article of one entry, and fills what the list left out and the article names.
pub async fn article(
    world: &World,
    source: &Arc<Source>,
    entry: &mut Entry,
    now: Instant,
) -> Outcome {
    let Some(url) = address(source, entry) else { return Outcome::NotWanted };
    let outcome = ask(world, source, &url).await;
    let outcome = outcome.unwrap_or_else(|| Outcome::Failed("stopped before the answer".into()));
    outcome.fill_gaps(entry, source, now);
    outcome
}

/// `None` where the stop came before the answer.
async fn ask(world: &World, source: &Arc<Source>, url: &Url) -> Option<Outcome> {
    let read = pages::read(world, source, url, pages::By::Settings).await?;
    Some(match read {
        Ok(found) => Outcome::Here(Box::new(found)),
        Err(why) => Outcome::Failed(why),
    })
}

/// The entry's link, or the detail address that the settings make of its fields; none where the
/// source wants no articles.
fn address(source: &Source, entry: &Entry) -> Option<Url> {
    if !source.full_text {
        return None;
    }
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
pub(super) fn headers_for(source: &Source, url: &Url) -> Vec<(String, String)> {
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

impl Outcome {
    /// The fragment, if there is one.
    pub fn fragment(&self) -> Option<&Fragment> {
        match self {
            Self::Here(found) => Some(&found.fragment),
            _ => None,
        }
    }

    /// What the list left out and the article names.
    fn fill_gaps(&self, entry: &mut Entry, source: &Source, now: Instant) {
        let Self::Here(found) = self else { return };
        if entry.published.is_none() {
            let text = found.published_text.as_deref();
            entry.published = text.and_then(|text| date::parse(text, now, source.zone));
        }
        if entry.title.is_none() {
            entry.title = found.title.clone().map(Text::Plain);
        }
        if entry.authors.is_empty() {
            let person = |name: &String| Person { name: Some(name.clone()), ..Person::default() };
            entry.authors = found.authors.iter().map(person).collect();
        }
        let gaps = [
            (&mut entry.medium, &found.medium),
            (&mut entry.image, &found.image),
            (&mut entry.language, &found.language),
        ];
        for (gap, found) in gaps {
            if gap.is_none() {
                gap.clone_from(found);
            }
        }
    }
}
