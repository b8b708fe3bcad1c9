//! An article of one page or several: which page is wanted next, and what they are together.

use std::collections::HashSet;
use std::sync::Arc;

use url::Url;

use super::{Links, Site, same_page};
use crate::article::quality::{self, Candidate, Own};
use crate::article::{self, By, Error, Found, Judged, Rules, Trace, Visit};
use crate::html;
use crate::model::Fault;

/// Pages of an article that are joined.
const MAX_PAGES: usize = 10;

/// An article that is being read, page by page.
///
/// ```text
/// page() ─▶ Some(address) ─▶ fetch it ─▶ page(), or failed()
///       └─▶ None ─▶ end()
/// ```
#[derive(Debug, Default)]
pub struct Reading {
    site: Option<Arc<Site>>,
    stage: Stage,
    first: Option<Url>,
    seen: HashSet<Url>,
    pages: usize,
    found: Option<Result<Found, Error>>,
    /// How the first page was read.
    trace: Trace,
    /// The text of the page before, to know it again.
    last: String,
    faults: Vec<Fault>,
}

/// What the next page is.
#[derive(Debug, Default)]
enum Stage {
    #[default]
    First,
    /// All pages in one; else the next of the first would be this.
    Single(Option<Url>),
    Next,
}

impl Reading {
    /// Before the first page; with the rules for its site, if there are any.
    pub fn on(site: Option<Arc<Site>>) -> Self {
        Self { site, ..Self::default() }
    }

    /// Takes a page that was decoded already; `rules` are the source's own. Gives the address of the
    /// page that is wanted next.
    pub fn page(&mut self, page: &str, visit: &Visit<'_>, rules: &Rules) -> Option<Url> {
        if self.first.as_ref().is_some_and(|first| !same_page::same_host(first, visit.url)) {
            return self.failed("it leads to another host");
        }
        self.seen.insert(visit.url.clone());
        // Only the whole article can be compared with what the source itself says of it.
        let own = if self.first.is_some() { Own { text: None, ..visit.own } } else { visit.own };
        let visit = Visit { own, ..*visit };
        let Judged { found, trace, links } =
            article::judged(page, &visit, rules, self.site.as_deref());
        match std::mem::replace(&mut self.stage, Stage::Next) {
            Stage::First => {
                self.trace = trace;
                self.begin(visit.url, found, links)
            }
            Stage::Single(next) => self.single(found, next),
            Stage::Next => {
                let joined = self.join(found, rules);
                if joined { self.follow(links.next) } else { None }
            }
        }
    }

    /// Takes an article that was read otherwise, and has no more pages.
    pub fn whole(&mut self, read: Judged) {
        (self.found, self.trace) = (Some(read.found), read.trace);
    }

    /// Takes the word that the page wanted could not be had. Gives the address of another.
    pub fn failed(&mut self, why: &str) -> Option<Url> {
        match std::mem::replace(&mut self.stage, Stage::Next) {
            Stage::Single(next) => {
                self.fault("all pages in one", why);
                self.follow(next)
            }
            Stage::First | Stage::Next => {
                self.fault(&format!("page {}", self.pages + 1), why);
                None
            }
        }
    }

    /// The article, as far as it was read.
    pub fn end(self) -> (Result<Found, Error>, Trace) {
        let mut found = self.found.unwrap_or(Err(Error::NoArticle));
        if let Ok(found) = &mut found {
            found.faults.extend(self.faults);
        }
        (found, self.trace)
    }

    fn begin(&mut self, url: &Url, found: Result<Found, Error>, links: Links) -> Option<Url> {
        self.first = Some(url.clone());
        self.last = found.as_ref().map_or_else(|_| String::new(), text);
        self.found = Some(found);
        self.pages = 1;
        let Some(single) = links.single.filter(|single| self.admits(single)) else {
            return self.follow(links.next);
        };
        self.stage = Stage::Single(links.next);
        self.seen.insert(single.clone());
        Some(single)
    }

    /// All pages in one are preferred, unless there is less on them than on the first.
    fn single(&mut self, found: Result<Found, Error>, next: Option<Url>) -> Option<Url> {
        let better = match (&found, &self.found) {
            (Ok(single), Some(Ok(first))) => {
                quality::at_least_as_good(&candidate(single), &candidate(first))
            }
            (Ok(_), _) => true,
            (Err(_), _) => false,
        };
        if !better {
            self.fault("all pages in one", "less than the first page");
            return self.follow(next);
        }
        self.found = Some(found);
        None
    }

    /// Adds a page to those before; whether there was anything to add.
    fn join(&mut self, more: Result<Found, Error>, rules: &Rules) -> bool {
        let number = self.pages + 1;
        let Some(Ok(found)) = &mut self.found else { return false };
        let more = match more {
            Ok(more) if same_way(&found.by, &more.by) => more,
            Ok(_) => return self.gives_up(number, "the rules of the first page find nothing"),
            Err(why) => return self.gives_up(number, &why.to_string()),
        };
        let text = text(&more);
        // Some servers answer with the last page again where there is none.
        if text == self.last {
            return false;
        }
        // What ends one page must not end them all, and each has addresses of its own.
        if number == 2 {
            found.fragment.html = article::apply(&found.fragment.html, rules);
        }
        let base = more.fragment.base.as_deref().and_then(|base| Url::parse(base).ok());
        // Frames stay here, as they do on the first page; who cleans the whole decides about them.
        let manner = html::Manner { frames: true, ..html::Manner::default() };
        let clean =
            html::clean_as(&article::apply(&more.fragment.html, rules), base.as_ref(), &manner);
        found.fragment.html.push('\n');
        found.fragment.html.push_str(clean.as_str());
        found.medium = found.medium.take().or(more.medium);
        self.last = text;
        self.pages = number;
        true
    }

    fn gives_up(&mut self, number: usize, why: &str) -> bool {
        self.fault(&format!("page {number}"), why);
        false
    }

    fn follow(&mut self, next: Option<Url>) -> Option<Url> {
        let next = next?;
        if !self.found.as_ref().is_some_and(Result::is_ok) || self.seen.contains(&next) {
            return None;
        }
        if self.pages >= MAX_PAGES {
            self.fault(
                &format!("page {}", self.pages + 1),
                "left out: an article has 10 at the most",
            );
            return None;
        }
        if !self.admits(&next) {
            self.fault(&format!("page {}", self.pages + 1), "it is on another host");
            return None;
        }
        self.seen.insert(next.clone());
        self.stage = Stage::Next;
        Some(next)
    }

    fn admits(&self, url: &Url) -> bool {
        let same = self.first.as_ref().is_some_and(|first| same_page::same_host(first, url));
        same && !self.seen.contains(url)
    }

    fn fault(&mut self, place: &str, what: &str) {
        self.faults.push(Fault::new(place, what));
    }
}

fn candidate(found: &Found) -> Candidate {
    Candidate::new(found.fragment.html.clone())
}

fn text(found: &Found) -> String {
    html::text(&found.fragment.html)
}

/// Whether two pages were read in the same way, if not by the same selector.
fn same_way(first: &By, more: &By) -> bool {
    std::mem::discriminant(first) == std::mem::discriminant(more)
}
