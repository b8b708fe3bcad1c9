//! What a body holds that is none of the article: forms, navigation, blocks of links.

use std::collections::HashSet;

use scraper::{Html, Node};

use super::sheet::{Match, Sheet};
use super::xpath::{Index, Spent};
use crate::html::dom::Id;

/// Links of a block that is nothing but links.
const LINKS: usize = 3;

/// Takes forms, navigation, footers and blocks of links out of the elements of a body, unless they
/// hold half of its text.
pub(super) fn prune(sheet: &mut Sheet, body: &[Id]) -> Result<(), Spent> {
    let (tree, index, fuel) = sheet.indexed()?;
    fuel.spend(2 * index.len())?;
    let page = Page { tree, index };
    let wanted: HashSet<Id> = body.iter().copied().collect();
    let is_wanted = |node: &u32| index.id(*node).is_some_and(|id| wanted.contains(&id));
    let tops: Vec<u32> = (0..index.len() as u32).filter(is_wanted).collect();
    let sums = page.sums();
    let whole = tops.iter().map(|top| sums.of(*top, index.end(*top)).text).sum::<usize>();
    let mut going = Vec::new();
    for top in tops {
        let mut node = top + 1;
        while node < index.end(top) {
            let sum = sums.of(node, index.end(node));
            if sum.text <= whole / 2 && goes(page.name(node), sum) {
                going.extend(index.id(node));
                node = index.end(node);
            } else {
                node += 1;
            }
        }
    }
    for id in going {
        sheet.remove(&Match::Node(id));
    }
    Ok(())
}

fn goes(name: &str, sum: Sum) -> bool {
    match name {
        "form" | "nav" | "footer" | "button" | "select" | "textarea" => true,
        "ul" | "ol" | "div" | "section" | "aside" | "table" => {
            sum.links >= LINKS && sum.pictures == 0 && sum.linked * 10 >= sum.text * 7
        }
        _ => false,
    }
}

/// What stands in a part of the page, in characters and elements.
#[derive(Clone, Copy, Default)]
struct Sum {
    text: usize,
    linked: usize,
    links: usize,
    pictures: usize,
}

struct Page<'p> {
    tree: &'p Html,
    index: &'p Index,
}

impl<'p> Page<'p> {
    fn node(&self, node: u32) -> Option<&'p Node> {
        Some(self.tree.tree.get(self.index.id(node)?)?.value())
    }

    fn name(&self, node: u32) -> &'p str {
        self.node(node).and_then(Node::as_element).map_or("", |element| element.name())
    }

    fn text(&self, node: u32) -> usize {
        let text = self.node(node).and_then(Node::as_text);
        text.map_or(0, |text| text.chars().filter(|c| !c.is_whitespace()).count())
    }

    fn sums(&self) -> Sums {
        let mut sums = vec![Sum::default()];
        let mut sum = Sum::default();
        let mut link_end = 0;
        for node in 0..self.index.len() as u32 {
            match self.name(node) {
                "a" => {
                    sum.links += 1;
                    link_end = self.index.end(node).max(link_end);
                }
                "img" | "video" | "audio" | "iframe" => sum.pictures += 1,
                _ => {}
            }
            let text = self.text(node);
            sum.text += text;
            sum.linked += if node < link_end { text } else { 0 };
            sums.push(sum);
        }
        Sums(sums)
    }
}

/// Sums from the page's beginning to each node, so that those of any element are a subtraction.
struct Sums(Vec<Sum>);

impl Sums {
    fn of(&self, from: u32, to: u32) -> Sum {
        let at = |node: u32| self.0.get(node as usize).copied().unwrap_or_default();
        let (before, after) = (at(from), at(to));
        Sum {
            text: after.text.saturating_sub(before.text),
            linked: after.linked.saturating_sub(before.linked),
            links: after.links.saturating_sub(before.links),
            pictures: after.pictures.saturating_sub(before.pictures),
        }
    }
}
