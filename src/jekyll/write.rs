//! A post to its file, in the form that the predecessor wrote last.
//!
//! Posts of the rolling list: digest as a quotation, body, link, links back; without a digest a
//! blank line in its place. Posts under their medium: body, share link, links back. A post with
//! neither code nor link was written by hand and never had a footer: it gets none.

use chrono::{DateTime, FixedOffset};

use super::{Form, Post, footer, front};
use crate::slug;

/// The file's name and text. The date in the name is that of the post in the form's zone; a post
/// without code or date keeps the name it was found under.
pub fn write(post: &Post, form: &Form) -> (String, String) {
    let date = post.date.and_then(|at| front::local(at, form.zone));
    let text = [front::write(post, date), start(post), post.body.clone(), end(post, form)];
    (name(post, date), text.concat())
}

fn name(post: &Post, date: Option<DateTime<FixedOffset>>) -> String {
    let stem = match (&post.code, date) {
        (Some(_), Some(date)) => format!("{}-{}", date.format("%Y-%m-%d"), id(post)),
        (Some(_), None) => id(post),
        (None, _) => post.stem().to_owned(),
    };
    let stem = slug::file_part(&stem);
    format!("{}.md", if stem.is_empty() { "post" } else { &stem })
}

/// The code as file names and share links have it.
fn id(post: &Post) -> String {
    let code = post.code.as_deref().unwrap_or_default();
    if post.medium_form { format!("NW{code}") } else { code.to_owned() }
}

/// What stands between front matter and body.
fn start(post: &Post) -> String {
    match &post.digest {
        _ if post.medium_form => String::new(),
        Some(digest) => format!("> {digest}\n\n"),
        None => "\n".to_owned(),
    }
}

fn end(post: &Post, form: &Form) -> String {
    let share = post.code.as_ref().filter(|_| post.medium_form);
    let share = share.map(|_| form.share.replace("{id}", &id(post)));
    let link = share.as_deref().or(post.link.as_deref()).filter(|link| footer::is_link(link));
    if link.is_none() && post.code.is_none() {
        return String::new();
    }
    let (site, slug) = (&form.site, front::one_line(&post.slug));
    let rolling = !post.medium_form && form.titles.contains_key(&post.slug);
    let category =
        if rolling { format!("{site}{slug}/") } else { format!("{site}category/{slug}.html") };
    footer::write(link, &front::one_line(&post.tag), &category, site)
}
