//! All rules of a site as one machine.

use std::collections::{HashMap, HashSet};

use super::decide::print;
use super::facts::Haystack;
use super::texts::{Patterns, Words};
use super::{Acts, Decision, Facts, Field, Pattern, Rule, Scope, Test, When};
use crate::model::SourceId;

/// Compiled rules.
#[derive(Debug, Default)]
pub struct Router {
    rules: Vec<Compiled>,
    /// How common each test is, by its number; see [`commonness`].
    tests: Vec<usize>,
    words: Words,
    patterns: Patterns,
    names: HashMap<Field, HashMap<String, u32>>,
    /// Names with `*`, by the field and what they begin with.
    globs: HashMap<(Field, Option<char>), Vec<Glob>>,
    likes: Vec<(Field, Pattern, u32)>,
    measures: Vec<(Test, u32)>,
    /// Rules that can hold only where a test does, by the test.
    by_test: Vec<Vec<u32>>,
    /// Rules that may hold anywhere.
    anywhere: Vec<u32>,
}

/// A name with `*` in it, and its test.
type Glob = (String, u32);

/// The numbers of tests.
#[derive(Default)]
struct Numbers(HashMap<Test, u32>);

/// A rule with its tests by number.
#[derive(Debug)]
pub(super) struct Compiled {
    pub name: String,
    holds: Holds,
    /// Whether it does nothing but to keep out what `only` leaves out.
    pub is_rest: bool,
    pub acts: Acts,
    pub print: String,
}

/// A condition over numbered tests.
#[derive(Debug)]
enum Holds {
    All(Vec<Holds>),
    Any(Vec<Holds>),
    Not(Box<Holds>),
    Test(u32),
}

/// Which tests hold of an item.
struct Truth {
    holds: Vec<bool>,
    those: Vec<u32>,
}

impl Truth {
    fn note(&mut self, test: u32) {
        if let Some(holds) = self.holds.get_mut(test as usize).filter(|holds| !**holds) {
            *holds = true;
            self.those.push(test);
        }
    }
}

impl Router {
    /// Compiles rules; sources that decline what others inherit are named.
    pub fn new(rules: Vec<Rule>, declining: &HashSet<SourceId>) -> Self {
        let mut router = Self::default();
        let mut numbers = Numbers::default();
        for rule in rules {
            router.add(rule, declining, &mut numbers);
        }
        router.words.build();
        router.patterns.build();
        router.index();
        router
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.iter().filter(|rule| !rule.is_rest).count()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Memory of the word machine, in bytes, about.
    pub fn memory(&self) -> usize {
        self.words.memory()
    }

    /// What the rules make of an item as its source has it.
    pub fn decide(&self, facts: &Facts<'_>) -> Decision {
        let mut decision = Decision::default();
        if self.rules.is_empty() {
            return decision;
        }
        let truth = self.look(facts);
        let by_test = truth.those.iter().filter_map(|test| self.by_test.get(*test as usize));
        let mut wanted: Vec<u32> = by_test.flatten().chain(&self.anywhere).copied().collect();
        wanted.sort_unstable();
        wanted.dedup();
        for rule in wanted.into_iter().filter_map(|at| self.rules.get(at as usize)) {
            if holds(&rule.holds, &truth.holds) {
                decision.apply(rule, facts.item);
            }
        }
        decision
    }

    fn add(&mut self, rule: Rule, declining: &HashSet<SourceId>, numbers: &mut Numbers) {
        let scope = within(&rule.scope, declining);
        let print = print(&rule);
        let mut compile = |when: When, acts: Acts, is_rest: bool| {
            let holds = self.compiled(&when, numbers);
            let (name, print) = (rule.name.clone(), print.clone());
            self.rules.push(Compiled { name, holds, is_rest, acts, print });
        };
        if rule.acts.only {
            let rest = When::All(vec![scope.clone(), When::Not(Box::new(rule.when.clone()))]);
            compile(rest, Acts { drop: true, ..Acts::default() }, true);
        }
        compile(When::All(vec![scope, rule.when]), rule.acts, false);
    }

    fn compiled(&mut self, when: &When, numbers: &mut Numbers) -> Holds {
        match when {
            When::All(all) => Holds::All(all.iter().map(|w| self.compiled(w, numbers)).collect()),
            When::Any(any) => Holds::Any(any.iter().map(|w| self.compiled(w, numbers)).collect()),
            When::Not(not) => Holds::Not(Box::new(self.compiled(not, numbers))),
            When::Test(test) => {
                let test = test.folded();
                if let Some(number) = numbers.0.get(&test) {
                    return Holds::Test(*number);
                }
                let number = numbers.0.len() as u32;
                self.place(&test, number);
                self.tests.push(commonness(&test));
                numbers.0.insert(test, number);
                Holds::Test(number)
            }
        }
    }

    /// Puts a test where it is looked at.
    fn place(&mut self, test: &Test, number: u32) {
        match test {
            Test::Word(place, word) => self.words.add(*place, word, number),
            Test::Found(place, pattern) => self.patterns.add(*place, pattern, number),
            Test::Like(field, pattern) => self.likes.push((*field, pattern.clone(), number)),
            Test::Is(field, name) if name.contains('*') => {
                let first = name.chars().next().filter(|c| *c != '*');
                self.globs.entry((*field, first)).or_default().push((name.clone(), number));
            }
            Test::Is(field, name) => {
                self.names.entry(*field).or_default().insert(name.clone(), number);
            }
            Test::Length(..) | Test::Age(..) | Test::Enclosure(_) | Test::Image => {
                self.measures.push((test.clone(), number));
            }
        }
    }

    fn index(&mut self) {
        self.by_test = vec![Vec::new(); self.tests.len()];
        for (at, rule) in self.rules.iter().enumerate() {
            let Some(tests) = triggers(&rule.holds, &self.tests) else {
                self.anywhere.push(at as u32);
                continue;
            };
            for test in tests {
                if let Some(rules) = self.by_test.get_mut(test as usize) {
                    rules.push(at as u32);
                }
            }
        }
    }

    fn look(&self, facts: &Facts<'_>) -> Truth {
        let mut truth = Truth { holds: vec![false; self.tests.len()], those: Vec::new() };
        self.words.find(&Haystack::folded(facts), |test| truth.note(test));
        if !self.patterns.is_empty() {
            self.patterns.find(&Haystack::plain(facts), |test| truth.note(test));
        }
        let fields = [Field::Source, Field::Medium, Field::Label, Field::Author, Field::Language];
        for field in fields {
            for value in facts.values(field) {
                self.look_at_name(field, &value, &mut truth);
            }
        }
        for (field, pattern, test) in &self.likes {
            if facts.written(*field).iter().any(|value| pattern.is_in(value)) {
                truth.note(*test);
            }
        }
        let length = facts.length();
        for (test, number) in &self.measures {
            if measured(test, facts, length) {
                truth.note(*number);
            }
        }
        truth
    }

    fn look_at_name(&self, field: Field, value: &str, truth: &mut Truth) {
        if let Some(test) = self.names.get(&field).and_then(|names| names.get(value)) {
            truth.note(*test);
        }
        for first in [value.chars().next(), None] {
            for (glob, test) in self.globs.get(&(field, first)).into_iter().flatten() {
                if is_like(value, glob) {
                    truth.note(*test);
                }
            }
        }
    }
}

/// The condition that an item is one that a rule is for.
fn within(scope: &Scope, declining: &HashSet<SourceId>) -> When {
    let is = |source: &SourceId| When::Test(Test::Is(Field::Source, source.to_string()));
    match scope {
        Scope::Every => When::All(Vec::new()),
        Scope::One(source) => is(source),
        Scope::Inherited => {
            let mut others: Vec<_> = declining.iter().map(is).collect();
            others.sort_by_key(|one| format!("{one:?}"));
            if others.is_empty() {
                When::All(others)
            } else {
                When::Not(Box::new(When::Any(others)))
            }
        }
    }
}

/// How often a test may hold, in no unit: rules are looked at where their rarest tests hold.
fn commonness(test: &Test) -> usize {
    match test {
        Test::Word(_, word) => 1 + 40 / word.chars().count().max(1),
        Test::Is(Field::Source, _) => 50,
        Test::Is(field, name) if *field != Field::Language && !name.contains('*') => 5,
        Test::Found(..) | Test::Like(..) => 20,
        Test::Is(field, _) if *field != Field::Language => 20,
        _ => 10_000,
    }
}

/// Tests of which one holds wherever the condition does: the rarest that are known.
fn triggers(holds: &Holds, common: &[usize]) -> Option<Vec<u32>> {
    let weight = |tests: &Vec<u32>| {
        tests.iter().filter_map(|test| common.get(*test as usize)).sum::<usize>()
    };
    match holds {
        Holds::Test(test) => Some(vec![*test]),
        Holds::All(all) => all.iter().filter_map(|one| triggers(one, common)).min_by_key(weight),
        Holds::Any(any) => {
            let each: Option<Vec<_>> = any.iter().map(|one| triggers(one, common)).collect();
            each.map(|each| each.concat())
        }
        Holds::Not(_) => None,
    }
}

fn holds(condition: &Holds, truth: &[bool]) -> bool {
    match condition {
        Holds::All(all) => all.iter().all(|one| holds(one, truth)),
        Holds::Any(any) => any.iter().any(|one| holds(one, truth)),
        Holds::Not(not) => !holds(not, truth),
        Holds::Test(test) => truth.get(*test as usize).copied().unwrap_or(false),
    }
}

fn measured(test: &Test, facts: &Facts<'_>, length: u64) -> bool {
    match test {
        Test::Length(from, to) => (*from..=*to).contains(&length),
        Test::Age(from, to) => (*from..=*to).contains(&facts.age()),
        Test::Image => facts.item.image.is_some(),
        Test::Enclosure(kind) => facts.item.enclosures.iter().any(|one| {
            let media_type = one.media_type.as_deref().unwrap_or_default();
            kind.is_empty() || media_type.to_ascii_lowercase().starts_with(kind.as_str())
        }),
        _ => false,
    }
}

/// Whether a value has the form of a name with `*` in it.
pub fn is_like(value: &str, glob: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = parts.next().and_then(|first| value.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            match rest.split_once(middle) {
                Some((_, behind)) => rest = behind,
                None => return false,
            }
        }
    }
    last.is_none_or(|last| rest.ends_with(last))
}
