//! An article's page to its main text: a chain of ways to it, each result judged.

mod chain;
mod explain;
pub mod extract;
mod fragment;
mod paper;
pub mod quality;
mod quick;
mod readable;
mod rules;
mod site_rules;
mod structured;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;

use scraper::{ElementRef, Html};
use serde_json::Value;
use url::Url;

use self::chain::{Body, Vain, View};
pub use self::chain::{Outcome, Trace, Tried};
pub use self::explain::explain;
pub use self::extract::Metadata;
use self::extract::Models;
pub use self::paper::Paper;
use self::quality::{Candidate, Own, PageFacts, Reason};
pub use self::rules::{Bad, Css, RawRules, Rules};
use self::site_rules::Links;
pub use self::site_rules::{RawSite, Reading, Site, SiteCss, SiteFile, Sites, Test};
use crate::html::{self, dom};
use crate::model::{Fault, Fragment};

/// What a page gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The body as it stands in the page, before `remove`, `unwrap` and `stop_at`.
    pub fragment: Fragment,
    /// What found it.
    pub by: By,
    /// The outlet credited, by `medium` of the rules.
    pub medium: Option<String>,
    /// What the page says of it; the rules of its site have the first word.
    pub about: Metadata,
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
    /// Data beside the text: JSON-LD, microdata, a script's state.
    Structured(&'static str),
    /// The rules for the page's site, by their name.
    Site(String),
    /// Our own extractor.
    Extractor,
    /// The port of Mozilla's Readability.
    Readability,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rules(css) => write!(f, "rules (`{css}`)"),
            Self::Json => f.write_str("rules (json)"),
            Self::Structured(kind) => f.write_str(kind),
            Self::Site(name) => write!(f, "site rules (`{name}`)"),
            Self::Extractor => f.write_str("extractor"),
            Self::Readability => f.write_str("readability"),
        }
    }
}

/// What is known of an article besides its page.
#[derive(Clone, Copy)]
pub struct Visit<'a> {
    /// The address that was asked for.
    pub asked: &'a Url,
    /// The address that answered, after redirects.
    pub url: &'a Url,
    /// HTTP status.
    pub status: u16,
    /// What the source said itself.
    pub own: Own<'a>,
    /// Whether the trace shall tell times and scores.
    pub closely: bool,
    /// Microseconds since any moment, for the trace.
    pub clock: &'a dyn Fn() -> u64,
}

/// A body or the reason why there is none, and how it came to that.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What the page gave.
    pub found: Result<Found, Error>,
    /// Each step's part.
    pub trace: Trace,
    /// Other pages of the same article.
    links: Links,
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
    /// What was found is not the article.
    #[error("{0}")]
    Refused(Reason),
    /// The rules of this name find nothing, and say that nothing else shall be tried.
    #[error("the rules `{0}` find no article, and forbid to look for it without them")]
    NoBody(String),
    /// The answer is JSON, and no rule says where in it the body is.
    #[error("the article is JSON, and no rule says where its body is")]
    NoPath,
}

/// Reads a page that was decoded already, with nothing known besides it. `url` is its address
/// after redirects.
pub fn read(page: &str, url: &Url, rules: &Rules) -> Result<Found, Error> {
    judged(page, &Visit::to(url), rules, None).found
}

/// The same where the extractor has other models: those that were trained without the page's site.
pub fn read_with(models: &Models, page: &str, url: &Url) -> Result<Found, Error> {
    judged_with(Some(models), page, &Visit::to(url), &Rules::default(), None).found
}

/// Reads a page that was decoded already; every way to its body is judged by what is known. `site`
/// are the rules for the site that it is on.
pub fn judged(page: &str, visit: &Visit<'_>, rules: &Rules, site: Option<&Site>) -> Judged {
    judged_with(Models::shipped(), page, visit, rules, site)
}

fn judged_with(
    models: Option<&Models>,
    page: &str,
    visit: &Visit<'_>,
    rules: &Rules,
    site: Option<&Site>,
) -> Judged {
    if let Some(value) = rules.json.as_ref().and_then(|_| json_in(page)) {
        return judged_json(&value, visit, rules);
    }
    let mut taken = site.map(|site| (site.name(), site_rules::take(page, visit.url, site)));
    let links = taken.as_mut().map(|(_, taken)| std::mem::take(&mut taken.links));
    let links = links.unwrap_or_default();
    // The first of several pages is shorter than the whole.
    let own = if links.any() { Own { text: None, ..visit.own } } else { visit.own };
    let visit = &Visit { own, ..*visit };
    let taken = taken.as_ref().map(|(name, taken)| (*name, taken));
    let instead = taken.and_then(|(_, taken)| taken.instead.as_deref());
    let paper = Paper::new(instead.unwrap_or(page));
    let view = View::new(&paper, visit.url, rules, taken, models);
    let mut faults = Vec::new();
    let (body, trace) = chain::walk(&view, &visit.facts(&paper), visit, &mut faults);
    let own_rules = body.as_ref().is_ok_and(|body| matches!(body.by, By::Rules(_)));
    if let Some((name, taken)) = taken.filter(|_| !own_rules) {
        faults.extend(taken.faults.iter().map(|fault| of_site(name, &fault.what)));
        let refused = trace.why(chain::SITE).filter(|_| taken.body.is_some());
        faults.extend(refused.map(|why| of_site(name, &format!("refused: {why}"))));
    }
    let found = body.map_err(|vain| nothing(vain, &view));
    let found = found.map(|body| found_in(&view, body, faults));
    Judged { found, trace, links }
}

fn of_site(name: &str, what: &str) -> Fault {
    Fault::new(format!("rules `{name}`"), what)
}

fn found_in(view: &View<'_>, body: Body, faults: Vec<Fault>) -> Found {
    let Body { candidate, by } = body;
    let html = candidate.html;
    let credited = |html: &str| medium(&apply(html, view.rules), view.rules);
    Found {
        medium: view.rules.medium.as_ref().and_then(|_| credited(&html)),
        about: view.about().clone(),
        fragment: Fragment { html, base: Some(view.base().to_string()) },
        by,
        faults,
    }
}

/// Reads an answer of an API for one article; `json` of the rules says where the body is. Plain
/// text there becomes paragraphs.
pub fn judged_json(value: &Value, visit: &Visit<'_>, rules: &Rules) -> Judged {
    let html = match json_body(value, rules) {
        Ok(html) => html,
        Err(error) => return Judged::without_trace(Err(error)),
    };
    let paper = Paper::new("");
    let body = Body { candidate: Candidate::chosen(html), by: By::Json };
    let why = quality::refusal(&body.candidate, &visit.facts(&paper), visit.own);
    let trace = Trace::of("rules", &body, why.as_ref(), visit.own);
    let html = body.candidate.html;
    let found = match why {
        Some(reason) => Err(Error::Refused(reason)),
        None => Ok(Found {
            medium: medium(&apply(&html, rules), rules),
            fragment: Fragment { html, base: None },
            by: By::Json,
            about: Metadata::default(),
            faults: Vec::new(),
        }),
    };
    Judged { found, trace, links: Links::default() }
}

impl Judged {
    fn without_trace(found: Result<Found, Error>) -> Self {
        Self { found, trace: Trace::default(), links: Links::default() }
    }
}

impl<'a> Visit<'a> {
    /// A page of which nothing else is known.
    pub fn to(url: &'a Url) -> Self {
        Self { asked: url, url, status: 200, own: Own::default(), closely: false, clock: &|| 0 }
    }

    fn facts(&self, paper: &'a Paper<'a>) -> PageFacts<'a> {
        PageFacts { paper, status: self.status, asked: self.asked, url: self.url }
    }
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

/// The page as JSON, if it is that and no markup.
fn json_in(page: &str) -> Option<Value> {
    let page = page.trim_start_matches('\u{feff}').trim();
    page.starts_with(['{', '[']).then(|| serde_json::from_str(page).ok())?
}

fn json_body(value: &Value, rules: &Rules) -> Result<String, Error> {
    let path = rules.json.as_ref().ok_or(Error::NoPath)?;
    let mut texts = Vec::new();
    for node in path.query(value).iter() {
        collect(node, &mut texts);
    }
    let html = texts.join("\n");
    let empty = html::text(&html).is_empty() && !html.contains("<img");
    if empty { Err(Error::NoJson(path.to_string())) } else { Ok(html) }
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

fn nothing(vain: Vain, view: &View<'_>) -> Error {
    match vain {
        Vain::Forbidden(name) => Error::NoBody(name),
        Vain::Refused(Reason::Empty) | Vain::Nothing(Reason::Empty) => {
            let first = view.rules.body.first();
            first.map_or(Error::NoArticle, |css| Error::NoMatch(css.text.clone()))
        }
        Vain::Refused(reason) | Vain::Nothing(reason) => Error::Refused(reason),
    }
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
