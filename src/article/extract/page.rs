//! What holds for a whole page: where its title stands, what it says its text is, what is repeated.

use std::collections::{HashMap, HashSet};

use super::blocks::{self, Blocks};
use super::containers::Containers;
use super::headings;
use super::items::Items;
use super::look::{self, Mark};
use super::said::{self, Said};
use super::tag::Tag;
use super::tree::Tree;
use super::words;
use crate::article::quick::Quick;

/// Bytes of a key by which a stated text is recognised.
const PIECE: usize = 18;
/// Bytes of the longest key of a title.
const TITLE: usize = 2000;
/// Bytes of a description that are looked at.
const DESCRIPTION: usize = 8000;
/// Words of a block that makes a paragraph without doubt.
const LONG: f32 = 20.0;

/// Characters of a block that may head what follows.
const SHORT: f32 = 60.0;
/// What is farther back has no say.
const SINCE: f32 = 60.0;

/// See the charter.
pub(super) struct Page {
    pub containers: Containers,
    pub items: Items,
    /// What the heading of each block says.
    pub headings: Vec<[f32; headings::WIDTH]>,
    /// Title and description as keys.
    titles: Vec<String>,
    description: String,
    /// Hashes of all pieces of the text that the linked data states.
    stated: HashSet<u64, Quick>,
    repeats: HashMap<u64, f32, Quick>,
    /// The block that is most like the title, else the first heading.
    pub title_at: usize,
    /// The first `h1`, else the first block.
    pub heading_at: usize,
    /// For each block the nearest long one before and behind it.
    pub long_before: Vec<usize>,
    pub long_after: Vec<usize>,
    /// For each block how far behind a heading it stands.
    pub headed: Vec<f32>,
    /// Largest elements that say they hold the body, by how they say it; 0 where none does.
    bodies: [usize; 4],
    /// For each block what kinds of short blocks stand before and around it.
    pub company: Vec<Company>,
    /// Numbers that are the same for all blocks.
    pub whole: Vec<f32>,
}

impl Page {
    pub(super) fn new(tree: &Tree<'_>, blocks: &Blocks, said: &Said) -> Self {
        let containers = Containers::new(tree, blocks);
        let bodies = bodies(tree, blocks, &containers);
        let items = Items::new(tree, blocks, &containers);
        let mut page = Self {
            items,
            headings: Vec::new(),
            titles: titles(said),
            description: description(said),
            stated: pieces(said),
            repeats: repeats(blocks),
            title_at: 0,
            heading_at: first(tree, blocks, |tag| tag == Tag::H1).unwrap_or(0),
            long_before: long_before(blocks),
            long_after: long_after(blocks),
            headed: headed(tree, blocks),
            company: company(blocks),
            bodies,
            containers,
            whole: Vec::new(),
        };
        page.title_at = page.find_title(blocks).unwrap_or(page.heading_at);
        page.headings = headings::read(tree, blocks, page.title_at);
        page.whole = page.whole(tree, blocks, said);
        page
    }

    /// From 0 to 1: how much of the title the text is, or the title of the text.
    pub(super) fn title_likeness(&self, key: &str) -> f32 {
        let one = |title: &String| {
            let (short, long) =
                if key.len() < title.len() { (key, title.as_str()) } else { (title.as_str(), key) };
            let within = !short.is_empty() && blocks::holds(long, short);
            if within { short.len() as f32 / long.len() as f32 } else { 0.0 }
        };
        if key.len() > 600 { 0.0 } else { self.titles.iter().map(one).fold(0.0, f32::max) }
    }

    /// Whether the text is in the page's description, or the description begins in it.
    pub(super) fn is_described(&self, key: &str) -> bool {
        let start = self.description.get(..self.description.floor_char_boundary(60));
        let start = start.unwrap_or_default();
        start.len() >= 24
            && (key.len() >= 24 && blocks::holds(&self.description, key)
                || blocks::holds(
                    key.get(..key.floor_char_boundary(300)).unwrap_or_default(),
                    start,
                ))
    }

    /// -1 where no text is stated; else the share of three samples of the text that are in it.
    pub(super) fn stated_likeness(&self, key: &str) -> f32 {
        if self.stated.is_empty() {
            return -1.0;
        }
        let last = key.len().saturating_sub(PIECE);
        let found = [0, last / 2, last].into_iter().filter(|from| {
            let from = key.floor_char_boundary(*from);
            self.stated.contains(&look::hash(piece(key, from)))
        });
        found.count() as f32 / 3.0
    }

    /// How often the very text stands on the page.
    pub(super) fn repeated(&self, key: &str) -> f32 {
        self.repeats.get(&look::hash(key)).copied().unwrap_or(1.0)
    }

    /// Whether an element is in the body that the page states, in four ways, and in readability's.
    pub(super) fn votes(&self, tree: &Tree<'_>, container: usize) -> [f32; 6] {
        let is_in = |outer: usize| {
            let node = tree.node(outer);
            let inside = outer <= container && (container as u32) < node.end;
            f32::from(u8::from(outer != 0 && inside))
        };
        let [stated, body, article, main] = self.bodies;
        let top = self.containers.top;
        let mut beyond = tree.ancestors(top);
        let above = beyond.next().unwrap_or(0);
        [is_in(stated), is_in(body), is_in(article), is_in(main), is_in(top), is_in(above)]
    }

    fn find_title(&self, blocks: &Blocks) -> Option<usize> {
        let like = blocks.list.iter().map(|block| self.title_likeness(blocks.key(block)));
        let best = like.enumerate().filter(|(_, like)| *like > 0.4);
        best.fold(None, |best: Option<(usize, f32)>, one| match best {
            Some(best) if best.1 >= one.1 => Some(best),
            _ => Some(one),
        })
        .map(|(at, _)| at)
    }

    fn whole(&self, tree: &Tree<'_>, blocks: &Blocks, said: &Said) -> Vec<f32> {
        let all = self.containers.over(0, blocks.list.len());
        let share = |chars: f32| chars / all.chars.max(1.0);
        let of = |index: usize| share(self.containers.of(tree, blocks, index).chars);
        let flag = |yes: bool| f32::from(u8::from(yes));
        let count = |test: &dyn Fn(Tag) -> bool| {
            tree.nodes.iter().filter(|node| test(node.tag)).count() as f32
        };
        let in_tag = |tags: &[Tag]| {
            let inside = blocks
                .list
                .iter()
                .filter(|block| tags.contains(&tree.node(block.container as usize).tag));
            share(inside.map(|block| block.count.chars).sum())
        };
        let cjk: f32 = blocks.list.iter().map(|block| block.count.cjk).sum();
        let longest = blocks.list.iter().map(|block| block.count.words).fold(0.0, f32::max);
        let threads = tree.nodes.iter().filter(|node| node.look.marks & Mark::Thread.bit() != 0);
        let comments = tree.nodes.iter().filter(|node| node.look.marks & Mark::Comment.bit() != 0);
        vec![
            all.chars,
            all.blocks,
            share(all.paragraphs),
            share(all.linked),
            all.sentences / all.blocks.max(1.0),
            share(cjk),
            longest,
            of(self.containers.top),
            count(&|tag| tag == Tag::Article),
            flag(said.meta(&["og:type"]) == Some("article")),
            flag(said.article().is_some()),
            flag(said.states("Forum") || said.states("QAPage")),
            threads.count() as f32 / all.blocks.max(1.0),
            comments.count() as f32,
            in_tag(&[Tag::Li, Tag::Dd, Tag::Dt]),
            in_tag(&[Tag::Pre]),
            in_tag(&[Tag::Td]),
            count(&|tag| matches!(tag, Tag::H2 | Tag::H3)),
            of(self.bodies[0]),
            of(self.bodies[1]),
            of(self.bodies[2]),
            of(self.bodies[3]),
        ]
    }
}

fn description(said: &Said) -> String {
    let names = ["og:description", "description", "twitter:description"];
    let text = said.meta(&names).unwrap_or_default();
    blocks::key(text.get(..text.floor_char_boundary(DESCRIPTION)).unwrap_or_default())
}

fn titles(said: &Said) -> Vec<String> {
    let metas = ["og:title", "twitter:title", "title", "headline"];
    let all = metas.iter().filter_map(|name| said.meta(&[name])).chain(said.title.as_deref());
    let linked = said.article().and_then(|object| said::field(object, "headline"));
    let mut keys: Vec<String> = all.chain(linked).map(blocks::key).collect();
    // Without the site's name behind it.
    let parted = said.title.as_deref().and_then(|title| {
        let parts = title.split(['|', '_', '»', '–', '—', '·']).chain(title.split(" - "));
        parts.max_by_key(|part| part.len())
    });
    keys.extend(parted.map(blocks::key));
    keys.retain(|key| (6..=TITLE).contains(&key.len()));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// All pieces of the text that linked data gives whole.
fn pieces(said: &Said) -> HashSet<u64, Quick> {
    let texts = said.objects.iter().filter_map(|object| {
        said::field(object, "articleBody")
            .or_else(|| said::field(object, "reviewBody"))
            .or_else(|| said::field(object, "text"))
    });
    let mut pieces = HashSet::default();
    for text in texts {
        let key = blocks::key(text);
        if key.len() >= 100 {
            pieces.extend(key.char_indices().map(|(from, _)| look::hash(piece(&key, from))));
        }
    }
    pieces
}

fn piece(key: &str, from: usize) -> &str {
    let to = key.floor_char_boundary(from + PIECE);
    key.get(from..to).unwrap_or_default()
}

fn repeats(blocks: &Blocks) -> HashMap<u64, f32, Quick> {
    let mut repeats = HashMap::with_capacity_and_hasher(blocks.list.len(), Quick::default());
    for block in &blocks.list {
        *repeats.entry(look::hash(blocks.key(block))).or_insert(0.0) += 1.0;
    }
    repeats
}

fn first(tree: &Tree<'_>, blocks: &Blocks, test: impl Fn(Tag) -> bool) -> Option<usize> {
    blocks.list.iter().position(|block| test(tree.node(block.container as usize).tag))
}

fn is_long(blocks: &Blocks, at: usize) -> bool {
    blocks.list.get(at).is_some_and(|block| {
        block.count.words >= LONG && block.count.linked < block.count.chars * 0.3
    })
}

fn long_before(blocks: &Blocks) -> Vec<usize> {
    let mut last = 0;
    let mut found = Vec::with_capacity(blocks.list.len());
    for at in 0..blocks.list.len() {
        found.push(last);
        if is_long(blocks, at) {
            last = at;
        }
    }
    found
}

fn long_after(blocks: &Blocks) -> Vec<usize> {
    let mut last = blocks.list.len();
    let mut found = Vec::with_capacity(blocks.list.len());
    for at in (0..blocks.list.len()).rev() {
        found.push(last);
        if is_long(blocks, at) {
            last = at;
        }
    }
    found.reverse();
    found
}

fn headed(tree: &Tree<'_>, blocks: &Blocks) -> Vec<f32> {
    let mut since = 99.0;
    let step = |block: &blocks::Block| {
        let heading = tree.node(block.container as usize).tag.is_heading();
        since = if heading { 0.0 } else { since + 1.0 };
        since
    };
    blocks.list.iter().map(step).collect()
}

/// How far back the last short block of each kind stands, and how many comments and dates stand near.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Company {
    pub kinds: u32,
    pub since: [f32; words::KINDS],
    pub comments: f32,
    pub dates: f32,
}

fn company(blocks: &Blocks) -> Vec<Company> {
    let mut since = [SINCE; words::KINDS];
    let mut all: Vec<Company> = Vec::with_capacity(blocks.list.len());
    for block in &blocks.list {
        let kinds = words::kinds(blocks.key(block));
        let short = block.count.chars < SHORT;
        for (kind, since) in since.iter_mut().enumerate() {
            let is_it = short && kinds & (1 << kind) != 0;
            *since = if is_it { 0.0 } else { f32::min(*since + 1.0, SINCE) };
        }
        all.push(Company { kinds, since, ..Company::default() });
    }
    let marks: Vec<u32> = all.iter().map(|one| one.kinds).collect();
    for (at, one) in all.iter_mut().enumerate() {
        let near = marks.get(at.saturating_sub(6)..(at + 7).min(marks.len())).unwrap_or_default();
        let count =
            |kind: u32| near.iter().filter(|kinds| **kinds & (1 << kind) != 0).count() as f32;
        (one.comments, one.dates) = (count(words::COMMENTS), count(words::DATE));
    }
    all
}

/// The elements with the most unlinked text of those that state, name, are or lead to the body.
fn bodies(tree: &Tree<'_>, blocks: &Blocks, containers: &Containers) -> [usize; 4] {
    let mut best = [(0, 0.0); 4];
    for (index, node) in tree.nodes.iter().enumerate().skip(1) {
        let has = |mark: Mark| node.look.marks & mark.bit() != 0;
        let ways = [
            has(Mark::Stated),
            has(Mark::Body) && !matches!(node.tag, Tag::Body | Tag::Html),
            node.tag == Tag::Article,
            node.tag == Tag::Main || has(Mark::Main),
        ];
        if !ways.contains(&true) || node.tag.is_inline() {
            continue;
        }
        let sum = containers.of(tree, blocks, index);
        for (best, way) in best.iter_mut().zip(ways) {
            let worth = sum.chars - sum.linked;
            if way && worth > best.1 {
                *best = (index, worth);
            }
        }
    }
    best.map(|(index, _)| index)
}
