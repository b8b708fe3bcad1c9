//! An item to the categories where it belongs.

use std::collections::HashMap;

use crate::model::{CategoryId, Item};
use crate::template::Template;

/// Names that mean a category besides its own.
#[derive(Clone, Debug, Default)]
pub struct Aliases {
    of: HashMap<String, CategoryId>,
}

impl Aliases {
    /// Pairs of another name and the category that it means.
    pub fn new<'n>(pairs: impl IntoIterator<Item = (&'n str, CategoryId)>) -> Self {
        let of = pairs.into_iter().map(|(name, id)| (folded(name), id));
        Self { of: of.collect() }
    }

    /// The category that a name means: the one it is an alias of, else the one of this very name.
    pub fn meant(&self, name: CategoryId) -> CategoryId {
        if self.of.is_empty() {
            return name;
        }
        self.of.get(&folded(name.as_str())).cloned().unwrap_or(name)
    }
}

/// The categories of an item: what its source, its lists and its rules say, in that order. Each
/// once; a template whose name the item lacks gives none.
pub fn of(item: &Item, templates: &[&Template], aliases: &Aliases) -> Vec<CategoryId> {
    let mut found = Vec::new();
    for name in templates.iter().flat_map(|template| named(template, item)) {
        let id = aliases.meant(name);
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

/// One name for each value that the template's names have: three labels make three categories.
fn named(template: &Template, item: &Item) -> Vec<CategoryId> {
    let many: Vec<String> = match template.names().find(|name| matches!(*name, "label" | "author"))
    {
        Some("label") => item.labels.clone(),
        Some(_) => item.authors.iter().filter_map(|a| a.name.clone()).collect(),
        None => vec![String::new()],
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

/// Names are aliases without regard to case, width and blanks.
fn folded(name: &str) -> String {
    let narrow = name.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    });
    narrow.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests;
