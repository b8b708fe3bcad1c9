//! The axes (XPath 1.0 §2.2): from a node to others, nearest first.

use super::index::{Index, Item};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Namespace,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

impl Axis {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ancestor" => Self::Ancestor,
            "ancestor-or-self" => Self::AncestorOrSelf,
            "attribute" => Self::Attribute,
            "child" => Self::Child,
            "descendant" => Self::Descendant,
            "descendant-or-self" => Self::DescendantOrSelf,
            "following" => Self::Following,
            "following-sibling" => Self::FollowingSibling,
            "namespace" => Self::Namespace,
            "parent" => Self::Parent,
            "preceding" => Self::Preceding,
            "preceding-sibling" => Self::PrecedingSibling,
            "self" => Self::Itself,
            _ => return None,
        })
    }

    /// Whether different nodes may lead to the same one.
    pub fn overlaps(self) -> bool {
        !matches!(self, Self::Attribute | Self::Child | Self::Itself | Self::Namespace)
    }

    /// Whether what lies below an inner node lies below the outer one, too.
    pub fn nests(self) -> bool {
        matches!(self, Self::Descendant | Self::DescendantOrSelf)
    }
}

/// The nodes of an axis other than `attribute`. `sees` hears of each and may end the walk.
pub(super) fn walk<E>(
    index: &Index,
    axis: Axis,
    from: Item,
    sees: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    let node = from.node;
    if from.attribute > 0 {
        return from_attribute(index, axis, from, sees);
    }
    let mut each = |node: u32| sees(Item::node(node));
    match axis {
        Axis::Itself => each(node),
        Axis::Parent => index.parent(node).map_or(Ok(()), each),
        Axis::Child => chain(index.first_child(node), |n| index.next(n), each),
        Axis::Ancestor => chain(index.parent(node), |n| index.parent(n), each),
        Axis::AncestorOrSelf => chain(Some(node), |n| index.parent(n), each),
        Axis::FollowingSibling => chain(index.next(node), |n| index.next(n), each),
        Axis::PrecedingSibling => chain(index.previous(node), |n| index.previous(n), each),
        Axis::Descendant => (node + 1..index.end(node)).try_for_each(each),
        Axis::DescendantOrSelf => (node..index.end(node)).try_for_each(each),
        Axis::Following => (index.end(node)..index.len() as u32).try_for_each(each),
        // A node that ends behind this one's beginning is an ancestor.
        Axis::Preceding => (0..node).rev().filter(|n| index.end(*n) <= node).try_for_each(each),
        Axis::Attribute | Axis::Namespace => Ok(()),
    }
}

/// An attribute has a parent, but no children and no siblings.
fn from_attribute<E>(
    index: &Index,
    axis: Axis,
    from: Item,
    sees: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    let owner = Item::node(from.node);
    match axis {
        Axis::Itself | Axis::DescendantOrSelf => sees(from),
        Axis::Parent => sees(owner),
        Axis::Ancestor => walk(index, Axis::AncestorOrSelf, owner, sees),
        Axis::AncestorOrSelf => {
            sees(from)?;
            walk(index, Axis::AncestorOrSelf, owner, sees)
        }
        Axis::Following => {
            walk(index, Axis::Descendant, owner, sees)?;
            walk(index, axis, owner, sees)
        }
        Axis::Preceding => walk(index, axis, owner, sees),
        _ => Ok(()),
    }
}

fn chain<E>(
    first: Option<u32>,
    next: impl Fn(u32) -> Option<u32>,
    each: impl FnMut(u32) -> Result<(), E>,
) -> Result<(), E> {
    std::iter::successors(first, |node| next(*node)).try_for_each(each)
}
