//! `finews import FILE.opml` and `finews export opml`: subscriptions of other readers to sources of
//! the settings, and back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;
use url::Url;

use super::args::{Args, Export, Import};
use super::exit::{Exit, Usage};
use super::{discover as finds, out, setup, single};
use crate::charset;
use crate::config::{Form, Settings, Source};
use crate::discover;
use crate::listing::opml::{self, Subscription};
use crate::model::SourceId;
use crate::publish;
use crate::store::Store;
use crate::template::Template;

/// The largest list that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// What became of a list.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    /// Sources that are new, by their ids.
    new: Vec<String>,
    /// Categories that are new.
    categories: Vec<String>,
    /// Addresses that are sources already, or stand in the list twice.
    known: Vec<String>,
    /// What cannot be a source, with the reason.
    refused: Vec<(String, String)>,
    /// The piece of settings.
    settings: String,
}

pub(super) fn import(args: &Args, own: &Import, path: &Path) -> anyhow::Result<Exit> {
    let settings = single::settings_if_any(args)?;
    let bytes = read(path)?;
    let text = charset::decode(&bytes, None, None).text;
    let Some(list) = opml::read(&text) else {
        return Err(Usage(format!("`{}` is no OPML", path.display())).into());
    };
    let mut outcome = Outcome::default();
    if list.is_cut {
        out::note(format!("only the first {} feeds are read", list.feeds.len()));
    }
    outcome.settings = piece(&settings, &list.feeds, &mut outcome);
    if own.write && !outcome.new.is_empty() {
        finds::append(args, &outcome.settings)?;
    }
    if own.json {
        out::json(&outcome)?;
    } else if !own.write && !outcome.settings.is_empty() {
        out::bytes(outcome.settings.as_bytes())?;
    }
    for (what, why) in &outcome.refused {
        out::note(format!("`{what}`: {why}"));
    }
    let (new, known) = (outcome.new.len(), outcome.known.len());
    let place = if own.write { "written to the settings" } else { "`--write` adds them" };
    let new = out::count(new, "new source", "new sources");
    out::note(format!("{new} ({place}), {known} known"));
    Ok(if outcome.refused.is_empty() { Exit::Well } else { Exit::SomeFailed })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let name = path.display();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path);
        let file = file.map_err(|why| Usage(format!("cannot read `{name}`: {why}")))?;
        file.take(LARGEST + 1).read_to_end(&mut bytes).with_context(|| format!("`{name}`"))?;
    }
    if bytes.len() as u64 > LARGEST {
        return Err(Usage(format!("`{name}` is larger than {} MiB", LARGEST >> 20)).into());
    }
    Ok(bytes)
}

/// A source to be.
struct Wish<'l> {
    id: String,
    feed: &'l Subscription,
    groups: BTreeSet<String>,
}

/// The piece of settings with what is new.
fn piece(settings: &Settings, feeds: &[Subscription], outcome: &mut Outcome) -> String {
    let mut ids: BTreeSet<String> =
        settings.sources.iter().map(|source| source.id.to_string()).collect();
    let known: BTreeSet<String> = settings.sources.iter().flat_map(addresses).collect();
    let mut wishes: Vec<Wish<'_>> = Vec::new();
    let mut places = BTreeMap::<String, usize>::new();
    for feed in feeds {
        let url = match address(&feed.url) {
            Ok(url) => url,
            Err(why) => {
                outcome.refused.push((feed.url.clone(), why));
                continue;
            }
        };
        let groups = feed.groups.iter().map(|group| name(group)).filter(|name| !name.is_empty());
        let place = bare(&url);
        if known.contains(&place) {
            outcome.known.push(feed.url.clone());
        } else if let Some(wish) = places.get(&place).and_then(|at| wishes.get_mut(*at)) {
            wish.groups.extend(groups);
            outcome.known.push(feed.url.clone());
        } else {
            let id = discover::free_id(&url, |id| ids.contains(id));
            ids.insert(id.clone());
            places.insert(place, wishes.len());
            wishes.push(Wish { id, feed, groups: groups.collect() });
        }
    }
    outcome.new = wishes.iter().map(|wish| wish.id.clone()).collect();
    write(settings, &wishes, outcome)
}

/// The addresses that a source is asked at, where they are no templates.
fn addresses(source: &Source) -> Vec<String> {
    let urls = source.lists.iter().flat_map(|list| &list.urls);
    urls.filter_map(literal).filter_map(|url| Some(bare(&address(&url).ok()?))).collect()
}

/// What a template says that has no places.
fn literal(template: &Template) -> Option<String> {
    template.fill(|_| None).ok()
}

/// A feed's address as readers write it: `feed:` stands for `http:`, or before another one.
fn address(text: &str) -> Result<Url, String> {
    let bare = text.strip_prefix("feed:").unwrap_or(text);
    let whole = if bare.starts_with("//") { format!("http:{bare}") } else { bare.to_owned() };
    let url = Url::parse(&whole).map_err(|why| format!("no web address: {why}"))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        other => Err(format!("`{other}` is not asked")),
    }
}

/// An address without credentials, which do not make it another one.
fn bare(url: &Url) -> String {
    let mut bare = url.clone();
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    // As it is written in the settings, where `$` would be a place.
    bare.to_string().replace('$', "%24")
}

/// A group's name as a category's: without what would be a place to fill in.
fn name(group: &str) -> String {
    let plain: String = group.chars().filter(|c| !matches!(c, '{' | '}' | '$')).collect();
    plain.trim().to_owned()
}

fn write(settings: &Settings, wishes: &[Wish<'_>], outcome: &mut Outcome) -> String {
    let named = |name: &str| {
        let named = settings.categories.iter().find(|one| {
            one.id.as_str() == name || one.title == name || one.aliases.iter().any(|it| it == name)
        });
        named.map(|one| one.id.to_string())
    };
    let mut text = String::new();
    let all: BTreeSet<&String> = wishes.iter().flat_map(|wish| &wish.groups).collect();
    for group in all {
        if named(group).is_none() {
            let _ = write!(text, "[[category]]\nid = {}\n\n", discover::quoted(group));
            outcome.categories.push(group.clone());
        }
    }
    for Wish { id, feed, groups } in wishes {
        let url = address(&feed.url).map_or_else(|_| feed.url.clone(), |url| url.to_string());
        text.push_str(&discover::feed_toml(id, &url));
        let title = feed.title.replace("${", "$ {");
        let _ = writeln!(text, "title = {}", discover::quoted(&title));
        let home = feed.home.as_deref().filter(|home| address(home).is_ok());
        if let Some(home) = home {
            let _ = writeln!(text, "home = {}", discover::quoted(&home.replace('$', "%24")));
        }
        let groups = groups.iter().map(|group| named(group).unwrap_or_else(|| group.clone()));
        let groups: BTreeSet<String> = groups.collect();
        let groups: Vec<String> = groups.iter().map(|group| discover::quoted(group)).collect();
        if !groups.is_empty() {
            let _ = writeln!(text, "categories = [{}]", groups.join(", "));
        }
        text.push('\n');
    }
    text
}

pub(super) async fn export(args: &Args, own: &Export) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let moved = moved(&settings).await?;
    let feeds: Vec<publish::Subscription> =
        settings.sources.iter().flat_map(|source| subscriptions(source, &moved)).collect();
    let title = |id: &str| {
        let known = settings.categories.iter().find(|one| one.id.as_str() == id);
        known.map_or_else(|| id.to_owned(), |one| one.id.to_string())
    };
    let feeds = feeds.into_iter().map(|mut feed| {
        feed.groups = feed.groups.iter().map(|group| title(group)).collect();
        feed
    });
    let feeds: Vec<_> = feeds.collect();
    let bytes = publish::subscriptions(&settings.site.title, &feeds);
    match &own.dir {
        Some(path) if path.as_os_str() != "-" => {
            std::fs::write(path, &bytes)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
            let feeds = out::count(feeds.len(), "feed", "feeds");
            out::note(format!("`{}`: {feeds}", path.display()));
        }
        _ => out::bytes(&bytes)?,
    }
    Ok(Exit::Well)
}

/// Where sources moved for good.
async fn moved(settings: &Settings) -> anyhow::Result<BTreeMap<SourceId, String>> {
    if !settings.store.exists() {
        return Ok(BTreeMap::new());
    }
    let store = Store::open(&settings.store).await?;
    let health = store.health().await?;
    store.close().await;
    Ok(health.into_iter().filter_map(|one| Some((one.source, one.moved_to?))).collect())
}

/// A source's feeds; lists that are no feeds mean nothing to other readers.
fn subscriptions(
    source: &Source,
    moved: &BTreeMap<SourceId, String>,
) -> Vec<publish::Subscription> {
    let feeds = source.lists.iter().filter(|list| matches!(list.form, Form::Feed));
    let urls: Vec<String> = feeds.flat_map(|list| &list.urls).filter_map(literal).collect();
    let urls = match moved.get(&source.id) {
        Some(now) if urls.len() == 1 => vec![now.clone()],
        _ => urls,
    };
    let fixed = source.categories.iter().filter_map(literal);
    let groups: Vec<String> = fixed.collect();
    let one = |url: String| publish::Subscription {
        title: source.title.clone().unwrap_or_else(|| source.id.to_string()),
        url,
        home: source.home.as_ref().map(Url::to_string),
        groups: groups.clone(),
    };
    urls.into_iter().map(one).collect()
}
