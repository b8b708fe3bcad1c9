//! The tables about what is polled: `[defaults]` and `[[source]]`.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use url::Url;

pub use super::access::Access;
use super::every::every;
use super::list;
use super::read::{At, Table, nearest};
use super::site::{language, web_address, zone};
use super::{OnChange, stories};
use crate::article::{RawRules, Rules};
use crate::listing::{first::Place, plan::Plan, sitemap};
use crate::model::SourceId;
use crate::schedule::Rhythm;
use crate::template::Template;

/// What we poll.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub id: SourceId,
    /// What it is called in public.
    pub title: Option<String>,
    /// The site behind it.
    pub home: Option<Url>,
    /// Its lists, at least one.
    pub lists: Vec<List>,
    /// Our rhythm.
    pub every: Rhythm,
    /// Whether it is left alone unless it is named.
    pub paused: bool,
    /// Whether the article is fetched for each entry.
    pub full_text: bool,
    /// Where its items belong: names, or templates such as `{medium}`.
    pub categories: Vec<Template>,
    /// Zone of dates that have none.
    pub zone: Tz,
    /// Language of items that name none.
    pub language: Option<String>,
    /// Encoding, if the operator knows better than the server.
    pub charset: Option<String>,
    /// The medium of all its items.
    pub medium: Option<String>,
    /// Address of the detail page, if it is not the entry's link.
    pub article_url: Option<Template>,
    /// How to read an article.
    pub article: Rules,
    /// How to ask.
    pub access: Access,
    /// What becomes of its changed items; without it, what their categories say.
    pub on_change: Option<OnChange>,
    /// More new entries at once are held, once it is known.
    pub most_new: u32,
    /// Whether its items may be united with those of other sources.
    pub stories: bool,
}

/// One list of a source.
#[derive(Clone, Debug)]
pub struct List {
    /// Its name: `main`, or as given.
    pub name: String,
    /// What a first page tells before the list itself is asked for.
    pub first: Option<First>,
    /// Its addresses; `{page}`, `{cursor}`, `{now}` (epoch milliseconds) and the values of the
    /// first page are filled in.
    pub urls: Vec<Template>,
    /// The body of a POST; without one it is a GET.
    pub body: Option<Template>,
    /// Extra headers of this list; values of the first page are filled in.
    pub headers: Vec<(String, String)>,
    /// How it is read.
    pub form: Form,
    /// How many pages it has.
    pub pages: Pages,
    /// Where its items belong besides.
    pub categories: Vec<Template>,
}

/// The first step of a list in two.
#[derive(Clone, Debug)]
pub struct First {
    /// Address of the first page; `{now}` is filled in.
    pub url: Template,
    /// Where it tells which value, by the value's name.
    pub values: BTreeMap<String, Vec<Place>>,
}

/// How a list is read.
#[derive(Clone, Debug)]
pub enum Form {
    /// RSS, Atom, JSON Feed.
    Feed,
    /// JSON by paths.
    Api(Box<Plan>),
    /// HTML by selectors.
    Page(Box<Plan>),
    /// A sitemap, or an index of them.
    Sitemap(Box<sitemap::Plan>),
}

/// How a list is paged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pages {
    /// It is not.
    One,
    /// By number, from `first`, `most` pages at the most.
    Numbered {
        /// Number of the first page.
        first: u64,
        /// From one page to the next.
        step: u64,
        /// Most pages of a visit.
        most: u64,
    },
    /// By a cursor that each page gives for the next.
    Cursor {
        /// Most pages of a visit.
        most: u64,
    },
    /// By the address of the next page, which each page gives.
    Linked {
        /// Most pages of a visit.
        most: u64,
    },
}

/// What sources inherit.
#[derive(Clone)]
pub(super) struct Defaults {
    every: Rhythm,
    full_text: bool,
    categories: Vec<Template>,
    zone: Tz,
    /// The site's zone, in which times of day are meant.
    site: Tz,
    language: Option<String>,
    access: Access,
    on_change: Option<OnChange>,
    most_new: u32,
    stories: bool,
}

/// New entries of a known source that are believed at once.
const MOST_NEW: u32 = 20;

impl Defaults {
    fn plain(zone: Tz) -> Self {
        Self {
            every: Rhythm::Auto,
            full_text: false,
            categories: Vec::new(),
            zone,
            site: zone,
            language: None,
            access: Access::plain(),
            on_change: None,
            most_new: MOST_NEW,
            stories: true,
        }
    }

    /// The keys that `[defaults]` and `[[source]]` share, laid over what is inherited.
    fn overlaid(&self, table: &mut Table<'_>) -> Self {
        let mut own = self.clone();
        own.every = every(table, own.site).unwrap_or(own.every);
        own.full_text = table.flag("full_text").unwrap_or(own.full_text);
        if let Some(names) = table.strings("categories") {
            own.categories = templates(table, "categories", &names);
        }
        own.zone = zone(table).unwrap_or(own.zone);
        own.language = language(table).or(own.language);
        own.access.overlay(table);
        own.on_change = stories::on_change(table).or(own.on_change);
        if let Some(most) = table.number("most_new", 1..1_000_001) {
            own.most_new = most as u32;
        }
        own.stories = table.flag("stories").unwrap_or(own.stories);
        own
    }
}

pub(super) fn template(table: &Table<'_>, key: &str, text: &At<String>) -> Option<Template> {
    let template = Template::parse(&text.value);
    if let Err(why) = &template {
        table.marks().add(&text.span, format!("`{key}`: {why}"));
    }
    template.ok()
}

pub(super) fn templates(table: &Table<'_>, key: &str, texts: &[At<String>]) -> Vec<Template> {
    texts.iter().filter_map(|text| template(table, key, text)).collect()
}

pub(super) fn defaults(root: &mut Table<'_>, zone: Tz, categories: &BTreeSet<String>) -> Defaults {
    let plain = Defaults::plain(zone);
    let Some(mut table) = root.table("defaults") else { return plain };
    let defaults = plain.overlaid(&mut table);
    table.value("rule");
    table.value("keep");
    known_categories(&table, "categories", categories);
    table.finish();
    defaults
}

pub(super) fn sources(
    root: &mut Table<'_>,
    defaults: &Defaults,
    categories: &BTreeSet<String>,
) -> Vec<Source> {
    let mut seen = BTreeSet::new();
    let mut sources = Vec::new();
    for table in root.tables("source") {
        let marks = table.marks();
        if let Some((source, id)) = source(table, defaults, categories) {
            if !seen.insert(source.id.clone()) {
                marks.add(&id.span, format!("there is a source `{}` already", source.id));
            }
            sources.push(source);
        }
    }
    sources
}

fn source(
    mut table: Table<'_>,
    defaults: &Defaults,
    categories: &BTreeSet<String>,
) -> Option<(Source, At<String>)> {
    let id = table.required("id").filter(|id| is_source_id(&table, id));
    let title = table.string("title").map(|text| text.value);
    let home = table.string("home").and_then(|text| web_address(&table, "home", &text));
    let medium = table.string("medium").map(|text| text.value);
    let charset = charset(&mut table);
    let paused = table.flag("paused").unwrap_or(false);
    let own = defaults.overlaid(&mut table);
    known_categories(&table, "categories", categories);
    let lists = list::lists(&mut table, categories, own.full_text);
    // Read with all other rules.
    for key in ["rule", "inherit_rules", "keep"] {
        table.value(key);
    }
    let (article_url, article) = article(&mut table);
    table.finish();
    let id = id?;
    let source = Source {
        id: SourceId::new(id.value.clone()),
        title,
        home,
        lists: lists?,
        every: own.every,
        paused,
        full_text: own.full_text,
        categories: own.categories,
        zone: own.zone,
        language: own.language,
        charset,
        medium,
        article_url,
        article: article?,
        access: own.access,
        on_change: own.on_change,
        most_new: own.most_new,
        stories: own.stories,
    };
    Some((source, id))
}

/// A label of an encoding (WHATWG Encoding §4.2).
fn charset(table: &mut Table<'_>) -> Option<String> {
    let text = table.string("charset")?;
    if encoding_rs::Encoding::for_label(text.value.as_bytes()).is_none() {
        let what = format!("`{}` is no charset", text.value);
        let known = ["utf-8", "gb18030", "gbk", "gb2312", "big5", "shift_jis", "euc-jp", "euc-kr"];
        let more = ["iso-2022-jp", "windows-1252", "windows-1251", "iso-8859-1", "koi8-r"];
        let hint = match nearest(&text.value, known.into_iter().chain(more)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write a label such as {}", known.map(|l| format!("`{l}`")).join(", ")),
        };
        table.marks().add_hint(&text.span, what, hint);
    }
    Some(text.value)
}

fn is_source_id(table: &Table<'_>, id: &At<String>) -> bool {
    let good = id.value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        && id.value.len() <= 64;
    if !good {
        let what = format!("`{}` is no name for a source", id.value);
        table.marks().add_hint(&id.span, what, "letters, digits, `-`, `_` and `.`, up to 64");
    }
    good
}

/// The names that an item can fill in.
fn known_names(table: &Table<'_>, key: &str, text: &At<String>) {
    const NAMES: [&str; 5] = ["medium", "label", "author", "source", "language"];
    let Ok(template) = Template::parse(&text.value) else { return };
    for name in template.names().filter(|name| !NAMES.contains(name)) {
        let what = format!("`{key}` has no place `{{{name}}}`");
        let hint = match nearest(name, NAMES) {
            Some(near) => format!("did you mean `{{{near}}}`?"),
            None => "known: {medium}, {label}, {author}, {source}, {language}".to_owned(),
        };
        table.marks().add_hint(&text.span, what, hint);
    }
}

/// A fixed name must be a `[[category]]`; a template makes its categories as they appear.
pub(super) fn known_categories(table: &Table<'_>, key: &str, known: &BTreeSet<String>) {
    let Some(values) = table.peek_strings(key) else { return };
    for name in values {
        if name.value.contains('{') {
            known_names(table, key, &name);
            continue;
        }
        if known.contains(&name.value) {
            continue;
        }
        let what = format!("there is no category `{}`", name.value);
        let hint = match nearest(&name.value, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("add [[category]] with id = \"{}\"", name.value),
        };
        table.marks().add_hint(&name.span, what, hint);
    }
}

fn article(table: &mut Table<'_>) -> (Option<Template>, Option<Rules>) {
    let Some(mut table) = table.table("article") else { return (None, Some(Rules::default())) };
    let url = table.string("url").and_then(|text| template(&table, "url", &text));
    let lists = ["body", "remove", "unwrap", "stop_at"];
    let [body, remove, unwrap, stop_at] = lists.map(|key| table.strings(key).unwrap_or_default());
    let medium = table.string("medium");
    let json = table.string("json");
    let values = |texts: &[At<String>]| texts.iter().map(|text| text.value.clone()).collect();
    let raw = RawRules {
        body: values(&body),
        remove: values(&remove),
        unwrap: values(&unwrap),
        stop_at: values(&stop_at),
        medium: medium.as_ref().map(|text| text.value.clone()),
        json: json.as_ref().map(|text| text.value.clone()),
    };
    let rules = Rules::compile(&raw).map_err(|faults| {
        for bad in faults {
            let texts = match bad.field {
                "body" => body.get(bad.index),
                "remove" => remove.get(bad.index),
                "unwrap" => unwrap.get(bad.index),
                "stop_at" => stop_at.get(bad.index),
                "medium" => medium.as_ref(),
                _ => json.as_ref(),
            };
            let span = texts.map_or_else(|| table.span.clone(), |text| text.span.clone());
            table.marks().add(&span, format!("`{}`: `{}`: {}", bad.field, bad.value, bad.why));
        }
    });
    table.finish();
    (url, rules.ok())
}

pub(super) fn bare(url: &Url, zone: Tz) -> Source {
    let defaults = Defaults::plain(zone);
    let id = url.host_str().unwrap_or("address").to_owned();
    Source {
        id: SourceId::new(id),
        title: None,
        home: None,
        lists: vec![list::feed_at(url)],
        every: defaults.every,
        paused: false,
        full_text: false,
        categories: Vec::new(),
        zone,
        language: None,
        charset: None,
        medium: None,
        article_url: None,
        article: Rules::default(),
        access: Access::plain(),
        on_change: None,
        most_new: defaults.most_new,
        stories: true,
    }
}
