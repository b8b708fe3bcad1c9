//! The kept blocks as markup: their elements as they stand in the page, with the pictures among them.

use std::collections::HashMap;

use super::blocks::Blocks;
use super::look::Mark;
use super::tag::Tag;
use super::tree::Tree;

/// Of the text around a picture at least this share is kept, or the picture goes.
const AROUND: f32 = 0.5;
/// A table in which one cell holds this share of the text only places it.
const ONE_CELL: f32 = 0.7;

/// Writes the fragment.
pub(super) fn write(tree: &Tree<'_>, blocks: &Blocks, kept: &[bool]) -> String {
    let mut plan = Plan::new(tree, blocks, kept);
    plan.pictures();
    let root = plan.root();
    let layout = plan.layout_tables();
    let mut out = Writer { tree, layout, out: String::new(), open: Vec::new() };
    let end = tree.node(root).end as usize;
    let mut at = if plan.stands_alone(root) { root + 1 } else { root };
    while at < end {
        out.close_until(at);
        at = match plan.part(at) {
            Part::Drop => {
                out.part();
                tree.node(at).end as usize
            }
            Part::Copy => {
                out.out.push_str(tree.raw(at));
                at + 1
            }
            Part::Open => {
                out.enter(at);
                at + 1
            }
        };
    }
    out.close_until(usize::MAX);
    out.out
}

/// What becomes of a node.
enum Part {
    Drop,
    Copy,
    Open,
}

struct Plan<'a> {
    tree: &'a Tree<'a>,
    blocks: &'a Blocks,
    kept: &'a [bool],
    /// For each node whether something of it stays.
    stays: Vec<bool>,
}

impl<'a> Plan<'a> {
    fn new(tree: &'a Tree<'a>, blocks: &'a Blocks, kept: &'a [bool]) -> Self {
        let mut plan = Self { tree, blocks, kept, stays: vec![false; tree.nodes.len()] };
        for (block, keep) in blocks.list.iter().zip(kept) {
            if *keep {
                for index in block.nodes.clone() {
                    let leaf = matches!(
                        tree.node(index as usize).tag,
                        Tag::Text | Tag::Media | Tag::Formula
                    );
                    if leaf {
                        plan.stay(index as usize);
                    }
                }
            }
        }
        plan
    }

    fn stay(&mut self, index: usize) {
        if let Some(stays) = self.stays.get_mut(index) {
            *stays = true;
        }
        let mut at = index;
        while at != 0 {
            at = self.tree.parent(at);
            match self.stays.get_mut(at) {
                Some(stays) if !*stays => *stays = true,
                _ => break,
            }
        }
    }

    /// Keeps the pictures whose surroundings are kept.
    fn pictures(&mut self) {
        let (Some(first), Some(last)) = (self.first_kept(), self.last_kept()) else { return };
        let mut known = HashMap::new();
        for index in 1..self.tree.nodes.len() {
            if self.tree.node(index).tag != Tag::Media || self.stays.get(index) == Some(&true) {
                continue;
            }
            let around = self.around(index);
            let share = *known.entry(around).or_insert_with(|| self.kept_share(around));
            let node = self.tree.node(around);
            let holds_all = around <= first && node.end as usize > last;
            let outermost = matches!(node.tag, Tag::Body | Tag::Html);
            // Before and behind the text only what its own element holds.
            let among = index > first && index < last || holds_all;
            if share >= AROUND && among && !outermost {
                self.stay(index);
            }
        }
    }

    /// The nearest element around a node that holds text.
    fn around(&self, index: usize) -> usize {
        let holds =
            |at: &usize| !self.blocks.within(*at as u32, self.tree.node(*at).end).is_empty();
        self.tree.ancestors(index).find(holds).unwrap_or(0)
    }

    fn kept_share(&self, index: usize) -> f32 {
        let range = self.blocks.within(index as u32, self.tree.node(index).end);
        let (mut kept, mut all) = (0.0, 0.0);
        for at in range {
            let chars = self.blocks.list.get(at).map_or(0.0, |block| block.count.chars);
            all += chars;
            kept += if self.kept.get(at) == Some(&true) { chars } else { 0.0 };
        }
        kept / f32::max(all, 1.0)
    }

    fn first_kept(&self) -> Option<usize> {
        let at = self.kept.iter().position(|keep| *keep)?;
        self.blocks.list.get(at).map(|block| block.nodes.start as usize)
    }

    fn last_kept(&self) -> Option<usize> {
        let at = self.kept.iter().rposition(|keep| *keep)?;
        self.blocks.list.get(at).map(|block| block.nodes.end as usize)
    }

    /// The smallest element that holds all that stays, with the table around it if it is a part of one.
    fn root(&self) -> usize {
        let mut root = 0;
        loop {
            let end = self.tree.node(root).end as usize;
            let mut inside = Vec::new();
            let mut at = root + 1;
            while at < end && inside.len() < 2 {
                if self.stays.get(at) == Some(&true) {
                    inside.push(at);
                }
                at = self.tree.node(at).end as usize;
            }
            match inside.as_slice() {
                [only] if self.tree.node(*only).end as usize > only + 1 => root = *only,
                _ => break,
            }
        }
        let part = |at: &usize| {
            let tag = self.tree.node(*at).tag;
            matches!(tag, Tag::Tbody | Tag::Tr | Tag::Li | Tag::Dd | Tag::Dt) || tag.is_inline()
        };
        let up = std::iter::successors(Some(root), |at| Some(self.tree.parent(*at)));
        up.into_iter().find(|at| *at == 0 || !part(at)).unwrap_or(0)
    }

    /// Whether the tags of the outermost element say nothing.
    fn stands_alone(&self, root: usize) -> bool {
        let tag = self.tree.node(root).tag;
        matches!(
            tag,
            Tag::Article
                | Tag::Aside
                | Tag::Body
                | Tag::Div
                | Tag::Footer
                | Tag::Form
                | Tag::Head
                | Tag::Header
                | Tag::Html
                | Tag::Main
                | Tag::Nav
                | Tag::Other
                | Tag::Section
                | Tag::Span
        ) || tag.is_cell()
    }

    /// Tables that place text on the page rather than order it.
    fn layout_tables(&self) -> Vec<usize> {
        let tables = self.tree.nodes.iter().enumerate().filter(|(_, node)| node.tag == Tag::Table);
        let stays = tables.map(|(at, _)| at).filter(|at| self.stays.get(*at) == Some(&true));
        stays.filter(|table| self.is_layout(*table)).collect()
    }

    fn is_layout(&self, table: usize) -> bool {
        let mut cells: HashMap<usize, f32> = HashMap::new();
        let range = self.blocks.within(table as u32, self.tree.node(table).end);
        for at in range.filter(|at| self.kept.get(*at) == Some(&true)) {
            let Some(block) = self.blocks.list.get(at) else { continue };
            let own = block.container as usize;
            let chain = std::iter::once(own).chain(self.tree.ancestors(own));
            let cells_around = chain.take_while(|at| *at != table);
            let cell = cells_around.filter(|at| self.tree.node(*at).tag.is_cell()).last();
            *cells.entry(cell.unwrap_or(table)).or_default() += block.count.chars;
        }
        let all: f32 = cells.values().sum();
        let most = cells.values().copied().fold(0.0, f32::max);
        cells.len() < 2 || most > all * ONE_CELL && most > 300.0
    }

    fn part(&self, at: usize) -> Part {
        let node = self.tree.node(at);
        let stays = self.stays.get(at) == Some(&true);
        match node.tag {
            Tag::Text if !stays && !self.tree.raw(at).trim_ascii().is_empty() => Part::Drop,
            Tag::Text | Tag::Br | Tag::Hr => Part::Copy,
            Tag::Media | Tag::Formula if stays => Part::Copy,
            _ if stays => Part::Open,
            _ => Part::Drop,
        }
    }
}

struct Writer<'a> {
    tree: &'a Tree<'a>,
    layout: Vec<usize>,
    out: String,
    /// Where open elements end, and their names as written.
    open: Vec<(u32, String)>,
}

impl Writer<'_> {
    fn close_until(&mut self, at: usize) {
        while self.open.last().is_some_and(|(end, _)| *end as usize <= at) {
            let Some((_, name)) = self.open.pop() else { return };
            self.out.push_str("</");
            self.out.push_str(&name);
            self.out.push('>');
        }
    }

    fn enter(&mut self, at: usize) {
        let node = self.tree.node(at);
        let raw = self.tree.raw(at);
        let name = raw.get(1..).unwrap_or_default();
        let end = name.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
        let (name, rest) = name.split_at(end.unwrap_or(name.len()));
        let placed = node.tag == Tag::Other || self.is_layout(at);
        let name = if placed { "div" } else { name };
        self.out.push('<');
        self.out.push_str(name);
        // What is kept is to be seen.
        if node.look.marks & Mark::Hidden.bit() != 0 {
            self.out.push('>');
        } else {
            self.out.push_str(rest.trim_end_matches(['/', '>']));
            self.out.push('>');
        }
        self.open.push((node.end, name.to_owned()));
    }

    fn is_layout(&self, at: usize) -> bool {
        let tag = self.tree.node(at).tag;
        match tag {
            Tag::Table => self.layout.contains(&at),
            Tag::Tbody | Tag::Tr | Tag::Td | Tag::Th => {
                let mut above = self.tree.ancestors(at);
                above
                    .find(|at| self.tree.node(*at).tag == Tag::Table)
                    .is_none_or(|table| self.layout.contains(&table))
            }
            _ => false,
        }
    }

    /// Words on both sides of what is left out stay apart.
    fn part(&mut self) {
        if !self.out.ends_with([' ', '\n', '>']) {
            self.out.push('\n');
        }
    }
}
