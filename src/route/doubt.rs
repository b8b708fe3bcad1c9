//! Rules that cannot do what they say: that never hold, or whose work another rule undoes.

use std::collections::{BTreeSet, HashMap};

use super::{Field, Rule, Scope, Test, When};

/// Pairs of rules that are compared at the most; beyond, doubts may stay unsaid.
const MOST_PAIRS: usize = 2_000_000;

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The rule, by its place among those given.
    pub rule: usize,
    /// The rule that it is at odds with, if there is one.
    pub other: Option<usize>,
    /// What is wrong, without the other rule's name.
    pub what: String,
}

/// A condition as alternatives (one test of each must hold) and as what must not hold.
#[derive(Debug, Default)]
struct Clauses {
    any: Vec<BTreeSet<usize>>,
    none: BTreeSet<usize>,
    /// Whether more is asked than these say.
    more: bool,
}

/// Tests by number.
#[derive(Debug, Default)]
struct Tests {
    numbers: HashMap<Test, usize>,
    tests: Vec<Test>,
}

impl Tests {
    fn number(&mut self, test: &Test) -> usize {
        let test = test.folded();
        if let Some(number) = self.numbers.get(&test) {
            return *number;
        }
        self.tests.push(test.clone());
        let number = self.tests.len() - 1;
        self.numbers.insert(test, number);
        number
    }

    fn all(&self, numbers: &BTreeSet<usize>) -> impl Iterator<Item = &Test> {
        numbers.iter().filter_map(|at| self.tests.get(*at))
    }
}

/// Every doubt about the rules that can be said for certain.
pub fn doubts(rules: &[Rule]) -> Vec<Doubt> {
    let mut tests = Tests::default();
    let clauses: Vec<Clauses> = rules.iter().map(|rule| of_rule(rule, &mut tests)).collect();
    let mut doubts = Vec::new();
    let mut sound = vec![true; rules.len()];
    for (at, (rule, clauses)) in rules.iter().zip(&clauses).enumerate() {
        let why = never(clauses, &tests).or_else(|| dead(&rule.when));
        if let Some(why) = why {
            doubts.push(Doubt { rule: at, other: None, what: format!("it can never hold: {why}") });
            sound.iter_mut().skip(at).take(1).for_each(|sound| *sound = false);
        }
    }
    let pairs = Pairs { rules, clauses: &clauses, tests: &tests, sound: &sound };
    pairs.undone(&mut doubts);
    doubts
}

fn of_rule(rule: &Rule, tests: &mut Tests) -> Clauses {
    let mut clauses = Clauses::default();
    if let Scope::One(source) = &rule.scope {
        let test = Test::Is(Field::Source, source.to_string());
        clauses.any.push(BTreeSet::from([tests.number(&test)]));
    }
    clauses.take(&rule.when, tests);
    clauses
}

impl Clauses {
    fn take(&mut self, when: &When, tests: &mut Tests) {
        match when {
            When::All(all) => all.iter().for_each(|one| self.take(one, tests)),
            When::Test(test) => self.any.push(BTreeSet::from([tests.number(test)])),
            When::Any(any) if any.len() == 1 => any.iter().for_each(|one| self.take(one, tests)),
            When::Any(any) => match plain(any, tests) {
                Some(clause) => self.any.push(clause),
                None => self.more = true,
            },
            When::Not(not) => match &**not {
                When::Test(test) => {
                    self.none.insert(tests.number(test));
                }
                When::Any(any) => match plain(any, tests) {
                    Some(clause) => self.none.extend(clause),
                    None => self.more = true,
                },
                _ => self.more = true,
            },
        }
    }

    /// Whether whatever these hold for, the others hold for too.
    fn implies(&self, other: &Self) -> bool {
        !other.more
            && other.none.is_subset(&self.none)
            && other.any.iter().all(|wide| self.any.iter().any(|one| one.is_subset(wide)))
    }
}

/// Alternatives that are tests, and nothing deeper; one of one test is that test.
fn plain(any: &[When], tests: &mut Tests) -> Option<BTreeSet<usize>> {
    let each = any.iter().map(|one| match one {
        When::Test(test) => Some(tests.number(test)),
        When::All(one) | When::Any(one) => match one.as_slice() {
            [When::Test(test)] => Some(tests.number(test)),
            _ => None,
        },
        When::Not(_) => None,
    });
    each.collect()
}

/// Why no item can meet the clauses.
fn never(clauses: &Clauses, tests: &Tests) -> Option<String> {
    if clauses.any.iter().any(BTreeSet::is_empty) {
        return Some("it asks for one of nothing".to_owned());
    }
    if clauses.any.iter().any(|clause| clause.is_subset(&clauses.none)) {
        return Some("it asks for what it rules out".to_owned());
    }
    for (field, name) in [(Field::Source, "source"), (Field::Medium, "medium")] {
        let names = clauses.any.iter().filter_map(|clause| names(tests, clause, field));
        let common = names.reduce(|a, b| a.intersection(&b).copied().collect());
        if common.is_some_and(|names| names.is_empty()) {
            return Some(format!("an item has one {name} only"));
        }
    }
    let lengths = ranges(clauses, tests, |test| match test {
        Test::Length(from, to) => Some((*from, *to)),
        _ => None,
    });
    let ages = ranges(clauses, tests, |test| match test {
        Test::Age(from, to) => Some((*from, *to)),
        _ => None,
    });
    if lengths {
        return Some("no length is both".to_owned());
    }
    ages.then(|| "no age is both".to_owned())
}

/// The values that a clause leaves to a field, if it speaks of nothing else.
fn names<'t>(
    tests: &'t Tests,
    clause: &BTreeSet<usize>,
    field: Field,
) -> Option<BTreeSet<&'t str>> {
    let each = tests.all(clause).map(|test| match test {
        Test::Is(own, name) if *own == field && !name.contains('*') => Some(name.as_str()),
        _ => None,
    });
    each.collect()
}

/// Whether the ranges that are all asked for have nothing in common.
fn ranges(clauses: &Clauses, tests: &Tests, of: impl Fn(&Test) -> Option<(u64, u64)>) -> bool {
    let (mut from, mut to) = (0, u64::MAX);
    for clause in clauses.any.iter().filter(|clause| clause.len() == 1) {
        if let Some((own_from, own_to)) = tests.all(clause).find_map(&of) {
            from = from.max(own_from);
            to = to.min(own_to);
        }
    }
    from > to
}

/// Why a part of a condition that must hold cannot, by itself.
fn dead(when: &When) -> Option<String> {
    match when {
        When::All(all) => all.iter().find_map(dead),
        When::Any(any) if any.is_empty() => Some("it asks for one of nothing".to_owned()),
        When::Any(any) => {
            let mut reasons = any.iter().map(dead);
            let first = reasons.next().flatten()?;
            reasons.all(|reason| reason.is_some()).then_some(first)
        }
        When::Not(_) => None,
        When::Test(test) => empty(test),
    }
}

/// Why a test holds of nothing.
fn empty(test: &Test) -> Option<String> {
    match test {
        Test::Word(_, word) if super::fold(word).trim_matches(['*', ' ']).is_empty() => {
            Some(format!("there is no word in `{word}`"))
        }
        Test::Found(_, pattern) | Test::Like(_, pattern) if !pattern.is_possible() => {
            Some(format!("nothing matches `{}`", pattern.as_str()))
        }
        Test::Length(from, to) if from > to => Some("no length is both".to_owned()),
        Test::Age(from, to) if from > to => Some("no age is both".to_owned()),
        Test::Is(_, name) if name.trim().is_empty() => Some("a name is never empty".to_owned()),
        _ => None,
    }
}

struct Pairs<'p> {
    rules: &'p [Rule],
    clauses: &'p [Clauses],
    tests: &'p Tests,
    sound: &'p [bool],
}

impl Pairs<'_> {
    /// Rules whose work a dropping rule undoes, as they hold for nothing that it does not.
    fn undone(&self, doubts: &mut Vec<Doubt>) {
        let mut by_test: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut anywhere = Vec::new();
        for at in self.those(|rule| rule.acts.drop) {
            let clauses = self.clauses.get(at).map(|one| one.any.as_slice()).unwrap_or_default();
            match clauses.first() {
                Some(first) => {
                    for test in first {
                        by_test.entry(*test).or_default().push(at);
                    }
                }
                None => anywhere.push(at),
            }
        }
        let only = self.those(|rule| rule.acts.only);
        let mut left = MOST_PAIRS;
        for at in 0..self.rules.len() {
            let Some(own) = self.clauses.get(at).filter(|_| self.is_sound(at)) else { continue };
            let near = own.any.iter().flatten().filter_map(|test| by_test.get(test)).flatten();
            let mut near = near.chain(&anywhere).take(left).inspect(|_| left -= 1);
            if let Some(other) = near.find(|other| self.undoes(**other, at)) {
                let what = "it can do nothing: all that it holds for is dropped".to_owned();
                doubts.push(Doubt { rule: at, other: Some(*other), what });
                continue;
            }
            let mut wanting = only.iter().take(left).inspect(|_| left -= 1);
            if let Some(other) = wanting.find(|other| self.excludes(**other, at)) {
                let what = "it can do nothing: all that it holds for is left out".to_owned();
                doubts.push(Doubt { rule: at, other: Some(*other), what });
            }
        }
    }

    fn those(&self, of: impl Fn(&Rule) -> bool) -> Vec<usize> {
        let all = self.rules.iter().enumerate().filter(|(at, rule)| self.is_sound(*at) && of(rule));
        all.map(|(at, _)| at).collect()
    }

    fn is_sound(&self, at: usize) -> bool {
        self.sound.get(at).copied().unwrap_or(false)
    }

    /// Whether one rule drops all that another holds for. Of two that drop the same, neither is
    /// wrong, unless they say it in the same words.
    fn undoes(&self, other: usize, at: usize) -> bool {
        let (Some(a), Some(b)) = (self.rules.get(at), self.rules.get(other)) else { return false };
        let (Some(own), Some(wide)) = (self.clauses.get(at), self.clauses.get(other)) else {
            return false;
        };
        at != other && !a.acts.drop && covers(&b.scope, &a.scope) && own.implies(wide)
    }

    /// Whether what one rule alone lets through and what another holds for have nothing in
    /// common.
    fn excludes(&self, other: usize, at: usize) -> bool {
        let (Some(a), Some(b)) = (self.rules.get(at), self.rules.get(other)) else { return false };
        let (Some(own), Some(wide)) = (self.clauses.get(at), self.clauses.get(other)) else {
            return false;
        };
        if at == other || a.acts.drop || !covers(&b.scope, &a.scope) {
            return false;
        }
        let both = Clauses {
            any: own.any.iter().chain(&wide.any).cloned().collect(),
            none: own.none.union(&wide.none).copied().collect(),
            more: true,
        };
        never(&both, self.tests).is_some()
    }
}

/// Whether a rule of one scope meets every item that one of the other meets.
fn covers(wide: &Scope, narrow: &Scope) -> bool {
    match (wide, narrow) {
        (Scope::Every, _) | (Scope::Inherited, Scope::Inherited) => true,
        (Scope::One(a), Scope::One(b)) => a == b,
        // Whether the source declines is not known here; what is not certain is not said.
        _ => false,
    }
}
