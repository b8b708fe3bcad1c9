//! One source's journey from its address to the store: the whole program on one page.

mod articles;
mod causes;
mod lists;
mod making;
mod pages;
mod recognition;
mod release;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use crate::config::{Secrets, Settings, Source};
use crate::fetch::{self, Answer, Fetcher, Request};
use crate::health::Cause;
use crate::identity::{self, Known, Verdict};
use crate::model::{Entry, Fault, Instant, Page, SourceId};
use crate::robots;
use crate::schedule::{self, Visit};
use crate::store::{self, Findings, Held, KnownItem, Saved, Store, Visited};
use recognition::Sifted;

pub use articles::{Outcome as ArticleOutcome, Seen as SeenArticle, article};
pub use lists::{Gathered, gather};
pub use making::{Made, Maker, wish_for};
pub use pages::{By as ReadBy, read as read_article};
pub use release::release;

/// The most articles that are asked for again at a visit.
const MOST_AGAIN: usize = 20;

/// All that a journey needs besides its source.
#[derive(Clone)]
pub struct World {
    /// The settings.
    pub settings: Arc<Settings>,
    /// The way out.
    pub fetcher: Arc<Fetcher>,
    /// The authority of ids that are ours.
    pub authority: String,
    /// Everybody shall come home: what is at hand is kept, nothing more is begun.
    pub stop: Stop,
    /// Who wants to know how it goes.
    pub news: Option<UnboundedSender<News>>,
}

/// The word to come home, for all journeys at once.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

/// How long an answer under way is waited for after the word to stop.
const GRACE: Duration = Duration::from_secs(3);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Says the word.
    pub fn say(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was said.
    pub fn is_said(&self) -> bool {
        *self.0.borrow()
    }

    /// Comes a while after it was said.
    async fn over(&self) {
        // The sender lives in `self`, so that the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|said| *said).await;
        tokio::time::sleep(GRACE).await;
    }
}

impl World {
    fn stopping(&self) -> bool {
        self.stop.is_said()
    }

    /// Makes a request; `None` where the stop came and the answer did not.
    async fn ask(&self, request: &Request) -> Option<Result<Answer, fetch::Error>> {
        tokio::select! {
            answer = self.fetcher.fetch(request) => Some(answer),
            () = self.stop.over() => None,
        }
    }

    /// Whether an article's page lets us keep its text (`noarchive`).
    fn may_keep(&self, source: &Source, page: &Page) -> bool {
        let product = robots::product(self.fetcher.name_for(source.access.user_agent.as_deref()));
        !source.access.obey_robots
            || !robots::keeps_out_of_archives(&page.robots, &page.bytes, product)
    }

    /// Tells whoever listens that no more news will come.
    pub fn end_of_news(&self) {
        self.tell(News::End);
    }

    /// Tells whoever listens.
    pub fn tell(&self, news: News) {
        if let Some(sender) = &self.news {
            // Nobody listening any more is no fault of the journey.
            let _ = sender.send(news);
        }
    }
}

/// How a journey goes.
#[derive(Clone, Debug)]
pub enum News {
    /// It begins.
    Started(SourceId),
    /// So many articles are to be fetched.
    Articles(SourceId, u64),
    /// One more of them is here, or failed.
    Article(SourceId),
    /// It is over.
    Done(Report),
    /// It broke down; nobody else's did.
    Broke(SourceId),
    /// Files were published, or could not be.
    Published(Printed),
    /// All journeys are over.
    End,
}

/// An attempt to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Printed {
    /// Files that are new or have new contents; `None` where publishing failed.
    pub written: Option<usize>,
    /// How long it took.
    pub took: Duration,
}

/// What a journey brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The source's name.
    pub source: String,
    /// Entries listed.
    pub entries: usize,
    /// Items that were never seen before.
    pub new: usize,
    /// Items that changed in substance.
    pub changed: usize,
    /// Entries that are kept but cannot be published.
    pub held: usize,
    /// Lists that had not changed (304).
    pub unchanged_lists: usize,
    /// Articles fetched.
    pub articles: usize,
    /// What was wrong and could be got over.
    pub faults: Vec<Fault>,
    /// What went wrong, a line for each list that failed.
    pub errors: Vec<String>,
    /// What that means for the source's state.
    #[serde(skip)]
    pub cause: Option<Cause>,
    /// Why articles were not taken, in a word each.
    #[serde(skip)]
    pub refused: Vec<&'static str>,
}

/// Visits a source and keeps what it brought. Trouble with the source is in the report; an error
/// is trouble with the store.
pub async fn visit(
    world: &World,
    store: &Store,
    source: &Arc<Source>,
    now: Instant,
) -> Result<Report, store::Error> {
    world.tell(News::Started(source.id.clone()));
    let mut report = Report { source: source.id.to_string(), ..Report::default() };
    let mut gathered = lists::gather(world, Some(store), source, now).await?;
    let sifted = sift(store, source, now, &mut gathered, &mut report).await?;
    let done = articles::fetch(world, source, sifted.work, now).await;
    report.articles = done.fetched;
    report.faults.extend(done.faults);
    let failed = done.by_key.values().flatten().filter(|kept| kept.tries > 0).count();
    report.refused = vec!["failed"; failed];
    report.hide(&world.settings.secrets);
    let interrupted = done.interrupted || gathered.iter().any(|one| one.interrupted);
    let (held_back, findings) = (sifted.held_back, sifted.findings);
    let mut brought = Brought { held_back, findings, interrupted, ..Brought::default() };
    let maker = Maker::new(world, source, now);
    for (key, renditions) in done.by_key {
        let known = store.known(&source.id, std::iter::once(key.as_str())).await?.remove(&key);
        match maker.make(store, key, known, renditions).await? {
            Made::Item(item, verdict) => {
                report.count(verdict);
                brought.items.push(*item);
            }
            Made::Held(entries) => {
                report.held += entries.len();
                brought.held.extend(entries);
            }
            Made::Ignored(prints) => brought.findings.ignored.extend(prints),
        }
    }
    let mut visited = conclude(store, source, now, &gathered, brought, &report).await?;
    visited.feed = visited.feed.filter(|feed| !world.settings.secrets.are_in(feed));
    visited.seen.moved_to = visited.seen.moved_to.map(|to| world.settings.secrets.hidden(to));
    report.cause = visited.seen.cause;
    store.record(&visited).await?;
    world.tell(News::Done(report.clone()));
    Ok(report)
}

/// A visit that broke down half way: nothing of it is kept but that it failed.
pub async fn broken(store: &Store, source: &Source, now: Instant) -> Result<Report, store::Error> {
    let error = "the visit broke down; please report this".to_owned();
    let id = source.id.to_string();
    let report = Report { source: id, errors: vec![error], ..Report::default() };
    let visited = conclude(store, source, now, &[], Brought::default(), &report).await?;
    store.record(&visited).await?;
    Ok(report)
}

/// An entry that has to be worked on.
#[derive(Clone, Debug)]
struct Work {
    list: String,
    key: String,
    entry: Entry,
    print: identity::Print,
    tries: u32,
}

/// What a visit leaves to be kept.
#[derive(Debug, Default)]
struct Brought {
    items: Vec<Saved>,
    held: Vec<Held>,
    held_back: Vec<Held>,
    findings: Findings,
    interrupted: bool,
}

/// The entries that are new or changed, and those whose article is still wanting.
async fn sift(
    store: &Store,
    source: &Source,
    now: Instant,
    gathered: &mut [Gathered],
    report: &mut Report,
) -> Result<Sifted, store::Error> {
    let mut sifted = recognition::sift(store, source, gathered, report, now).await?;
    let again = store.unfinished(&source.id, now, articles::MOST_TRIES, MOST_AGAIN).await?;
    for (key, original, tries) in again {
        let (list, print) = (original.list, identity::print(&original.entry));
        // What came anew is asked for anyway.
        if !sifted.work.iter().any(|one| one.key == key && one.list == list) {
            sifted.work.push(Work { list, key, entry: original.entry, print, tries });
        }
    }
    Ok(sifted)
}

fn known_here(known: &HashMap<String, KnownItem>, key: &str, list: &str) -> Known {
    let Some(item) = known.get(key) else { return Known::Nothing };
    let print = item.lists.iter().find(|(name, _)| name == list);
    print.map_or(Known::Elsewhere, |(_, print)| Known::Here(*print))
}

/// All that is to be kept of a visit, with the next one.
async fn conclude(
    store: &Store,
    source: &Source,
    now: Instant,
    gathered: &[Gathered],
    brought: Brought,
    report: &Report,
) -> Result<Visited, store::Error> {
    let failed = !report.errors.is_empty();
    let visit = if failed {
        let failures = store.failures(&source.id).await? + 1;
        let retry_after = gathered.iter().filter_map(|one| one.retry_after).max();
        Visit::Failed { failures, retry_after }
    } else {
        Visit::Good { wish: gathered.iter().filter_map(|one| one.wish).max() }
    };
    // An interrupted visit is due at once, and its lists must come again in full.
    let Brought { items, held, held_back, mut findings, interrupted } = brought;
    if interrupted {
        findings.faces.retain(|face| face.known);
    }
    let next_visit = if interrupted { now } else { schedule::next(now, source.every, visit) };
    let listing = || gathered.iter().filter_map(|one| one.listing.as_ref());
    let given = gathered.iter().filter_map(|one| one.given.clone());
    let home = source.home.as_ref().map(url::Url::to_string);
    Ok(Visited {
        source: source.id.clone(),
        title: source.title.clone().or_else(|| listing().find_map(|l| l.title.clone())),
        home: home.or_else(|| listing().find_map(|l| l.home.clone())),
        feed: lists::public_address(source),
        at: now,
        next_visit,
        error: failed.then(|| report.errors.join("; ")),
        faults: report.faults.clone(),
        items,
        held,
        validators: if interrupted { Vec::new() } else { given.collect() },
        incomplete: interrupted || failed,
        held_back,
        findings,
        seen: causes::seen(source, gathered, report),
    })
}

impl Report {
    fn note(&mut self, one: &Gathered) {
        if let Some(listing) = &one.listing {
            self.entries += listing.entries.len();
            self.faults.extend(listing.faults.iter().cloned());
        }
        self.unchanged_lists += usize::from(one.unchanged);
        self.errors.extend(one.error.clone());
    }

    /// Nothing that is secret stands in what is kept, logged or shown.
    fn hide(&mut self, secrets: &Secrets) {
        for error in &mut self.errors {
            *error = secrets.hidden(std::mem::take(error));
        }
        for fault in &mut self.faults {
            fault.place = secrets.hidden(std::mem::take(&mut fault.place));
            fault.what = secrets.hidden(std::mem::take(&mut fault.what));
        }
    }

    fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::New => self.new += 1,
            Verdict::Changed => self.changed += 1,
            Verdict::Joined | Verdict::Same => {}
        }
    }
}
