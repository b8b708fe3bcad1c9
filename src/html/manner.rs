//! What an operator may wish of cleaning, beside what is always done.

use super::tree::{Element, Node};
use super::{embed, srcset};
use url::Url;

/// The wishes; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// Whether players of known hosts stay frames, rather than become links.
    pub frames: bool,
    /// More parameters of addresses that only say where a reader came from, in lower case; `x_*`
    /// stands for all that begin so.
    pub tracking: Vec<String>,
    /// Parts of the addresses of pictures that only count readers.
    pub pixels: Vec<String>,
}

impl Manner {
    /// The nodes as wished. Doing it again changes nothing.
    // As deep as the tree, which `dom` bounds.
    pub(super) fn apply(&self, nodes: Vec<Node>) -> Vec<Node> {
        nodes.into_iter().filter_map(|node| self.node(node)).collect()
    }

    /// The address without parameters that the wishes name.
    pub fn address(&self, address: &str) -> String {
        if self.tracking.is_empty() || !address.contains('?') {
            return address.to_owned();
        }
        let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
        let query = url.query().unwrap_or_default();
        let kept: Vec<&str> = query.split('&').filter(|part| !self.is_tracking(part)).collect();
        if kept.len() == query.split('&').count() {
            return address.to_owned();
        }
        let kept = kept.join("&");
        url.set_query((!kept.is_empty()).then_some(&kept));
        url.into()
    }

    fn node(&self, node: Node) -> Option<Node> {
        let Node::Element(mut element) = node else { return Some(node) };
        if element.name == "iframe" {
            let framed = if self.frames { Some(element) } else { embed::link(&element) };
            return framed.map(Node::Element);
        }
        if element.name == "img" && self.is_pixel(&element) {
            return None;
        }
        if !self.tracking.is_empty() {
            self.addresses(&mut element);
        }
        element.children = self.apply(element.children);
        Some(Node::Element(element))
    }

    fn addresses(&self, element: &mut Element) {
        for (name, value) in &mut element.attributes {
            match *name {
                "href" | "src" | "poster" | "cite" => *value = self.address(value),
                "srcset" => {
                    let mut set = srcset::parse(value, None);
                    for candidate in &mut set {
                        candidate.url = self.address(&candidate.url);
                    }
                    *value = srcset::write(&set);
                }
                _ => {}
            }
        }
    }

    fn is_pixel(&self, image: &Element) -> bool {
        let src = image.attribute("src").unwrap_or_default();
        self.pixels.iter().any(|part| src.contains(part.as_str()))
    }

    fn is_tracking(&self, part: &str) -> bool {
        let name = part.split('=').next().unwrap_or_default().to_ascii_lowercase();
        self.tracking.iter().any(|known| match known.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => *known == name,
        })
    }
}
