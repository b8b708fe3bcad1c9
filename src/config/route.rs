//! Rules for items: `[[rule]]`, `[[defaults.rule]]`, `[[source.rule]]`, and what draws items into
//! a `[[category]]`.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use super::read::{At, Table};
use super::source::{known_categories, templates};
use super::when::{self, Known};
use crate::model::{CategoryId, SourceId};
use crate::route::{
    self, Acts, By, Field, IN_VAIN, In, Limit, MOST_COSTLY, MOST_MEMORY, MOST_TESTS, NoPattern,
    Pattern, Place, Rewrite, Rule, Scope, Test, When,
};

/// Rules as they stand in the settings, and who declines those of the defaults.
#[derive(Default)]
pub(super) struct Found {
    pub rules: Vec<Rule>,
    pub declining: HashSet<SourceId>,
    spans: Vec<Range<usize>>,
    /// Whether nothing was wrong in the rule itself.
    good: Vec<bool>,
}

impl Found {
    pub fn push(&mut self, rule: Rule, span: Range<usize>, good: bool) {
        self.rules.push(rule);
        self.spans.push(span);
        self.good.push(good);
    }
}

/// Every rule of the settings; those of categories were found with these.
pub(super) fn rules(
    root: &mut Table<'_>,
    mut found: Found,
    categories: &BTreeSet<String>,
) -> Found {
    let sources: BTreeSet<String> = ids(root).into_iter().map(|(_, id)| id).collect();
    let known = Known { categories, sources: &sources };
    for (at, table) in root.tables("rule").into_iter().enumerate() {
        found.take(table, Scope::Every, &format!("rule {}", at + 1), &known);
    }
    let inherited = root.table("defaults").map(|mut table| table.tables("rule"));
    for (at, table) in inherited.into_iter().flatten().enumerate() {
        found.take(table, Scope::Inherited, &format!("default rule {}", at + 1), &known);
    }
    for (mut table, id) in ids(root) {
        let id = SourceId::new(id);
        if table.flag("inherit_rules") == Some(false) {
            found.declining.insert(id.clone());
        }
        for (at, table) in table.tables("rule").into_iter().enumerate() {
            let name = format!("rule {} of {id}", at + 1);
            found.take(table, Scope::One(id.clone()), &name, &known);
        }
    }
    found.bound(root);
    found.doubt(root);
    found
}

/// Rules beside those of the settings, which know what these name.
pub(super) fn more(root: &mut Table<'_>, settings: &super::Settings) -> Vec<Rule> {
    let categories = settings.categories.iter().map(|one| one.id.to_string()).collect();
    let sources = settings.sources.iter().map(|one| one.id.to_string()).collect();
    let known = Known { categories: &categories, sources: &sources };
    let mut found = Found::default();
    for (at, table) in root.tables("rule").into_iter().enumerate() {
        let name = if at == 0 { "this rule".to_owned() } else { format!("rule {}", at + 1) };
        found.take(table, Scope::Every, &name, &known);
    }
    found.doubt(root);
    found.rules
}

/// The tables of sources that have an id.
pub(super) fn ids<'t>(root: &mut Table<'t>) -> Vec<(Table<'t>, String)> {
    let Some(list) = root.value("source").and_then(|value| value.get_ref().as_array()) else {
        let one = root.value("source").filter(|value| value.get_ref().is_table());
        let one = one.and_then(|value| root.as_table("source", value));
        return one.into_iter().filter_map(with_id).collect();
    };
    list.iter().filter_map(|one| root.as_table("source", one)).filter_map(with_id).collect()
}

fn with_id(table: Table<'_>) -> Option<(Table<'_>, String)> {
    let id = table.peek_strings("id")?.pop()?.value;
    Some((table, id))
}

impl Found {
    fn take(&mut self, mut table: Table<'_>, scope: Scope, number: &str, known: &Known<'_>) {
        let (marks, span) = (table.marks(), table.span.clone());
        let before = marks.len();
        let name = table.required_if_there("name").map_or_else(|| number.to_owned(), |n| n.value);
        let when = match table.table("when") {
            Some(own) => when::condition(own, known, 0),
            None => When::All(Vec::new()),
        };
        let acts = acts(&mut table, known);
        if acts == Acts::default() && marks.len() == before {
            let hint = "give it `add`, `drop`, `only`, `hold`, `title` or `limit`";
            marks.add_hint(&span, "the rule does nothing", hint);
        }
        contradictions(&table, &acts);
        table.finish();
        let good = marks.len() == before;
        self.push(Rule { name, scope, when, acts }, span, good);
    }

    /// Names the rule with which there are more tests than may be.
    fn bound(&self, root: &Table<'_>) {
        let (mut tests, mut costly) = (0, 0);
        for (rule, span) in self.rules.iter().zip(&self.spans) {
            let before = (tests > MOST_TESTS, costly > MOST_COSTLY);
            let own = rule.when.tests();
            let is_costly = |test: &&&Test| match test {
                Test::Found(_, pattern) | Test::Like(_, pattern) => pattern.is_costly(),
                _ => false,
            };
            costly += own.iter().filter(is_costly).count();
            tests += own.len();
            if tests > MOST_TESTS && !before.0 {
                let what = format!("more than {MOST_TESTS} tests in all rules together");
                root.marks().add(span, what);
            }
            if costly > MOST_COSTLY && !before.1 {
                let what = format!("more than {MOST_COSTLY} patterns that may match anywhere");
                let hint = "patterns are cheap where three letters in a row must be in the text";
                root.marks().add_hint(span, what, hint);
            }
        }
    }

    /// Names rules that can do nothing, unless something else is wrong with them.
    fn doubt(&self, root: &Table<'_>) {
        for doubt in route::doubts(&self.rules) {
            let span = self.spans.get(doubt.rule).cloned().unwrap_or_default();
            let good = |at: usize| self.good.get(at).copied().unwrap_or(false);
            if !good(doubt.rule) || doubt.other.is_some_and(|other| !good(other)) {
                continue;
            }
            let name = |at: usize| self.rules.get(at).map_or("", |rule| rule.name.as_str());
            let what = match doubt.other {
                Some(other) => {
                    format!("`{}`: {}, by `{}`", name(doubt.rule), doubt.what, name(other))
                }
                None => format!("`{}`: {}", name(doubt.rule), doubt.what),
            };
            root.marks().add(&span, what);
        }
    }
}

fn contradictions(table: &Table<'_>, acts: &Acts) {
    let publishes = !acts.add.is_empty() || acts.title.is_some() || acts.limit.is_some();
    if acts.drop && (publishes || acts.hold || acts.only) {
        let what = "the rule drops what it holds for, so that nothing else it says can matter";
        table.marks().add_hint(&table.span, what, "make two rules of it");
    }
}

fn acts(table: &mut Table<'_>, known: &Known<'_>) -> Acts {
    known_categories(table, "add", known.categories);
    let add = table.strings("add").unwrap_or_default();
    Acts {
        add: templates(table, "add", &add),
        drop: table.flag("drop").unwrap_or(false),
        only: table.flag("only").unwrap_or(false),
        hold: table.flag("hold").unwrap_or(false),
        title: title(table),
        limit: limit(table),
    }
}

fn title(table: &mut Table<'_>) -> Option<Rewrite> {
    let mut table = table.table("title")?;
    let pattern = table.required("replace").and_then(|text| pattern(&table, &text));
    let with = table.string("with");
    if let (Some(pattern), Some(with)) = (&pattern, &with) {
        for group in groups(&with.value).filter(|group| !pattern.has_group(group)) {
            let what = format!("`replace` has no group `{group}`, which `with` names");
            table.marks().add_hint(&with.span, what, "write `$$` for a `$`, `${1}` before letters");
        }
    }
    table.finish();
    Some(Rewrite { pattern: pattern?, with: with.map(|text| text.value).unwrap_or_default() })
}

/// The groups that a replacement names: `$1`, `$name`, `${name}`.
fn groups(with: &str) -> impl Iterator<Item = &str> {
    let mut rest = with;
    std::iter::from_fn(move || {
        loop {
            let (_, behind) = rest.split_once('$')?;
            rest = behind;
            if let Some(behind) = rest.strip_prefix('$') {
                rest = behind;
                continue;
            }
            let bare = rest.strip_prefix('{').and_then(|inside| inside.split_once('}'));
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let name = bare.map_or(rest.get(..end.unwrap_or(rest.len())), |(name, _)| Some(name));
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                return Some(name);
            }
        }
    })
}

/// What makes patterns smaller.
const SMALLER: &str = "`\\w` and `.{0,99}` are large: write `[a-z]`, or fewer repetitions";

/// A pattern that compiles and can be found. When all together are too large, no more are made.
pub(super) fn pattern(table: &Table<'_>, text: &At<String>) -> Option<Pattern> {
    let marks = table.marks();
    let before = marks.spend(0);
    if before > MOST_MEMORY {
        return None;
    }
    let made = Pattern::new(&text.value);
    match &made {
        Err(why @ NoPattern::Wrong(_)) => {
            marks.add(&text.span, format!("`{}` is no pattern: {why}", text.value));
        }
        Err(why @ NoPattern::Large(_)) => {
            let what = format!("`{}` is too large: {why}", text.value);
            marks.add_hint(&text.span, what, SMALLER);
        }
        Ok(_) => {}
    }
    if marks.spend(made.as_ref().map_or(IN_VAIN, Pattern::size)) > MOST_MEMORY {
        let what = format!(
            "all patterns up to here need more than {MOST_MEMORY} bytes: no more are looked at"
        );
        marks.add_hint(&text.span, what, SMALLER);
    }
    let made = made.ok()?;
    if !made.is_possible() {
        marks.add(&text.span, format!("nothing matches `{}`", text.value));
    }
    made.is_possible().then_some(made)
}

fn limit(table: &mut Table<'_>) -> Option<Limit> {
    let mut table = table.table("limit")?;
    if !table.has("most") {
        table.marks().add_hint(
            &table.span,
            "`limit` needs `most`",
            "write `most = 5, per = \"1h\"`",
        );
    }
    let most = table.number("most", 1..1_000_001);
    let per = table.duration("per").map_or(3_600, |per| per.value.as_secs().max(60));
    let by = table.string("by").map_or(By::Source, |text| match text.value.as_str() {
        "source" => By::Source,
        "medium" => By::Medium,
        "all" => By::All,
        other => {
            let what = format!("`by` has no meaning as `{other}`");
            table.marks().add_hint(&text.span, what, "write `source`, `medium` or `all`");
            By::Source
        }
    });
    table.finish();
    Some(Limit { most: most?, per: std::time::Duration::from_secs(per), by })
}

/// What draws items into a category: any of its words, its condition, its query.
pub(super) fn drawing(
    table: &mut Table<'_>,
    id: Option<&CategoryId>,
    sources: &BTreeSet<String>,
) -> (Option<Rule>, Option<At<String>>) {
    let words = table.strings("any").unwrap_or_default();
    let says_nothing = |word: &At<String>| word.value.trim_matches(['*', ' ']).is_empty();
    if table.has("any") && words.iter().all(says_nothing) {
        table.marks().add(&table.span, "there is no word in `any`: it draws nothing");
    }
    let mut any: Vec<When> =
        words.into_iter().map(|word| When::Test(Test::Word(Place::Text, word.value))).collect();
    any.retain(|one| !matches!(one, When::Test(Test::Word(_, word)) if word.trim().is_empty()));
    let none = BTreeSet::new();
    let known = Known { categories: &none, sources };
    if let Some(own) = table.table("when") {
        any.push(when::condition(own, &known, 0));
    }
    let query = table.string("query");
    match query.as_ref().map(|text| (text, route::query(&text.value))) {
        Some((text, Ok(query))) => {
            let names = query.any.iter().flatten().chain(&query.none);
            let names = names.filter(|term| term.within == In::Field(Field::Source));
            for name in names {
                when::known_source(table, &name.text, &text.span, sources);
            }
            any.push(query.when());
        }
        Some((text, Err(why))) => {
            let what = format!("`{}` is no query: {why}", text.value);
            table.marks().add_hint(
                &text.span,
                what,
                "write words, `\"a phrase\"`, `a OR b`, `-not`",
            );
        }
        None => {}
    }
    let rule = id.filter(|_| !any.is_empty()).and_then(|id| {
        let name = id.as_str().replace('{', "{{").replace('}', "}}");
        let template = crate::template::Template::parse(&name).ok()?;
        Some(Rule {
            name: format!("category {id}"),
            scope: Scope::Every,
            when: When::Any(any),
            acts: Acts { add: vec![template], ..Acts::default() },
        })
    });
    (rule, query)
}
