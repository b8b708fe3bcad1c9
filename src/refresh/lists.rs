//! The first half of a journey: a source's addresses to its lists, page by page.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use url::Url;

use super::World;
use crate::charset;
use crate::config::{Form, List, Pages, Source};
use crate::fetch::{Accept, Answer, Error, Method, Request};
use crate::identity;
use crate::listing::{self, Context};
use crate::model::{Instant, Listing, Page, Validators};
use crate::store::{self, Given, Store};

/// What one request for a list brought.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Name of the list.
    pub list: String,
    /// The address asked for, without credentials.
    pub address: String,
    /// The list, if it came and could be read.
    pub listing: Option<Listing>,
    /// Whether the server said that nothing is new.
    pub unchanged: bool,
    /// What went wrong, in a line.
    pub error: Option<String>,
    /// How long the server asked to be left alone after a refusal.
    pub retry_after: Option<Duration>,
    /// How long the list wishes to be left alone.
    pub wish: Option<Duration>,
    /// Its validators, if it could be read.
    pub given: Option<Given>,
    /// Bytes of the answer.
    pub bytes: usize,
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
    let mut all = Vec::new();
    for list in &source.lists {
        for index in 0..list.urls.len() {
            pages(world, store, source, list, index, now, &mut all).await?;
        }
    }
    Ok(all)
}

async fn pages(
    world: &World,
    store: Option<&Store>,
    source: &Arc<Source>,
    list: &List,
    index: usize,
    now: Instant,
    all: &mut Vec<Gathered>,
) -> Result<(), store::Error> {
    let (first, step, most) = match list.pages {
        Pages::One => (1, 1, 1),
        Pages::Numbered { first, step, most } => (first, step, most),
        Pages::Cursor { most } => (1, 1, most),
    };
    let mut cursor = String::new();
    for turn in 0..most {
        let number = first + turn * step;
        let one = page(world, store, source, list, index, number, &cursor, now).await?;
        let past_the_end = turn > 0 && one.error.is_some() && one.retry_after.is_none();
        let next = one.listing.as_ref().and_then(|listing| listing.cursor.clone());
        let more = goes_on(store, source, &one).await?;
        // Some lists answer with an error behind their last page: that is their end, no fault.
        if !(past_the_end && one.bytes > 0) {
            all.push(one);
        }
        let paged = match list.pages {
            Pages::Cursor { .. } => next.as_ref().is_some_and(|next| *next != cursor),
            _ => true,
        };
        if !more || !paged || world.stopping() {
            break;
        }
        cursor = next.unwrap_or_default();
    }
    Ok(())
}

/// Whether a page gives reason to ask for the next one.
async fn goes_on(
    store: Option<&Store>,
    source: &Source,
    one: &Gathered,
) -> Result<bool, store::Error> {
    let Some(listing) = one.listing.as_ref().filter(|listing| !listing.entries.is_empty()) else {
        return Ok(false);
    };
    let Some(store) = store else { return Ok(true) };
    let keys: Vec<_> = listing.entries.iter().filter_map(identity::key).collect();
    let known = store.known(&source.id, keys.iter().map(String::as_str)).await?;
    Ok(keys.iter().any(|key| {
        !known.get(key).is_some_and(|item| item.lists.iter().any(|(list, _)| *list == one.list))
    }))
}

#[expect(clippy::too_many_arguments, reason = "the place of a page in a list in a source")]
async fn page(
    world: &World,
    store: Option<&Store>,
    source: &Arc<Source>,
    list: &List,
    index: usize,
    number: u64,
    cursor: &str,
    now: Instant,
) -> Result<Gathered, store::Error> {
    let mut one = Gathered { list: list.name.clone(), ..Gathered::default() };
    let mut request = match request(source, list, index, number, cursor, now) {
        Ok(request) => request,
        Err(why) => return Ok(Gathered { error: Some(why), ..one }),
    };
    one.address = crate::fetch::shown(&request.url);
    let asked = asked(&request);
    if let Some(store) = store {
        let (validators, by) = store.validators(&source.id, &one.address, &asked).await?;
        request.validators = validators;
        request.validated = by.and_then(|by| Url::parse(&by).ok());
    }
    match world.fetcher.fetch(&request).await {
        Ok(Answer::Unchanged { validators, wait }) => {
            one.unchanged = true;
            one.wish = wait.max_age;
            let by = request.validated.as_ref().unwrap_or(&request.url);
            one.given = Some(given(&one, asked, by, merged(validators, request.validators)));
        }
        Ok(Answer::Fresh { page, validators, wait }) => {
            one.bytes = page.bytes.len();
            one.given = Some(given(&one, asked, &page.url, validators));
            one.wish = wait.max_age;
            read(&mut one, source, list, page, now).await;
        }
        Err(why) => refused(&mut one, &why),
    }
    Ok(one)
}

/// Reads a page off the runtime's threads; what cannot be read leaves no validators behind.
async fn read(one: &mut Gathered, source: &Arc<Source>, list: &List, page: Page, now: Instant) {
    let (source, form) = (Arc::clone(source), list.form.clone());
    let read = tokio::task::spawn_blocking(move || {
        let read = parse(&source, &form, &page, now);
        let named = if read.is_err() { named_feed(&form, &page) } else { None };
        read.map_err(|why| (why, named))
    });
    match read.await {
        Ok(Ok(listing)) => {
            let ttl = listing.ttl.map(Duration::from_secs);
            one.wish = one.wish.max(ttl);
            one.listing = Some(listing);
        }
        Ok(Err((why, named))) => {
            let hint = named.as_ref().map(|feed| format!(" (the page names the feed `{feed}`)"));
            one.error = Some(format!("`{}`: {why}{}", one.address, hint.unwrap_or_default()));
            one.names_feed = named;
            one.given = None;
        }
        Err(_panic) => {
            one.error = Some(format!("`{}`: reading it failed; please report this", one.address));
            one.given = None;
        }
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
) -> Result<Listing, listing::Error> {
    let context = Context {
        base: Some(&page.url),
        now,
        zone: source.zone,
        content_type: page.content_type.as_deref(),
        charset: source.charset.as_deref(),
    };
    match form {
        Form::Feed => listing::feed::read(&page.bytes, &context),
        Form::Api(plan) => listing::api::read(&page.bytes, plan, &context),
        Form::Page(plan) => listing::page::read(&page.bytes, plan, &context),
    }
}

fn refused(one: &mut Gathered, why: &Error) {
    one.retry_after = why.retry_after();
    one.error = Some(format!("`{}`: {}", one.address, chain(why)));
}

/// An error with its causes in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
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

fn request(
    source: &Source,
    list: &List,
    index: usize,
    number: u64,
    cursor: &str,
    now: Instant,
) -> Result<Request, String> {
    let know = |name: &str| match name {
        "page" => Some(number.to_string()),
        "cursor" => Some(cursor.to_owned()),
        "now" => Some(now.timestamp_millis().to_string()),
        _ => None,
    };
    let template = list.urls.get(index).ok_or_else(|| "no address".to_owned())?;
    let address = template.fill_url(know).map_err(|name| format!("`{{{name}}}` is not known"))?;
    let url = Url::parse(&address).map_err(|why| format!("`{address}`: {why}"))?;
    let body = list.body.as_ref().map(|body| body.fill(know)).transpose();
    let body = body.map_err(|name| format!("`{{{name}}}` is not known"))?;
    let accept = match list.form {
        Form::Feed => Accept::Feed,
        Form::Api(_) => Accept::Json,
        Form::Page(_) => Accept::Page,
    };
    let mut headers = source.access.headers.clone();
    headers.extend(list.headers.iter().cloned());
    Ok(Request {
        method: if body.is_some() { Method::Post } else { Method::Get },
        headers,
        body,
        allow_private: source.access.allow_private.clone(),
        ..Request::get(url, accept)
    })
}

/// The print of a request: whatever changes what the server is asked.
fn asked(request: &Request) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(request.url.as_str());
    for (name, value) in &request.headers {
        hash.update([0]);
        hash.update(name.to_ascii_lowercase());
        hash.update([1]);
        hash.update(value);
    }
    hash.update([2]);
    hash.update(request.body.as_deref().unwrap_or_default());
    let mut print = [0; 16];
    print.copy_from_slice(&hash.finalize()[..16]);
    print
}

fn given(one: &Gathered, asked: [u8; 16], by: &Url, validators: Validators) -> Given {
    let given_by = Some(by.to_string());
    Given { address: one.address.clone(), asked, given_by, validators }
}

/// A 304 changes only the validators that it carries.
fn merged(new: Validators, old: Validators) -> Validators {
    Validators {
        etag: new.etag.or(old.etag),
        last_modified: new.last_modified.or(old.last_modified),
    }
}

/// The address of a feed that readers may be told, without credentials.
pub(super) fn public_address(source: &Source) -> Option<String> {
    let list = source.lists.iter().find(|list| matches!(list.form, Form::Feed))?;
    let address = list.urls.first()?.fill(|_| Some(String::new())).ok()?;
    let mut url = Url::parse(&address).ok()?;
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some(url.to_string())
}
