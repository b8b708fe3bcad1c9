//! The page of one category, or of everything: its items day by day, and its feeds.

use chrono::NaiveDate;
use serde::Serialize;

use crate::model::Instant;
use crate::publish::Format;
use crate::publish::desk::Desk;
use crate::publish::feed::{Feed, FeedItem};
use crate::publish::pages::{Moment, Subscription, outlet, share_path, short, subscriptions};

/// What the template is given.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    up: &'a str,
    /// Of the document.
    title: &'a str,
    heading: &'a str,
    description: &'a str,
    canonical: &'a str,
    feeds: Vec<Subscription>,
    updated: Option<Moment>,
    count: String,
    days: Vec<Day<'a>>,
    turns: Vec<Turn>,
    /// Whether search engines should rather send people to the current page.
    is_archive: bool,
}

/// A link to another page of the same feed.
#[derive(Serialize)]
struct Turn {
    rel: &'static str,
    name: &'static str,
    href: String,
}

#[derive(Serialize)]
pub(super) struct Day<'a> {
    iso: String,
    text: String,
    items: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    href: String,
    title: &'a str,
    language: Option<&'a str>,
    outlet: &'a str,
    time: Moment,
    original: Option<&'a str>,
    excerpt: Option<String>,
}

/// The page of a feed.
pub(super) fn page<'a>(desk: &Desk, feed: &'a Feed<'_>, up: &'a str) -> Page<'a> {
    let zone = desk.library.site.zone;
    let updated = (!feed.items.is_empty()).then(|| Moment::whole(feed.updated, zone, desk.words));
    Page {
        up,
        title: &feed.title,
        heading: &feed.heading,
        description: &feed.subtitle,
        canonical: &feed.page,
        feeds: subscriptions(feed),
        updated,
        count: desk.words.count(feed.items.len() as u64),
        days: days(desk, &feed.items),
        turns: turns(desk, feed, up),
        is_archive: feed.history.page.is_some(),
    }
}

/// Newer pages first, as the items are.
fn turns(desk: &Desk, feed: &Feed<'_>, up: &str) -> Vec<Turn> {
    let links = feed.history.links(Format::Html).into_iter();
    let mut turns: Vec<Turn> = links
        .map(|(rel, href)| {
            let (rel, name) = match rel {
                "prev-archive" => ("next", desk.words.older),
                "next-archive" => ("prev", desk.words.newer),
                _ => ("first", desk.words.newest),
            };
            let path = href.strip_prefix(desk.places.root()).unwrap_or(&href);
            Turn { rel, name, href: format!("{up}{path}") }
        })
        .collect();
    turns.sort_by_key(|turn| ["first", "prev", "next"].iter().position(|rel| *rel == turn.rel));
    turns
}

/// The items in runs of one day each, by the site's calendar.
pub(super) fn days<'a>(desk: &Desk, items: &'a [FeedItem<'_>]) -> Vec<Day<'a>> {
    let zone = desk.library.site.zone;
    let date = |item: &FeedItem<'_>| when(item).with_timezone(&zone).date_naive();
    items.chunk_by(|a, b| date(a) == date(b)).filter_map(|run| day(desk, run)).collect()
}

fn day<'a>(desk: &Desk, run: &'a [FeedItem<'_>]) -> Option<Day<'a>> {
    let time = when(run.first()?).with_timezone(&desk.library.site.zone);
    let date: NaiveDate = time.date_naive();
    let items = run.iter().map(|item| line(desk, item)).collect();
    Some(Day { iso: date.to_string(), text: desk.words.day(&time), items })
}

/// When it appeared in the list: what is recommended, when it was.
fn when(item: &FeedItem<'_>) -> Instant {
    item.remark.as_ref().map_or(item.published, |remark| remark.since)
}

fn line<'a>(desk: &Desk, item: &'a FeedItem<'_>) -> Line<'a> {
    Line {
        href: share_path(item.name),
        title: &item.title,
        language: item.language,
        outlet: outlet(item),
        time: Moment::part(when(item), desk.library.site.zone, "%H:%M"),
        original: item.original(),
        excerpt: short(item.summary.as_ref()),
    }
}
