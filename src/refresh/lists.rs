//! The first half of a journey: a source's addresses to its lists, page by page.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::{World, recognition};
use crate::config::{First, Form, List, Pages, Source};
use crate::fetch::{Answer, Error, Request, Wishes};
use crate::health::Cause;
use crate::listing::sitemap;
use crate::model::{Fault, Instant, Listing, Page, Validators};
use crate::schedule::{Move, Trouble};
use crate::store::{self, Given, Store};
use crate::template::Template;
use crate::websub;
use asking::{Target, Values};
use moving::Seen;

pub(super) mod asking;
mod moving;
mod reading;

/// What one request for a list brought.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Name of the list.
    pub list: String,
    /// The address asked for, without credentials.
    pub address: String,
    /// The list, if it came and could be read.
    pub listing: Option<Listing>,
    /// The sitemaps that it names, where it is an index of them.
    pub children: Vec<Url>,
    /// Whether the server said that nothing is new.
    pub unchanged: bool,
    /// What went wrong, in a line.
    pub error: Option<String>,
    /// What it means for the source's state.
    pub cause: Option<Cause>,
    /// Where the list is now, if every redirect to it was permanent.
    pub moved_to: Option<Url>,
    /// Whether the answer was good but for its entries: behind the last page that is no fault.
    pub ended: bool,
    /// How long the server asked to be left alone after a refusal.
    pub retry_after: Option<Duration>,
    /// How long the answer stays fresh.
    pub fresh: Option<Duration>,
    /// Whether the answer said anything of that.
    pub said: bool,
    /// What is the matter, if it failed.
    pub trouble: Option<Trouble>,
    /// Whether nobody was asked, since the host rests.
    pub resting: bool,
    /// Where the address leads now.
    pub moved: Option<Move>,
    /// Whether it was known to lead somewhere before.
    pub moved_before: bool,
    /// Its validators, if it could be read.
    pub given: Option<Given>,
    /// Whether the guard refused the address.
    pub blocked: bool,
    /// Whether the stop came before the answer.
    pub interrupted: bool,
    /// Bytes of the answer.
    pub bytes: usize,
    /// The hub that the page names, in its head or as a feed.
    pub hub: Option<websub::Found>,
    /// The feed that a page names which was asked for as a feed itself.
    pub names_feed: Option<String>,
}

/// Asks for every list of a source. Without a store nothing is conditional, and every page up to
/// the limit is read; with one, paging ends with the first page that brings nothing new.
pub async fn gather(
    world: &World,
    store: Option<&Store>,
    source: &Arc<Source>,
    now: Instant,
) -> Result<Vec<Gathered>, store::Error> {
    let whole = match store {
        Some(store) => store.incomplete(&source.id).await?,
        None => true,
    };
    let firsts = HashMap::new();
    let mut round = Round { world, store, source, now, whole, firsts, all: Vec::new() };
    for list in &source.lists {
        let values = match &list.first {
            None => Values::new(),
            Some(first) => match round.first(list, first).await {
                Ok(values) => values,
                Err(failed) => {
                    round.all.push(*failed);
                    continue;
                }
            },
        };
        for template in &list.urls {
            match &list.form {
                Form::Sitemap(plan) => round.sitemaps(list, plan, &values, template).await?,
                _ => round.pages(list, &values, template).await?,
            }
        }
    }
    Ok(round.all)
}

/// One visit to the lists of a source.
struct Round<'r> {
    world: &'r World,
    store: Option<&'r Store>,
    source: &'r Arc<Source>,
    now: Instant,
    /// Whether every page is read, known or not: the last visit did not come to the end.
    whole: bool,
    /// First pages that were asked for already.
    firsts: HashMap<Url, Arc<Page>>,
    all: Vec<Gathered>,
}

impl Round<'_> {
    /// The values of a first page.
    async fn first(&mut self, list: &List, first: &First) -> Result<Values, Box<Gathered>> {
        let mut one = Gathered { list: list.name.clone(), ..Gathered::default() };
        match self.first_page(first, &mut one).await {
            Ok(page) => match reading::first(self.source, first, &page, self.now).await {
                Ok(values) => return Ok(values),
                Err(why) => one.error = Some(format!("first page `{}`: {why}", one.address)),
            },
            Err(_) if one.interrupted => {}
            Err(why) => one.error = Some(format!("first page `{}`: {why}", one.address)),
        }
        Err(Box::new(one))
    }

    async fn first_page(&mut self, first: &First, one: &mut Gathered) -> Result<Arc<Page>, String> {
        let request = asking::first(self.source, &first.url, self.now)?;
        one.address = crate::fetch::shown(&request.url);
        if let Some(page) = self.firsts.get(&request.url) {
            return Ok(Arc::clone(page));
        }
        let Some(answer) = self.world.ask(&request).await else {
            one.interrupted = true;
            return Err("stopped before the answer".to_owned());
        };
        match answer {
            Ok(Answer::Fresh { page, .. }) => {
                let page = Arc::new(page);
                self.firsts.insert(request.url, Arc::clone(&page));
                Ok(page)
            }
            Ok(Answer::Unchanged { .. }) => Err("an answer without content".to_owned()),
            Err(why) => {
                note(one, &why);
                one.cause = Some(why.cause());
                Err(chain(&why))
            }
        }
    }

    async fn pages(
        &mut self,
        list: &List,
        values: &Values,
        template: &Template,
    ) -> Result<(), store::Error> {
        let (first, step, most) = match list.pages {
            Pages::One => (1, 1, 1),
            Pages::Numbered { first, step, most } => (first, step, most),
            Pages::Cursor { most } | Pages::Linked { most } => (1, 1, most),
        };
        let mut cursor = String::new();
        let mut seen = HashSet::from([cursor.clone()]);
        let mut home = None;
        let begin = self.all.len();
        for turn in 0..most {
            let linked = if turn == 0 { None } else { linked(list, &cursor) };
            let target = match (&linked, &home) {
                (Some(url), Some(home)) => Target::Given { url, home },
                _ => Target::Made { template, number: first + turn * step, cursor: &cursor },
            };
            let mut one = self.page(list, values, &target).await?;
            home = home.or_else(|| Url::parse(&one.address).ok());
            seen.insert(one.address.clone());
            // Some lists answer with an error behind their last page: that is their end, no fault.
            if turn > 0 && one.ended {
                break;
            }
            let more = turn + 1 < most && self.goes_on(&one).await?;
            let next = one.listing.as_ref().and_then(|listing| listing.cursor.clone());
            if turn > 0 {
                one.hub = None;
            }
            if turn == 0 && next.is_none() {
                tell_of_next(list, &mut one);
            }
            self.all.push(one);
            let paged = match list.pages {
                Pages::Cursor { .. } | Pages::Linked { .. } => {
                    next.as_ref().is_some_and(|next| seen.insert(next.clone()))
                }
                Pages::One | Pages::Numbered { .. } => true,
            };
            if !more || !paged || self.world.stopping() {
                break;
            }
            cursor = next.unwrap_or_default();
        }
        // A walk that did not come to its end begins anew at the next visit, with its first page.
        let walk = self.all.get_mut(begin..).unwrap_or_default();
        if walk.iter().any(|one| one.error.is_some() || one.interrupted) {
            for one in walk {
                one.given = None;
            }
        }
        Ok(())
    }

    /// A sitemap, and where it is an index, the newest of those that it names.
    async fn sitemaps(
        &mut self,
        list: &List,
        plan: &sitemap::Plan,
        values: &Values,
        template: &Template,
    ) -> Result<(), store::Error> {
        let target = Target::Made { template, number: 1, cursor: "" };
        let root = self.page(list, values, &target).await?;
        let home = Url::parse(&root.address).ok();
        let mut room = plan.most.saturating_sub(entries(&root));
        let mut waiting: VecDeque<_> = root.children.iter().cloned().collect();
        self.all.push(root);
        let Some(home) = home else { return Ok(()) };
        let mut seen = HashSet::from([home.clone()]);
        let mut left = plan.children;
        while let Some(url) = waiting.pop_front() {
            if left == 0 || room == 0 || self.world.stopping() {
                break;
            }
            if !seen.insert(url.clone()) {
                continue;
            }
            left -= 1;
            let target = Target::Given { url: &url, home: &home };
            let mut one = self.page(list, values, &target).await?;
            if let Some(listing) = &mut one.listing {
                listing.entries.truncate(room);
            }
            room -= entries(&one);
            // An index in an index: its sitemaps come first, as it did.
            for child in one.children.iter().rev() {
                waiting.push_front(child.clone());
            }
            self.all.push(one);
        }
        Ok(())
    }

    /// Whether a page gives reason to ask for the next one.
    async fn goes_on(&self, one: &Gathered) -> Result<bool, store::Error> {
        let listing = one.listing.as_ref().filter(|listing| !listing.entries.is_empty());
        let Some(listing) = listing else { return Ok(false) };
        let Some(store) = self.store.filter(|_| !self.whole) else { return Ok(true) };
        Box::pin(recognition::is_news(store, self.source, &one.list, &listing.entries)).await
    }

    async fn page(
        &self,
        list: &List,
        values: &Values,
        target: &Target<'_>,
    ) -> Result<Gathered, store::Error> {
        let mut one = Gathered { list: list.name.clone(), ..Gathered::default() };
        let mut request = match asking::request(self.source, list, values, target, self.now) {
            Ok(request) => request,
            Err(why) => {
                let cause = Some(Cause::Settings);
                return Ok(Gathered { error: Some(why), cause, ..one });
            }
        };
        one.address = crate::fetch::shown(&request.url);
        // What is asked for stays the same wherever it moves to.
        let asked = asking::print(&request);
        let can_move = matches!(list.form, Form::Feed) && matches!(target, Target::Made { .. });
        if let Some(store) = self.store {
            let (validators, by) = store.validators(&self.source.id, &one.address, &asked).await?;
            request.validators = validators;
            request.validated = by.and_then(|by| Url::parse(&by).ok());
            if can_move && request.body.is_none() {
                one.moved = store.moved(&self.source.id, &one.address).await?;
                one.moved_before = one.moved.is_some();
            }
        }
        let Some(answer) = self.ask(list, &moving::to(&request, one.moved.as_ref())).await else {
            return Ok(Gathered { interrupted: true, ..one });
        };
        let mut sight = moving::sight(&request, &answer, can_move);
        let lost = moving::lost(&one, &sight, self.now);
        let answer = match lost {
            // The old address is no more, but we know where it led.
            Some(moved) => {
                let answer = self.ask(list, &moving::to(&request, Some(&moved))).await;
                let Some(answer) = answer else {
                    return Ok(Gathered { interrupted: true, ..one });
                };
                one.moved = Some(moved);
                sight = moving::sight(&request, &answer, can_move);
                answer
            }
            None => answer,
        };
        self.take(&mut one, list, &request, asked, answer).await;
        self.observe(&mut one, sight).await?;
        Ok(one)
    }

    async fn ask(&self, list: &List, request: &Request) -> Option<Result<Answer, Error>> {
        match list.form {
            Form::Page(_) => self.world.ask_page(self.source, request).await,
            _ => self.world.ask(request).await,
        }
    }

    /// Reads an answer.
    async fn take(
        &self,
        one: &mut Gathered,
        list: &List,
        request: &Request,
        asked: [u8; 16],
        answer: Result<Answer, Error>,
    ) {
        match answer {
            Ok(Answer::Unchanged { validators, wait }) => {
                one.unchanged = true;
                one.moved_to.clone_from(&wait.moved_to);
                one.heed(&wait);
                let by = request.validated.as_ref().unwrap_or(&request.url);
                let merged = merged(validators, request.validators.clone());
                one.given = Some(given(one, asked, by, merged));
            }
            Ok(Answer::Fresh { page, validators, wait }) => {
                one.bytes = page.bytes.len();
                one.moved_to.clone_from(&wait.moved_to);
                one.given = Some(given(one, asked, &page.url, validators));
                one.heed(&wait);
                reading::read(one, self.source, list, page, self.now).await;
            }
            Err(why) => refused(one, &why),
        }
    }

    /// Notes where the address led.
    async fn observe(&self, one: &mut Gathered, seen: Seen) -> Result<(), store::Error> {
        let Some(store) = self.store else { return Ok(()) };
        let kin = match &seen {
            Seen::Led { to } => self.is_kin(store, one, to).await?,
            _ => false,
        };
        moving::observe(one, &seen, kin, self.now);
        Ok(())
    }

    /// Whether the list at the end of redirects is ours: it has items that came before the
    /// redirects, or nothing came before them.
    async fn is_kin(&self, store: &Store, one: &Gathered, to: &str) -> Result<bool, store::Error> {
        let known = one.moved.as_ref().filter(|moved| moved.to == to);
        let since = known.map_or(self.now, |moved| moved.since);
        let begin = store.first_seen(&self.source.id).await?;
        if begin.is_none_or(|begin| begin >= since) {
            return Ok(one.error.is_none());
        }
        let Some(listing) = &one.listing else { return Ok(false) };
        let keys = Box::pin(recognition::known_keys(store, self.source, &listing.entries)).await?;
        let known = store.known(&self.source.id, keys.iter().map(String::as_str)).await?;
        Ok(known.values().any(|item| item.first_seen < since))
    }
}

/// What a hub delivered, as the list that it stands for.
pub(super) async fn pushed(
    source: &Arc<Source>,
    name: &str,
    page: Page,
    now: Instant,
) -> Option<Gathered> {
    let list = source.lists.iter().find(|list| list.name == name)?;
    let (address, bytes) = (crate::fetch::shown(&page.url), page.bytes.len());
    let mut one = Gathered { list: name.to_owned(), address, bytes, ..Gathered::default() };
    reading::read(&mut one, source, list, page, now).await;
    Some(one)
}

fn entries(one: &Gathered) -> usize {
    one.listing.as_ref().map_or(0, |listing| listing.entries.len())
}

/// The address that a page gave for the next one.
fn linked(list: &List, cursor: &str) -> Option<Url> {
    matches!(list.pages, Pages::Linked { .. }).then(|| Url::parse(cursor).ok())?
}

/// The first page of a list that is paged by links ought to have one.
fn tell_of_next(list: &List, one: &mut Gathered) {
    let (Form::Api(plan) | Form::Page(plan)) = &list.form else { return };
    let (Pages::Linked { .. }, Some(listing)) = (list.pages, &mut one.listing) else { return };
    let typed: Vec<_> = plan.next.iter().map(|pick| format!("`{}`", pick.typed)).collect();
    listing.faults.push(Fault::new("next", format!("{} leads to no other page", typed.join(", "))));
}

impl Gathered {
    /// Takes the server's wishes.
    fn heed(&mut self, wishes: &Wishes) {
        self.fresh = wishes.max_age;
        self.said = wishes.raw.cache_control.is_some() || wishes.raw.expires.is_some();
    }
}

/// What a failure means for the next visit.
fn note(one: &mut Gathered, why: &Error) {
    one.retry_after = why.retry_after();
    one.resting = matches!(why, Error::CoolingDown { .. });
    one.trouble = Some(match why {
        Error::Status { status, .. } => Trouble::of_status(*status),
        Error::Dns { .. } | Error::Connect { .. } | Error::Timeout { what: "connecting", .. } => {
            Trouble::Unreachable
        }
        _ => Trouble::Broken,
    });
}

fn refused(one: &mut Gathered, why: &Error) {
    note(one, why);
    one.blocked = matches!(why, Error::Blocked(_));
    one.cause = Some(why.cause());
    one.error = Some(format!("`{}`: {}", one.address, chain(why)));
}

/// An error with its causes in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(why) = cause {
        let why_line = why.to_string();
        if !line.contains(&why_line) {
            line.push_str(": ");
            line.push_str(&why_line);
        }
        cause = why.source();
    }
    line
}

fn given(one: &Gathered, asked: [u8; 16], by: &Url, validators: Validators) -> Given {
    let given_by = Some(by.to_string());
    Given { address: one.address.clone(), asked, given_by, validators, full: !one.unchanged }
}

/// A 304 changes only the validators that it carries.
fn merged(new: Validators, old: Validators) -> Validators {
    Validators {
        etag: new.etag.or(old.etag),
        last_modified: new.last_modified.or(old.last_modified),
    }
}

/// The address of a feed that readers may be told, without credentials: the one that it moved to,
/// else that of the settings; none where nothing was asked.
pub(super) fn public_address(source: &Source, gathered: &[Gathered]) -> Option<String> {
    let first = gathered.first()?;
    if let Some(moved) = first.moved.as_ref().filter(|moved| moved.adopted) {
        return Some(moved.to.clone());
    }
    let list = source.lists.iter().find(|list| matches!(list.form, Form::Feed))?;
    let address = list.urls.first()?.fill(|_| Some(String::new())).ok()?;
    let mut url = Url::parse(&address).ok()?;
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some(url.to_string())
}
