//! One source's journey from its address to the store: the whole program on one page.

mod articles;
mod causes;
mod course;
mod lists;
mod making;
mod pages;
mod pushes;
mod recognition;
mod release;
mod rerouting;
mod retaining;
mod searching;
mod uniting;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use serde::Serialize;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, watch};

use crate::config::{Secrets, Settings, Source};
use crate::fetch::{self, Answer, Fetcher, Request};
use crate::health::Cause;
use crate::identity::{self, Known, Verdict};
use crate::model::{Entry, Fault, Instant, Page, SourceId};
use crate::render::Renderer;
use crate::robots;
use crate::schedule::{LONGEST_WISH, Trouble};
use crate::store::{self, Findings, Held, KnownItem, Resting, Saved, Store, Visited};
use recognition::Sifted;

pub use articles::{Outcome as ArticleOutcome, Seen as SeenArticle, article};
pub use lists::{Gathered, chain, gather};
pub use making::{Made, Maker, Ruled, wish_for};
pub use pages::{By as ReadBy, read as read_article};
pub use pushes::delivered;
pub use release::release;
pub use rerouting::{Change, Difference, Moves, apply, difference, remake};
pub use retaining::{Forgotten, retain};
pub use searching::fill;
pub use uniting::Turn;

/// The most articles that are asked for again at a visit.
const MOST_AGAIN: usize = 20;

/// All that a journey needs besides its source.
#[derive(Clone)]
pub struct World {
    /// The settings.
    pub settings: Arc<Settings>,
    /// The way out.
    pub fetcher: Arc<Fetcher>,
    /// The browser for pages that need one, if the operator runs one.
    pub renderer: Option<Arc<Renderer>>,
    /// The authority of ids that are ours.
    pub authority: String,
    /// Everybody shall come home: what is at hand is kept, nothing more is begun.
    pub stop: Stop,
    /// Who is called when there is something to do before its time.
    pub bells: Bells,
    /// Who wants to know how it goes.
    pub news: Option<UnboundedSender<News>>,
}

/// Bells for those who wait: one that is rung while nobody waits is heard later.
#[derive(Clone, Debug, Default)]
pub struct Bells {
    /// There is something to publish, or a source is to be visited before its time.
    pub daemon: Arc<Notify>,
    /// A hub was named, or something was published.
    pub push: Arc<Notify>,
    called: Arc<Mutex<BTreeSet<SourceId>>>,
}

impl Bells {
    /// Calls for a visit of a source whose next visit was moved to now.
    pub fn call(&self, source: &SourceId) {
        self.called.lock().unwrap_or_else(PoisonError::into_inner).insert(source.clone());
        self.daemon.notify_one();
    }

    /// The sources that were called for since this was last asked.
    pub fn called(&self) -> BTreeSet<SourceId> {
        std::mem::take(&mut *self.called.lock().unwrap_or_else(PoisonError::into_inner))
    }
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

    /// Comes when it was said.
    pub async fn said(&self) {
        // The sender lives in `self`, so that the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|said| *said).await;
    }

    /// Comes a while after it was said.
    async fn over(&self) {
        self.said().await;
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

    /// The same for a page, with the browser where the source wants it.
    async fn ask_page(
        &self,
        source: &Source,
        request: &Request,
    ) -> Option<Result<Answer, fetch::Error>> {
        let Some(renderer) = self.renderer.as_ref().filter(|_| source.access.render) else {
            return self.ask(request).await;
        };
        tokio::select! {
            answer = renderer.render(&self.fetcher, request, source.charset.as_deref()) => {
                Some(answer)
            }
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
    /// Whether any host could be reached, if one was asked.
    #[serde(skip)]
    pub reached: Option<bool>,
    /// Failures of the source in a row, this visit's included.
    #[serde(skip)]
    pub failures: u32,
    /// When the source is to be visited again.
    #[serde(skip)]
    pub next: Option<Instant>,
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
    let clock = Elapsed::since(now);
    let mut report = Report { source: source.id.to_string(), ..Report::default() };
    let mut gathered = lists::gather(world, Some(store), source, now).await?;
    let answered = clock.now();
    let brought = bring(world, store, source, &mut gathered, &mut report, now).await?;
    let pushes = pushes::known(world, store, source).await?;
    report.reached = reached(&gathered);
    let wish = world.settings.fetch.longest_wish;
    let outlook = course::outlook(store, source, answered, &gathered, &brought.items, wish).await?;
    report.failures = outlook.after.failures.unwrap_or_default();
    let mut visited = conclude(source, now, &gathered, brought, &report, outlook);
    visited.after.rests = rests(world, clock.now());
    visited.feed = visited.feed.filter(|feed| !world.settings.secrets.are_in(feed));
    visited.seen.moved_to = visited.seen.moved_to.map(|to| world.settings.secrets.hidden(to));
    report.cause = visited.seen.cause;
    if visited.error.is_none() && !visited.incomplete {
        let next = visited.next_visit;
        visited.next_visit = pushes::backup(store, source, &pushes, &visited, next).await?;
    }
    report.next = Some(visited.next_visit);
    store.record(visited).await?;
    pushes::note(world, store, source, &pushes, &gathered, now).await?;
    world.tell(News::Done(report.clone()));
    Ok(report)
}

/// Lists to what is to be kept of them.
async fn bring(
    world: &World,
    store: &Store,
    source: &Arc<Source>,
    gathered: &mut [Gathered],
    report: &mut Report,
    now: Instant,
) -> Result<Brought, store::Error> {
    let sifted = sift(store, source, now, gathered, report).await?;
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
    // Who comes first gets a seat where a rule limits them.
    brought.items.sort_by_key(|one| one.item.published);
    Ok(brought)
}

/// A visit that broke down half way: nothing of it is kept but that it failed.
pub async fn broken(store: &Store, source: &Source, now: Instant) -> Result<Report, store::Error> {
    let error = "the visit broke down; please report this".to_owned();
    let id = source.id.to_string();
    let report = Report { source: id, errors: vec![error], ..Report::default() };
    let outlook = course::outlook(store, source, now, &[], &[], LONGEST_WISH).await?;
    let visited = conclude(source, now, &[], Brought::default(), &report, outlook);
    let next = Some(visited.next_visit);
    store.record(visited).await?;
    Ok(Report { next, ..report })
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
fn conclude(
    source: &Source,
    now: Instant,
    gathered: &[Gathered],
    brought: Brought,
    report: &Report,
    outlook: course::Outlook,
) -> Visited {
    let failed = !report.errors.is_empty();
    // An interrupted visit is due at once, and its lists must come again in full.
    let Brought { items, held, held_back, mut findings, interrupted } = brought;
    if interrupted {
        findings.faces.retain(|face| face.known);
    }
    let refused = gathered.iter().any(|one| one.retry_after.is_some());
    let next_visit = if interrupted && !refused { now } else { outlook.next_visit };
    let listing = || gathered.iter().filter_map(|one| one.listing.as_ref());
    let given = gathered.iter().filter_map(|one| one.given.clone());
    let home = source.home.as_ref().map(url::Url::to_string);
    Visited {
        source: source.id.clone(),
        title: source.title.clone().or_else(|| listing().find_map(|l| l.title.clone())),
        home: home.or_else(|| listing().find_map(|l| l.home.clone())),
        feed: lists::public_address(source, gathered),
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
        after: outlook.after,
    }
}

/// Whether any host could be reached, if one was asked.
fn reached(gathered: &[Gathered]) -> Option<bool> {
    let asked = |one: &&Gathered| !one.resting && !one.blocked && !one.interrupted;
    let mut asked = gathered.iter().filter(asked).peekable();
    asked.peek()?;
    Some(asked.any(|one| one.trouble != Some(Trouble::Unreachable)))
}

/// The hosts that began to rest, or ceased to.
fn rests(world: &World, now: Instant) -> Vec<Resting> {
    let rests = world.fetcher.new_rests().into_iter().map(|rest| Resting {
        until: now + TimeDelta::from_std(rest.left).unwrap_or_default(),
        host: rest.host,
        refusals: rest.refusals,
    });
    rests.collect()
}

/// The time as it goes on from a moment that was told.
struct Elapsed {
    from: Instant,
    began: tokio::time::Instant,
}

impl Elapsed {
    fn since(from: Instant) -> Self {
        Self { from, began: tokio::time::Instant::now() }
    }

    fn now(&self) -> Instant {
        self.from + TimeDelta::seconds(self.began.elapsed().as_secs() as i64)
    }
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
