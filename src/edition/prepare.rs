//! What has to be made again for other reasons than new items: other settings, or a folder that
//! is not as it was left.

use std::sync::Arc;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use super::{Care, blocking, living};
use crate::config::Settings;
use crate::model::ItemId;
use crate::output::Folder;
use crate::publish;
use crate::refresh;
use crate::store::Store;

/// Files that are looked at in one go.
const LOOKED_AT: usize = 16_384;

/// Marks it; says whether that is everything.
pub(super) async fn prepare(
    store: &Store,
    settings: &Settings,
    authority: &str,
    folder: &Arc<Folder>,
    care: Care,
) -> anyhow::Result<bool> {
    settle(store, settings).await?;
    living::unite(store, settings).await?;
    living::mark_new(store, settings).await?;
    if store.meta("edition").await? != Some(fingerprint(settings, authority)) {
        store.pend_all().await?;
        return Ok(true);
    }
    if care == Care::Folder {
        let drifted = drifted(store, folder).await?;
        store.pend(&drifted.items, &drifted.slugs, &drifted.pages).await?;
        if drifted.lists {
            store.pend_lists().await?;
        }
    }
    Ok(false)
}

/// Remembers how the settings made this edition.
pub(super) async fn conclude(
    store: &Store,
    settings: &Settings,
    authority: &str,
) -> anyhow::Result<()> {
    let print = fingerprint(settings, authority);
    store.set_meta("edition", &print).await.context("publish")
}

/// Gives the settings' categories their places, when these are not what they were.
async fn settle(store: &Store, settings: &Settings) -> anyhow::Result<()> {
    let wishes: Vec<_> =
        settings.categories.iter().map(|one| refresh::wish_for(settings, one.id.clone())).collect();
    let is_open = is_open(settings);
    let print = print(&format!("{wishes:?} {is_open}"));
    if store.meta("settled").await?.as_ref() != Some(&print) {
        store.settle(&wishes, is_open).await?;
        store.set_meta("settled", &print).await?;
    }
    Ok(())
}

/// Whether items bring categories that the settings do not name, by templates such as `{author}`.
fn is_open(settings: &Settings) -> bool {
    let lists = settings.sources.iter().flat_map(|source| &source.lists);
    let of_lists = lists.flat_map(|list| &list.categories);
    let of_sources = settings.sources.iter().flat_map(|source| &source.categories);
    let of_rules = settings.rules.iter().flat_map(|rule| &rule.acts.add);
    let mut all = of_sources.chain(of_lists).chain(of_rules);
    all.any(|template| template.names().next().is_some())
}

/// Everything besides items and categories that decides what files hold. When it changes, all of
/// them are made again; those that come out the same are left alone.
fn fingerprint(settings: &Settings, authority: &str) -> String {
    let dir = std::path::absolute(&settings.publish.dir);
    let dir = dir.unwrap_or_else(|_| settings.publish.dir.clone());
    print(&format!(
        "{} {} {:?} {:?} {:?} {:?} {} {authority} {:?} {:?}",
        env!("CARGO_PKG_VERSION"),
        publish::design(),
        settings.site,
        settings.publish.items,
        settings.publish.bytes,
        settings.publish.templates,
        dir.display(),
        settings.websub.named(&settings.site.url).first(),
        living::demands(settings),
    ))
}

fn print(parts: &str) -> String {
    let digest = Sha256::digest(parts);
    let start = digest.first_chunk().copied().unwrap_or_default();
    format!("{:032x}", u128::from_be_bytes(start))
}

/// What has to be made again because its file is not as it was written.
#[derive(Debug, Default, PartialEq, Eq)]
struct Drifted {
    items: Vec<ItemId>,
    slugs: Vec<String>,
    pages: Vec<(Option<String>, u32)>,
    lists: bool,
}

/// Compares all files with what is known of them, some at a time.
async fn drifted(store: &Store, folder: &Arc<Folder>) -> anyhow::Result<Drifted> {
    let mut drifted = Drifted::default();
    let mut last = String::new();
    loop {
        let files = store.files_after(&last, LOOKED_AT).await?;
        let Some((path, ..)) = files.last() else { return Ok(drifted) };
        last.clone_from(path);
        let folder = Arc::clone(folder);
        let gone = blocking(move || {
            let paths: Vec<&str> = files.iter().map(|(path, ..)| path.as_str()).collect();
            let there = folder.looks(&paths);
            let known = files.iter().map(|(_, size, changed)| Some((*size, *changed)));
            let differs = known.zip(there).map(|(known, there)| known != there);
            let gone = files.iter().zip(differs).filter(|(_, differs)| *differs);
            gone.map(|((path, ..), _)| path.clone()).collect::<Vec<_>>()
        });
        gone.await?.iter().for_each(|path| drifted.add(path));
    }
}

impl Drifted {
    fn add(&mut self, path: &str) {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let parts: Vec<&str> = stem.split('/').collect();
        match parts.as_slice() {
            ["share", id] => self.items.push(ItemId::new(*id)),
            ["category", slug] => self.slugs.push((*slug).to_owned()),
            ["archive", page] => self.pages.extend(number(page).map(|page| (None, page))),
            ["archive", slug, page] => {
                self.pages.extend(number(page).map(|page| (Some((*slug).to_owned()), page)));
            }
            _ => self.lists = true,
        }
    }
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Drifted, ItemId};

    #[test]
    fn a_path_tells_what_has_to_be_made_again() {
        let check = |path: &str, expect: Drifted| {
            let mut drifted = Drifted::default();
            drifted.add(path);
            assert_eq!(drifted, expect, "{path}");
        };
        let page = |slug: Option<&str>| Drifted {
            pages: vec![(slug.map(str::to_owned), 7)],
            ..Drifted::default()
        };
        let items = vec![ItemId::new("0c1d")];
        check("share/0c1d.html", Drifted { items, ..Drifted::default() });
        let slugs = vec!["a.b c".to_owned()];
        check("category/a.b c.atom", Drifted { slugs, ..Drifted::default() });
        check("archive/tech/7.atom", page(Some("tech")));
        check("archive/7.json", page(None));
        check("archive/x/y.json", Drifted::default());
        check("index.html", Drifted { lists: true, ..Drifted::default() });
    }
}
