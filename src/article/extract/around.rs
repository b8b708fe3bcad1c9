//! What stands above a block, and how far.

use super::look::{self, Mark};
use super::tag::Tag;
use super::tree::Tree;

/// Tags whose distance counts.
const TAGS: [&[Tag]; 18] = [
    &[Tag::Article],
    &[Tag::Main],
    &[Tag::Nav],
    &[Tag::Footer],
    &[Tag::Header],
    &[Tag::Aside],
    &[Tag::Form],
    &[Tag::Figure],
    &[Tag::Table],
    &[Tag::Ul, Tag::Ol, Tag::Dl],
    &[Tag::Blockquote],
    &[Tag::Section],
    &[Tag::Li, Tag::Dd, Tag::Dt],
    &[Tag::Td, Tag::Th],
    &[Tag::Pre],
    &[Tag::P],
    &[Tag::H1, Tag::H2, Tag::H3, Tag::H4, Tag::H5, Tag::H6],
    &[Tag::Figcaption, Tag::Caption],
];
/// Marks whose occurrences are counted.
const COUNTED: [Mark; 8] = [
    Mark::Positive,
    Mark::Negative,
    Mark::Unlikely,
    Mark::Related,
    Mark::Ad,
    Mark::Menu,
    Mark::Comment,
    Mark::Share,
];
/// The distance of what is not there.
const FAR: f32 = 40.0;

/// How many numbers [`read`] gives.
pub(super) const WIDTH: usize = TAGS.len() + look::COUNT + COUNTED.len() + 2;

/// Distances and counts for the content of an element, itself included.
pub(super) fn read(tree: &Tree<'_>, container: usize) -> [f32; WIDTH] {
    let mut all = [FAR; WIDTH];
    let (tags, rest) = all.split_at_mut(TAGS.len());
    let (marks, counts) = rest.split_at_mut(look::COUNT);
    counts.fill(0.0);
    let chain = std::iter::once(container).chain(tree.ancestors(container));
    let mut depth = 0.0_f32;
    for index in chain {
        let node = tree.node(index);
        // Marks of the outermost elements speak of the whole page.
        let outermost = matches!(node.tag, Tag::Body | Tag::Html);
        for (distance, of) in tags.iter_mut().zip(TAGS) {
            if of.contains(&node.tag) {
                *distance = distance.min(depth);
            }
        }
        if node.look.marks != 0 && !outermost {
            for (bit, distance) in marks.iter_mut().enumerate() {
                if node.look.marks & (1 << bit) != 0 {
                    *distance = distance.min(depth);
                }
            }
            for (count, mark) in counts.iter_mut().zip(COUNTED) {
                *count += f32::from(u8::from(node.look.marks & mark.bit() != 0));
            }
        }
        depth += 1.0;
    }
    if let [.., total, own] = counts {
        *total = depth;
        *own = f32::from(tree.node(container).look.marks.count_ones() as u8);
    }
    all
}
