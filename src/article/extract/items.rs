//! Elements that stand among others of their kind: entries of a list, cards of a teaser, posts of a thread.

use std::collections::HashMap;

use super::blocks::Blocks;
use super::containers::{Containers, Sum};
use super::tag::Tag;
use super::tree::Tree;
use crate::article::quick::Quick;

/// From so many on they are a series.
const SERIES: f32 = 3.0;
/// Series around a block that are looked at, the nearest first.
const AROUND: usize = 2;
/// Numbers for each.
const EACH: usize = 9;
/// How many numbers [`Items::read`] gives.
pub(super) const WIDTH: usize = AROUND * EACH;

/// Elements of one parent that have tag and class in common.
#[derive(Clone, Copy, Default)]
struct Series {
    count: f32,
    sum: Sum,
}

/// An element's series, and its place in it.
#[derive(Clone, Copy)]
struct Item {
    series: usize,
    nth: f32,
}

/// The series of a page.
pub(super) struct Items {
    series: Vec<Series>,
    of: HashMap<u32, Item, Quick>,
}

impl Items {
    pub(super) fn new(tree: &Tree<'_>, blocks: &Blocks, containers: &Containers) -> Self {
        let mut items = Self { series: Vec::new(), of: HashMap::default() };
        let mut known: HashMap<u64, usize, Quick> = HashMap::default();
        for (index, node) in tree.nodes.iter().enumerate().skip(1) {
            if !is_item(node.tag) {
                continue;
            }
            let sum = containers.of(tree, blocks, index);
            if sum.blocks < 1.0 {
                continue;
            }
            let kind = u64::from(node.look.hash) << 8 | node.tag as u64;
            let key = kind.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(node.parent);
            let series = *known.entry(key).or_insert(items.series.len());
            if series == items.series.len() {
                items.series.push(Series::default());
            }
            let Some(found) = items.series.get_mut(series) else { continue };
            items.of.insert(index as u32, Item { series, nth: found.count });
            found.count += 1.0;
            found.sum.add(sum);
        }
        items
    }

    /// What the series around an element are like; -1 for each that is not there.
    pub(super) fn read(
        &self,
        tree: &Tree<'_>,
        blocks: &Blocks,
        containers: &Containers,
        container: usize,
    ) -> [f32; WIDTH] {
        let mut all = [-1.0; WIDTH];
        let mut rooms = all.chunks_exact_mut(EACH);
        let chain = std::iter::once(container).chain(tree.ancestors(container));
        for (depth, index) in chain.enumerate() {
            let Some((item, series)) = self.series(index) else { continue };
            let Some(room) = rooms.next() else { break };
            let own = containers.of(tree, blocks, index);
            let each = series.sum.chars / series.count;
            room.copy_from_slice(&[
                depth as f32,
                series.count,
                item.nth,
                item.nth / series.count,
                each,
                series.sum.blocks / series.count,
                series.sum.linked / series.sum.chars.max(1.0),
                series.sum.sentences / series.count,
                own.chars / each.max(1.0),
            ]);
        }
        all
    }

    fn series(&self, index: usize) -> Option<(Item, Series)> {
        let item = *self.of.get(&(index as u32))?;
        let series = *self.series.get(item.series)?;
        (series.count >= SERIES).then_some((item, series))
    }
}

/// Paragraphs and headings are a series wherever there is text.
fn is_item(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Article
            | Tag::Blockquote
            | Tag::Dd
            | Tag::Div
            | Tag::Figure
            | Tag::Li
            | Tag::Other
            | Tag::Section
            | Tag::Table
            | Tag::Td
            | Tag::Tr
            | Tag::Ul
            | Tag::Ol
    )
}
