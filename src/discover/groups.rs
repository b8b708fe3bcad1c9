//! Elements that repeat: what could be the items of a list.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::names::{self, Lasting};
use super::outline::Outline;

/// Groups that are looked at closely.
const MOST_GROUPS: usize = 160;

/// Elements that could be the items of one list, in reading order; at least two.
pub(super) type Group = Vec<usize>;

/// The groups of a page that hold the most link text. Elements belong together when their own
/// names and those of all around them are alike, more or less strictly.
pub(super) fn find(outline: &Outline<'_>) -> Vec<Group> {
    let stable = stable(outline);
    let paths = Paths::of(outline, &stable);
    let mut groups: HashMap<u64, Group> = HashMap::new();
    for (index, node) in outline.nodes.iter().enumerate() {
        if node.links == 0 || matches!(node.tag, "html" | "body" | "thead") {
            continue;
        }
        for key in keys(outline, &paths, &stable, index) {
            groups.entry(key).or_default().push(index);
        }
    }
    let mut seen = HashSet::new();
    let mut groups: Vec<_> = groups
        .into_values()
        .filter(|group| group.len() >= 2 && seen.insert(hash(group)))
        .map(|group| (promise(outline, &group), group))
        .collect();
    groups.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    groups.into_iter().take(MOST_GROUPS).map(|(_, group)| group).collect()
}

/// How much there is to a group, before anything is looked at closely.
fn promise(outline: &Outline<'_>, group: &Group) -> usize {
    let each = group.iter().filter_map(|index| outline.node(*index));
    each.map(|node| 4 + node.longest.min(60) + node.text.min(200) / 8).sum()
}

/// The path to each element as a number: with ids and classes, with classes, with tags alone.
struct Paths {
    strict: Vec<u64>,
    classed: Vec<u64>,
    tagged: Vec<u64>,
}

impl Paths {
    fn of(outline: &Outline<'_>, stable: &[Vec<&str>]) -> Self {
        let mut paths = Self { strict: Vec::new(), classed: Vec::new(), tagged: Vec::new() };
        for (index, node) in outline.nodes.iter().enumerate() {
            let classes = stable.get(index);
            let id = node.id.filter(|id| names::lasting(id) != Lasting::Passing);
            let up = |row: &[u64]| row.get(node.parent).filter(|_| index > 0).copied();
            let strict = hash(&(up(&paths.strict), node.tag, classes, id));
            let classed = hash(&(up(&paths.classed), node.tag, classes));
            let tagged = hash(&(up(&paths.tagged), node.tag));
            paths.strict.push(strict);
            paths.classed.push(classed);
            paths.tagged.push(tagged);
        }
        paths
    }
}

/// The classes of each element that do not come and go, in one order.
fn stable<'p>(outline: &Outline<'p>) -> Vec<Vec<&'p str>> {
    let mut known: HashMap<&str, bool> = HashMap::new();
    let each = outline.nodes.iter().map(|node| {
        let mut classes = node.classes.clone();
        classes.retain(|class| {
            *known.entry(class).or_insert_with(|| names::lasting(class) != Lasting::Passing)
        });
        classes.sort_unstable();
        classes
    });
    each.collect()
}

fn keys(outline: &Outline<'_>, paths: &Paths, stable: &[Vec<&str>], index: usize) -> Vec<u64> {
    let Some(node) = outline.node(index) else { return Vec::new() };
    let up = |row: &[u64]| row.get(node.parent).copied().unwrap_or_default();
    let around = [
        (0, node.parent as u64),
        (1, up(&paths.strict)),
        (2, up(&paths.classed)),
        (3, up(&paths.tagged)),
    ];
    let classes = stable.get(index).map(Vec::as_slice).unwrap_or_default();
    let mut keys = Vec::with_capacity(16);
    for around in around {
        keys.push(hash(&(around, node.tag)));
        keys.push(hash(&(around, node.tag, classes)));
        keys.extend(classes.iter().map(|class| hash(&(around, node.tag, class, 1))));
        let stem = node.id.and_then(names::numbered);
        keys.extend(stem.map(|stem| hash(&(around, node.tag, stem, 2))));
    }
    keys
}

/// The same for the same value in every run.
fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
