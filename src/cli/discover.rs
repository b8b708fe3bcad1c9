//! `finews discover`: the feeds behind an address, or list rules inferred from its page, as a
//! source that can be pasted into the settings.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::args::{Args, Discover};
use super::exit::{Exit, Usage};
use super::{out, setup, single};
use crate::charset;
use crate::config::Settings;
use crate::discover::{self, Candidate, Hint};
use crate::fetch::{Accept, Answer, Request};
use crate::html;
use crate::listing::{self, Context};
use crate::model::{Entry, Instant, Listing, Page, Text};
use crate::refresh::World;

/// Requests of a run besides the one for the address itself.
const MOST_REQUESTS: usize = 10;
/// Sitemaps that are read.
const MOST_SITEMAPS: usize = 2;
/// Entries of a candidate that people are shown.
const SHOWN: usize = 3;

/// A feed that was really read.
#[derive(Clone, Debug, Serialize)]
struct Feed {
    url: String,
    title: Option<String>,
    why: String,
    comments: bool,
    entries: usize,
    newest: Option<Instant>,
    sample: Vec<Entry>,
}

/// A sitemap that was really read: the last resort, since it says little but addresses.
#[derive(Clone, Debug, Serialize)]
struct Sitemap {
    url: String,
    entries: usize,
    children: usize,
    newest: Option<Instant>,
    sample: Vec<Entry>,
}

/// All that was found.
struct Found {
    address: String,
    feeds: Vec<Feed>,
    rules: Vec<Candidate>,
    sitemaps: Vec<Sitemap>,
    notes: Vec<String>,
}

pub(super) async fn run(args: &Args, own: &Discover) -> anyhow::Result<Exit> {
    let settings = Arc::new(single::settings_if_any(args)?);
    let url = Url::parse(&own.url)
        .map_err(|why| Usage(format!("`{}` is no web address: {why}", own.url)))?;
    if own.write && !setup::config(args).exists() {
        let path = setup::shown(&setup::config(args));
        return Err(Usage(format!("there are no settings `{path}` to write to")).into());
    }
    let world = setup::world(&settings, "localhost,2026", None)?;
    let found = found(&world, &settings, own, url).await?;
    let best = best(&found, &settings, own);
    if own.json {
        out::json(&as_json(&found, best.as_deref()))?;
    } else {
        show(&found, settings.site.zone)?;
    }
    let Some(best) = best else {
        out::note("no feed and no list was found");
        return Ok(Exit::SomeFailed);
    };
    if own.write {
        write(args, &best)?;
    } else if !own.json {
        out::line(format!("\n{best}"))?;
    }
    Ok(Exit::Well)
}

/// Asks for the page, for its feeds, and infers rules where there are none.
async fn found(
    world: &World,
    settings: &Settings,
    own: &Discover,
    url: Url,
) -> anyhow::Result<Found> {
    let page = fetch(world, own, &url, Accept::Page).await?;
    let text = charset::decode(&page.bytes, page.content_type.as_deref(), None);
    let text = text.text.into_owned();
    let mut found = Found {
        address: page.url.to_string(),
        feeds: Vec::new(),
        rules: Vec::new(),
        sitemaps: Vec::new(),
        notes: Vec::new(),
    };
    let itself = Hint { url: page.url.clone(), why: "the address itself".into(), comments: false };
    if let Some(feed) = read(&page, settings, itself) {
        found.feeds.push(feed);
        return Ok(found);
    }
    if !text.trim_start().starts_with(['{', '[']) {
        feeds(world, settings, own, &page, &text, &mut found).await;
    }
    if found.feeds.is_empty() || own.rules {
        let (zone, now, at) = (settings.site.zone, setup::now(), page.url.clone());
        let rules =
            tokio::task::spawn_blocking(move || discover::rules(&text, &at, now, zone)).await;
        found.rules = rules.context("inferring rules failed; please report this")?;
    }
    if found.feeds.is_empty() && found.rules.is_empty() {
        found.sitemaps = sitemaps(world, settings, own, &page.url).await;
    }
    Ok(found)
}

/// Tries the hints of the page, and the usual places where none of them is a feed.
async fn feeds(
    world: &World,
    settings: &Settings,
    own: &Discover,
    page: &Page,
    text: &str,
    found: &mut Found,
) {
    let hints = discover::hints(text, &page.url);
    let usual = discover::well_known(&page.url, &hints);
    let named = hints.len();
    for (count, hint) in hints.into_iter().chain(usual).take(MOST_REQUESTS).enumerate() {
        let comments_only = found.feeds.iter().all(|feed| feed.comments);
        if count >= named && !comments_only {
            break;
        }
        let answer = fetch(world, own, &hint.url, Accept::Feed).await;
        match answer {
            Ok(page) => {
                let known = |feed: &Feed| found.feeds.iter().any(|other| other.url == feed.url);
                let feed = read(&page, settings, hint).filter(|feed| !known(feed));
                found.feeds.extend(feed);
            }
            Err(why) if count < named => found.notes.push(format!("{why:#}")),
            Err(_) => {}
        }
    }
    found.feeds.sort_by_key(|feed| feed.comments);
}

/// The sitemaps that `robots.txt` names, or the usual one.
async fn sitemaps(world: &World, settings: &Settings, own: &Discover, url: &Url) -> Vec<Sitemap> {
    let mut found = Vec::new();
    let Ok(robots) = url.join("/robots.txt") else { return found };
    let robots = match fetch(world, own, &robots, Accept::Page).await {
        Ok(page) => String::from_utf8_lossy(&page.bytes).into_owned(),
        Err(_) => String::new(),
    };
    for url in discover::sitemaps(&robots, url).into_iter().take(MOST_SITEMAPS) {
        let Ok(page) = fetch(world, own, &url, Accept::Feed).await else { continue };
        let plan = listing::sitemap::Plan::default();
        let context = context(&page, settings);
        let Ok(read) = listing::sitemap::read(&page.bytes, &plan, &context) else { continue };
        let entries = read.listing.entries;
        if entries.is_empty() && read.children.is_empty() {
            continue;
        }
        found.push(Sitemap {
            url: crate::fetch::shown(&page.url),
            entries: entries.len(),
            children: read.children.len(),
            newest: newest(&entries),
            sample: entries.into_iter().take(SHOWN).collect(),
        });
    }
    found
}

async fn fetch(world: &World, own: &Discover, url: &Url, accept: Accept) -> anyhow::Result<Page> {
    let request =
        Request { allow_private: own.allow_private.clone(), ..Request::get(url.clone(), accept) };
    let shown = crate::fetch::shown(url);
    match world.fetcher.fetch(&request).await.with_context(|| format!("`{shown}`"))? {
        Answer::Fresh { page, .. } => Ok(page),
        Answer::Unchanged { .. } => anyhow::bail!("`{shown}`: nothing came"),
    }
}

/// The feed in an answer; a page that a redirect led to is none.
fn read(page: &Page, settings: &Settings, hint: Hint) -> Option<Feed> {
    let context = context(page, settings);
    let Listing { title, entries, .. } = listing::feed::read(&page.bytes, &context).ok()?;
    let newest = newest(&entries);
    let count = entries.len();
    let comments = hint.comments || title.as_deref().is_some_and(is_comments);
    let sample = entries.into_iter().take(SHOWN).collect();
    let url = crate::fetch::shown(&page.url);
    Some(Feed { url, title, why: hint.why, comments, entries: count, newest, sample })
}

fn context<'p>(page: &'p Page, settings: &Settings) -> Context<'p> {
    Context {
        base: Some(&page.url),
        now: setup::now(),
        zone: settings.site.zone,
        content_type: page.content_type.as_deref(),
        charset: None,
    }
}

fn newest(entries: &[Entry]) -> Option<Instant> {
    entries.iter().filter_map(|entry| entry.published.or(entry.updated)).max()
}

fn is_comments(title: &str) -> bool {
    let title = title.to_lowercase();
    title.starts_with("comments ") || title.contains("的评论")
}

/// The best candidate as a source with a free id; rules before feeds where they were asked for.
fn best(found: &Found, settings: &Settings, own: &Discover) -> Option<String> {
    let url = Url::parse(&found.address).ok()?;
    let id = own.id.clone().unwrap_or_else(|| {
        let taken = |id: &str| settings.sources.iter().any(|one| one.id.as_str() == id);
        discover::free_id(&url, taken)
    });
    let rules = || found.rules.first().map(|one| one.rules.toml(&id, &found.address));
    let feed = || found.feeds.first().map(|feed| discover::feed_toml(&id, &feed.url));
    let sitemap = || found.sitemaps.first().map(|one| discover::sitemap_toml(&id, &one.url));
    let best = if own.rules { rules().or_else(feed) } else { feed().or_else(rules) };
    best.or_else(sitemap)
}

fn write(args: &Args, source: &str) -> anyhow::Result<()> {
    append(args, source)?;
    out::line(source)?;
    out::note(format!("written to `{}`", setup::shown(&setup::config(args))));
    Ok(())
}

/// Appends sources to the settings, which stay as they are to the last byte and must still hold.
pub(super) fn append(args: &Args, source: &str) -> anyhow::Result<()> {
    let path = setup::shown(&setup::config(args));
    let old = std::fs::read_to_string(setup::config(args))
        .map_err(|why| Usage(format!("cannot read the settings `{path}`: {why}")))?;
    let gap = match old.as_str() {
        "" => "",
        old if old.ends_with("\n\n") => "",
        old if old.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let more = format!("{gap}{source}");
    setup::parsed(args, &format!("{old}{more}"), &path)
        .with_context(|| format!("nothing is written to `{path}`: with what is new"))?;
    let mut file = std::fs::OpenOptions::new().append(true).open(setup::config(args))?;
    file.write_all(more.as_bytes()).with_context(|| format!("cannot write to `{path}`"))?;
    Ok(file.sync_all()?)
}

fn as_json(found: &Found, best: Option<&str>) -> Value {
    json!({
        "address": found.address,
        "feeds": found.feeds,
        "rules": found.rules,
        "sitemaps": found.sitemaps,
        "notes": found.notes,
        "source": best,
    })
}

fn show(found: &Found, zone: Tz) -> anyhow::Result<()> {
    for note in &found.notes {
        out::note(format!("note: {note}"));
    }
    for (place, feed) in found.feeds.iter().enumerate() {
        let newest = feed.newest.map_or_else(|| "no dates".to_owned(), |date| day(date, zone));
        let kind = if feed.comments { "comment feed" } else { "feed" };
        out::line(format!("{}. {kind} {}", place + 1, feed.url))?;
        out::line(format!("   {}: {} entries, newest {newest}", feed.why, feed.entries))?;
        entries(&feed.sample, zone)?;
    }
    for (place, one) in found.rules.iter().enumerate() {
        let Candidate { rules, score, evidence, count, sample } = one;
        out::line(format!(
            "{}. list of {count} at `{}`, score {score:.1}",
            place + 1,
            rules.items
        ))?;
        out::line(format!("   {}", evidence.join("; ")))?;
        entries(sample, zone)?;
    }
    for Sitemap { url, entries: count, children, sample, .. } in &found.sitemaps {
        out::line(format!("sitemap {url}: {count} addresses, {children} further sitemaps"))?;
        entries(sample, zone)?;
    }
    Ok(())
}

fn entries(sample: &[Entry], zone: Tz) -> anyhow::Result<()> {
    for entry in sample.iter().take(SHOWN) {
        let title = match &entry.title {
            Some(Text::Html(markup)) => html::line(markup),
            Some(Text::Plain(plain)) => plain.clone(),
            None => String::new(),
        };
        let date = entry.published.or(entry.updated);
        let date = date.map_or_else(|| "          ".to_owned(), |date| day(date, zone));
        let link = entry.link.as_deref().unwrap_or_default();
        out::line(format!("     {date}  {}  {link}", html::excerpt(&title, 60)))?;
    }
    Ok(())
}

fn day(date: Instant, zone: Tz) -> String {
    date.with_timezone(&zone).format("%Y-%m-%d").to_string()
}
