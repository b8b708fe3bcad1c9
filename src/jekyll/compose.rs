//! A post of an item that was fetched here, so that an export is of one kind.

use super::{Form, Post, Stage, front, read};
use crate::model::Instant;
use crate::slug::{self, Style};

/// The category that a post is filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading<'a> {
    /// A medium by its name; the title is made with the form's suffix.
    Medium(&'a str),
    /// Any other category by its title, which the form's own title for the slug overrides.
    Title(&'a str),
}

/// What a post is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft<'a> {
    /// The source's own key where it is an 18-digit code (with or without `NW`), else any name
    /// that stays the same and is unique, such as the item's id.
    pub key: &'a str,
    /// Plain text.
    pub title: &'a str,
    /// Date of the post and of the file's name.
    pub published: Instant,
    /// Last part of the category's address.
    pub slug: &'a str,
    /// The category itself.
    pub heading: Heading<'a>,
    /// Plain text; left out of posts under their medium.
    pub digest: Option<&'a str>,
    /// Safe HTML.
    pub body: &'a str,
    /// The article.
    pub link: Option<&'a str>,
}

/// The post. Nothing in it is live for the site generator: no Liquid in body and digest, no markup
/// in the digest, no indented line that Markdown would take for code.
pub fn compose(draft: &Draft<'_>, form: &Form) -> Post {
    let code = draft.key.strip_prefix("NW").unwrap_or(draft.key);
    let code = read::is_code(code).then(|| code.to_owned());
    let medium_form = code.is_some() && matches!(draft.heading, Heading::Medium(_));
    let mut post = Post {
        medium_form,
        title: front::one_line(draft.title),
        date: Some(draft.published),
        slug: draft.slug.to_owned(),
        tag: tag(draft, form),
        digest: draft.digest.filter(|_| !medium_form).and_then(digest),
        body: inert(&flush_left(draft.body)),
        link: draft.link.map(str::to_owned),
        file: String::new(),
        stage: Stage::default(),
        code,
    };
    post.file = file(draft, &post, form);
    post
}

/// The name that [`super::write`] gives, or keeps where there is no code.
fn file(draft: &Draft<'_>, post: &Post, form: &Form) -> String {
    if post.code.is_some() {
        return super::write(post, form).0;
    }
    let day = front::local(draft.published, form.zone).map(|at| at.format("%Y-%m-%d").to_string());
    let key = slug::slug(draft.key, Style::Safe);
    format!("{}-{key}.md", day.as_deref().unwrap_or("0000-01-01"))
}

fn tag(draft: &Draft<'_>, form: &Form) -> String {
    match draft.heading {
        Heading::Medium(name) => format!("{name}{}", form.suffix),
        Heading::Title(title) => {
            form.titles.get(draft.slug).map_or(title, String::as_str).to_owned()
        }
    }
}

/// The digest on one line, without the title that the portal puts before it.
fn digest(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let titled = text.strip_prefix('【').and_then(|rest| rest.split_once('】'));
    let text = titled.map_or(text.as_str(), |(_, rest)| rest).trim();
    (!text.is_empty()).then(|| inert(&text.replace('<', "&lt;")))
}

/// Without the marks that start Liquid, written as HTML instead.
fn inert(text: &str) -> String {
    text.replace("{{", "&#123;&#123;").replace("{%", "&#123;%")
}

/// Lines without their indent, unless they may stand in preformatted text.
fn flush_left(html: &str) -> String {
    if html.contains("<pre") {
        return html.to_owned();
    }
    html.trim().lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}
