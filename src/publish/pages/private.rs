//! The page of a private category: whole texts at one address, which is a subscriber's own.

use serde::Serialize;

use crate::publish::desk::Desk;
use crate::publish::feed::Feed;
use crate::publish::pages::lone::{Whole, whole};
use crate::publish::pages::{Subscription, subscriptions};

/// What the template is given.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    up: &'static str,
    title: &'a str,
    heading: &'a str,
    feeds: Vec<Subscription>,
    count: String,
    items: Vec<Whole<'a>>,
}

/// The page of a feed whose address only one reader knows.
pub(super) fn page<'a>(desk: &Desk, feed: &'a Feed<'_>) -> Page<'a> {
    let site = &desk.library.site;
    Page {
        up: "../",
        title: &feed.title,
        heading: &feed.heading,
        feeds: subscriptions(feed),
        count: desk.words.count(feed.items.len() as u64),
        items: feed.items.iter().map(|item| whole(site, item, desk.words)).collect(),
    }
}
