//! A page to the part that reads like an article.

use dom_smoothie::{Config, Readability};
use url::Url;

use super::extract;
use crate::html::dom;

/// The body as markup; `None` where nothing reads like an article.
pub(super) fn read(page: &str, base: &Url) -> Option<String> {
    // Written again from the bounded tree, so that no page costs more than its size.
    let tree = dom::page(&extract::without_code(page));
    let page = dom::outer(tree.root_element());
    let config = Config { disable_json_ld: true, ..Config::default() };
    let mut readability = Readability::new(page, Some(base.as_str()), Some(config)).ok()?;
    let article = readability.parse().ok()?;
    let empty = article.text_content.chars().all(char::is_whitespace);
    (!empty).then(|| article.content.to_string())
}
