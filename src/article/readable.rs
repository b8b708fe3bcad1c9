//! A page to the part that reads like an article.

use dom_smoothie::{Config, Readability};
use scraper::Html;
use url::Url;

use crate::html::dom;

/// The body as markup; `None` where nothing reads like an article.
pub(super) fn read(tree: &Html, base: &Url) -> Option<String> {
    // Written again from the bounded tree, so that no page costs more than its size.
    let page = dom::outer(tree.root_element());
    let config = Config { disable_json_ld: true, ..Config::default() };
    let mut readability = Readability::new(page, Some(base.as_str()), Some(config)).ok()?;
    let article = readability.parse().ok()?;
    let empty = article.text_content.chars().all(char::is_whitespace);
    (!empty).then(|| article.content.to_string())
}
