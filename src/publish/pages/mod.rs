//! Pages for people: one design, compiled once.

mod home;
mod list;
mod lone;
mod private;
mod search;
mod share;

use std::borrow::Cow;
use std::sync::OnceLock;

use chrono_tz::Tz;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Output, State};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::html;
use crate::model::{Instant, Item, ItemId};
use crate::publish::address::encode;
use crate::publish::atom::date;
use crate::publish::desk::Desk;
use crate::publish::feed::{Feed, FeedItem};
use crate::publish::status::Overview;
use crate::publish::words::Words;
use crate::publish::{Format, Shared, Shelf, Site};

pub use home::NAMED;
pub(super) use lone::lone;
pub use search::Search;

/// The design.
pub(super) const STYLE: &str = include_str!("../templates/style.css");
/// What copies addresses.
pub(super) const SCRIPT: &str = include_str!("../templates/finews.js");

const TEMPLATES: [(&str, &str); 9] = [
    ("base.html", include_str!("../templates/base.html")),
    ("home.html", include_str!("../templates/home.html")),
    ("list.html", include_str!("../templates/list.html")),
    ("private.html", include_str!("../templates/private.html")),
    ("search.html", include_str!("../templates/search.html")),
    ("share.html", include_str!("../templates/share.html")),
    ("subscribe.html", include_str!("../templates/subscribe.html")),
    ("status.html", include_str!("../templates/status.html")),
    ("404.html", include_str!("../templates/404.html")),
];

/// Longest excerpt on a page, in characters.
const EXCERPT: usize = 160;

/// The compiled templates.
pub(super) struct Pages {
    templates: Environment<'static>,
    style: String,
    /// What the first template failed at that failed.
    fault: OnceLock<String>,
}

impl Pages {
    /// Compiles the templates, with what all pages of a site share.
    pub(super) fn new(desk: &Desk, own: &[(String, String)]) -> Result<Self, minijinja::Error> {
        let site = &desk.library.site;
        let mut templates = environment(desk.words)?;
        for (name, source) in TEMPLATES {
            templates.add_template(name, source)?;
            if !own.is_empty() {
                templates.add_template_owned(format!("finews/{name}"), source)?;
            }
        }
        let mut style = STYLE.to_owned();
        for (name, source) in own {
            match name.as_str() {
                "style.css" => style.clone_from(source),
                name => templates.add_template_owned(name.to_owned(), source.clone())?,
            }
        }
        templates.add_global("site", Value::from(Serde(Masthead::new(site, desk))));
        Ok(Self { templates, style, fault: OnceLock::new() })
    }

    /// The design.
    pub(super) fn style(&self) -> &str {
        &self.style
    }

    /// What a template failed at, if one did.
    pub(super) fn fault(&self) -> Option<&str> {
        self.fault.get().map(String::as_str)
    }

    /// The page of a feed.
    pub(super) fn list(&self, desk: &Desk, feed: &Feed<'_>, up: &str) -> Vec<u8> {
        self.render("list.html", Serde(list::page(desk, feed, up)))
    }

    /// The home page.
    pub(super) fn home(&self, desk: &Desk, shelves: &[Shelf<'_>], shares: &[Shared]) -> Vec<u8> {
        self.render("home.html", Serde(home::page(desk, shelves, shares)))
    }

    /// The page of one item.
    pub(super) fn share(&self, desk: &Desk, item: &Item) -> Vec<u8> {
        self.render("share.html", share::page(desk, item))
    }

    /// A private category: whole texts, since its items have no pages.
    pub(super) fn private(&self, desk: &Desk, feed: &Feed<'_>) -> Vec<u8> {
        self.render("private.html", Serde(private::page(desk, feed)))
    }

    /// How the sources are.
    pub(super) fn status(&self, overview: &Overview) -> Vec<u8> {
        #[derive(Serialize)]
        struct Page<'a> {
            up: &'static str,
            title: &'static str,
            #[serde(flatten)]
            overview: &'a Overview,
        }
        self.render("status.html", Serde(Page { up: "", title: "Sources", overview }))
    }

    /// The page of a search.
    pub(super) fn search(&self, desk: &Desk, search: &Search<'_>) -> Vec<u8> {
        let items = desk.items(search.items);
        self.render("search.html", Serde(search::page(desk, search, &items)))
    }

    /// The page that is shown in place of one that is not there. It may be shown at any depth,
    /// so that its links begin at the root.
    pub(super) fn missing(&self, desk: &Desk) -> Vec<u8> {
        let up = desk.library.site.url.path();
        let up = if up.ends_with('/') { up.to_owned() } else { format!("{up}/") };
        self.render("404.html", Serde(Plain { up, title: desk.words.missing }))
    }

    fn render(&self, name: &str, context: impl Into<Value>) -> Vec<u8> {
        let page = self.templates.get_template(name);
        let made = page.and_then(|page| page.render(context));
        if let Err(why) = &made {
            // The first one is enough.
            let _ = self.fault.set(why.to_string());
        }
        finish(made)
    }
}

/// A print of the templates, the style and the script.
pub(super) fn print() -> String {
    let mut print = Sha256::new();
    let parts = TEMPLATES.iter().map(|(_, text)| *text).chain([STYLE, SCRIPT]);
    for part in parts {
        print.update(part);
        print.update([0]);
    }
    let start = print.finalize().first_chunk().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(start))
}

/// An environment with our words and our way of escaping.
fn environment(words: &'static Words) -> Result<Environment<'static>, minijinja::Error> {
    let mut templates = Environment::new();
    templates.set_syntax(syntax()?);
    templates.set_formatter(escaped);
    templates.add_global("w", Value::from(Serde(words)));
    Ok(templates)
}

/// A tag takes no line of its own in what is written.
fn syntax() -> Result<SyntaxConfig, minijinja::Error> {
    SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
}

/// As minijinja's own, but without `&#x2f;` for each `/` of an address.
fn escaped(out: &mut Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(plain) if *state.auto_escape() == AutoEscape::Html && !value.is_safe() => {
            let marked = |byte: u8| byte < b' ' || b"&<>\"'".contains(&byte);
            let written = if plain.bytes().any(marked) {
                out.write_str(&html::escape(plain))
            } else {
                out.write_str(plain)
            };
            Ok(written?)
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// The bytes of a page. Our templates do not fail on any value (a test renders them all); if one
/// did, its reader would get to know as much as we do.
fn finish(page: Result<String, minijinja::Error>) -> Vec<u8> {
    let page = page.unwrap_or_else(|error| {
        let reason = html::escape(&error.to_string());
        format!(
            "<!doctype html>\n<title>finews</title>\n<p>This page could not be made: {reason}\n"
        )
    });
    page.into_bytes()
}

/// What every page says of the site.
#[derive(Serialize)]
struct Masthead<'a> {
    title: &'a str,
    about: String,
    language: &'a str,
    root: &'a str,
    footer: Option<&'a str>,
    zone: &'static str,
}

impl<'a> Masthead<'a> {
    fn new(site: &'a Site, desk: &'a Desk) -> Self {
        Self {
            title: &site.title,
            about: desk.about(),
            language: &site.language,
            root: desk.places.root(),
            footer: site.footer.as_deref(),
            zone: site.zone.name(),
        }
    }
}

/// A page that says nothing but its title and what its template holds.
#[derive(Serialize)]
struct Plain {
    /// What leads from the page to the root: ``, `../`, `/news/`.
    up: String,
    title: &'static str,
}

/// A feed to subscribe to.
#[derive(Serialize)]
struct Subscription {
    name: &'static str,
    media_type: &'static str,
    /// What a reader shows for it.
    title: String,
    href: String,
}

/// A feed in its formats, the preferred one first.
fn subscriptions(feed: &Feed<'_>) -> Vec<Subscription> {
    let formats = [("Atom", Format::Atom), ("RSS", Format::Rss), ("JSON Feed", Format::Json)];
    let subscription = |(name, format): (&'static str, Format)| {
        let title = format!("{} ({name})", feed.title);
        Some(Subscription {
            name,
            media_type: format.bare_media_type(),
            title,
            href: feed.current(format)?,
        })
    };
    formats.into_iter().filter_map(subscription).collect()
}

/// A point in time as a page shows it.
#[derive(Serialize)]
struct Moment {
    /// For machines, UTC.
    iso: String,
    /// For people, in the site's zone.
    text: String,
}

impl Moment {
    /// A day and a time.
    fn whole(instant: Instant, zone: Tz, words: &Words) -> Self {
        Self { iso: date(instant), text: words.moment(&instant.with_timezone(&zone)) }
    }

    /// A part of it, in `strftime`'s marks.
    fn part(instant: Instant, zone: Tz, marks: &str) -> Self {
        Self { iso: date(instant), text: instant.with_timezone(&zone).format(marks).to_string() }
    }
}

/// The outlet credited, or else the source.
pub(in crate::publish) fn outlet<'a>(item: &'a FeedItem<'_>) -> &'a str {
    item.medium.as_deref().unwrap_or(item.source.title)
}

/// An item's share page as seen from the root.
fn share_path(id: &ItemId) -> String {
    format!("share/{}.html", encode(id.as_str()))
}

fn category_path(slug: &str) -> String {
    format!("category/{}.html", encode(slug))
}

/// Plain text that is known to be short already, or cut.
fn short(summary: Option<&Cow<'_, str>>) -> Option<String> {
    summary.map(|plain| html::excerpt(plain, EXCERPT))
}
