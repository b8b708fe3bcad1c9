//! Rules as they are written in settings: to a plan that reads, and to a `[[source]]` in TOML.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use regex::Regex;
use serde::Serialize;

use crate::listing::plan::{Field, Locate, Pick, Plan, Wrap};

/// The kinds of sources that rules are inferred for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Selectors in a page.
    Page,
    /// Paths in JSON.
    Api,
}

/// Where the JSON is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hidden {
    /// It is not hidden: the answer is JSON, or the rules are for a page.
    No,
    /// In the script that this selector finds, or in an attribute: `#app@data-page`.
    Within(String),
    /// Assigned to this variable.
    Variable(String),
}

/// One way to find a value, as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// A selector with an optional `@attribute`, a JSON path or a template.
    pub typed: String,
    /// What to keep of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// `strftime` form of a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
}

/// Rules of one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// What they are for.
    pub kind: Kind,
    /// Where the items or records are.
    pub items: String,
    /// Where the JSON is.
    pub hidden: Hidden,
    /// Each field by its word, alternatives in order.
    pub fields: BTreeMap<&'static str, Vec<Place>>,
}

impl Place {
    /// The text of what a selector finds, or an attribute of it.
    pub(super) fn new(selector: &str, attribute: Option<&str>) -> Self {
        let typed = match (selector, attribute) {
            (selector, None) => selector.to_owned(),
            (".", Some(attribute)) => format!("@{attribute}"),
            (selector, Some(attribute)) => format!("{selector}@{attribute}"),
        };
        Self { typed, pattern: None, format: None }
    }

    fn pick(&self, in_page: bool) -> Result<Pick, String> {
        let pattern = self.pattern.as_deref().map(Regex::new).transpose();
        let pattern = pattern.map_err(|why| why.to_string())?;
        let pick = Pick::parse(&self.typed, in_page)?;
        Ok(Pick { pattern, format: self.format.clone(), ..pick })
    }

    /// The place as a TOML value.
    pub(super) fn toml(&self) -> String {
        if self.pattern.is_none() && self.format.is_none() {
            return quoted(&self.typed);
        }
        let key = match self.typed.chars().next() {
            Some('$') => "path",
            _ if self.typed.contains('{') => "template",
            _ => "select",
        };
        let mut out = format!("{{ {key} = {}", quoted(&self.typed));
        if let Some(pattern) = &self.pattern {
            let _ = write!(out, ", pattern = {}", quoted(pattern));
        }
        if let Some(format) = &self.format {
            let _ = write!(out, ", format = {}", quoted(format));
        }
        out + " }"
    }
}

impl Rules {
    /// The plan that reads by these rules; the error is the place that cannot be read.
    pub fn plan(&self) -> Result<Plan, String> {
        let in_page = self.kind == Kind::Page;
        let mut fields = BTreeMap::new();
        for (field, word) in Field::ALL {
            let Some(places) = self.fields.get(word) else { continue };
            let picks: Result<Vec<_>, _> = places.iter().map(|place| place.pick(in_page)).collect();
            fields.insert(field, picks?);
        }
        let wrap = match &self.hidden {
            Hidden::No => Wrap::Auto,
            Hidden::Within(place) => within(place)?,
            Hidden::Variable(name) => Wrap::Variable(name.clone()),
        };
        let items = Pick::parse(&self.items, in_page)?;
        Ok(Plan { fields, wrap, ..Plan::new(items) })
    }

    /// A `[[source]]` with these rules.
    pub fn toml(&self, id: &str, url: &str) -> String {
        let kind = if self.kind == Kind::Page { "page" } else { "api" };
        let mut out = head(id, url, Some(kind));
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(out, "{key} = {value}");
        };
        match &self.hidden {
            Hidden::No => {}
            Hidden::Within(css) => line("within", &quoted(css)),
            Hidden::Variable(name) => line("variable", &quoted(name)),
        }
        line("items", &quoted(&self.items));
        for (_, word) in Field::ALL {
            match self.fields.get(word).map(Vec::as_slice) {
                None | Some([]) => {}
                Some([one]) => line(word, &one.toml()),
                Some(several) => {
                    let several: Vec<_> = several.iter().map(Place::toml).collect();
                    line(word, &format!("[{}]", several.join(", ")));
                }
            }
        }
        out
    }
}

/// A script or an attribute by its place, as the settings read it.
fn within(place: &str) -> Result<Wrap, String> {
    match Pick::parse(place, true)?.locate {
        Locate::Select { selector: Some(css), attribute: None } => Ok(Wrap::Script(css)),
        Locate::Select { selector: Some(css), attribute: Some(name) } => {
            Ok(Wrap::Attribute(css, name))
        }
        _ => Err(format!("`{place}` is no selector")),
    }
}

/// The host as a source's id; numbered where there is one already.
pub fn free_id(url: &url::Url, taken: impl Fn(&str) -> bool) -> String {
    let host = url.host_str().unwrap_or("source").trim_start_matches("www.");
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let name: String = host.chars().map(plain).take(58).collect::<String>().replace('.', "-");
    let name = name.trim_matches('-').to_owned();
    let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|id| !taken(id)).unwrap_or(name)
}

/// A `[[source]]` for a feed.
pub fn feed_toml(id: &str, url: &str) -> String {
    head(id, url, None)
}

fn head(id: &str, url: &str, kind: Option<&str>) -> String {
    // Braces are places to be filled in an address of the settings.
    let url = url.replace('{', "{{").replace('}', "}}").replace('$', "%24");
    let mut out = format!("[[source]]\nid = {}\nurl = {}\n", quoted(id), quoted(&url));
    if let Some(kind) = kind {
        let _ = write!(out, "kind = {}\n[source.list]\n", quoted(kind));
    }
    out
}

/// A `[[source]]` for a sitemap.
pub fn sitemap_toml(id: &str, url: &str) -> String {
    head(id, url, None) + "kind = \"sitemap\"\n"
}

/// A TOML string: literal where that reads better, basic where it must be.
pub fn quoted(text: &str) -> String {
    let control = text.chars().any(char::is_control);
    if !text.contains(['"', '\\']) && !control {
        return format!("\"{text}\"");
    }
    if !text.contains('\'') && !control {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}
