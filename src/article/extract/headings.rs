//! What the heading says that a block stands under, and what was headed between the title and it.

use super::blocks::Blocks;
use super::tag::Tag;
use super::tree::Tree;
use super::words;

/// The share of a heading that is a link where it leads to what it heads.
const LINKED: f32 = 0.8;
/// The level of what is under no heading.
const NONE: f32 = 9.0;

/// How many numbers there are for each block.
pub(super) const WIDTH: usize = 9;

/// For each block the numbers of its heading.
pub(super) fn read(tree: &Tree<'_>, blocks: &Blocks, title: usize) -> Vec<[f32; WIDTH]> {
    let mut all = Vec::with_capacity(blocks.list.len());
    let (mut last, mut since) = (Last::default(), Since::default());
    for (at, block) in blocks.list.iter().enumerate() {
        let level = level(tree.node(block.container as usize).tag);
        if let Some(level) = level {
            let count = &block.count;
            let kinds = words::kinds(blocks.key(block));
            last = Last {
                level,
                linked: count.linked / count.chars.max(1.0),
                chars: count.chars,
                kinds,
            };
            if at > title {
                since.note(&last);
            }
        }
        all.push([
            last.level,
            last.linked,
            last.chars,
            f32::from(u8::from(last.kinds & words::RELATED_BIT != 0)),
            last.kinds as f32,
            since.linked,
            since.all,
            since.highest,
            since.kinds as f32,
        ]);
    }
    all
}

struct Last {
    level: f32,
    linked: f32,
    chars: f32,
    kinds: u32,
}

impl Default for Last {
    fn default() -> Self {
        Self { level: NONE, linked: -1.0, chars: -1.0, kinds: 0 }
    }
}

/// The headings behind the title.
struct Since {
    linked: f32,
    all: f32,
    /// The level of the one that ranks highest.
    highest: f32,
    kinds: u32,
}

impl Default for Since {
    fn default() -> Self {
        Self { linked: 0.0, all: 0.0, highest: NONE, kinds: 0 }
    }
}

impl Since {
    fn note(&mut self, heading: &Last) {
        self.all += 1.0;
        self.linked += f32::from(u8::from(heading.linked >= LINKED));
        self.highest = self.highest.min(heading.level);
        self.kinds |= heading.kinds & (words::RELATED_BIT | 1 << words::COMMENTS);
    }
}

fn level(tag: Tag) -> Option<f32> {
    Some(match tag {
        Tag::H1 => 1.0,
        Tag::H2 => 2.0,
        Tag::H3 => 3.0,
        Tag::H4 => 4.0,
        Tag::H5 => 5.0,
        Tag::H6 => 6.0,
        _ => return None,
    })
}
