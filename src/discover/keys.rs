//! Which keys of a record are its title, its link, its date and the rest.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use url::Url;

use super::dates::{Clock, is_falling};
use super::outline::width;
use super::rules::Place;
use super::score::Verdict;
use super::{address, names};

/// Records of an array that are looked at.
const SAMPLED: usize = 60;
/// Keys below keys of a record.
const DEEPEST: usize = 3;

/// A key of the records with its value in each.
pub(super) struct Field {
    /// Keys from the record down.
    pub(super) keys: Vec<String>,
    pub(super) values: Vec<Option<String>>,
}

/// The records' keys, and what is known about the page.
pub(super) struct Table<'t> {
    pub(super) fields: Vec<Field>,
    pub(super) links: &'t [Url],
    pub(super) url: &'t Url,
    pub(super) clock: Clock,
}

/// Parts of a record that are about something else.
const OTHERS: &[&str] = &[
    "author",
    "authors",
    "user",
    "category",
    "categories",
    "tag",
    "tags",
    "publisher",
    "image",
    "media",
    "channel",
    "column",
    "source",
    "seo",
    "stats",
];

impl Table<'_> {
    pub(super) fn best(&self, score: impl Fn(&Field) -> f64) -> Option<&Field> {
        let scored = self.fields.iter().map(|field| (score(field), field));
        let best = scored.reduce(|best, next| if next.0 > best.0 + 1e-9 { next } else { best });
        best.filter(|(score, _)| *score > 0.0).map(|(_, field)| field)
    }

    pub(super) fn title(&self) -> Option<&Field> {
        self.best(|field| {
            let count = field.texts().count().max(1) as f64;
            let mean = field.texts().map(width).sum::<usize>() as f64 / count;
            let hint = if field.speaks_of(&["title", "headline", "subject"]) {
                1.0
            } else if field.speaks_of(&["name", "caption", "heading"]) {
                0.5
            } else {
                0.0
            };
            let text = field.texts().filter(|text| is_prose(text)).count() as f64 / count;
            let not = field.speaks_of(&["summary", "description", "digest", "url", "id", "slug"])
                || field.speaks_of(&["content", "body", "html"]);
            if field.distinct() < 0.5 || text < 0.6 || not || field.is_under(OTHERS) {
                return 0.0;
            }
            let length = ((mean - 2.0) / 18.0).clamp(0.05, 1.0);
            let long = if mean > 150.0 { 150.0 / mean } else { 1.0 };
            field.found() * field.distinct() * length * long * (0.3 + hint) - 0.05 * field.deep()
        })
    }

    pub(super) fn link(&self, verdict: &mut Verdict) -> Option<Place> {
        let best = self.best(|field| {
            let count = field.texts().count().max(1) as f64;
            let good = field.texts().filter(|text| self.is_address(text)).count() as f64 / count;
            let hint = field.speaks_of(&["url", "link", "href", "permalink", "uri", "path"]);
            let not = field.speaks_of(&["image", "img", "cover", "thumb", "avatar", "logo", "pic"])
                || field.speaks_of(&["icon", "api", "video", "audio", "comment"]);
            if good < 0.8 || field.distinct() < 0.7 || not || field.is_under(OTHERS) {
                return 0.0;
            }
            let worth: f64 = field
                .texts()
                .filter_map(|text| Some(address::worth(&self.url.join(text).ok()?, self.url)))
                .sum();
            let hint = if hint { 0.6 } else { 0.0 };
            field.found() * field.distinct() * (0.3 + hint + worth / count) - 0.1 * field.deep()
        });
        if let Some(field) = best {
            verdict.add(8.0 * field.found() * field.distinct(), "addresses in the records");
            return Some(Place::new(&field.path(), None));
        }
        self.template(verdict)
    }

    fn is_address(&self, text: &str) -> bool {
        let text = text.trim();
        let picture = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".svg", ".mp4", ".mp3", ".pdf"];
        let lower = text.to_ascii_lowercase();
        let formed = lower.starts_with("http://")
            || lower.starts_with("https://")
            || text.starts_with('/')
            || (text.contains('/') && lower.contains(".htm"));
        let plain = !text.contains(char::is_whitespace) && text.len() < 1_000;
        formed
            && plain
            && !picture.iter().any(|tail| lower.ends_with(tail))
            && self.url.join(text).is_ok()
    }

    /// An address made from a key, in the form of the page's own links.
    fn template(&self, verdict: &mut Verdict) -> Option<Place> {
        let keys = || {
            self.fields.iter().filter(|field| {
                let fits = |text: &str| {
                    text.len() < 120
                        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
                };
                field.keys.len() == 1
                    && field.found() > 0.9
                    && field.distinct() > 0.95
                    && field.texts().all(fits)
                    && field.keys.iter().all(|key| columns_name(key))
            })
        };
        for field in keys() {
            if let Some(template) = self.seen(field) {
                verdict.add(7.0, format!("links of the form `{template}` in the page"));
                return Some(Place::new(&template, None));
            }
        }
        let named = keys()
            .find(|field| field.speaks_of(&["slug", "alias"]))
            .or_else(|| keys().find(|field| field.speaks_of(&["id", "code", "key"])))?;
        let key = named.keys.first()?;
        let folder = self.url.join(if self.url.path().ends_with('/') { "." } else { "./" }).ok()?;
        let own = self.url.path().trim_end_matches('/');
        let last = own.rsplit('/').next().unwrap_or_default();
        let place = if last.contains('.') || own.is_empty() {
            folder.to_string()
        } else {
            let origin = self.url.origin().ascii_serialization();
            format!("{origin}{own}/")
        };
        let template = format!("{}{{{key}}}", place.replace('{', "{{").replace('}', "}}"));
        verdict.add(-3.0, format!("no link is known: `{template}` is a guess"));
        Some(Place::new(&template, None))
    }

    /// The form of the links that hold a field's values.
    fn seen(&self, field: &Field) -> Option<String> {
        let key = field.keys.first()?;
        let mut forms: BTreeMap<String, usize> = BTreeMap::new();
        for text in field.texts().take(12).filter(|text| text.len() >= 2) {
            for link in self.links {
                let address = link.as_str();
                let parts = address.match_indices(text).filter(|(at, _)| {
                    let around = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
                    around(address.get(..*at).and_then(|head| head.chars().next_back()))
                        && around(
                            address.get(at + text.len()..).and_then(|tail| tail.chars().next()),
                        )
                });
                if let Some((at, _)) = parts.last() {
                    let plain = |text: &str| text.replace('{', "{{").replace('}', "}}");
                    let head = plain(address.get(..at).unwrap_or_default());
                    let tail = plain(address.get(at + text.len()..).unwrap_or_default());
                    *forms.entry(format!("{head}{{{key}}}{tail}")).or_default() += 1;
                }
            }
        }
        forms.into_iter().max_by_key(|(_, count)| *count).map(|(form, _)| form)
    }

    pub(super) fn date(&self) -> Option<(&Field, f64)> {
        let share = |field: &Field| {
            let read = field.texts().filter(|text| self.clock.read(text).is_some()).count();
            read as f64 / field.values.len().max(1) as f64
        };
        let best = self.best(|field| {
            let share = share(field);
            if share < 0.5 {
                return 0.0;
            }
            let hint = if field.speaks_of(&["publish", "pubdate", "showtime", "datepublished"]) {
                0.6
            } else if field.speaks_of(&["date", "time", "created", "posted", "ctime"]) {
                0.4
            } else {
                0.0
            };
            let later = field.speaks_of(&["updat", "modif", "mtime", "expire", "deadline", "end"]);
            let later = if later { 0.5 } else { 0.0 };
            share + hint - later - 0.1 * field.deep()
        })?;
        Some((best, share(best)))
    }

    pub(super) fn more(
        &self,
        fields: &mut BTreeMap<&'static str, Vec<Place>>,
        verdict: &mut Verdict,
    ) {
        let summary = self.best(|field| {
            let hint = field.speaks_of(&[
                "summary",
                "description",
                "digest",
                "excerpt",
                "intro",
                "abstract",
                "brief",
                "desc",
            ]);
            let prose = field.texts().filter(|text| width(text) > 24).count() as f64;
            if hint && !field.is_under(OTHERS) {
                prose / field.values.len().max(1) as f64
            } else {
                0.0
            }
        });
        let image = self.best(|field| {
            let hint = field.speaks_of(&["image", "img", "cover", "thumb", "pic", "thumbnail"])
                || field.is_under(&["image", "cover", "thumb"]);
            let good = field.texts().all(|text| text.contains('/') && !text.contains(' '));
            if hint && good { field.found() * field.distinct() - 0.1 * field.deep() } else { 0.0 }
        });
        let medium = self.best(|field| {
            let hint = field.speaks_of(&["medianame", "media_name", "source", "media", "from"]);
            let short = field.texts().all(|text| width(text) <= 40 && is_prose(text));
            if hint && short { field.found() - 0.3 * field.deep() } else { 0.0 }
        });
        let guid = self.best(|field| {
            let hint = field.keys.len() == 1 && field.speaks_of(&["id", "code", "guid", "newsid"]);
            if hint && field.found() > 0.99 && field.distinct() > 0.99 { 1.0 } else { 0.0 }
        });
        let all = [("summary", summary, 4.0), ("image", image, 2.5), ("medium", medium, 0.0)];
        for (word, field, points) in all.into_iter().chain([("guid", guid, 0.0)]) {
            let Some(field) = field else { continue };
            verdict.add(points, format!("records have a {word}"));
            fields.insert(word, vec![Place::new(&field.path(), None)]);
        }
    }
}

pub(super) fn fields(records: &[&Value]) -> Vec<Field> {
    let mut fields: BTreeMap<Vec<String>, Vec<Option<String>>> = BTreeMap::new();
    let step = records.len().div_ceil(SAMPLED).max(1);
    let sampled: Vec<_> = records.iter().step_by(step).collect();
    for (row, record) in sampled.iter().enumerate() {
        let mut open = vec![(Vec::new(), **record)];
        let mut seen = 0;
        while let Some((keys, value)) = open.pop() {
            seen += 1;
            if seen > 300 {
                break;
            }
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Object(map) if keys.len() < DEEPEST => {
                    open.extend(map.iter().map(|(key, one)| {
                        let below = keys.iter().chain([key]).cloned().collect();
                        (below, one)
                    }));
                    continue;
                }
                _ => continue,
            };
            let column = fields.entry(keys).or_insert_with(|| vec![None; sampled.len()]);
            if let Some(cell) = column.get_mut(row) {
                *cell = Some(text).filter(|text| !text.trim().is_empty());
            }
        }
    }
    fields.into_iter().map(|(keys, values)| Field { keys, values }).collect()
}

impl Field {
    pub(super) fn path(&self) -> String {
        self.keys.iter().fold("$".to_owned(), |path, key| below(&path, key))
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.values.iter().flatten().map(String::as_str)
    }

    /// The share of records that have it.
    pub(super) fn found(&self) -> f64 {
        self.texts().count() as f64 / self.values.len().max(1) as f64
    }

    /// The share of values that differ.
    pub(super) fn distinct(&self) -> f64 {
        let distinct: BTreeSet<_> = self.texts().collect();
        distinct.len() as f64 / self.texts().count().max(1) as f64
    }

    /// Whether its key, or one above it, holds one of these words.
    fn speaks_of(&self, words: &[&str]) -> bool {
        let last = self.keys.last().map(String::as_str).unwrap_or_default().to_lowercase();
        words.iter().any(|word| {
            last == *word
                || (word.len() > 3 && last.contains(word))
                || self.keys.last().is_some_and(|key| names::words(key).iter().any(|w| w == word))
        })
    }

    fn is_under(&self, words: &[&str]) -> bool {
        let above = self.keys.iter().rev().skip(1);
        above.flat_map(|key| names::words(key)).any(|word| words.contains(&word.as_str()))
    }

    fn deep(&self) -> f64 {
        self.keys.len() as f64 - 1.0
    }
}

/// A member's path (RFC 9535 §2.5.1), quoted where the key is no plain name.
pub(super) fn below(path: &str, key: &str) -> String {
    let mut chars = key.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain {
        return format!("{path}.{key}");
    }
    let key = key.replace('\\', "\\\\").replace('\'', "\\'");
    format!("{path}['{key}']")
}

/// Whether a key can be named in a template.
fn columns_name(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Words, and no address, number, code or date.
fn is_prose(text: &str) -> bool {
    let wide = text.chars().any(|c| u32::from(c) >= 0x2e80);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let address = text.contains("://") || text.starts_with('/');
    !address && letters >= 2 && (wide || text.contains(' ') || text.len() < 20)
}

pub(super) fn falls(field: &Field, clock: Clock) -> bool {
    let read = |text: &Option<String>| clock.read(text.as_deref()?);
    is_falling(&field.values.iter().map(read).collect::<Vec<_>>())
}
