//! The second half of a journey: new and changed entries to their articles.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::TimeDelta;
use url::Url;

use super::pages::{self, OwnText};
use super::{News, Work, World};
use crate::article::{Found, Trace};
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
    /// It failed, with the reason; nothing of the page is used.
    Failed(String),
}

/// One entry's article with all that led to it; for those who look closely.
#[derive(Debug)]
pub struct Seen {
    /// What became of it.
    pub outcome: Outcome,
    /// The steps of the chain on its first page.
    pub trace: Trace,
    /// The first page as text, if it came.
    pub page: Option<String>,
}

/// Hours to wait after the first, second … vain attempt at an article.
const BACK_OFF: [i64; 5] = [1, 4, 24, 3 * 24, 7 * 24];
/// The attempts at one article: none follows the last wait.
pub(super) const MOST_TRIES: u32 = BACK_OFF.len() as u32 + 1;

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
                    let Some(Seen { outcome, .. }) =
                        ask(world, source, &url, OwnText::of(&one.entry)).await
                    else {
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
        done.keep(one, outcome, now);
    }
    done
}

impl Done {
    fn keep(&mut self, work: Work, outcome: Outcome, now: Instant) {
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
        let not_before = again(now, kept_tries);
        let kept = Kept { original, print, tries: kept_tries, not_before };
        self.by_key.entry(key).or_default().push(kept);
    }
}

/// When an article may be asked for again after so many vain attempts.
fn again(now: Instant, tries: u32) -> Option<Instant> {
    let hours = BACK_OFF.get(tries.checked_sub(1)? as usize)?;
    Some(now + TimeDelta::hours(*hours))
}

/// Fetches the article of one entry, and fills what the list left out and the article names.
pub async fn article(world: &World, source: &Arc<Source>, entry: &mut Entry, now: Instant) -> Seen {
    let Some(url) = address(source, entry) else { return Seen::of(Outcome::NotWanted) };
    let seen = ask(world, source, &url, OwnText::of(entry).closely()).await;
    let stopped = || Seen::of(Outcome::Failed("stopped before the answer".into()));
    let seen = seen.unwrap_or_else(stopped);
    seen.outcome.fill_gaps(entry, source, now);
    seen
}

/// `None` where the stop came before the answer.
async fn ask(world: &World, source: &Arc<Source>, url: &Url, own: OwnText) -> Option<Seen> {
    let read = pages::read(world, source, url, pages::By::Settings, Arc::new(own)).await?;
    let outcome = match read.found {
        Ok(found) => Outcome::Here(Box::new(found)),
        Err(why) => Outcome::Failed(why),
    };
    Some(Seen { outcome, trace: read.trace, page: read.page })
}

impl Seen {
    fn of(outcome: Outcome) -> Self {
        Self { outcome, trace: Trace::default(), page: None }
    }
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
            let text = found.about.published.as_deref();
            entry.published = text.and_then(|text| date::parse(text, now, source.zone));
        }
        if entry.title.is_none() {
            entry.title = found.about.title.clone().map(Text::Plain);
        }
        if entry.authors.is_empty() {
            let person = |name: &String| Person { name: Some(name.clone()), ..Person::default() };
            entry.authors = found.about.authors.iter().map(person).collect();
        }
        let gaps = [
            (&mut entry.medium, &found.medium),
            (&mut entry.image, &found.about.image),
            (&mut entry.language, &found.about.language),
        ];
        for (gap, found) in gaps {
            if gap.is_none() {
                gap.clone_from(found);
            }
        }
    }
}
