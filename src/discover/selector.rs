//! A selector that finds just the elements of a group, and that is likely to last.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use super::columns::is_word;
use super::names::{self, Lasting};
use super::outline::Outline;
use super::steps::{Test, holds, inner, tag_cost, tests};

/// Selectors that are tried for one group.
const MOST_TRIES: usize = 600;
/// Elements that are looked at for one group.
const MOST_LOOKS: usize = 400_000;
/// Elements above the items that may stand in the selector.
const HIGHEST: usize = 7;

/// One element of a selector.
#[derive(Clone, Debug)]
struct Step {
    tag: Option<String>,
    tests: Vec<Test>,
    cost: f64,
}

/// Steps from the outermost to the item; the flag says that a step is the parent of the next.
#[derive(Clone, Debug)]
struct Chain(Vec<(Step, bool)>);

/// A selector and how little it is likely to last.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    pub(super) css: String,
    pub(super) cost: f64,
}

/// The selector of a group: finds all of its elements and no other that holds a link.
pub(super) fn of(outline: &Outline<'_>, group: &[usize]) -> Option<Selected> {
    let search =
        Search { outline, group, members: group.iter().copied().collect(), spent: Cell::new(0) };
    let mut best: Option<(f64, Chain)> = None;
    let mut tries = 0;
    search.offer(&mut |chain, extra| {
        tries += 1;
        let cost = chain.cost() + extra;
        if best.as_ref().is_some_and(|(old, _)| *old <= cost) {
            return tries < MOST_TRIES && search.spent.get() < MOST_LOOKS;
        }
        if let Some((chain, more)) = search.exact(chain) {
            let cost = cost + more;
            if best.as_ref().is_none_or(|(old, _)| cost < *old) {
                best = Some((cost, chain));
            }
        }
        tries < MOST_TRIES && search.spent.get() < MOST_LOOKS
    });
    let (cost, chain) = best.or_else(|| search.counted())?;
    Some(Selected { css: chain.to_string(), cost })
}

struct Search<'s, 'p> {
    outline: &'s Outline<'p>,
    group: &'s [usize],
    members: BTreeSet<usize>,
    /// Elements looked at so far.
    spent: Cell<usize>,
}

impl Search<'_, '_> {
    /// Offers chains, the shortest first, until the taker has enough.
    fn offer(&self, take: &mut dyn FnMut(Chain, f64) -> bool) {
        let items = self.steps(self.group);
        for item in &items {
            if !take(Chain(vec![(item.clone(), false)]), 0.0) {
                return;
            }
        }
        let levels = self.levels();
        for (up, level) in levels.iter().enumerate() {
            for outer in self.steps(level) {
                for item in &items {
                    let far = up as f64 * 0.15;
                    let direct = up == 0;
                    let near = Chain(vec![(outer.clone(), direct), (item.clone(), false)]);
                    if !take(near, far) {
                        return;
                    }
                    if direct
                        && !take(Chain(vec![(outer.clone(), false), (item.clone(), false)]), 0.05)
                    {
                        return;
                    }
                }
            }
        }
        self.offer_triples(&items, &levels, take);
    }

    /// Chains of three: something above, the parent, the item.
    fn offer_triples(
        &self,
        items: &[Step],
        levels: &[Vec<usize>],
        take: &mut dyn FnMut(Chain, f64) -> bool,
    ) {
        let Some((parents, above)) = levels.split_first() else { return };
        let parents = self.steps(parents);
        for (up, level) in above.iter().enumerate() {
            for outer in self.steps(level).iter().take(4) {
                for parent in parents.iter().take(4) {
                    for item in items.iter().take(5) {
                        let steps = vec![
                            (outer.clone(), up == 0),
                            (parent.clone(), true),
                            (item.clone(), false),
                        ];
                        if !take(Chain(steps), 0.2 + up as f64 * 0.15) {
                            return;
                        }
                    }
                }
            }
        }
    }

    /// The parents of the group's elements, their parents, and so on.
    fn levels(&self) -> Vec<Vec<usize>> {
        let mut levels = Vec::new();
        let mut level: BTreeSet<usize> = self.members.clone();
        for _ in 0..HIGHEST {
            let up = |index: &usize| self.outline.node(*index).map(|node| node.parent);
            level = level.iter().filter_map(up).collect();
            let tag = level.first().and_then(|first| self.outline.node(*first)).map(|n| n.tag);
            if level.is_empty() || tag == Some("html") {
                break;
            }
            levels.push(level.iter().copied().collect());
        }
        levels
    }

    /// What elements have in common, each as a step, the surest first.
    fn steps(&self, level: &[usize]) -> Vec<Step> {
        let Some(first) = level.first().and_then(|first| self.outline.node(*first)) else {
            return Vec::new();
        };
        let all = |test: &Test| level.iter().all(|index| holds(self.outline, *index, test));
        let same_tag =
            level.iter().all(|at| self.outline.node(*at).is_some_and(|node| node.tag == first.tag));
        let tag = same_tag.then(|| first.tag.to_owned());
        let mut steps = Vec::new();
        if let Some(tag) = &tag {
            steps.push(Step { tag: Some(tag.clone()), tests: Vec::new(), cost: tag_cost(tag) });
        }
        let index = level.first().copied().unwrap_or_default();
        for (test, cost) in tests(self.outline, index) {
            if all(&test) {
                let with_tag =
                    matches!(test, Test::Attribute(..) | Test::Stem(_) | Test::IdStem(_));
                let looks = cost > 2.0;
                let tag = tag.clone().filter(|_| with_tag || looks);
                steps.push(Step { tag, tests: vec![test], cost });
            }
        }
        if let (Some(tag), [one]) = (&tag, level) {
            let nth = self.outline.node(*one).map_or(1, |node| node.nth);
            let tests = vec![Test::Nth(nth)];
            steps.push(Step { tag: Some(tag.clone()), tests, cost: 5.0 });
        }
        steps.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        steps
    }

    /// The chain, refined where it finds more than the group, if that makes it exact.
    fn exact(&self, mut chain: Chain) -> Option<(Chain, f64)> {
        let found = self.found(&chain)?;
        let more: Vec<_> = found.iter().filter(|index| !self.members.contains(index)).collect();
        if found.len() - more.len() != self.members.len() {
            return None;
        }
        let (item, _) = chain.0.last_mut()?;
        let linked = |index: &&&usize| self.outline.node(***index).is_some_and(|n| n.links > 0);
        let linking: Vec<_> = more.iter().filter(linked).collect();
        if more.is_empty() {
            return Some((chain, 0.0));
        }
        if linking.is_empty() {
            item.tests.push(Test::HasLink);
            return Some((chain, 0.1));
        }
        let strangers: Vec<usize> = linking.iter().map(|index| ***index).collect();
        let test = self.refusing(&strangers)?;
        let cost = match &test {
            Test::HasClass(_) | Test::HasTag(_) => 1.5,
            Test::Not(not) if matches!(**not, Test::Named(_)) => 2.0,
            _ => 0.6,
        };
        item.tests.push(test);
        if strangers.len() < more.len() {
            item.tests.push(Test::HasLink);
        }
        Some((chain, cost))
    }

    /// A test that all of the group pass and no stranger.
    fn refusing(&self, strangers: &[usize]) -> Option<Test> {
        let first = strangers.first().copied()?;
        let refuses = |test: &Test| {
            strangers.iter().all(|index| !holds(self.outline, *index, test))
                && self.group.iter().all(|index| holds(self.outline, *index, test))
        };
        let node = self.outline.node(first)?;
        let classes = node.classes.iter().filter(|class| class.len() < 40);
        let classes = classes.filter(|class| names::lasting(class) != Lasting::Generated);
        let not = |test: Test| Test::Not(Box::new(test));
        let unclassed = classes.map(|class| not(Test::Class((*class).to_owned())));
        let inner = self.group.first().into_iter().flat_map(|item| inner(self.outline, *item));
        let attributes = node.element.value().attrs().map(|(name, _)| name);
        let attributes = attributes.filter(|name| !matches!(*name, "class" | "id" | "style"));
        let bare = attributes.filter(|name| is_word(name)).take(6);
        let bare = bare.map(|name| not(Test::Named(name.to_owned())));
        unclassed.chain(inner).chain(bare).find(refuses)
    }

    /// What a chain finds; `None` where that is far more than the group.
    fn found(&self, chain: &Chain) -> Option<Vec<usize>> {
        let (item, _) = chain.0.last()?;
        let most = self.members.len() * 4 + 60;
        let mut found = Vec::new();
        let pool = pool(self.outline, item);
        if pool.len() < self.members.len() {
            return None;
        }
        self.spent.set(self.spent.get() + pool.len());
        for index in pool.iter().copied() {
            if matches(self.outline, &chain.0, index) {
                found.push(index);
                if found.len() > most {
                    return None;
                }
            }
        }
        Some(found)
    }

    /// By counting children from the nearest id or from the body: exact for one parent, and what
    /// is left where nothing has a name.
    fn counted(&self) -> Option<(f64, Chain)> {
        let parents = self.levels().into_iter().next()?;
        let [parent] = parents.as_slice() else { return None };
        let item = self.steps(self.group).into_iter().next()?;
        let mut steps = vec![(item, false)];
        let up = std::iter::once(*parent).chain(self.outline.ancestors(*parent));
        for index in up {
            let node = self.outline.node(index)?;
            let id = node.id.filter(|id| is_word(id));
            let (tests, end) = match (id, node.tag) {
                (Some(id), _) => (vec![Test::Id(id.to_owned())], true),
                (None, "body") => (Vec::new(), true),
                (None, _) => (vec![Test::Nth(node.nth)], false),
            };
            let cost = if end { 0.5 } else { 2.0 };
            steps.push((Step { tag: Some(node.tag.to_owned()), tests, cost }, true));
            if end {
                break;
            }
        }
        steps.reverse();
        let chain = Chain(steps);
        let cost = chain.cost();
        self.exact(chain).map(|(chain, more)| (cost + more, chain))
    }
}

impl Chain {
    fn cost(&self) -> f64 {
        let steps: f64 = self.0.iter().map(|(step, _)| step.cost).sum();
        // A bare tag finds whatever else comes to the page.
        let bare = match self.0.as_slice() {
            [(step, _)] if step.tests.is_empty() => 1.5,
            _ => 0.0,
        };
        steps + 0.5 * self.0.len() as f64 + bare
    }
}

/// The elements among which the last step's finds are.
fn pool<'o>(outline: &'o Outline<'_>, step: &Step) -> &'o [usize] {
    for test in &step.tests {
        if let Test::Class(class) = test {
            return outline.classed(class);
        }
    }
    match &step.tag {
        Some(tag) => outline.tagged(tag),
        None => outline.every(),
    }
}

fn fits(outline: &Outline<'_>, index: usize, step: &Step) -> bool {
    let tag = outline.node(index).map(|node| node.tag);
    step.tag.as_deref().is_none_or(|wanted| tag == Some(wanted))
        && step.tests.iter().all(|test| holds(outline, index, test))
}

/// Whether an element is found by the last step of a chain, given what is above it. As deep as
/// the chain is long.
fn matches(outline: &Outline<'_>, chain: &[(Step, bool)], index: usize) -> bool {
    let Some(((step, _), above)) = chain.split_last() else { return true };
    if !fits(outline, index, step) {
        return false;
    }
    let Some((_, direct)) = above.last() else { return true };
    if *direct {
        return outline.ancestors(index).next().is_some_and(|up| matches(outline, above, up));
    }
    outline.ancestors(index).any(|up| matches(outline, above, up))
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.0.len().saturating_sub(1);
        for (at, (step, direct)) in self.0.iter().enumerate() {
            write!(f, "{step}")?;
            if at < last {
                f.write_str(if *direct { " > " } else { " " })?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag.as_deref().unwrap_or_default())?;
        self.tests.iter().try_for_each(|test| write!(f, "{test}"))
    }
}
