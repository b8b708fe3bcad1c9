//! The conditions of rules: `when = { title = ["a", "b"], not = { source = "x" } }`.
//!
//! All keys of a table must hold; of a list under a key, one value is enough.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::read::{At, Table, nearest};
use super::route::pattern;
use crate::route::{DEEPEST, Field, LONGEST, Pattern, Place, Test, When, fold};

/// What names may refer to.
pub(super) struct Known<'k> {
    pub categories: &'k BTreeSet<String>,
    pub sources: &'k BTreeSet<String>,
}

const PLACES: [(&str, Place); 5] = [
    ("text", Place::Text),
    ("title", Place::Title),
    ("summary", Place::Summary),
    ("body", Place::Body),
    ("link", Place::Link),
];

const FIELDS: [(&str, Field); 5] = [
    ("source", Field::Source),
    ("medium", Field::Medium),
    ("label", Field::Label),
    ("author", Field::Author),
    ("language", Field::Language),
];

/// One value of a field.
enum Value {
    Word(At<String>),
    Pattern(Pattern),
}

/// The condition that a table stands for.
pub(super) fn condition(mut table: Table<'_>, known: &Known<'_>, depth: usize) -> When {
    let mut all = Vec::new();
    if depth >= DEEPEST {
        let what = format!("conditions stand in each other more than {DEEPEST} deep");
        table.marks().add(&table.span, what);
        return When::All(all);
    }
    for (key, place) in PLACES {
        all.extend(alternatives(&mut table, key, |table, value| word(table, place, value)));
    }
    for (key, field) in FIELDS {
        all.extend(alternatives(&mut table, key, |table, value| name(table, field, value, known)));
    }
    all.extend(length(&mut table));
    all.extend(age(&mut table));
    all.extend(enclosure(&mut table));
    all.extend(table.flag("image").map(|wanted| is(wanted, Test::Image)));
    let several = |table: &mut Table<'_>, key: &'static str| {
        let parts = table.has(key).then(|| table.tables(key))?;
        Some(parts.into_iter().map(|one| condition(one, known, depth + 1)).collect::<Vec<_>>())
    };
    all.extend(several(&mut table, "all").map(When::All));
    all.extend(several(&mut table, "any").map(When::Any));
    all.extend(several(&mut table, "not").map(|none| When::Not(Box::new(one_of(none)))));
    table.finish();
    one_or_all(all)
}

fn one_of(mut any: Vec<When>) -> When {
    if any.len() == 1 { any.remove(0) } else { When::Any(any) }
}

fn one_or_all(mut all: Vec<When>) -> When {
    if all.len() == 1 { all.remove(0) } else { When::All(all) }
}

fn is(wanted: bool, test: Test) -> When {
    if wanted { When::Test(test) } else { When::Not(Box::new(When::Test(test))) }
}

fn alternatives(
    table: &mut Table<'_>,
    key: &'static str,
    test: impl Fn(&Table<'_>, Value) -> Option<Test>,
) -> Option<When> {
    let value = table.value(key)?;
    let values: Vec<_> = match value.get_ref().as_array() {
        Some(list) if list.is_empty() => {
            table.marks().add(&value.span(), format!("`{key}` is empty: it can never hold"));
            Vec::new()
        }
        Some(list) => list.iter().filter_map(|one| read(table, key, one)).collect(),
        None => read(table, key, value).into_iter().collect(),
    };
    let tests = values.into_iter().filter_map(|value| test(table, value)).map(When::Test);
    Some(one_of(tests.collect()))
}

/// A word, or a pattern in a table of its own.
fn read<'t>(table: &Table<'t>, key: &str, value: &'t Spanned<DeValue<'t>>) -> Option<Value> {
    let Some(mut own) = table.as_table(key, value) else {
        let text = table.as_string(key, value)?;
        if text.value.chars().count() > LONGEST {
            table.marks().add(&text.span, format!("longer than {LONGEST} characters"));
            return None;
        }
        return Some(Value::Word(text));
    };
    let text = own.required("regex");
    let made = text.and_then(|text| pattern(&own, &text));
    own.finish();
    made.map(Value::Pattern)
}

fn word(table: &Table<'_>, place: Place, value: Value) -> Option<Test> {
    match value {
        Value::Pattern(pattern) => Some(Test::Found(place, pattern)),
        Value::Word(text) => {
            let empty = fold(&text.value).trim_matches(['*', ' ']).is_empty();
            if empty {
                let what = format!("there is no word in `{}`: it can never be found", text.value);
                table.marks().add(&text.span, what);
            }
            (!empty).then(|| Test::Word(place, text.value))
        }
    }
}

fn name(table: &Table<'_>, field: Field, value: Value, known: &Known<'_>) -> Option<Test> {
    match value {
        Value::Pattern(pattern) => Some(Test::Like(field, pattern)),
        Value::Word(text) => {
            if text.value.trim().is_empty() {
                table.marks().add(&text.span, "a name is never empty: it can never hold");
                return None;
            }
            if field == Field::Source {
                known_source(table, &text.value, &text.span, known.sources);
            }
            Some(Test::Is(field, text.value))
        }
    }
}

/// Names a source that is not there.
pub(super) fn known_source(
    table: &Table<'_>,
    name: &str,
    span: &Range<usize>,
    sources: &BTreeSet<String>,
) {
    if is_source(name, sources) {
        return;
    }
    let hint = match nearest(name, sources.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a rule for a source that is not there can never hold".to_owned(),
    };
    table.marks().add_hint(span, format!("there is no source `{name}`"), hint);
}

fn is_source(name: &str, sources: &BTreeSet<String>) -> bool {
    if name.contains('*') {
        return sources.iter().any(|source| crate::route::is_like(source, name));
    }
    sources.contains(name)
}

/// `{ over = 200, under = 5_000 }`, in characters.
fn length(table: &mut Table<'_>) -> Option<When> {
    let mut own = table.table("length")?;
    let over = own.number("over", 0..1 << 40);
    let under = own.number("under", 1..1 << 40);
    range(own, over, under).map(|(from, to)| When::Test(Test::Length(from, to)))
}

/// `{ over = "7d" }`: how long before we first saw it the item was published.
fn age(table: &mut Table<'_>) -> Option<When> {
    let mut own = table.table("age")?;
    let over = own.duration("over").map(|over| over.value.as_secs());
    let under = own.duration("under").map(|under| under.value.as_secs());
    range(own, over, under).map(|(from, to)| When::Test(Test::Age(from, to)))
}

fn range(own: Table<'_>, over: Option<u64>, under: Option<u64>) -> Option<(u64, u64)> {
    let (marks, span) = (own.marks(), own.span.clone());
    if !own.has("over") && !own.has("under") {
        marks.add(&span, "write `over`, `under`, or both");
    }
    own.finish();
    let from = over.map_or(0, |over| over + 1);
    let to = under.map_or(u64::MAX, |under| under.saturating_sub(1));
    if from > to {
        marks.add(&span, "nothing is both: it can never hold");
        return None;
    }
    Some((from, to))
}

/// `true`, `false`, or the beginning of a media type such as `audio/`.
fn enclosure(table: &mut Table<'_>) -> Option<When> {
    let value = table.value("enclosure")?;
    if let Some(wanted) = value.get_ref().as_bool() {
        return Some(is(wanted, Test::Enclosure(String::new())));
    }
    let kind = table.as_string("enclosure", value)?;
    let kind = kind.value.trim_end_matches('*').to_owned();
    Some(When::Test(Test::Enclosure(kind)))
}
