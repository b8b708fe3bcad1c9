//! The first of two steps: a page to the values that make the address of the list.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use super::plan::{Locate, Pick, Wrap};
use super::{Context, Error, api, page, wrapped};
use crate::charset;

/// Longer values are no part of an address.
const LONGEST: usize = 2_000;

/// Where a value stands in a first page.
#[derive(Clone, Debug)]
pub enum Place {
    /// In an element, or in JSON.
    Pick(Pick),
    /// Anywhere in the text, markup and scripts included: group 1, or the whole match.
    Pattern(Regex),
}

/// Reads every value by its name, alternatives in order. One that is not there is an error:
/// without it there is no address.
pub fn read(
    bytes: &[u8],
    values: &BTreeMap<String, Vec<Place>>,
    context: &Context<'_>,
) -> Result<BTreeMap<String, String>, Error> {
    let decoded = charset::decode(bytes, context.content_type, context.charset);
    let text = &*decoded.text;
    let json = values.values().flatten().any(Place::is_in_json);
    let json = if json { Some(wrapped::unwrap(text, &Wrap::Auto)?) } else { None };
    let mut found = BTreeMap::new();
    for (name, places) in values {
        let value = places.iter().find_map(|place| place.value(text, json.as_ref()));
        let Some(value) = value else {
            let typed: Vec<_> = places.iter().map(|place| format!("`{}`", place.typed())).collect();
            let locator = format!("{} (for `{{{name}}}`)", typed.join(", "));
            return Err(Error::NoItems { locator });
        };
        found.insert(name.clone(), value);
    }
    Ok(found)
}

impl Place {
    fn typed(&self) -> &str {
        match self {
            Self::Pick(pick) => &pick.typed,
            Self::Pattern(pattern) => pattern.as_str(),
        }
    }

    fn is_in_json(&self) -> bool {
        matches!(self, Self::Pick(Pick { locate: Locate::Path(_), .. }))
    }

    fn value(&self, text: &str, json: Option<&Value>) -> Option<String> {
        let values = match self {
            Self::Pattern(pattern) => {
                let groups = pattern.captures(text)?;
                let part = groups.get(1).or_else(|| groups.get(0))?;
                vec![part.as_str().to_owned()]
            }
            Self::Pick(pick) => {
                let values = match &pick.locate {
                    Locate::Path(path) => api::texts(json?, path),
                    place => page::texts(text, place),
                };
                values.into_iter().filter_map(|value| pick.trim(value)).collect()
            }
        };
        values.iter().map(|value| value.trim()).find(|value| is_fit(value)).map(str::to_owned)
    }
}

/// Whether a value can be part of an address or of a header.
fn is_fit(value: &str) -> bool {
    !value.is_empty() && value.len() <= LONGEST && !value.contains(char::is_control)
}
