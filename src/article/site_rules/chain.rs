//! The order in which a page is read: the source's rules, the site's, the look of the page.

use url::Url;

use super::judge::{self, at_least_as_good};
use super::{Links, Site, Taken, css, take};
use crate::article::{self, By, Error, Found, Rules};
use crate::model::{Fault, Fragment};

/// Reads a page, and the links to others that belong to it.
pub(super) fn read(
    page: &str,
    url: &Url,
    rules: &Rules,
    site: Option<&Site>,
) -> (Result<Found, Error>, Links) {
    let Some(site) = site else { return (article::read(page, url, rules), Links::default()) };
    let mut taken = match site {
        Site::File(file) => take::take(page, url, file),
        Site::Css(css) => css::take(page, url, css),
    };
    let plain = taken.instead.as_deref().unwrap_or(page);
    let without = article::read(plain, url, rules);
    let links = std::mem::take(&mut taken.links);
    let is_own = |found: &Found| matches!(found.by, By::Rules(_) | By::Json);
    if without.as_ref().is_ok_and(is_own) {
        return (without, links);
    }
    (preferred(taken, without, url, rules, site.name()), links)
}

/// The site's rules have the word where the judge does not refuse what they found.
fn preferred(
    taken: Taken,
    without: Result<Found, Error>,
    url: &Url,
    rules: &Rules,
    name: &str,
) -> Result<Found, Error> {
    if taken.body.is_none() && !taken.looks {
        return Err(Error::NoBody(name.to_owned()));
    }
    let mut faults = taken.faults.clone();
    for fault in &mut faults {
        fault.place = format!("rules `{name}`");
    }
    let found = found(taken, url, rules, name);
    let mut chosen = match (found, without) {
        (Some(found), Ok(without)) if at_least_as_good(&found, &without) => found,
        (Some(found), Err(_)) if judge::stands_alone(judge::weigh(&found.fragment.html)) => found,
        (Some(found), without) => {
            let text = |found: &Found| judge::weigh(&found.fragment.html).text;
            let (by_rules, by_look) = (text(&found), without.as_ref().map_or(0, text));
            let what = format!("refused: {by_rules} characters, {by_look} without these rules");
            faults.push(Fault::new(format!("rules `{name}`"), what));
            without?
        }
        (None, without) => without?,
    };
    chosen.faults.extend(faults);
    Ok(chosen)
}

/// What the site's rules found, or what is found by look after they took from the page.
fn found(taken: Taken, url: &Url, rules: &Rules, name: &str) -> Option<Found> {
    let mut found = match (taken.body, taken.stripped) {
        (Some(html), _) => {
            let base = taken.base.as_ref().unwrap_or(url).to_string();
            Found {
                medium: article::medium(&article::apply(&html, rules), rules),
                fragment: Fragment { html, base: Some(base) },
                by: By::Site(name.to_owned()),
                title: None,
                authors: Vec::new(),
                published_text: None,
                image: taken.image,
                language: taken.language,
                faults: Vec::new(),
            }
        }
        (None, Some(page)) => article::read(&page, url, rules).ok()?,
        (None, None) => return None,
    };
    found.title = taken.title.or(found.title);
    found.published_text = taken.published.or(found.published_text);
    if !taken.authors.is_empty() {
        found.authors = taken.authors;
    }
    Some(found)
}
