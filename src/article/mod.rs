//! An article's page to its main text: by the settings' rules, else by what reads like an article.

pub mod extract;
mod fragment;
mod readable;
mod rules;
mod site_rules;
mod structured;
#[cfg(test)]
mod tests;

use scraper::{ElementRef, Html};
use serde_json::Value;
use url::Url;

pub use self::rules::{Bad, Css, RawRules, Rules};
pub use self::site_rules::{
    RawSite, Reading, Site, SiteCss, SiteFile, Sites, Test, at_least_as_good,
};
use crate::html::{self, dom};
use crate::model::{Fault, Fragment};

/// What a page gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The body as it stands in the page, before `remove`, `unwrap` and `stop_at`.
    pub fragment: Fragment,
    /// What found it.
    pub by: By,
    /// The title the page gives the article.
    pub title: Option<String>,
    /// Who wrote it, by the rules of the page's site.
    pub authors: Vec<String>,
    /// The outlet credited, by `medium` of the rules.
    pub medium: Option<String>,
    /// The time of publication as the page writes it.
    pub published_text: Option<String>,
    /// Absolute address of the lead picture.
    pub image: Option<String>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// Rules that matched nothing.
    pub faults: Vec<Fault>,
}

/// What found a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// This selector of the rules.
    Rules(String),
    /// The JSON path of the rules.
    Json,
    /// The rules for the page's site, by their name.
    Site(String),
    /// The look of the page.
    Readability,
}

/// Why a page gave no body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Neither this rule nor the look of the page led to an article.
    #[error("selector `{0}` matches nothing, and no article was found without it")]
    NoMatch(String),
    /// There was no rule, and nothing on the page reads like an article.
    #[error("no article found")]
    NoArticle,
    /// The JSON path leads to no text.
    #[error("json path `{0}` leads to no text")]
    NoJson(String),
    /// The rules of this name find nothing, and say that nothing else shall be tried.
    #[error("the rules `{0}` find no article, and forbid to look for it without them")]
    NoBody(String),
    /// The answer is JSON, and no rule says where in it the body is.
    #[error("the article is JSON, and no rule says where its body is")]
    NoPath,
}

/// Reads a page that was decoded already. `url` is its address after redirects.
pub fn read(page: &str, url: &Url, rules: &Rules) -> Result<Found, Error> {
    if let Some(value) = rules.json.as_ref().and_then(|_| json_in(page)) {
        return read_json(&value, rules);
    }
    if let Some(found) = rules.body.is_empty().then(|| by_look(page, url, rules)).flatten() {
        return Ok(found);
    }
    let tree = dom::page(page);
    let base = structured::base(&tree, url);
    let mut faults = Vec::new();
    let (html, by) = match by_rules(&tree, &rules.body, &mut faults) {
        Some((html, css)) => (html, By::Rules(css)),
        None => match by_look(page, url, rules) {
            Some(found) => return Ok(Found { faults, ..found }),
            None => (readable::read(&tree, &base).ok_or_else(|| nothing(rules))?, By::Readability),
        },
    };
    Ok(Found {
        medium: medium(&apply(&html, rules), rules),
        fragment: Fragment { html, base: Some(base.to_string()) },
        by,
        title: structured::title(&tree),
        authors: Vec::new(),
        published_text: structured::published(&tree),
        image: structured::image(&tree, &base),
        language: structured::language(&tree),
        faults,
    })
}

/// Reads an answer of an API for one article; `json` of the rules says where the body is. Plain
/// text there becomes paragraphs.
pub fn read_json(value: &Value, rules: &Rules) -> Result<Found, Error> {
    let path = rules.json.as_ref().ok_or(Error::NoPath)?;
    let mut texts = Vec::new();
    for node in path.query(value).iter() {
        collect(node, &mut texts);
    }
    let html = texts.join("\n");
    if html::text(&html).is_empty() && !html.contains("<img") {
        return Err(Error::NoJson(path.to_string()));
    }
    Ok(Found {
        medium: medium(&apply(&html, rules), rules),
        fragment: Fragment { html, base: None },
        by: By::Json,
        title: None,
        authors: Vec::new(),
        published_text: None,
        image: None,
        language: None,
        faults: Vec::new(),
    })
}

/// The fragment without what `remove` names, without the tags that `unwrap` names, and without
/// everything from the first element on that `stop_at` names. All selectors see the fragment as
/// it came. Comments go. The same rules on the result change nothing, unless they count siblings.
pub fn apply(fragment: &str, rules: &Rules) -> String {
    fragment::apply(fragment, rules)
}

/// The medium that `medium` of the rules finds in the text of a fragment that was [`apply`]'d:
/// its first group, else the whole match.
pub fn medium(fragment: &str, rules: &Rules) -> Option<String> {
    let pattern = rules.medium.as_ref()?;
    let text = html::text(fragment);
    let found = pattern.captures(&text)?;
    let name = found.get(1).or(found.get(0))?.as_str();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

/// By our extractor, which needs no tree but its own.
fn by_look(page: &str, url: &Url, rules: &Rules) -> Option<Found> {
    let found = extract::read(page, Some(url)).filter(|found| found.sure)?;
    Some(Found {
        medium: rules.medium.as_ref().and_then(|_| medium(&apply(&found.html, rules), rules)),
        fragment: Fragment {
            html: found.html,
            base: Some(found.base.unwrap_or_else(|| url.to_string())),
        },
        by: By::Readability,
        title: found.metadata.title,
        authors: found.metadata.authors,
        published_text: found.metadata.published,
        image: found.metadata.image,
        language: found.metadata.language,
        faults: Vec::new(),
    })
}

/// The page as JSON, if it is that and no markup.
fn json_in(page: &str) -> Option<Value> {
    let page = page.trim_start_matches('\u{feff}').trim();
    page.starts_with(['{', '[']).then(|| serde_json::from_str(page).ok())?
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if is_markup(text) => texts.push(text.clone()),
        Value::String(text) => texts.push(html::from_text(text).as_str().to_owned()),
        Value::Array(list) => {
            for value in list.iter().filter(|value| value.is_string()) {
                collect(value, texts);
            }
        }
        _ => {}
    }
}

/// Whether there is a tag or a character reference in it.
fn is_markup(text: &str) -> bool {
    let tag = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!".contains(c));
    text.split('<').skip(1).any(tag)
        || ["&lt;", "&nbsp;", "&amp;", "&#"].iter().any(|r| text.contains(r))
}

fn nothing(rules: &Rules) -> Error {
    rules.body.first().map_or(Error::NoArticle, |css| Error::NoMatch(css.text.clone()))
}

/// The first alternative that matches something with content, and its selector.
fn by_rules(tree: &Html, body: &[Css], faults: &mut Vec<Fault>) -> Option<(String, String)> {
    let mut missed = Vec::new();
    for css in body {
        let found = fragment::outermost(tree, css);
        let html = markup(&found);
        if found.is_empty() {
            missed.push(Fault::new(format!("selector `{}`", css.text), "matches nothing"));
        } else if fragment::is_empty(&found) {
            missed.push(Fault::new(
                format!("selector `{}`", css.text),
                "matches only empty elements",
            ));
        } else {
            return Some((html, css.text.clone()));
        }
    }
    // An alternative that matches nothing is no fault while another one does.
    faults.append(&mut missed);
    None
}

/// One container gives what is in it; several elements, or one that says something itself, stand whole.
fn markup(found: &[ElementRef<'_>]) -> String {
    match found {
        [only] if is_container(only.value().name()) => dom::inner(*only),
        several => several.iter().map(|one| dom::outer(*one)).collect::<Vec<_>>().join("\n"),
    }
}

fn is_container(name: &str) -> bool {
    matches!(
        name,
        "article"
            | "body"
            | "center"
            | "div"
            | "form"
            | "html"
            | "main"
            | "section"
            | "span"
            | "td"
    ) || name.contains('-')
}
