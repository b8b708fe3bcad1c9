//! What one post lacks and another has, and what becomes of a post that stays incomplete.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use super::{Post, SUFFIX, front, read};
use crate::model::Instant;
use crate::slug::{self, Style};

/// Posts made whole. Every post given is in `posts` or `aside`, or named in `superseded`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Fit to be kept and published, ordered by code or stem.
    pub posts: Vec<Post>,
    /// File, and what it got from where.
    pub repaired: Vec<(String, String)>,
    /// Not fit, and why.
    pub aside: Vec<SetAside>,
    /// File of an older state, and the file of the state that stands for the post.
    pub superseded: Vec<(String, String)>,
}

/// A post that would be published under a broken name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// As read, with what could be repaired.
    pub post: Post,
    /// What it lacks.
    pub reason: Aside,
}

/// What a post lacks that nothing else tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Aside {
    /// No twin with a title, and no `【…】`.
    #[error("no title, and no other post of the same code that has one")]
    NoTitle,
    /// Neither twin nor names tell a day.
    #[error("no date, and none in its name or code")]
    NoDate,
    /// Nothing tells the medium.
    #[error("no category, and no source line in its text")]
    NoCategory,
}

/// Joins the states of each post (the latest form wins; of equals the later date, then the one in
/// the fewer folders, then the one given first), fills gaps from its other states, from its twin (the same code in
/// the other form) and from its names, and sets aside what is still incomplete.
pub fn repair(posts: Vec<Post>, zone: Tz) -> Repaired {
    let mut out = Repaired::default();
    let joined = join(posts, &mut out);
    let twins = Twins::of(&joined);
    for mut post in joined {
        twins.complete(&mut post, &mut out);
        self_help(&mut post, zone, &mut out);
        match lack(&post) {
            Some(reason) => out.aside.push(SetAside { post, reason }),
            None => out.posts.push(post),
        }
    }
    out
}

fn join(mut posts: Vec<Post>, out: &mut Repaired) -> Vec<Post> {
    posts.sort_by_cached_key(|post| {
        let folders = post.file.matches(['/', '\\']).count();
        (key(post).to_owned(), post.medium_form, Reverse((post.stage, post.date)), folders)
    });
    let mut joined: Vec<Post> = Vec::new();
    for post in posts {
        match joined.last_mut() {
            Some(last) if key(last) == key(&post) && last.medium_form == post.medium_form => {
                fill(last, &post, out);
                out.superseded.push((post.file, last.file.clone()));
            }
            _ => joined.push(post),
        }
    }
    joined
}

/// What all states of a post share, and its twin too.
fn key(post: &Post) -> &str {
    post.code.as_deref().unwrap_or(post.stem())
}

/// Gives `post` what it lacks and an older state has.
fn fill(post: &mut Post, older: &Post, out: &mut Repaired) {
    take_title_and_date(post, older, out);
    if post.link.is_none() && older.link.is_some() {
        post.link.clone_from(&older.link);
        note(out, post, format!("link from `{}`", older.file));
    }
    if lacks_category(post) && !lacks_category(older) {
        (post.slug, post.tag) = (older.slug.clone(), older.tag.clone());
        note(out, post, format!("category from `{}`", older.file));
    }
}

fn take_title_and_date(post: &mut Post, other: &Post, out: &mut Repaired) {
    if lacks_title(post) && !lacks_title(other) {
        post.title.clone_from(&other.title);
        note(out, post, format!("title from `{}`", other.file));
    }
    if post.date.is_none() && other.date.is_some() {
        post.date = other.date;
        note(out, post, format!("date from `{}`", other.file));
    }
}

/// The posts that have all that a twin may need, by code and form.
struct Twins(BTreeMap<(String, bool), Post>);

impl Twins {
    fn of(posts: &[Post]) -> Self {
        let needy = posts.iter().filter(|post| lacks_title(post) || post.date.is_none());
        let wanted: BTreeSet<_> = needy.filter_map(twin_of).collect();
        let twins = posts.iter().filter_map(|post| Some((own_name(post)?, post)));
        let twins = twins.filter(|(name, _)| wanted.contains(name));
        Self(twins.map(|(name, post)| (name, post.clone())).collect())
    }

    fn complete(&self, post: &mut Post, out: &mut Repaired) {
        if let Some(twin) = twin_of(post).and_then(|key| self.0.get(&key)) {
            take_title_and_date(post, twin, out);
        }
    }
}

fn own_name(post: &Post) -> Option<(String, bool)> {
    Some((post.code.clone()?, post.medium_form))
}

fn twin_of(post: &Post) -> Option<(String, bool)> {
    own_name(post).map(|(code, medium_form)| (code, !medium_form))
}

/// What the post itself tells: a title in its text, the medium in its source line, and, only for
/// a post with a title, the day in the names.
fn self_help(post: &mut Post, zone: Tz, out: &mut Repaired) {
    if lacks_title(post)
        && let Some(title) = bracketed(post)
    {
        post.title = title;
        note(out, post, "title from its text".to_owned());
    }
    if lacks_category(post)
        && let Some(medium) = source_line(&post.body)
    {
        post.slug = slug::slug(medium, Style::Predecessor);
        post.tag = format!("{medium}{SUFFIX}");
        note(out, post, "category from its source line".to_owned());
    }
    if post.date.is_none()
        && !lacks_title(post)
        && let Some((date, place)) = day(post, zone)
    {
        post.date = Some(date);
        note(out, post, format!("date from its {place}"));
    }
}

/// `【title】text`, as the portal's short texts begin.
fn bracketed(post: &Post) -> Option<String> {
    let texts = [post.digest.as_deref(), Some(post.body.as_str())];
    let inner =
        |text: &str| Some(text.trim_start().strip_prefix('【')?.split_once('】')?.0.to_owned());
    let fits = |title: &String| !title.trim().is_empty() && !title.contains(['<', '\n']);
    texts.into_iter().flatten().filter_map(inner).find(fits)
}

/// The medium's name in a last `（文章来源：…）`.
fn source_line(body: &str) -> Option<&str> {
    let (_, line) = body.rsplit_once("（文章来源：")?;
    let (name, _) = line.split_once('）')?;
    (!name.trim().is_empty() && !name.contains(['<', '\n'])).then_some(name)
}

/// The day in the file's name, else that in the code.
fn day(post: &Post, zone: Tz) -> Option<(Instant, &'static str)> {
    let in_name = read::dated(post.stem()).and_then(|(date, _)| front::midnight(date, zone));
    let code = post.code.as_deref().and_then(|code| code.get(..8));
    let in_code = || front::midnight(code?, zone);
    in_name.map(|at| (at, "file name")).or_else(|| in_code().map(|at| (at, "code")))
}

fn lack(post: &Post) -> Option<Aside> {
    match post {
        _ if lacks_title(post) => Some(Aside::NoTitle),
        _ if post.date.is_none() => Some(Aside::NoDate),
        _ if lacks_category(post) => Some(Aside::NoCategory),
        _ => None,
    }
}

fn lacks_title(post: &Post) -> bool {
    post.title.trim().is_empty()
}

fn lacks_category(post: &Post) -> bool {
    let bare = post.tag.trim();
    post.slug.trim().is_empty() || bare.is_empty() || (post.medium_form && bare == SUFFIX)
}

fn note(out: &mut Repaired, post: &Post, what: String) {
    out.repaired.push((post.file.clone(), what));
}
