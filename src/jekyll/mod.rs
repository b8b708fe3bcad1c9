//! The predecessor's posts: read in every form it ever wrote, written back in its final form.
//!
//! A post is a Markdown file for the site generator Jekyll: front matter, a body of HTML or text,
//! and a footer with a link to the article and links back to its category and home.

mod compose;
mod footer;
mod front;
mod original;
mod read;
mod repair;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::model::Instant;

pub use compose::{Draft, Heading, compose};
pub use original::{from_original, to_original};
pub use read::{Reason, read};
pub use repair::{Aside, Repaired, SetAside, repair};
pub use write::write;

/// One post as fields; everything exact, nothing trimmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Post {
    /// 18 digits, without `NW`; `None` in what was written by hand.
    pub code: Option<String>,
    /// Filed under its medium (`NW` file), not in a rolling list.
    pub medium_form: bool,
    /// Name of the file as found, with its folders if the caller gave them.
    pub file: String,
    /// Title as the source had it, without YAML's escapes; may be empty.
    pub title: String,
    /// To the second; `None` where the file has none.
    pub date: Option<Instant>,
    /// `categories:`, the last part of the category's address.
    pub slug: String,
    /// `tags:`, the category's title; ends in the suffix for media.
    pub tag: String,
    /// The quoted short text above the body of rolling posts since 2022.
    pub digest: Option<String>,
    /// HTML or text between front matter (or digest) and footer.
    pub body: String,
    /// The footer's link to the article or its share page.
    pub link: Option<String>,
    /// How late in the predecessor's history the form of the file is.
    pub stage: Stage,
}

impl Post {
    /// Name of the file without folders and extension: what a post without a code is known by.
    pub fn stem(&self) -> &str {
        read::stem(&self.file)
    }
}

/// The place of a file's form among those that the predecessor wrote; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stage(u8);

impl Default for Stage {
    /// The final form.
    fn default() -> Self {
        Self(u8::MAX)
    }
}

/// What a written post has that is not its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Start of every link back, with its last `/`: `//finews.withounder.com/`.
    pub site: String,
    /// Address of an article under its medium; `{id}` stands for `NW` and the code.
    pub share: String,
    /// What makes a category's title of a medium's name: `新闻`.
    pub suffix: String,
    /// The zone of dates and of the dates in file names.
    pub zone: Tz,
    /// Categories that are no medium, slug to title; their pages are `<site><slug>/`.
    pub titles: BTreeMap<String, String>,
}

impl Default for Form {
    /// What the predecessor wrote last.
    fn default() -> Self {
        Self {
            site: "//finews.withounder.com/".into(),
            share: "http://finews.zning.xyz/html_News/NewsShare.html?infoCode={id}".into(),
            suffix: SUFFIX.into(),
            zone: Tz::Asia__Shanghai,
            titles: BTreeMap::from([("emnews".into(), "东财滚动新闻".into())]),
        }
    }
}

/// What the predecessor put after a medium's name to title its category.
const SUFFIX: &str = "新闻";
