//! The settings' rules for article pages, as text and compiled.

use regex::Regex;
use scraper::Selector;
use scraper::error::SelectorErrorKind;
use serde::{Deserialize, Serialize};
use serde_json_path::JsonPath;

/// The rules as they stand in the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawRules {
    /// CSS selectors for the body; the first that matches something counts.
    pub body: Vec<String>,
    /// CSS selectors of elements that go with their content.
    pub remove: Vec<String>,
    /// CSS selectors of elements whose tags go and whose content stays.
    pub unwrap: Vec<String>,
    /// CSS selectors of elements that end the article: they go, and all that follows.
    pub stop_at: Vec<String>,
    /// Regular expression that finds the medium in the article's text, in its first group if it has one.
    pub medium: Option<String>,
    /// JSON path (RFC 9535) to the body in an API's answer.
    pub json: Option<String>,
}

/// The rules compiled; the default is no rules.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// See [`RawRules::body`].
    pub body: Vec<Css>,
    /// See [`RawRules::remove`].
    pub remove: Vec<Css>,
    /// See [`RawRules::unwrap`].
    pub unwrap: Vec<Css>,
    /// See [`RawRules::stop_at`].
    pub stop_at: Vec<Css>,
    /// See [`RawRules::medium`].
    pub medium: Option<Regex>,
    /// See [`RawRules::json`].
    pub json: Option<JsonPath>,
}

/// A selector and its text.
#[derive(Clone, Debug)]
pub struct Css {
    /// As the settings have it.
    pub text: String,
    /// Compiled.
    pub selector: Selector,
}

/// A rule that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// The field's name, such as `remove`.
    pub field: &'static str,
    /// Its place in a list; 0 in a field with one value.
    pub index: usize,
    /// The value as written.
    pub value: String,
    /// What is wrong with it: one line, lower case.
    pub why: String,
}

impl Rules {
    /// Compiles; an error names every fault at once.
    pub fn compile(raw: &RawRules) -> Result<Self, Vec<Bad>> {
        let mut bad = Vec::new();
        let rules = Self {
            body: selectors("body", &raw.body, &mut bad),
            remove: selectors("remove", &raw.remove, &mut bad),
            unwrap: selectors("unwrap", &raw.unwrap, &mut bad),
            stop_at: selectors("stop_at", &raw.stop_at, &mut bad),
            medium: one("medium", raw.medium.as_deref(), pattern, &mut bad),
            json: one("json", raw.json.as_deref(), path, &mut bad),
        };
        if bad.is_empty() { Ok(rules) } else { Err(bad) }
    }
}

fn selectors(field: &'static str, texts: &[String], bad: &mut Vec<Bad>) -> Vec<Css> {
    let mut compiled = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match css(text) {
            Ok(css) => compiled.push(css),
            Err(why) => bad.push(Bad { field, index, value: text.clone(), why }),
        }
    }
    compiled
}

pub(super) fn one<T>(
    field: &'static str,
    text: Option<&str>,
    compile: fn(&str) -> Result<T, String>,
    bad: &mut Vec<Bad>,
) -> Option<T> {
    let text = text?;
    let compiled = compile(text);
    compiled.map_err(|why| bad.push(Bad { field, index: 0, value: text.to_owned(), why })).ok()
}

pub(super) fn css(text: &str) -> Result<Css, String> {
    let selector =
        Selector::parse(text).map_err(|why| format!("not a selector: {}", reason(&why)))?;
    Ok(Css { text: text.to_owned(), selector })
}

/// The crate's messages speak to its developers.
fn reason(why: &SelectorErrorKind) -> &'static str {
    match why {
        SelectorErrorKind::EndOfLine => "it ends too early",
        SelectorErrorKind::UnexpectedSelectorParseError(kind) => {
            let kind = format!("{kind:?}");
            if kind.starts_with("Unsupported") {
                "it has an unknown pseudo-class or pseudo-element"
            } else if kind.starts_with("EmptySelector") || kind.starts_with("DanglingCombinator") {
                "a part is missing"
            } else {
                "a part is not understood"
            }
        }
        _ => "a part is not understood",
    }
}

fn pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|why| format!("not a regular expression: {}", line(&why)))
}

fn path(text: &str) -> Result<JsonPath, String> {
    if !text.starts_with('$') {
        return Err("not a json path: it must begin with `$`".to_owned());
    }
    JsonPath::parse(text).map_err(|why| format!("not a json path: {}", line(&why)))
}

/// The part of a message of several lines that says what is wrong.
fn line(why: &impl ToString) -> String {
    let why = why.to_string();
    let last = why.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_owned()
}
