//! `finews subscribers`: who may read private categories, and at which addresses.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use serde_json::{Value, json};

use super::args::{Admit, Args, Dismiss, Subscribers, SubscribersVerb};
use super::exit::{Exit, Usage};
use super::{out, setup, until};
use crate::config::Settings;
use crate::model::{CategoryId, Instant};
use crate::pass::{self, Key};
use crate::store::{Store, Subscriber};

/// The endings of a subscriber's addresses, the first of them for readers.
const ENDINGS: [&str; 4] = ["atom", "rss", "json", "html"];

pub(super) async fn run(args: &Args, own: &Subscribers) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    match &own.verb {
        Some(SubscribersVerb::Add(own)) => {
            let store = Store::open(&settings.store).await?;
            add(&store, &settings, own).await?;
            store.close().await;
        }
        Some(SubscribersVerb::Revoke(own)) => {
            let store = setup::look(&settings).await?;
            revoke(&store, own).await?;
            store.close().await;
        }
        None => {
            let store = setup::look(&settings).await?;
            list(&store, &settings, own).await?;
            store.close().await;
        }
    }
    Ok(Exit::Well)
}

/// Where the key is that addresses are signed with: beside the database, and in no backup of it.
pub(super) fn place(database: &Path) -> PathBuf {
    database.with_extension("key")
}

/// The key, if there is one.
pub(super) fn key(database: &Path) -> anyhow::Result<Option<Key>> {
    let path = place(database);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(why).with_context(|| format!("cannot read `{}`", path.display())),
    };
    let key = Key::read(&text);
    key.map(Some).ok_or_else(|| anyhow!("`{}` holds no key", path.display()))
}

/// The key, drawn by lot where there is none yet; nobody else on this machine may read it.
fn key_or_new(database: &Path) -> anyhow::Result<Key> {
    if let Some(key) = key(database)? {
        return Ok(key);
    }
    let mut bytes = [0; 32];
    lot(&mut bytes)?;
    let (key, path) = (Key::new(bytes), place(database));
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(&path);
    let mut file = file.with_context(|| format!("cannot write `{}`", path.display()))?;
    file.write_all(key.text().as_bytes())?;
    file.sync_all()?;
    out::note(format!("new key in `{}`: keep a copy, no backup has it", path.display()));
    Ok(key)
}

fn lot(bytes: &mut [u8]) -> anyhow::Result<()> {
    getrandom::fill(bytes).map_err(|why| anyhow!("the system has no randomness to give: {why}"))
}

async fn add(store: &Store, settings: &Settings, own: &Admit) -> anyhow::Result<()> {
    let now = setup::now();
    let until = own.expire.as_deref().map(|text| until::read(text, now, settings.site.zone));
    let until = until.transpose()?;
    let name = own.name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Usage("a subscriber needs a name".to_owned()).into());
    }
    let known = store.subscribers().await?;
    for id in &own.category {
        vet(settings, id)?;
        let has = |one: &&Subscriber| one.name == name && one.category.as_str() == id;
        if known.iter().filter(has).any(|one| one.is_good(now)) {
            let hint = format!("`finews subscribers revoke {name} --category {id}` ends it");
            let what = format!("`{name}` has an address for `{id}` already\nhint: {hint}");
            return Err(Usage(what).into());
        }
    }
    let key = key_or_new(&settings.store)?;
    let mut rows = Vec::new();
    for id in &own.category {
        let mut bytes = [0; pass::CODE];
        lot(&mut bytes)?;
        let subscriber = Subscriber {
            code: pass::code(bytes),
            name: name.to_owned(),
            category: CategoryId::new(id),
            since: now,
            until,
            revoked: None,
        };
        store.admit(&subscriber).await?;
        rows.push(subscriber);
    }
    if own.json {
        let rows = rows.iter().map(|one| row(one, Some(&key), settings, now));
        return out::json(&rows.collect::<Vec<_>>());
    }
    for one in &rows {
        out::line(address(one, &key, settings, ENDINGS[0]))?;
    }
    out::note("whoever has an address can read along; `finews serve` answers there");
    Ok(())
}

fn vet(settings: &Settings, id: &str) -> anyhow::Result<()> {
    let found = settings.categories.iter().find(|one| one.id.as_str() == id);
    match found {
        Some(category) if category.private => Ok(()),
        Some(_) => {
            let hint = "its feeds are at public addresses; `private = true` changes that";
            Err(Usage(format!("the category `{id}` is not private\nhint: {hint}")).into())
        }
        None => Err(Usage(format!("the settings have no [[category]] `{id}`")).into()),
    }
}

async fn revoke(store: &Store, own: &Dismiss) -> anyhow::Result<()> {
    let category = own.category.as_deref().map(CategoryId::new);
    match store.revoke(own.name.trim(), category.as_ref(), setup::now()).await? {
        0 => {
            let hint = "`finews subscribers` lists who has";
            let what = format!("`{}` has no such address\nhint: {hint}", own.name);
            Err(Usage(what).into())
        }
        number => {
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            let addresses = out::count(number, "address", "addresses");
            out::note(format!("{addresses} of `{}` revoked", own.name));
            Ok(())
        }
    }
}

async fn list(store: &Store, settings: &Settings, own: &Subscribers) -> anyhow::Result<()> {
    let (now, zone) = (setup::now(), settings.site.zone);
    let key = if own.addresses { key(&settings.store)? } else { None };
    let known = store.subscribers().await?;
    if own.json {
        let rows = known.iter().map(|one| row(one, key.as_ref(), settings, now));
        return out::json(&rows.collect::<Vec<_>>());
    }
    for one in &known {
        let time = |at: Instant| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
        let state = match (one.revoked, one.until) {
            (Some(at), _) => format!("revoked {}", time(at)),
            (None, Some(until)) if until <= now => format!("ended {}", time(until)),
            (None, Some(until)) => format!("until {}", time(until)),
            (None, None) => "good".to_owned(),
        };
        let since = time(one.since);
        let line = format!("{} `{}` since {since}, {state}", one.name, one.category);
        match key.as_ref().filter(|_| one.is_good(now)) {
            Some(key) => out::line(format!("{line}: {}", address(one, key, settings, ENDINGS[0])))?,
            None => out::line(line)?,
        }
    }
    Ok(())
}

fn row(one: &Subscriber, key: Option<&Key>, settings: &Settings, now: Instant) -> Value {
    let mut row = json!({
        "name": one.name, "category": one.category, "since": one.since, "until": one.until,
        "revoked": one.revoked, "good": one.is_good(now),
    });
    if let (Some(key), Some(row)) = (key.filter(|_| one.is_good(now)), row.as_object_mut()) {
        let address =
            |ending: &&str| ((*ending).to_owned(), address(one, key, settings, ending).into());
        row.insert("addresses".to_owned(), Value::Object(ENDINGS.iter().map(address).collect()));
    }
    row
}

fn address(one: &Subscriber, key: &Key, settings: &Settings, ending: &str) -> String {
    format!("{}private/{}.{ending}", settings.site.url, key.sign(&one.code))
}
