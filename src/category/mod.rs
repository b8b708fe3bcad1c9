//! An item to the categories where it belongs.

use crate::html;
use crate::model::{CategoryId, Item};
use crate::template::Template;

/// What draws items into a fixed category.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// Lower-case words, any of which in title, summary or text is enough.
    words: Vec<String>,
}

impl Rule {
    /// Any of these words; without words the rule draws nothing.
    pub fn any(words: Vec<String>) -> Self {
        let words = words.into_iter().map(|word| word.trim().to_lowercase());
        Self { words: words.filter(|word| !word.is_empty()).collect() }
    }

    fn draws(&self, text: &str) -> bool {
        self.words.iter().any(|word| holds(text, word))
    }
}

/// The categories of an item: what its source and list say, in that order, then those that its
/// words draw it into. Each once; a template whose name the item lacks gives none.
pub fn of(item: &Item, templates: &[&Template], rules: &[(CategoryId, Rule)]) -> Vec<CategoryId> {
    let mut found = Vec::new();
    let mut add = |id: CategoryId| {
        if !found.contains(&id) {
            found.push(id);
        }
    };
    templates.iter().flat_map(|template| named(template, item)).for_each(&mut add);
    if rules.iter().any(|(_, rule)| !rule.words.is_empty()) {
        let text = searchable(item);
        rules.iter().filter(|(_, rule)| rule.draws(&text)).for_each(|(id, _)| add(id.clone()));
    }
    found
}

/// One name for each value that the template's names have: three labels make three categories.
fn named(template: &Template, item: &Item) -> Vec<CategoryId> {
    let many: Vec<String> = match template.names().next() {
        Some("label") => item.labels.clone(),
        Some("author") => item.authors.iter().filter_map(|a| a.name.clone()).collect(),
        _ => vec![String::new()],
    };
    let name = |value: String| {
        let filled = template.fill(|name| match name {
            "label" | "author" => Some(value.clone()),
            "medium" => item.medium.clone(),
            "source" => Some(item.source.to_string()),
            "language" => item.language.clone(),
            _ => None,
        });
        let name = filled.ok()?;
        let name = name.trim();
        (!name.is_empty()).then(|| CategoryId::new(name))
    };
    many.into_iter().filter_map(name).collect()
}

fn searchable(item: &Item) -> String {
    let mut text = item.title.to_lowercase();
    for more in [item.summary.clone().unwrap_or_default(), html::text(item.body.as_str())] {
        text.push('\n');
        text.push_str(&more.to_lowercase());
    }
    text
}

/// A word stands in a text: as such in scripts without spaces, between borders otherwise
/// (`port` is not in `report`).
fn holds(text: &str, word: &str) -> bool {
    let is_border = |c: Option<char>, edge: Option<char>| {
        let joins = |c: char| c.is_alphanumeric() && c.is_ascii();
        !(c.is_some_and(joins) && edge.is_some_and(joins))
    };
    text.match_indices(word).any(|(at, _)| {
        is_border(text[..at].chars().next_back(), word.chars().next())
            && is_border(text[at + word.len()..].chars().next(), word.chars().next_back())
    })
}

#[cfg(test)]
mod tests;
