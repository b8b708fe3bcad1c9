//! `finews export jekyll DIR`: what is kept, as the predecessor's posts in their final form.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use super::args::{Args, Export, Foreign};
use super::exit::Exit;
use super::{import, opml, out, setup};
use crate::config::{Jekyll, Settings};
use crate::jekyll::{self, Draft, Form, Heading, Post};
use crate::model::{Category, CategoryId, Item, ItemId};
use crate::store::Store;

/// Items that are in memory at a time.
const BATCH: usize = 500;

#[derive(Debug, Default, Serialize)]
struct Outcome {
    /// Posts written.
    posts: usize,
    /// Posts that were there already in these very bytes.
    unchanged: usize,
}

pub(super) async fn run(args: &Args, own: &Export) -> anyhow::Result<Exit> {
    let (Foreign::Jekyll, Some(dir)) = (own.form, &own.dir) else {
        return opml::export(args, own).await;
    };
    let settings = setup::settings(args)?;
    let (table, _) = import::predecessor(&settings)?;
    let store = setup::look(&settings).await?;
    let categories = store.categories().await?;
    let form = form(&settings, &table);
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make `{}`", dir.display()))?;
    let mut outcome = Outcome::default();
    let mut names = BTreeSet::new();
    let mut after: Option<ItemId> = None;
    loop {
        let batch = store.walk(Some(&table.source), after.as_ref(), BATCH).await?;
        let Some((_, last)) = batch.last() else { break };
        after = Some(last.id.clone());
        for (key, item) in &batch {
            for post in posts(&store, key, item, &categories, &form).await? {
                let (name, text) = jekyll::write(&post, &form);
                if names.insert(name.clone()) {
                    write(dir, &name, &text, &mut outcome)?;
                }
            }
        }
    }
    store.close().await;
    if own.json {
        out::json(&outcome)?;
    } else {
        let Outcome { posts, unchanged } = outcome;
        let dir = setup::shown(dir);
        out::note(format!("`{dir}`: {posts} posts written, {unchanged} as they were"));
    }
    Ok(Exit::Well)
}

/// What posts have that is the site's and not theirs. Titles of categories that are no medium are
/// those of the settings.
fn form(settings: &Settings, table: &Jekyll) -> Form {
    let fixed = settings.categories.iter().map(|one| {
        let wish = crate::refresh::wish_for(settings, one.id.clone());
        (wish.slug, wish.title)
    });
    Form {
        site: table.site.clone(),
        share: table.share.clone(),
        suffix: table.suffix.clone(),
        zone: settings.site.zone,
        titles: fixed.collect(),
    }
}

/// An item's posts: those it was imported from, and one for each further category.
async fn posts(
    store: &Store,
    key: &str,
    item: &Item,
    categories: &BTreeMap<CategoryId, Category>,
    form: &Form,
) -> anyhow::Result<Vec<Post>> {
    let originals = store.originals(&item.id).await?;
    let imported: Vec<Post> = originals.iter().filter_map(jekyll::from_original).collect();
    let under = item.categories.iter().filter_map(|id| categories.get(id));
    let further = under.filter(|category| !imported.iter().any(|one| stands_in(one, category)));
    let composed: Vec<Post> = further.map(|category| composed(key, item, category, form)).collect();
    Ok(imported.into_iter().chain(composed).collect())
}

fn stands_in(post: &Post, category: &Category) -> bool {
    let name = category.id.as_str();
    post.slug == name || post.slug == category.slug || post.tag.starts_with(name)
}

fn composed(key: &str, item: &Item, category: &Category, form: &Form) -> Post {
    let is_code = key.strip_prefix("NW").unwrap_or(key).bytes().all(|c| c.is_ascii_digit());
    let heading = if item.medium.as_deref() == Some(category.id.as_str()) {
        Heading::Medium(&category.title)
    } else {
        Heading::Title(&category.title)
    };
    let draft = Draft {
        key: if is_code { key } else { item.id.as_str() },
        title: &item.title,
        published: item.published,
        slug: &category.slug,
        heading,
        digest: item.summary.as_deref(),
        body: item.body.as_str(),
        link: item.link.as_deref(),
    };
    jekyll::compose(&draft, form)
}

/// Whole or not at all; a post that is there already is not touched.
fn write(dir: &Path, name: &str, text: &str, outcome: &mut Outcome) -> anyhow::Result<()> {
    let path = dir.join(name);
    if std::fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
        outcome.unchanged += 1;
        return Ok(());
    }
    let temporary = dir.join(format!(".{name}.tmp"));
    let write = || {
        std::fs::write(&temporary, text)?;
        std::fs::rename(&temporary, &path)
    };
    write().with_context(|| format!("cannot write `{}`", path.display()))?;
    outcome.posts += 1;
    Ok(())
}
