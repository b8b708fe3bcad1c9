//! A post to the original that is kept of it, and back, without loss.

use std::collections::BTreeMap;

use super::{Post, SUFFIX, Stage};
use crate::model::{Entry, Fragment, Original, Text};

/// Before the names of the lists that posts stood in: a polled list never takes their place.
const LIST: &str = "post:";
/// List of the posts that were filed under their medium; the others' list is their `slug`.
const MEDIUM: &str = "medium";

/// Start tags, end tags and comments that tell markup from text with a `<` in it.
const MARKUP: [&str; 10] =
    ["</", "<!--", "<p>", "<p ", "<br", "<img ", "<div", "<table", "<center", "<h"];

/// What is kept of a post. Its key is the code, or the file's stem where there is none. Text
/// without markup becomes a plain body, so that nothing in it is ever taken for markup.
pub fn to_original(post: &Post) -> Original {
    let html = MARKUP.iter().any(|tag| post.body.contains(tag));
    let (body, article) = if html {
        (None, Some(Fragment { html: post.body.clone(), base: post.link.clone() }))
    } else {
        (Some(Text::Plain(post.body.clone())), None)
    };
    let entry = Entry {
        guid: Some(post.code.as_deref().unwrap_or(post.stem()).to_owned()),
        link: post.link.clone(),
        title: Some(Text::Plain(post.title.clone())),
        summary: post.digest.clone().map(Text::Plain),
        body,
        published: post.date,
        labels: if post.medium_form { Vec::new() } else { vec![post.tag.clone()] },
        medium: medium(post),
        vars: vars(post),
        ..Entry::default()
    };
    let list = if post.medium_form { MEDIUM } else { &post.slug };
    Original { list: format!("{LIST}{list}"), entry, article }
}

/// The post that [`to_original`] made this of; `None` for originals from elsewhere.
pub fn from_original(original: &Original) -> Option<Post> {
    let entry = &original.entry;
    let var = |name: &str| entry.vars.get(name).cloned();
    let html = original.article.as_ref().map(|article| article.html.clone());
    let text = || entry.body.as_ref().map(|body| body.raw().to_owned());
    Some(Post {
        code: var("post.code"),
        medium_form: var("post.form")? == MEDIUM,
        file: var("post.file")?,
        title: entry.title.as_ref().map(|title| title.raw().to_owned()).unwrap_or_default(),
        date: entry.published,
        slug: var("post.slug")?,
        tag: var("post.tag")?,
        digest: entry.summary.as_ref().map(|digest| digest.raw().to_owned()),
        body: html.or_else(text).unwrap_or_default(),
        link: entry.link.clone(),
        stage: Stage(var("post.stage").and_then(|stage| stage.parse().ok()).unwrap_or(u8::MAX)),
    })
}

/// The medium's name: the tag without its suffix.
fn medium(post: &Post) -> Option<String> {
    let name = post.tag.strip_suffix(SUFFIX).unwrap_or(&post.tag);
    (post.medium_form && !name.trim().is_empty()).then(|| name.to_owned())
}

/// The fields that an entry has no place for.
fn vars(post: &Post) -> BTreeMap<String, String> {
    let form = if post.medium_form { MEDIUM } else { "rolling" };
    let mut vars = BTreeMap::from([
        ("post.file".to_owned(), post.file.clone()),
        ("post.form".to_owned(), form.to_owned()),
        ("post.slug".to_owned(), post.slug.clone()),
        ("post.stage".to_owned(), post.stage.0.to_string()),
        ("post.tag".to_owned(), post.tag.clone()),
    ]);
    vars.extend(post.code.clone().map(|code| ("post.code".to_owned(), code)));
    vars
}
