//! How the sources are, as a page and as a feed of what broke and what healed. Made on the spot
//! by a daemon, and never part of the published folder.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::Instant;
use crate::publish::address::Places;
use crate::publish::atom::date;
use crate::publish::desk::Desk;
use crate::publish::pages::Pages;
use crate::publish::xml::{Xml, legible};
use crate::publish::{Error, Library, Site};

/// What the page shows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Overview {
    /// How many sources are in which state: `failing`, 3.
    pub counts: Vec<(&'static str, usize)>,
    /// What is wrong with the settings as they are now on disk; the old ones hold meanwhile.
    pub settings_fault: Option<String>,
    /// Each source, those that need somebody first.
    pub lines: Vec<Line>,
    /// When it was made, as people read it.
    pub made: String,
}

/// A source on the page; texts as people read them, empty where there is nothing to say.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Line {
    /// The operator's name.
    pub source: String,
    /// What it calls itself.
    pub title: String,
    /// Its site.
    pub home: Option<String>,
    /// The word of its state.
    pub state: &'static str,
    /// Why.
    pub cause: String,
    /// What can be done.
    pub action: String,
    /// The error of the last visit.
    pub error: String,
    /// The last good visit and the next one.
    pub last_good: String,
    /// The next visit.
    pub next_visit: String,
    /// New items a day.
    pub new_per_day: String,
}

/// A change of a source's state.
#[derive(Clone, Debug)]
pub struct Event {
    /// The operator's name of the source.
    pub source: String,
    /// When.
    pub at: Instant,
    /// The words of the states before and since.
    pub was: &'static str,
    /// The state since.
    pub state: &'static str,
    /// Why, and what can be done.
    pub cause: String,
    /// What can be done.
    pub action: String,
    /// The error.
    pub error: Option<String>,
}

/// `status.html`.
pub fn page(site: &Site, overview: &Overview) -> Result<Vec<u8>, Error> {
    let sources = BTreeMap::new();
    let library = Library { site: site.clone(), categories: BTreeMap::new(), sources };
    let desk = Desk::new(library);
    Ok(Pages::new(&desk, &[])?.status(overview))
}

/// `status.atom`: an entry for each change, whose id depends on nothing but the change. Newest
/// first.
pub fn feed(site: &Site, events: &[Event]) -> Vec<u8> {
    let places = Places::new(&site.url, &site.authority);
    let mut xml = Xml::new();
    xml.open("feed", &[("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", "en")]);
    xml.leaf("id", &[], &places.tag(&["status"]));
    xml.leaf("title", &[("type", "text")], &format!("{}: sources", site.title));
    let newest = events.iter().map(|event| event.at).max().unwrap_or_default();
    xml.leaf("updated", &[], &date(newest));
    xml.open("author", &[]);
    xml.leaf("name", &[], &site.title);
    xml.close();
    let (own, html) = (places.file("status.atom"), places.file("status.html"));
    xml.empty("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", &own)]);
    xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &html)]);
    for event in events {
        entry(&mut xml, &places, event);
    }
    xml.finish()
}

fn entry(xml: &mut Xml, places: &Places, event: &Event) {
    let at = event.at.format("%Y%m%dT%H%M%SZ").to_string();
    let Event { source, was, state, cause, .. } = event;
    let why = if cause.is_empty() { String::new() } else { format!(" ({cause})") };
    xml.open("entry", &[]);
    xml.leaf("id", &[], &places.tag(&["status", source, &at, state]));
    xml.leaf("title", &[("type", "text")], &legible(&format!("{source}: {was} → {state}{why}")));
    xml.leaf("published", &[], &date(event.at));
    xml.leaf("updated", &[], &date(event.at));
    let page = places.file("status.html");
    xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &page)]);
    xml.empty("category", &[("term", state)]);
    let advice = (!event.action.is_empty()).then(|| format!("What to do: {}", event.action));
    let text: Vec<_> = event.error.clone().into_iter().chain(advice).collect();
    xml.leaf("content", &[("type", "text")], &text.join("\n"));
    xml.close();
}
