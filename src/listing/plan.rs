//! How a record of an API or a piece of a page becomes an entry, as the settings say it.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use regex::Regex;
use scraper::Selector;
use serde_json_path::JsonPath;
use url::Url;

use crate::template::Template;

mod build;
mod values;

#[cfg(test)]
mod tests;

pub(super) use build::{Builder, Want, next_address};
pub(super) use values::{date, text, web_address};

/// The fields of an entry that settings can place, by the word that settings use for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The source's own key.
    Guid,
    /// The title.
    Title,
    /// Address of the article.
    Link,
    /// When it was published.
    Date,
    /// When it was changed.
    Updated,
    /// A short form of the text.
    Summary,
    /// The whole text.
    Body,
    /// The outlet credited.
    Medium,
    /// Authors, each match one.
    Author,
    /// Labels, each match one or several separated by commas.
    Label,
    /// A lead picture.
    Image,
    /// Language tag.
    Language,
}

impl Field {
    /// Every field with its word.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::Guid, "guid"),
        (Self::Title, "title"),
        (Self::Link, "link"),
        (Self::Date, "date"),
        (Self::Updated, "updated"),
        (Self::Summary, "summary"),
        (Self::Body, "body"),
        (Self::Medium, "medium"),
        (Self::Author, "author"),
        (Self::Label, "label"),
        (Self::Image, "image"),
        (Self::Language, "language"),
    ];

    pub(super) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(field, _)| *field == self).map_or("", |(_, word)| word)
    }

    /// A record is expected to have these where the settings place them.
    pub(super) fn is_expected(self) -> bool {
        matches!(self, Self::Guid | Self::Title | Self::Link | Self::Date)
    }
}

/// Where a value stands.
#[derive(Clone, Debug)]
pub enum Locate {
    /// In a JSON record (RFC 9535).
    Path(JsonPath),
    /// In an element of a page: the text or an attribute of what the selector finds; without a
    /// selector, of the item's own element.
    Select {
        /// What to look for inside the item.
        selector: Option<Selector>,
        /// The attribute to read, instead of the text.
        attribute: Option<String>,
    },
    /// Made from other fields.
    Template(Template),
}

/// One way to find a value; a field has several, and the first that gives something counts.
#[derive(Clone, Debug)]
pub struct Pick {
    /// As typed in the settings.
    pub typed: String,
    /// Where to look.
    pub locate: Locate,
    /// What to keep of it: group 1, or the whole match.
    pub pattern: Option<Regex>,
    /// Zone of a date that has none.
    pub zone: Option<Tz>,
    /// `strftime` form of a date.
    pub format: Option<String>,
    /// What stands between labels or authors that share one text.
    pub split: Option<Regex>,
}

impl Pick {
    /// A place by its text: `$…` is a JSON path, text with `{name}` a template, the rest a
    /// selector with an optional `@attribute`; `.` is the item's own element.
    pub fn parse(typed: &str, in_page: bool) -> Result<Self, String> {
        let locate = if in_page { locate_in_page(typed)? } else { locate_in_record(typed)? };
        let typed = typed.to_owned();
        Ok(Self { typed, locate, pattern: None, zone: None, format: None, split: None })
    }

    /// What the pattern keeps of a value; `None` where it does not fit.
    pub(super) fn trim(&self, value: String) -> Option<String> {
        let Some(pattern) = &self.pattern else { return Some(value) };
        let groups = pattern.captures(&value)?;
        groups.get(1).or_else(|| groups.get(0)).map(|part| part.as_str().to_owned())
    }
}

fn locate_in_record(typed: &str) -> Result<Locate, String> {
    if typed.starts_with('$') {
        JsonPath::parse(typed).map(Locate::Path).map_err(|why| {
            let hint =
                " (a name with other than letters, digits and `_` is written `['so-and-so']`)";
            format!("{why}{}", if typed.contains('-') { hint } else { "" })
        })
    } else if typed.contains(['{', '}']) {
        Template::parse(typed).map(Locate::Template).map_err(|why| why.to_string())
    } else {
        Err("write a path such as `$.title`, or a template such as `https://…/{code}`".to_owned())
    }
}

fn locate_in_page(typed: &str) -> Result<Locate, String> {
    if typed.contains('{') {
        return Template::parse(typed).map(Locate::Template).map_err(|why| why.to_string());
    }
    let (css, attribute) = match typed.rsplit_once('@') {
        Some((css, name)) if is_attribute(name) => (css.trim(), Some(name.to_ascii_lowercase())),
        _ => (typed.trim(), None),
    };
    let selector = match css {
        "" | "." => None,
        css => Some(Selector::parse(css).map_err(|why| why.to_string())?),
    };
    Ok(Locate::Select { selector, attribute })
}

fn is_attribute(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_:".contains(c))
}

/// Where a JSON document hides.
#[derive(Clone, Debug, Default)]
pub enum Wrap {
    /// JSON as such, JSONP with any callback, or `var x = …;`.
    #[default]
    Auto,
    /// The value assigned to this variable, anywhere in the page.
    Variable(String),
    /// The text of the first element with JSON in it that the selector finds.
    Script(Selector),
    /// This attribute of the first such element.
    Attribute(Selector, String),
    /// The value assigned to this variable in an element that the selector finds.
    VariableIn(Selector, String),
}

/// What an answer with status 200 must hold to be a good one.
#[derive(Clone, Debug)]
pub struct Expect {
    /// Where the server says how it went.
    pub path: JsonPath,
    /// What must stand there, as text.
    pub equals: String,
    /// Where the server's message stands.
    pub message: Option<JsonPath>,
}

/// What a record must have to be read, or must not have.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Where to look.
    pub pick: Pick,
    /// The values that count, as text; where none is given, any value but `0` and `false` counts,
    /// and of a JSON record none that is empty.
    pub equals: Vec<String>,
}

/// The whole plan of a list.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the records or elements are.
    pub items: Pick,
    /// What a record must have, all of it.
    pub only: Vec<Condition>,
    /// What leaves a record out, any of it: advertisements, what is pinned.
    pub skip: Vec<Condition>,
    /// Where each field is, alternatives in order.
    pub fields: BTreeMap<Field, Vec<Pick>>,
    /// Further values that templates may name.
    pub vars: BTreeMap<String, Vec<Pick>>,
    /// What relative links are relative to, if not the list's own address.
    pub base: Option<Url>,
    /// How to unwrap the JSON.
    pub wrap: Wrap,
    /// How to tell a good answer from a bad one.
    pub expect: Option<Expect>,
    /// Where the next page's cursor stands.
    pub cursor: Option<JsonPath>,
    /// Where the next page's address stands, alternatives in order.
    pub next: Vec<Pick>,
}

impl Plan {
    /// Only where the items are; nothing is read of them yet.
    pub fn new(items: Pick) -> Self {
        Self {
            items,
            only: Vec::new(),
            skip: Vec::new(),
            fields: BTreeMap::new(),
            vars: BTreeMap::new(),
            base: None,
            wrap: Wrap::Auto,
            expect: None,
            cursor: None,
            next: Vec::new(),
        }
    }
}
