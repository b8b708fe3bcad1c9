//! `finews fetch https://…`: one address to a feed on stdout, without any set-up.

use std::sync::Arc;

use anyhow::anyhow;
use url::Url;

use super::args::{Address, Args, Fetch, Form};
use super::exit::{Exit, Private, Usage};
use super::{out, setup};
use crate::config::{self, Outside, Settings, Source};
use crate::edition;
use crate::identity;
use crate::model::{Entry, Listing, Original};
use crate::publish::{self, Format, SourceNote};
use crate::refresh::{self, Gathered, Maker, Ruled, SeenArticle, World};

/// What stands where there are no settings.
const BARE: &str = "[site]\ntitle = \"finews\"\nurl = \"http://localhost:8080/\"\n";

pub(super) async fn run(args: &Args, own: &Fetch, address: &str) -> anyhow::Result<Exit> {
    let settings = Arc::new(settings_if_any(args)?);
    let world = setup::world(&settings, "localhost,2026", None)?;
    let source = source(&settings, address, &own.address)?;
    let (gathered, source) = discovered(&world, source).await?;
    let listing = listing(gathered)?;
    let mut items = Vec::new();
    let most = own.address.limit.unwrap_or(usize::MAX);
    for (key, entry) in identity::keyed(listing.entries).0.into_iter().take(most) {
        let made = made(&world, &source, "main", key, entry).await?.1;
        items.extend(made.map(|ruled| ruled.item));
    }
    let note = SourceNote {
        title: listing.title.unwrap_or_else(|| source.id.to_string()),
        feed: Some(address.to_owned()),
        home: listing.home,
    };
    let format = match own.format {
        Form::Rss => Format::Rss,
        Form::Atom => Format::Atom,
        Form::Json => Format::Json,
        Form::Markdown => Format::Markdown,
        Form::Html => Format::Html,
    };
    let mut site = edition::site(&settings, &world.authority);
    if let Some(language) = listing.language {
        site.language = language;
    }
    out::bytes(&publish::document(&site, &note, &items, format))?;
    Ok(Exit::Well)
}

/// The settings where there are some; an address needs none.
pub(super) fn settings_if_any(args: &Args) -> anyhow::Result<Settings> {
    if args.config.is_some() || setup::config(args).exists() {
        return setup::settings(args);
    }
    Ok(config::parse(BARE, &Outside::NOTHING)?)
}

/// A source for an address of the command line.
pub(super) fn source(
    settings: &Settings,
    address: &str,
    own: &Address,
) -> anyhow::Result<Arc<Source>> {
    let url = Url::parse(address)
        .map_err(|why| Usage(format!("`{address}` is no web address: {why}")))?;
    let mut source = config::source_for(&url, settings.site.zone);
    source.full_text = own.full_text;
    source.access.allow_private.clone_from(&own.allow_private);
    source.access.render = own.render;
    if own.render && settings.render.is_none() {
        let hint = "name a browser in the settings: [render] endpoint = \"http://127.0.0.1:9222\"";
        return Err(Usage(format!("there is no browser for `--render`\nhint: {hint}")).into());
    }
    Ok(Arc::new(source))
}

/// The lists of a source, and of the feed that its page names where the page itself is none.
async fn discovered(
    world: &World,
    source: Arc<Source>,
) -> anyhow::Result<(Vec<Gathered>, Arc<Source>)> {
    let gathered = refresh::gather(world, None, &source, setup::now()).await?;
    let Some(feed) = gathered.iter().find_map(|one| one.names_feed.clone()) else {
        return Ok((gathered, source));
    };
    out::note(format!("the page names a feed: {feed}"));
    let url = Url::parse(&feed)?;
    let mut other = config::source_for(&url, source.zone);
    other.full_text = source.full_text;
    other.access = source.access.clone();
    let other = Arc::new(other);
    Ok((refresh::gather(world, None, &other, setup::now()).await?, other))
}

fn listing(gathered: Vec<Gathered>) -> anyhow::Result<Listing> {
    let mut errors = Vec::new();
    let blocked = gathered.iter().any(|one| one.blocked);
    for one in gathered {
        match (one.listing, one.error) {
            (Some(listing), _) => return Ok(listing),
            (None, error) => errors.extend(error),
        }
    }
    if blocked {
        return Err(Private(errors.join("; ")).into());
    }
    Err(anyhow!("{}", errors.join("; ")))
}

/// An entry's article, and the item of both with what the rules decided of it.
pub(super) async fn made(
    world: &World,
    source: &Arc<Source>,
    list: &str,
    key: String,
    mut entry: Entry,
) -> anyhow::Result<(SeenArticle, Option<Ruled>)> {
    let seen = refresh::article(world, source, &mut entry, setup::now()).await;
    let article = seen.outcome.fragment().cloned();
    let list = list.to_owned();
    let originals = vec![Original { list, entry, article }];
    let maker = Maker::new(world, source, setup::now());
    let id = identity::item_id(&source.id, &key);
    Ok((seen, maker.ruled(id, setup::now(), &originals)))
}
