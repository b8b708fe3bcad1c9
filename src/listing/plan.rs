//! How a record of an API or a piece of a page becomes an entry, as the settings say it.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use regex::Regex;
use scraper::Selector;
use serde_json_path::JsonPath;

use super::Context;
use crate::date;
use crate::html;
use crate::model::{Entry, Fault, Person, Text};
use crate::template::Template;

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

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(field, _)| *field == self).map_or("", |(_, word)| word)
    }

    /// A record is expected to have these where the settings place them.
    fn is_expected(self) -> bool {
        matches!(self, Self::Guid | Self::Title | Self::Link | Self::Date)
    }

    fn is_markup(self) -> bool {
        matches!(self, Self::Summary | Self::Body)
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
}

impl Pick {
    /// A place by its text: `$…` is a JSON path, text with `{name}` a template, the rest a
    /// selector with an optional `@attribute`. In an API's list, a bare word is a key.
    pub fn parse(typed: &str, in_page: bool) -> Result<Self, String> {
        let locate = if in_page { locate_in_page(typed)? } else { locate_in_record(typed)? };
        Ok(Self { typed: typed.to_owned(), locate, pattern: None, zone: None, format: None })
    }

    fn trim(&self, value: String) -> Option<String> {
        let Some(pattern) = &self.pattern else { return Some(value) };
        let groups = pattern.captures(&value)?;
        groups.get(1).or_else(|| groups.get(0)).map(|part| part.as_str().to_owned())
    }
}

fn locate_in_record(typed: &str) -> Result<Locate, String> {
    if typed.starts_with('$') {
        JsonPath::parse(typed).map(Locate::Path).map_err(|why| why.to_string())
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
    /// The text of the script element that the selector finds.
    Script(Selector),
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

/// The whole plan of a list.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the records or elements are.
    pub items: Pick,
    /// Where each field is, alternatives in order.
    pub fields: BTreeMap<Field, Vec<Pick>>,
    /// Further values that templates may name.
    pub vars: BTreeMap<String, Vec<Pick>>,
    /// How to unwrap the JSON.
    pub wrap: Wrap,
    /// How to tell a good answer from a bad one.
    pub expect: Option<Expect>,
    /// Where the next page's cursor stands.
    pub cursor: Option<JsonPath>,
}

/// Finds the values of a place in one record or element; the flag asks for markup.
pub(super) type Find<'f> = dyn Fn(&Locate, bool) -> Vec<String> + 'f;

/// Builds entries from records and counts what was missing where.
pub(super) struct Builder<'p> {
    plan: &'p Plan,
    context: &'p Context<'p>,
    pub(super) entries: Vec<Entry>,
    faults: Vec<Fault>,
    records: usize,
    found: BTreeMap<Field, usize>,
}

impl<'p> Builder<'p> {
    pub(super) fn new(plan: &'p Plan, context: &'p Context<'p>) -> Self {
        let (entries, faults, found) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { plan, context, entries, faults, records: 0, found }
    }

    /// Reads one record; one without title, link and key is a fault and no entry.
    pub(super) fn record(&mut self, find: &Find<'_>) {
        self.records += 1;
        let mut entry = Entry { vars: self.vars(find), ..Entry::default() };
        for field in self.plan.fields.keys().copied() {
            let known = entry.clone();
            let values = self.values(field, find, &known);
            if values.is_empty() {
                if field.is_expected() {
                    self.fault(field.word(), &self.nothing_at(field));
                }
                continue;
            }
            *self.found.entry(field).or_default() += 1;
            self.put(&mut entry, field, &values);
        }
        if entry.title.is_none() && entry.link.is_none() && entry.body.is_none() {
            self.fault("record", "neither title nor link nor text: left out");
        } else {
            self.entries.push(entry);
        }
    }

    /// The faults, with one for each optional field that no record at all had.
    pub(super) fn faults(mut self) -> (Vec<Entry>, Vec<Fault>) {
        for field in self.plan.fields.keys().copied().filter(|field| !field.is_expected()) {
            if self.records > 0 && !self.found.contains_key(&field) {
                self.faults.push(Fault::new(field.word(), self.nothing_at(field)));
            }
        }
        (self.entries, self.faults)
    }

    fn fault(&mut self, what: &str, why: &str) {
        self.faults.push(Fault::new(format!("record {}: {what}", self.records), why));
    }

    fn nothing_at(&self, field: Field) -> String {
        let picks = self.plan.fields.get(&field).map(Vec::as_slice).unwrap_or_default();
        let typed: Vec<_> = picks.iter().map(|pick| format!("`{}`", pick.typed)).collect();
        format!("{} matches nothing", typed.join(", "))
    }

    fn vars(&self, find: &Find<'_>) -> BTreeMap<String, String> {
        let values = self.plan.vars.iter().filter_map(|(name, picks)| {
            let value = picks.iter().find_map(|pick| {
                find(&pick.locate, false).into_iter().find_map(|value| pick.trim(value))
            })?;
            Some((name.clone(), value))
        });
        values.collect()
    }

    /// The values of the first alternative that gives any.
    fn values(&self, field: Field, find: &Find<'_>, known: &Entry) -> Vec<(&'p Pick, String)> {
        let plan: &'p Plan = self.plan;
        let picks = plan.fields.get(&field).map(Vec::as_slice).unwrap_or_default();
        picks
            .iter()
            .map(|pick| {
                let values = match &pick.locate {
                    Locate::Template(template) => fill(template, field, known, find),
                    place => find(place, field.is_markup()),
                };
                let kept = values.into_iter().filter_map(|value| pick.trim(value));
                kept.filter(|value| !value.trim().is_empty())
                    .map(|value| (pick, value))
                    .collect::<Vec<_>>()
            })
            .find(|values| !values.is_empty())
            .unwrap_or_default()
    }

    fn put(&mut self, entry: &mut Entry, field: Field, values: &[(&Pick, String)]) {
        let all = || values.iter().map(|(_, value)| value.trim().to_owned());
        let first = all().next();
        match field {
            Field::Guid => entry.guid = first,
            Field::Title => entry.title = first.map(text),
            Field::Link => entry.link = first.and_then(|link| self.absolute(field, &link)),
            Field::Image => entry.image = first.and_then(|link| self.absolute(field, &link)),
            Field::Date => entry.published = self.date(field, values),
            Field::Updated => entry.updated = self.date(field, values),
            Field::Summary => entry.summary = first.map(text),
            Field::Body => entry.body = first.map(text),
            Field::Medium => entry.medium = first.map(|name| html::line(&name)),
            Field::Language => entry.language = first,
            Field::Author => entry.authors = all().map(|name| person(&name)).collect(),
            Field::Label => entry.labels = all().flat_map(|text| labels(&text)).collect(),
        }
    }

    fn date(&mut self, field: Field, values: &[(&Pick, String)]) -> Option<crate::model::Instant> {
        let (pick, value) = values.first()?;
        let zone = pick.zone.unwrap_or(self.context.zone);
        let date = match &pick.format {
            Some(format) => date::parse_format(value.trim(), format, zone),
            None => date::parse(value.trim(), self.context.now, zone),
        };
        if date.is_none() {
            self.fault(field.word(), &format!("`{}` is no date", html::excerpt(value, 60)));
        }
        date
    }

    fn absolute(&mut self, field: Field, link: &str) -> Option<String> {
        let url = match self.context.base {
            Some(base) => base.join(link),
            None => url::Url::parse(link),
        };
        match url {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Some(url.into()),
            _ => {
                let what = format!("`{}` is no web address", html::excerpt(link, 60));
                self.fault(field.word(), &what);
                None
            }
        }
    }
}

/// Fills a template from the entry's own fields, its vars, then the record's keys.
fn fill(template: &Template, field: Field, known: &Entry, find: &Find<'_>) -> Vec<String> {
    let know = |name: &str| {
        let own = match name {
            "guid" => known.guid.clone(),
            "link" => known.link.clone(),
            "title" => known.title.as_ref().map(|text| text.raw().to_owned()),
            "medium" => known.medium.clone(),
            _ => known.vars.get(name).cloned(),
        };
        own.or_else(|| {
            let path = JsonPath::parse(&format!("$['{name}']")).ok()?;
            find(&Locate::Path(path), false).into_iter().next()
        })
    };
    let filled = match field {
        Field::Link | Field::Image => template.fill_url(know),
        _ => template.fill(know),
    };
    filled.into_iter().collect()
}

/// Text of an unknown kind: markup where it holds a tag or a character reference.
pub(super) fn text(value: String) -> Text {
    let tag = |(at, _): (usize, &str)| {
        value[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!".contains(c))
    };
    let is_reference = |(at, _): (usize, &str)| {
        let tail: String = value[at + 1..].chars().take(10).collect();
        tail.find(';').is_some_and(|end| {
            end > 0 && tail[..end].chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
        })
    };
    let markup = value.match_indices('<').any(tag) && value.contains('>');
    if markup || value.match_indices('&').any(is_reference) {
        Text::Html(value)
    } else {
        Text::Plain(value)
    }
}

fn person(name: &str) -> Person {
    Person { name: Some(html::line(name)), ..Person::default() }
}

fn labels(text: &str) -> Vec<String> {
    let parts = text.split([',', ';', '，', '；', '、']).map(html::line);
    parts.filter(|part| !part.is_empty()).collect()
}
