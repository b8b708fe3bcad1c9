//! `finews import jekyll DIR`: the predecessor's posts to items, with nothing lost.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use serde::Serialize;

use super::args::{Args, Import};
use super::exit::{Exit, Usage};
use super::{opml, out, setup};
use crate::config::{Jekyll, Settings, Source};
use crate::identity;
use crate::jekyll::{self, Post, Repaired};
use crate::model::Original;
use crate::refresh::{self, Maker};
use crate::store::{Held, Kept, KnownItem};

/// Posts that are kept in one transaction.
const BATCH: usize = 500;

/// What became of the files.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    /// Files read.
    files: usize,
    /// Items that are new.
    new: usize,
    /// Items that were known and got something.
    joined: usize,
    /// Items that were known as they are.
    known: usize,
    /// What was mended, file by file.
    repaired: Vec<(String, String)>,
    /// Older states of a post, and the state that stands for it.
    superseded: Vec<(String, String)>,
    /// Posts that are kept and not published, with the reason.
    set_aside: Vec<(String, String)>,
    /// Files that are no posts, with the reason.
    not_posts: Vec<(String, String)>,
}

pub(super) async fn run(args: &Args, own: &Import) -> anyhow::Result<Exit> {
    match (own.what.to_str(), &own.place) {
        (Some("jekyll"), Some(dir)) => posts(args, own, dir.clone()).await,
        (Some("opml"), Some(path)) => opml::import(args, own, path),
        (Some("jekyll" | "opml"), None) => {
            let what = own.what.display();
            Err(Usage(format!("`{what}` needs a place\nhint: `finews import {what} PLACE`")).into())
        }
        (_, None) => opml::import(args, own, &own.what),
        (_, Some(_)) => {
            let what = own.what.display();
            Err(Usage(format!("`{what}` is no form\nhint: write `opml` or `jekyll`")).into())
        }
    }
}

async fn posts(args: &Args, own: &Import, dir: PathBuf) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let (_, source) = predecessor(&settings)?;
    let zone = settings.site.zone;
    let held = setup::hold(settings, "import").await?;
    let mut outcome = Outcome::default();
    let read = tokio::task::spawn_blocking(move || read(&dir, zone)).await??;
    outcome.files = read.files;
    outcome.not_posts = read.not_posts;
    let mut posts = read.posts;
    posts.extend(kept_before(&held, &source, &posts).await?);
    let Repaired { posts, repaired, aside, superseded } = jekyll::repair(posts, zone);
    outcome.repaired = repaired;
    outcome.superseded = superseded;
    outcome.set_aside =
        aside.iter().map(|one| (one.post.file.clone(), one.reason.to_string())).collect();
    keep_aside(&held, &source, &aside).await?;
    let importer = Importer::new(&held, &source)?;
    let by_key = by_key(posts);
    let all: Vec<_> = by_key.into_iter().collect();
    for batch in all.chunks(BATCH) {
        importer.keep(batch, &mut outcome).await?;
    }
    held.store.close().await;
    tell(own, &outcome)?;
    Ok(Exit::Well)
}

/// The `[jekyll]` table and the source that it names.
pub(super) fn predecessor(settings: &Settings) -> anyhow::Result<(Jekyll, Arc<Source>)> {
    let form = settings.jekyll.clone().ok_or_else(|| {
        Usage("the settings have no [jekyll] table\nhint: see `config/predecessor.toml`".into())
    })?;
    let source = settings.sources.iter().find(|source| source.id == form.source);
    let source = source.ok_or_else(|| Usage(format!("there is no source `{}`", form.source)))?;
    Ok((form, Arc::new(source.clone())))
}

struct Read {
    files: usize,
    posts: Vec<Post>,
    not_posts: Vec<(String, String)>,
}

fn read(dir: &Path, zone: chrono_tz::Tz) -> anyhow::Result<Read> {
    let mut read = Read { files: 0, posts: Vec::new(), not_posts: Vec::new() };
    for path in markdown_files(dir)? {
        read.files += 1;
        let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read `{name}`"))?;
        let post = match String::from_utf8(bytes) {
            Ok(text) => jekyll::read(&name, &text, zone).map_err(|why| why.to_string()),
            Err(_) => Err("it is not UTF-8".to_owned()),
        };
        match post {
            Ok(post) => read.posts.push(post),
            Err(why) => read.not_posts.push((name, why)),
        }
    }
    Ok(read)
}

/// Every `.md` file below a folder, in the order of their paths; links are not followed.
fn markdown_files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .map_err(|why| Usage(format!("cannot read `{}`: {why}", folder.display())))?;
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && entry.path().extension().is_some_and(|ext| ext == "md") {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The posts of one article: the rolling one and the one under its medium.
fn by_key(posts: Vec<Post>) -> BTreeMap<String, Vec<Post>> {
    let mut by_key = BTreeMap::<String, Vec<Post>>::new();
    for post in posts {
        let key = post.code.clone().unwrap_or_else(|| post.stem().to_owned());
        by_key.entry(key).or_default().push(post);
    }
    by_key
}

/// Posts of earlier imports that may mend those of this one, or be mended by them: what is held,
/// and the twins of posts that lack something.
async fn kept_before(
    held: &setup::Held,
    source: &Source,
    posts: &[Post],
) -> anyhow::Result<Vec<Post>> {
    let wanting = |post: &&Post| post.title.trim().is_empty() || post.date.is_none();
    let codes: Vec<&str> =
        posts.iter().filter(wanting).filter_map(|post| post.code.as_deref()).collect();
    let mut found = Vec::new();
    for item in held.store.known(&source.id, codes.into_iter()).await?.values() {
        let originals = held.store.originals(&item.id).await?;
        found.extend(originals.iter().filter_map(jekyll::from_original));
    }
    for (of, _, original, _) in held.store.held().await? {
        found.extend(jekyll::from_original(&original).filter(|_| of == source.id));
    }
    found.retain(|post| !posts.iter().any(|one| one.file == post.file));
    Ok(found)
}

async fn keep_aside(
    held: &setup::Held,
    source: &Source,
    aside: &[jekyll::SetAside],
) -> anyhow::Result<()> {
    let entries = aside.iter().map(|one| {
        let original = jekyll::to_original(&one.post);
        let print = identity::print(&original.entry);
        let key = original.entry.guid.clone().unwrap_or_default();
        Held { key, original, print, reason: one.reason.to_string() }
    });
    let entries: Vec<_> = entries.collect();
    Ok(held.store.keep(&source.id, setup::now().timestamp(), &[], &entries).await?)
}

struct Importer<'h> {
    held: &'h setup::Held,
    source: Arc<Source>,
    maker: Maker,
}

impl<'h> Importer<'h> {
    fn new(held: &'h setup::Held, source: &Arc<Source>) -> anyhow::Result<Self> {
        let world = setup::world(&held.settings, &held.authority, None)?;
        let maker = Maker::new(&world, source, setup::now());
        let source = Arc::clone(source);
        Ok(Self { held, source, maker })
    }

    async fn keep(
        &self,
        batch: &[(String, Vec<Post>)],
        outcome: &mut Outcome,
    ) -> anyhow::Result<()> {
        let keys = batch.iter().map(|(key, _)| key.as_str());
        let known = self.held.store.known(&self.source.id, keys).await?;
        let mut saved = Vec::new();
        let mut aside = Vec::new();
        for (key, posts) in batch {
            let known = known.get(key).cloned();
            let new = renditions(posts, known.as_ref());
            if new.is_empty() {
                outcome.known += 1;
                continue;
            }
            let is_new = known.is_none();
            let made = self.maker.make(&self.held.store, key.clone(), known, new).await?;
            match made {
                refresh::Made::Item(item, _) => {
                    saved.push(*item);
                    *if is_new { &mut outcome.new } else { &mut outcome.joined } += 1;
                }
                refresh::Made::Held(entries) => {
                    let why = |one: &Held| (one.key.clone(), one.reason.clone());
                    outcome.set_aside.extend(entries.iter().map(why));
                    aside.extend(entries);
                }
                refresh::Made::Ignored(_) => outcome.known += 1,
            }
        }
        let at = setup::now().timestamp();
        Ok(self.held.store.keep(&self.source.id, at, &saved, &aside).await?)
    }
}

/// What is not kept already in these very words.
fn renditions(posts: &[Post], known: Option<&KnownItem>) -> Vec<Kept> {
    let lists = known.map(|item| item.lists.as_slice()).unwrap_or_default();
    let kept = posts.iter().map(|post| {
        let original = jekyll::to_original(post);
        let print = print(&original);
        Kept { original, print, tries: 0, not_before: None }
    });
    kept.filter(|one| {
        !lists.iter().any(|(list, print)| *list == one.original.list && *print == one.print)
    })
    .collect()
}

/// The print of a post, with its body: an imported body may be all that differs.
fn print(original: &Original) -> identity::Print {
    let body = original.article.as_ref().map(|article| article.html.as_str());
    let entry = identity::print(&original.entry);
    let entry = u128::from_be_bytes(entry).to_string();
    identity::substance(&entry, body.unwrap_or_default(), None)
}

fn tell(own: &Import, outcome: &Outcome) -> anyhow::Result<()> {
    if own.json {
        return out::json(outcome);
    }
    let Outcome { files, new, joined, known, .. } = outcome;
    let lists = [
        ("mended", &outcome.repaired),
        ("an older state of", &outcome.superseded),
        ("set aside", &outcome.set_aside),
        ("no post", &outcome.not_posts),
    ];
    for (what, list) in lists {
        for (file, why) in list {
            out::note(format!("{file}: {what}: {why}"));
        }
    }
    out::note(format!("{files} files: {new} new items, {joined} joined, {known} known"));
    Ok(())
}
