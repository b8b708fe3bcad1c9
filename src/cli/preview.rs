//! `finews preview`: what each stage makes of a source or an address; nothing is kept.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::{Value, json};

use super::args::{Args, Preview};
use super::exit::{Exit, Usage};
use super::reroute::with_rules;
use super::story::{self, Shelf};
use super::{out, setup, single};
use crate::article;
use crate::config::{Settings, Source};
use crate::html;
use crate::identity;
use crate::model::{Entry, Fault, Item, ItemId};
use crate::refresh::{self, ArticleOutcome, Gathered, SeenArticle, World, wish_for};
use crate::route::Decision;

/// Entries that people are shown, unless they ask for more.
const SHOWN: usize = 3;

/// One request for a list.
#[derive(Serialize)]
struct ListStage {
    list: String,
    address: String,
    bytes: usize,
    entries: usize,
    error: Option<String>,
    names_feed: Option<String>,
    title: Option<String>,
    home: Option<String>,
    language: Option<String>,
    ttl: Option<u64>,
    hub: Option<String>,
    faults: Vec<Fault>,
}

/// One entry through all stages.
#[derive(Serialize)]
struct EntryStage {
    list: String,
    key: String,
    id: ItemId,
    entry: Entry,
    article: Value,
    item: Option<Value>,
    /// What it would be one story with, if something is kept already.
    story: Value,
    /// The page as text, for `--explain`.
    #[serde(skip)]
    page: Option<String>,
}

#[derive(Serialize)]
struct Stages {
    source: String,
    lists: Vec<ListStage>,
    entries: Vec<EntryStage>,
    faults: Vec<Fault>,
    /// Whether an article's own address was asked for: then its body is shown whole.
    #[serde(skip)]
    lone: bool,
}

pub(super) async fn run(args: &Args, own: &Preview) -> anyhow::Result<Exit> {
    let (settings, source) = source(args, own)?;
    let world = setup::world(&settings, "localhost,2026", None)?;
    let gathered = refresh::gather(&world, None, &source, setup::now()).await?;
    let as_article = article_instead(&source, &own.source, &gathered);
    let shelf = Shelf::open(&settings, setup::is_address(&own.source)).await?;
    let desk = Desk { world: &world, settings: &settings, shelf: shelf.as_ref() };
    let stages = match as_article {
        Some(entry) => desk.article(&source, entry, gathered).await?,
        None => desk.stages(&source, own, gathered).await?,
    };
    if let Some(shelf) = shelf {
        shelf.close().await;
    }
    let failed = stages.entries.is_empty() && stages.lists.iter().any(|one| one.error.is_some());
    if let Some(file) = &own.explain {
        explain(&stages, file)?;
    }
    if own.json {
        out::json(&stages)?;
    } else {
        show(&stages)?;
    }
    Ok(out::exit(failed))
}

fn source(args: &Args, own: &Preview) -> anyhow::Result<(Arc<Settings>, Arc<Source>)> {
    if setup::is_address(&own.source) {
        let settings = Arc::new(with_rules(single::settings_if_any(args)?, &own.rule)?);
        let source = single::source(&settings, &own.source, &own.address)?;
        return Ok((settings, source));
    }
    let settings = Arc::new(with_rules(setup::settings(args)?, &own.rule)?);
    let source = settings.sources.iter().find(|source| source.id.as_str() == own.source);
    let source = source.ok_or_else(|| Usage(format!("there is no source `{}`", own.source)))?;
    let source = Arc::new(source.clone());
    Ok((settings, source))
}

/// An address that is a page and no feed is previewed as an article.
fn article_instead(source: &Source, address: &str, gathered: &[Gathered]) -> Option<Entry> {
    let page = gathered.iter().all(|one| one.listing.is_none() && one.bytes > 0);
    (page && setup::is_address(address) && !gathered.is_empty() && source.lists.len() == 1)
        .then(|| Entry { link: Some(address.to_owned()), ..Entry::default() })
}

/// What the stages need.
struct Desk<'d> {
    world: &'d World,
    settings: &'d Settings,
    shelf: Option<&'d Shelf>,
}

impl Desk<'_> {
    async fn article(
        &self,
        source: &Arc<Source>,
        entry: Entry,
        gathered: Vec<Gathered>,
    ) -> anyhow::Result<Stages> {
        let mut reader = Source::clone(source);
        reader.full_text = true;
        let reader = Arc::new(reader);
        let key = identity::key(&entry).unwrap_or_default();
        let stage = self.entry(&reader, "article", key, entry).await?;
        let lists = gathered.into_iter().map(list_stage).collect();
        let source = source.id.to_string();
        Ok(Stages { source, lists, entries: vec![stage], faults: Vec::new(), lone: true })
    }

    async fn stages(
        &self,
        source: &Arc<Source>,
        own: &Preview,
        gathered: Vec<Gathered>,
    ) -> anyhow::Result<Stages> {
        let most = own.address.limit.unwrap_or(if own.json { usize::MAX } else { SHOWN });
        let mut entries = Vec::new();
        let mut faults = Vec::new();
        for one in &gathered {
            let Some(listing) = &one.listing else { continue };
            let (keyed, more) = identity::keyed(listing.entries.clone());
            faults.extend(more);
            for (key, entry) in keyed {
                if entries.len() >= most {
                    break;
                }
                entries.push(self.entry(source, &one.list, key, entry).await?);
            }
        }
        let lists = gathered.into_iter().map(list_stage).collect();
        Ok(Stages { source: source.id.to_string(), lists, entries, faults, lone: false })
    }

    async fn entry(
        &self,
        source: &Arc<Source>,
        list: &str,
        key: String,
        entry: Entry,
    ) -> anyhow::Result<EntryStage> {
        let listed = entry.clone();
        let start = Instant::now();
        let (seen, ruled) = single::made(self.world, source, list, key.clone(), entry).await?;
        let id = identity::item_id(&source.id, &key);
        let article = article_stage(&seen, start.elapsed().as_millis());
        let story = match (self.shelf, &ruled) {
            (Some(shelf), Some(ruled)) => shelf.stage(&ruled.item, list).await?,
            _ => Value::Null,
        };
        let item = ruled.map(|ruled| decided(shown(self.settings, &ruled.item), &ruled.decision));
        let (list, page) = (list.to_owned(), seen.page);
        Ok(EntryStage { list, key, id, entry: listed, article, item, story, page })
    }
}

fn list_stage(one: Gathered) -> ListStage {
    let listing = one.listing.unwrap_or_default();
    ListStage {
        list: one.list,
        address: one.address,
        bytes: one.bytes,
        entries: listing.entries.len(),
        error: one.error,
        names_feed: one.names_feed,
        title: listing.title,
        home: listing.home,
        language: listing.language,
        ttl: listing.ttl,
        hub: listing.hub,
        faults: listing.faults,
    }
}

fn article_stage(seen: &SeenArticle, millis: u128) -> Value {
    let mut stage = match &seen.outcome {
        ArticleOutcome::NotWanted => return Value::Null,
        ArticleOutcome::Failed(why) => json!({ "error": why }),
        ArticleOutcome::Here(found) => json!({
            "by": found.by.to_string(),
            "medium": found.medium,
            "about": found.about,
            "base": found.fragment.base,
            "html": found.fragment.html,
            "faults": found.faults,
        }),
    };
    stage["steps"] = json!(seen.trace.steps);
    stage["milliseconds"] = json!(u64::try_from(millis).unwrap_or(u64::MAX));
    stage
}

/// Writes the first page that came, with the blocks that are in its item marked.
fn explain(stages: &Stages, file: &Path) -> anyhow::Result<()> {
    let mut pages = stages.entries.iter().filter_map(|entry| Some((entry, entry.page.as_ref()?)));
    let Some((entry, page)) = pages.next() else {
        out::note("no article's page came: nothing is explained");
        return Ok(());
    };
    // Where the article was refused, the item holds the source's own text: nothing was kept.
    let failed = entry.article["error"].is_string();
    let item = entry.item.as_ref().filter(|_| !failed);
    let text = |name: &str| item.and_then(|item| item[name].as_str()).unwrap_or_default();
    let link = entry.entry.link.as_deref().unwrap_or(&entry.key);
    let document = article::explain(page, link, text("text"));
    std::fs::write(file, document).with_context(|| format!("`{}`", file.display()))
}

/// With what the rules did.
fn decided(mut item: Value, decision: &Decision) -> Value {
    item["rules"] = json!(decision.acts);
    item["withheld"] = json!(decision.withheld);
    item
}

fn shown(settings: &Settings, item: &Item) -> Value {
    let categories: Vec<_> = item
        .categories
        .iter()
        .map(|id| {
            let wish = wish_for(settings, id.clone());
            json!({ "id": id, "title": wish.title, "slug": wish.slug })
        })
        .collect();
    json!({
        "uri": item.uri,
        "link": item.link,
        "title": item.title,
        "published": item.published,
        "updated": item.updated,
        "authors": item.authors,
        "medium": item.medium,
        "language": item.language,
        "labels": item.labels,
        "image": item.image,
        "enclosures": item.enclosures,
        "categories": categories,
        "summary": item.summary,
        "html": item.body.as_str(),
        "text": html::text(item.body.as_str()),
    })
}

fn show(stages: &Stages) -> anyhow::Result<()> {
    for list in &stages.lists {
        let ListStage { list: name, address, bytes, entries, .. } = list;
        match &list.error {
            Some(error) => out::line(format!("list {name}: error: {error}"))?,
            None => out::line(format!("list {name}: {address}: {bytes} bytes, {entries} entries"))?,
        }
        for fault in &list.faults {
            out::line(format!("  fault: {fault}"))?;
        }
    }
    for fault in &stages.faults {
        out::line(format!("fault: {fault}"))?;
    }
    for entry in &stages.entries {
        show_entry(entry, stages.lone)?;
    }
    let total: usize = stages.lists.iter().map(|list| list.entries).sum();
    if total > stages.entries.len() {
        out::note(format!("{} of {total} entries shown (`--limit N`)", stages.entries.len()));
    }
    Ok(())
}

/// Which rule did what, and why the item would not be published.
fn show_rules(item: &Value) -> anyhow::Result<()> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for act in item["rules"].as_array().into_iter().flatten() {
        out::line(format!("  rule:       `{}` {}", text(&act["rule"]), text(&act["what"])))?;
    }
    let withheld = &item["withheld"];
    if withheld.is_null() {
        return Ok(());
    }
    let (kept, rule) = (text(&withheld["kept"]), text(&withheld["rule"]));
    out::line(format!("  published:  no: {kept} by `{rule}`"))
}

fn show_entry(entry: &EntryStage, lone: bool) -> anyhow::Result<()> {
    out::line(format!("\nentry {} (key `{}`)", entry.id, entry.key))?;
    show_article(&entry.article)?;
    let Some(item) = &entry.item else {
        return out::line("  item:       none: neither a title nor a text");
    };
    for name in ["title", "link", "published", "updated", "medium", "language", "summary"] {
        if let Some(text) = item[name].as_str() {
            out::line(format!("  {:<11} {}", format!("{name}:"), html::excerpt(text, 100)))?;
        }
    }
    let categories = item["categories"].as_array().into_iter().flatten();
    let names: Vec<_> = categories
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
            format!("{} (/category/{})", text("title"), text("slug"))
        })
        .collect();
    out::line(format!("  categories: {}", names.join(", ")))?;
    show_rules(item)?;
    story::show(&entry.story, &entry.id)?;
    let text = item["text"].as_str().unwrap_or_default();
    out::line(format!("  text:       {} characters", text.chars().count()))?;
    if lone {
        let markup = item["html"].as_str().unwrap_or_default();
        return out::line(format!("\n{}", html::markdown(&html::clean(markup, None))));
    }
    for line in text.lines().take(4) {
        out::line(format!("    {}", html::excerpt(line, 100)))?;
    }
    Ok(())
}

fn show_article(article: &Value) -> anyhow::Result<()> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if article.is_null() {
        return out::line("  article:    not wanted");
    }
    let error = article["error"].as_str().map(|why| format!("error: {why}"));
    let by = || format!("by {}", text(&article["by"]));
    let millis = &article["milliseconds"];
    out::line(format!("  article:    {} ({millis} ms)", error.unwrap_or_else(by)))?;
    for step in article["steps"].as_array().into_iter().flatten() {
        let why = step["why"].as_str().map(|why| format!(": {why}")).unwrap_or_default();
        let score = step["score"].as_f64().map(|score| format!(", score {score:.2}"));
        out::line(format!(
            "    {:<22} {}{why} ({} characters{}, {:.1} ms)",
            text(&step["name"]),
            text(&step["verdict"]),
            step["characters"],
            score.unwrap_or_default(),
            step["micros"].as_f64().unwrap_or_default() / 1000.0,
        ))?;
    }
    for fault in article["faults"].as_array().into_iter().flatten() {
        out::line(format!("  fault:      {}: {}", text(&fault["place"]), text(&fault["what"])))?;
    }
    Ok(())
}
