//! A post's file to its fields, whichever form the file has.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::{Post, Stage, footer, front};

/// Why a file is not read as a post.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Some other file of the site: its name has neither a date nor an 18-digit code.
    #[error("not a post: its name is not `YYYY-MM-DD-<name>.md`")]
    NotAPost,
    /// The file does not begin with `---`.
    #[error("no front matter")]
    NoFrontMatter,
    /// The front matter has no second `---`.
    #[error("its front matter has no end")]
    NoEnd,
    /// A page of the site in a post's clothes.
    #[error("not a post: its layout is `{0}`")]
    Layout(String),
}

/// Reads one file. `file` is its name, with or without folders; `zone` is that of dates that name
/// none. A missing title or date is no fault here, [`super::repair`] sees to it.
pub fn read(file: &str, text: &str, zone: Tz) -> Result<Post, Reason> {
    let name = name(stem(file)).ok_or(Reason::NotAPost)?;
    let text = unix_lines(text.strip_prefix('\u{feff}').unwrap_or(text));
    let (front, rest) = front::split(&text, zone)?;
    let (digest, rest) = body_start(rest, name.medium_form);
    let footer = footer::split(rest, name.code.is_some());
    let flags = [digest.is_some(), front.zoned, front.first_line];
    Ok(Post {
        code: name.code.map(str::to_owned),
        medium_form: name.medium_form,
        file: file.to_owned(),
        title: front.title,
        date: front.date,
        slug: front.slug,
        tag: front.tag,
        digest: digest.map(str::to_owned),
        body: footer.body.to_owned(),
        link: footer.link.map(str::to_owned),
        stage: stage(flags, footer.rank),
    })
}

/// The last part of a path, without its extension.
pub(super) fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.strip_suffix(".md").or_else(|| name.strip_suffix(".markdown")).unwrap_or(name)
}

/// The `YYYY-MM-DD` that a stem begins with, and what follows its hyphen.
pub(super) fn dated(stem: &str) -> Option<(&str, &str)> {
    let (date, rest) = stem.split_at_checked(10)?;
    let shape =
        |(at, b): (usize, u8)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() };
    let date = date.bytes().enumerate().all(shape).then_some(date)?;
    Some((date, rest.strip_prefix('-')?))
}

/// Whether this is a code as the portal gives them: 8 digits of a date, 10 running ones.
pub(super) fn is_code(text: &str) -> bool {
    text.len() == 18 && text.bytes().all(|b| b.is_ascii_digit())
}

/// What a file's name tells.
struct Name<'a> {
    code: Option<&'a str>,
    medium_form: bool,
}

/// `YYYY-MM-DD-[NW]<code>`, `-[NW]<code>` (a record without a date), `YYYY-MM-DD-<anything>`.
fn name(stem: &str) -> Option<Name<'_>> {
    let dated = dated(stem).map(|(_, rest)| rest);
    let rest = dated.or_else(|| stem.strip_prefix('-')).unwrap_or(stem);
    let code = rest.strip_prefix("NW").unwrap_or(rest);
    if is_code(code) {
        return Some(Name { code: Some(code), medium_form: code.len() < rest.len() });
    }
    dated.filter(|rest| !rest.is_empty()).map(|_| Name { code: None, medium_form: false })
}

/// A file that a Windows editor saved, as it was before; a stray `\r` elsewhere is the source's.
fn unix_lines(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches(['\r', '\n', ' ']);
    if first.starts_with("---\r\n") { text.replace("\r\n", "\n").into() } else { text.into() }
}

/// Takes the quoted digest, or the blank line that stands in its place, off a rolling post.
fn body_start(rest: &str, medium_form: bool) -> (Option<&str>, &str) {
    if medium_form {
        return (None, rest);
    }
    match rest.strip_prefix("> ").and_then(|quoted| quoted.split_once("\n\n")) {
        Some((digest, body)) => (Some(digest), body),
        None => (None, rest.strip_prefix('\n').unwrap_or(rest)),
    }
}

/// Most telling first: digest, footer, zone, and no blank line at the very start.
fn stage([digest, zoned, first_line]: [bool; 3], footer: u8) -> Stage {
    Stage(u8::from(digest) << 5 | footer << 2 | u8::from(zoned) << 1 | u8::from(first_line))
}
