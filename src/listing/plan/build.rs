//! Records to entries: looks where the plan says, and counts what was missing where.

use std::collections::BTreeMap;

use serde_json_path::JsonPath;
use url::Url;

use super::{Condition, Field, Locate, Pick, Plan, values};
use crate::date;
use crate::html;
use crate::listing::Context;
use crate::model::{Entry, Fault, Instant, Person, Text};
use crate::template::Template;

/// Faults that are told one by one; the rest is counted.
const MOST_FAULTS: usize = 200;

/// What a value is wanted for: an element gives it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::listing) enum Want {
    /// The text on one line.
    Text,
    /// What is inside, as markup.
    Markup,
    /// The address that it leads to.
    Link,
    /// The picture that it shows.
    Image,
    /// The time that it tells.
    Date,
}

impl Want {
    fn of(field: Field) -> Self {
        match field {
            Field::Summary | Field::Body => Self::Markup,
            Field::Link => Self::Link,
            Field::Image => Self::Image,
            Field::Date | Field::Updated => Self::Date,
            _ => Self::Text,
        }
    }

    /// Whether a value may be none of its kind, so that the next one is tried.
    fn is_checked(self) -> bool {
        matches!(self, Self::Link | Self::Image | Self::Date)
    }
}

/// Finds the values of a place in one record or element.
pub(in crate::listing) type Find<'f> = dyn Fn(&Locate, Want) -> Vec<String> + 'f;

/// A value with the place that gave it.
type Value<'p> = (&'p Pick, String);

/// Builds entries from records and counts what was missing where.
pub(in crate::listing) struct Builder<'p> {
    plan: &'p Plan,
    context: Context<'p>,
    entries: Vec<Entry>,
    faults: Vec<Fault>,
    more_faults: usize,
    records: usize,
    skipped: usize,
    found: BTreeMap<Field, usize>,
}

impl<'p> Builder<'p> {
    pub(in crate::listing) fn new(plan: &'p Plan, context: Context<'p>) -> Self {
        let context = Context { base: plan.base.as_ref().or(context.base), ..context };
        Self {
            plan,
            context,
            entries: Vec::new(),
            faults: Vec::new(),
            more_faults: 0,
            records: 0,
            skipped: 0,
            found: BTreeMap::new(),
        }
    }

    /// Reads one record; one without title, link and text is a fault and no entry.
    pub(in crate::listing) fn record(&mut self, find: &Find<'_>) {
        self.records += 1;
        let Plan { only, skip, .. } = self.plan;
        if skip.iter().any(|one| holds(one, find)) || !only.iter().all(|one| holds(one, find)) {
            self.skipped += 1;
            return;
        }
        let before = self.faults.len();
        let mut entry = Entry { vars: self.vars(find), ..Entry::default() };
        for field in self.plan.fields.keys().copied() {
            let values = self.values(field, find, &entry);
            if values.is_empty() {
                if field.is_expected() {
                    self.fault(field.word(), &self.nothing_at(field));
                }
                continue;
            }
            *self.found.entry(field).or_default() += 1;
            self.put(&mut entry, field, &values);
        }
        if let Some(why) = self.lack(&entry) {
            // One fault says it all.
            self.faults.truncate(before);
            self.fault("record", why);
        } else {
            self.entries.push(entry);
        }
    }

    /// What a record lacks to be an entry. In a page, a title alone is a heading or a button.
    fn lack(&self, entry: &Entry) -> Option<&'static str> {
        let nothing = entry.link.is_none() && entry.body.is_none() && entry.summary.is_none();
        let in_page = matches!(self.plan.items.locate, Locate::Select { .. });
        match (nothing, entry.title.is_none()) {
            (true, true) => Some("neither title nor link nor text: left out"),
            (true, false) if in_page && entry.guid.is_none() => {
                Some("neither link nor text: left out")
            }
            _ => None,
        }
    }

    /// Tells that the list has more than is read.
    pub(in crate::listing) fn tell_of_more(&mut self) {
        let what = format!("only the first {} were read", self.records);
        self.faults.push(Fault::new("records", what));
    }

    /// The entries, and the faults with one for each optional field that no record at all had.
    pub(in crate::listing) fn finish(mut self) -> (Vec<Entry>, Vec<Fault>) {
        if self.more_faults > 0 {
            let what = format!("{} more faults of this kind", self.more_faults);
            self.faults.push(Fault::new("records", what));
        }
        if self.records > 0 && self.skipped == self.records {
            let what = format!("`only` and `skip` leave none of {} records", self.records);
            self.faults.push(Fault::new("records", what));
        }
        for field in self.plan.fields.keys().copied().filter(|field| !field.is_expected()) {
            if self.records > self.skipped && !self.found.contains_key(&field) {
                self.faults.push(Fault::new(field.word(), self.nothing_at(field)));
            }
        }
        (self.entries, self.faults)
    }

    fn fault(&mut self, what: &str, why: &str) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault::new(format!("record {}: {what}", self.records), why));
        } else {
            self.more_faults += 1;
        }
    }

    fn nothing_at(&self, field: Field) -> String {
        nothing_at(self.plan.fields.get(&field).map(Vec::as_slice).unwrap_or_default())
    }

    fn vars(&self, find: &Find<'_>) -> BTreeMap<String, String> {
        let values = self.plan.vars.iter().filter_map(|(name, picks)| {
            let value = picks.iter().find_map(|pick| {
                find(&pick.locate, Want::Text).into_iter().find_map(|value| pick.trim(value))
            })?;
            Some((name.clone(), value))
        });
        values.collect()
    }

    /// The values of the first alternative that gives any; of every alternative, where a value
    /// may turn out to be none.
    fn values(&self, field: Field, find: &Find<'_>, known: &Entry) -> Vec<Value<'p>> {
        let plan: &'p Plan = self.plan;
        let picks = plan.fields.get(&field).map(Vec::as_slice).unwrap_or_default();
        let want = Want::of(field);
        let mut all = picks.iter().map(|pick| {
            let values = match &pick.locate {
                Locate::Template(template) => fill(template, want, known, find),
                place => find(place, want),
            };
            let kept = values.into_iter().filter_map(|value| pick.trim(value));
            kept.filter(|value| !value.trim().is_empty())
                .map(|value| (pick, value))
                .collect::<Vec<_>>()
        });
        if want.is_checked() {
            return all.flatten().collect();
        }
        all.find(|values| !values.is_empty()).unwrap_or_default()
    }

    fn put(&mut self, entry: &mut Entry, field: Field, values: &[Value<'_>]) {
        let first = || values.first().map(|(_, value)| value.trim().to_owned());
        let text = || values.first().map(|(pick, value)| text(field, pick, value.trim()));
        match field {
            Field::Guid => entry.guid = first(),
            Field::Title => entry.title = text(),
            Field::Summary => entry.summary = text(),
            Field::Body => entry.body = text(),
            Field::Link => entry.link = self.address(field, values),
            Field::Image => entry.image = self.address(field, values),
            Field::Date => entry.published = self.date(field, values),
            Field::Updated => entry.updated = self.date(field, values),
            Field::Medium => entry.medium = first(),
            Field::Language => entry.language = first(),
            Field::Author => entry.authors = split(values, |_| false).map(person).collect(),
            Field::Label => {
                entry.labels = split(values, |c| ",;，；、".contains(c)).collect();
            }
        }
    }

    /// The first value that is a date.
    fn date(&mut self, field: Field, values: &[Value<'_>]) -> Option<Instant> {
        let Context { now, zone, .. } = self.context;
        let read = |(pick, value): &Value<'_>| {
            let zone = pick.zone.unwrap_or(zone);
            match &pick.format {
                Some(format) => date::parse_format(value.trim(), format, zone),
                None => values::date(value, now, zone),
            }
        };
        let date = values.iter().find_map(read);
        if date.is_none() {
            self.not_one(field, values, "is no date");
        }
        date
    }

    /// The first value that is a web address.
    fn address(&mut self, field: Field, values: &[Value<'_>]) -> Option<String> {
        let base = self.context.base;
        let read = |(pick, value): &Value<'_>| {
            let value = values::of_set(pick, value, base);
            values::web_address(&value, base).map(String::from)
        };
        let address = values.iter().find_map(read);
        if address.is_none() {
            self.not_one(field, values, "is no web address");
        }
        address
    }

    fn not_one(&mut self, field: Field, values: &[Value<'_>], what: &str) {
        let value = values.first().map_or("", |(_, value)| value);
        self.fault(field.word(), &format!("`{}` {what}", html::excerpt(value, 60)));
    }
}

/// The address of the next page, if the list names one other than its own.
pub(in crate::listing) fn next_address(
    plan: &Plan,
    context: &Context<'_>,
    find: &Find<'_>,
) -> Option<Url> {
    let found = plan.next.iter().find_map(|pick| {
        let values = find(&pick.locate, Want::Link).into_iter();
        let mut kept = values.filter_map(|value| pick.trim(value));
        kept.find_map(|value| values::web_address(&value, plan.base.as_ref().or(context.base)))
    })?;
    let without_fragment = |url: &Url| {
        let mut url = url.clone();
        url.set_fragment(None);
        url
    };
    let next = without_fragment(&found);
    (context.base.map(without_fragment).as_ref() != Some(&next)).then_some(next)
}

/// Says of which places nothing came.
fn nothing_at(picks: &[Pick]) -> String {
    let typed: Vec<_> = picks.iter().map(|pick| format!("`{}`", pick.typed)).collect();
    format!("{} matches nothing", typed.join(", "))
}

fn holds(condition: &Condition, find: &Find<'_>) -> bool {
    let Condition { pick, equals } = condition;
    let in_record = matches!(pick.locate, Locate::Path(_));
    let values = find(&pick.locate, Want::Text);
    values.into_iter().filter_map(|value| pick.trim(value)).any(|value| {
        let value = value.trim();
        if equals.is_empty() {
            let nothing = matches!(value, "0" | "false") || (in_record && value.is_empty());
            !nothing
        } else {
            equals.iter().any(|one| one == value)
        }
    })
}

/// Fills a template from the entry's own fields, its vars, then the record's keys.
fn fill(template: &Template, want: Want, known: &Entry, find: &Find<'_>) -> Vec<String> {
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
            find(&Locate::Path(path), Want::Text).into_iter().next()
        })
    };
    let filled = match want {
        Want::Link | Want::Image => template.fill_url(know),
        _ => template.fill(know),
    };
    filled.into_iter().collect()
}

/// A page's text is text and its inside is markup; a record's text is whatever it looks like.
fn text(field: Field, pick: &Pick, value: &str) -> Text {
    match (&pick.locate, Want::of(field)) {
        (Locate::Select { attribute: None, .. }, Want::Markup) => Text::Html(value.to_owned()),
        (Locate::Select { .. }, _) => Text::Plain(value.to_owned()),
        _ => values::text(value.to_owned()),
    }
}

fn person(name: String) -> Person {
    Person { name: Some(name), ..Person::default() }
}

/// Every value by itself, cut where its place says so, or at these characters.
fn split(values: &[Value<'_>], at: fn(char) -> bool) -> impl Iterator<Item = String> {
    let parts = values.iter().flat_map(move |(pick, value)| match &pick.split {
        Some(pattern) => pattern.split(value).map(html::line).collect::<Vec<_>>(),
        None => value.split(at).map(html::line).collect(),
    });
    parts.filter(|part| !part.is_empty())
}
