//! The items of one source as a page that stands alone: whole texts, and the style inside.

use minijinja::value::{Serde, Value};
use serde::Serialize;

use crate::publish::Site;
use crate::publish::feed::{Feed, FeedItem};
use crate::publish::pages::{Moment, STYLE, environment, finish, outlet};
use crate::publish::words::Words;

const TEMPLATE: &str = include_str!("../templates/lone.html");

#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    language: &'a str,
    home: &'a str,
    count: String,
    style: Value,
    items: Vec<Whole<'a>>,
}

#[derive(Serialize)]
pub(super) struct Whole<'a> {
    title: &'a str,
    language: Option<&'a str>,
    outlet: &'a str,
    published: Moment,
    original: Option<&'a str>,
    body: Value,
}

/// The page of a feed that is published nowhere.
pub(in crate::publish) fn lone(site: &Site, feed: &Feed<'_>, words: &'static Words) -> Vec<u8> {
    let page = Page {
        title: &feed.title,
        language: &site.language,
        home: &feed.page,
        count: words.count(feed.items.len() as u64),
        style: Value::from_safe_string(STYLE.to_owned()),
        items: feed.items.iter().map(|item| whole(site, item, words)).collect(),
    };
    let made = environment(words)
        .and_then(|templates| templates.render_named_str("lone.html", TEMPLATE, Serde(page)));
    finish(made)
}

pub(super) fn whole<'a>(site: &Site, item: &'a FeedItem<'_>, words: &Words) -> Whole<'a> {
    Whole {
        title: &item.title,
        language: item.language,
        outlet: outlet(item),
        published: Moment::whole(item.published, site.zone, words),
        original: item.original(),
        body: Value::from_safe_string(item.body.clone().into_owned()),
    }
}
