//! What stands above a block, and how far.

use super::look::{self, Mark};
use super::tag::Tag;
use super::tree::Tree;

/// Groups of tags whose distance counts.
const TAGS: usize = 18;
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
pub(super) const WIDTH: usize = TAGS + look::COUNT + COUNTED.len() + 2;

/// Distances and counts for the content of an element, itself included.
pub(super) fn read(tree: &Tree<'_>, container: usize) -> [f32; WIDTH] {
    let mut all = [FAR; WIDTH];
    let (tags, rest) = all.split_at_mut(TAGS);
    let (marks, counts) = rest.split_at_mut(look::COUNT);
    counts.fill(0.0);
    let chain = std::iter::once(container).chain(tree.ancestors(container));
    let mut depth = 0.0_f32;
    for index in chain {
        let node = tree.node(index);
        if let Some(distance) = group(node.tag).and_then(|at| tags.get_mut(at)) {
            *distance = distance.min(depth);
        }
        // Marks of the outermost elements speak of the whole page.
        if !matches!(node.tag, Tag::Body | Tag::Html) {
            note(node.look.marks, depth, marks, counts);
        }
        depth += 1.0;
    }
    if let [.., total, own] = counts {
        *total = depth;
        *own = f32::from(tree.node(container).look.marks.count_ones() as u8);
    }
    all
}

fn note(mut bits: u32, depth: f32, marks: &mut [f32], counts: &mut [f32]) {
    if bits == 0 {
        return;
    }
    for (count, mark) in counts.iter_mut().zip(COUNTED) {
        *count += f32::from(u8::from(bits & mark.bit() != 0));
    }
    while bits != 0 {
        if let Some(distance) = marks.get_mut(bits.trailing_zeros() as usize) {
            *distance = distance.min(depth);
        }
        bits &= bits - 1;
    }
}

fn group(tag: Tag) -> Option<usize> {
    Some(match tag {
        Tag::Article => 0,
        Tag::Main => 1,
        Tag::Nav => 2,
        Tag::Footer => 3,
        Tag::Header => 4,
        Tag::Aside => 5,
        Tag::Form => 6,
        Tag::Figure => 7,
        Tag::Table => 8,
        Tag::Ul | Tag::Ol | Tag::Dl => 9,
        Tag::Blockquote => 10,
        Tag::Section => 11,
        Tag::Li | Tag::Dd | Tag::Dt => 12,
        Tag::Td | Tag::Th => 13,
        Tag::Pre => 14,
        Tag::P => 15,
        Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6 => 16,
        Tag::Figcaption | Tag::Caption => 17,
        _ => return None,
    })
}
