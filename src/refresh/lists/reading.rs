//! A fetched page to its list, off the runtime's threads.

use std::sync::Arc;

use url::Url;

use super::Gathered;
use super::asking::Values;
use crate::charset;
use crate::config::{First, Form, List, Source};
use crate::health::Cause;
use crate::listing::{self, Context};
use crate::model::{Cut, Instant, Listing, Page};
use crate::refresh::causes;
use crate::websub;

/// Reads a page; what cannot be read leaves no validators behind, and neither does an index of
/// sitemaps: that it is the same says nothing of the sitemaps.
pub(super) async fn read(
    one: &mut Gathered,
    source: &Arc<Source>,
    list: &List,
    page: Page,
    now: Instant,
) {
    let (source, form) = (Arc::clone(source), list.form.clone());
    let on_the_way = page.faults.clone();
    let named = |rel| page.linked(rel).cloned().collect::<Vec<_>>();
    let (hubs, selves, url) = (named("hub"), named("self"), page.url.clone());
    let read = tokio::task::spawn_blocking(move || {
        let read = parse(&source, &form, &page, now);
        let named = if read.is_err() { named_feed(&form, &page) } else { None };
        read.map_err(|why| {
            let cause = causes::of_listing(&why, &page.bytes);
            (why, cause, named)
        })
    });
    match read.await {
        Ok(Ok((mut listing, children))) => {
            if listing.cut == Some(Cut::Inside) {
                listing.entries.pop();
            }
            if listing.cut.is_some() {
                one.given = None;
            }
            listing.faults.extend(on_the_way);
            if matches!(list.form, Form::Feed | Form::Page(_)) {
                let (hub, own) = (listing.hub.as_deref(), listing.own.as_deref());
                one.hub = websub::discover(&url, (&hubs, &selves), hub, own);
            }
            one.listing = Some(listing);
            if !children.is_empty() {
                one.given = None;
            }
            one.children = children;
        }
        Ok(Err((why, cause, named))) => {
            use listing::Error::{NoItems, Refused};
            let hint = named.as_ref().map(|feed| format!(" (the page names the feed `{feed}`)"));
            one.error = Some(format!("`{}`: {why}{}", one.address, hint.unwrap_or_default()));
            one.cause = Some(cause);
            one.ended = matches!(why, NoItems { .. } | Refused { .. });
            one.names_feed = named;
            one.given = None;
        }
        Err(_panic) => {
            one.error = Some(format!("`{}`: reading it failed; please report this", one.address));
            one.cause = Some(Cause::Crash);
            one.given = None;
        }
    }
}

/// Reads what a first page tells.
pub(super) async fn first(
    source: &Arc<Source>,
    first: &First,
    page: &Arc<Page>,
    now: Instant,
) -> Result<Values, String> {
    let (source, values, page) = (Arc::clone(source), first.values.clone(), Arc::clone(page));
    let read = tokio::task::spawn_blocking(move || {
        listing::first::read(&page.bytes, &values, &context(&source, &page, now))
    });
    match read.await {
        Ok(read) => read.map_err(|why| why.to_string()),
        Err(_panic) => Err("reading it failed; please report this".to_owned()),
    }
}

fn context<'c>(source: &'c Source, page: &'c Page, now: Instant) -> Context<'c> {
    Context {
        base: Some(&page.url),
        now,
        zone: source.zone,
        content_type: page.content_type.as_deref(),
        charset: source.charset.as_deref(),
    }
}

/// Whoever asked for a feed and got a page is told which feed the page names.
fn named_feed(form: &Form, page: &Page) -> Option<String> {
    if !matches!(form, Form::Feed) {
        return None;
    }
    let decoded = charset::decode(&page.bytes, page.content_type.as_deref(), None);
    listing::alternate::feeds(&decoded.text, &page.url).into_iter().next().map(String::from)
}

fn parse(
    source: &Source,
    form: &Form,
    page: &Page,
    now: Instant,
) -> Result<(Listing, Vec<Url>), listing::Error> {
    let context = context(source, page, now);
    let listing = match form {
        Form::Feed => listing::feed::read(&page.bytes, &context)?,
        Form::Api(plan) => listing::api::read(&page.bytes, plan, &context)?,
        Form::Page(plan) => listing::page::read(&page.bytes, plan, &context)?,
        Form::Sitemap(plan) => {
            let sitemap = listing::sitemap::read(&page.bytes, plan, &context)?;
            return Ok((sitemap.listing, sitemap.children));
        }
    };
    Ok((listing, Vec::new()))
}
