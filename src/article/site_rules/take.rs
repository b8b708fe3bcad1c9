//! A page by the rules of a file: first what it says, then what goes, then the body.

use scraper::ElementRef;
use url::Url;

use super::format::{Link, SiteFile};
use super::sheet::{Match, Sheet};
use super::xpath::{Spent, Value, XPath};
use super::{Links, Taken, mend, prune, same_page};
use crate::article::{Metadata, extract, fragment, markup};
use crate::html;
use crate::html::dom::Id;
use crate::model::Fault;

/// Bytes by which replaced texts may swell a page, besides doubling it.
const SWELL: usize = 1 << 20;
/// Places where a text is replaced.
const MAX_PLACES: usize = 200_000;
/// Bytes that are searched for texts to replace.
const MAX_SEARCHED: usize = 200 << 20;
/// Characters of a title, of an author's name, of a date; what is longer is none.
const MAX_LINE: usize = 300;

/// Reads a page by the rules of a file.
pub(super) fn take(page: &str, url: &Url, file: &SiteFile) -> Taken {
    let mut faults = Vec::new();
    let page = replaced(page, &file.replace, &mut faults);
    let mut sheet = Sheet::of(&page);
    let instead = file.flags.skip_json_ld.then(|| {
        mend::drop_json_ld(&mut sheet);
        sheet.markup()
    });
    let (about, base) = extract::about(instead.as_ref().unwrap_or(&page), url);
    let mut taken = Taken {
        body: None,
        looks: file.body.is_empty(),
        stripped: None,
        instead,
        about,
        base,
        links: Links::default(),
        faults,
    };
    if let Err(spent) = fill(&mut taken, &mut sheet, url, file) {
        taken.body = None;
        taken.looks |= file.flags.autodetect;
        taken.faults.push(Fault::new("rules", spent.to_string()));
    }
    taken
}

fn fill(taken: &mut Taken, sheet: &mut Sheet, url: &Url, file: &SiteFile) -> Result<(), Spent> {
    taken.links = Links {
        single: link(sheet, &file.single_page, url, &taken.base)?,
        next: link(sheet, &file.next_page, url, &taken.base)?,
    };
    if any(sheet, &file.advertisement)? {
        taken.faults.push(Fault::new("rules", "the page is marked as an advertisement"));
    }
    let (title, authors) = (line(sheet, &file.title)?, lines(sheet, &file.author)?);
    prefer(&mut taken.about, title, authors, line(sheet, &file.date)?);
    mend::mend(sheet, file)?;
    sheet.settle()?;
    taken.body = body(sheet, file, taken.about.image.as_deref())?;
    if taken.body.is_none() {
        taken.looks |= file.flags.autodetect;
        taken.stripped = taken.looks.then(|| sheet.markup());
        if !file.body.is_empty() {
            taken.faults.push(Fault::new("rules", "`body` matches nothing with content"));
        }
    }
    Ok(())
}

/// What the rules found comes before what the page says.
pub(super) fn prefer(
    about: &mut Metadata,
    title: Option<String>,
    authors: Vec<String>,
    published: Option<String>,
) {
    about.title = title.or(about.title.take());
    about.published = published.or(about.published.take());
    if !authors.is_empty() {
        about.authors = authors;
    }
}

/// The page's text with others in the place of some. What would swell it, or takes too long, is
/// left out.
fn replaced(page: &str, pairs: &[(String, String)], faults: &mut Vec<Fault>) -> String {
    let most = page.len() * 2 + SWELL;
    let mut page = page.to_owned();
    let mut searched = 0_usize;
    for (find, put) in pairs {
        searched += page.len();
        let more = put.len().saturating_sub(find.len());
        let count = page.matches(find.as_str()).take(MAX_PLACES + 1).count();
        if count > MAX_PLACES || page.len() + count * more > most || searched > MAX_SEARCHED {
            let what = format!("`{find}` and what follows is not replaced: too much work");
            faults.push(Fault::new("rules", what));
            break;
        }
        if count > 0 {
            page = page.replace(find.as_str(), put);
        }
    }
    page
}

fn any(sheet: &mut Sheet, paths: &[XPath]) -> Result<bool, Spent> {
    for path in paths {
        if sheet.holds(path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The first address that a link leads to whose condition holds.
fn link(sheet: &mut Sheet, links: &[Link], url: &Url, base: &Url) -> Result<Option<Url>, Spent> {
    for link in links {
        if let Some(condition) = &link.on
            && !sheet.holds(condition)?
        {
            continue;
        }
        let texts = match sheet.value(&link.to)? {
            Value::Text(text) => vec![text],
            Value::Nodes(_) => {
                let found = sheet.matches(&link.to)?;
                found.iter().map(|found| address(sheet, found)).collect()
            }
            _ => Vec::new(),
        };
        let other = texts.iter().find_map(|text| same_page::link(text, url, base));
        if other.is_some() {
            return Ok(other);
        }
    }
    Ok(None)
}

fn address(sheet: &Sheet, found: &Match) -> String {
    let href = match found {
        Match::Node(id) => sheet.element(*id).and_then(|element| element.attr("href")),
        Match::Attribute(..) => None,
    };
    href.map_or_else(|| sheet.text(found), str::to_owned)
}

/// The first line that any of the paths finds.
fn line(sheet: &mut Sheet, paths: &[XPath]) -> Result<Option<String>, Spent> {
    for path in paths {
        let found = lines_of(sheet, path, true)?.into_iter().next();
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// All lines of the first path that finds any, each once.
fn lines(sheet: &mut Sheet, paths: &[XPath]) -> Result<Vec<String>, Spent> {
    for path in paths {
        let mut found = Vec::new();
        for line in lines_of(sheet, path, false)? {
            if !found.contains(&line) && found.len() < 20 {
                found.push(line);
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// What a path finds as lines. The elements that held them go, as the rules' authors expect.
fn lines_of(sheet: &mut Sheet, path: &XPath, first_only: bool) -> Result<Vec<String>, Spent> {
    if let Value::Text(text) = sheet.value(path)? {
        return Ok(as_line(&text).into_iter().collect());
    }
    let mut lines = Vec::new();
    for found in sheet.matches(path)? {
        let Some(line) = as_line(&sheet.text(&found)) else { continue };
        lines.push(line);
        if matches!(&found, Match::Node(id) if sheet.element(*id).is_some()) {
            sheet.remove(&found);
        }
        if first_only {
            break;
        }
    }
    Ok(lines)
}

pub(super) fn as_line(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty() && line.chars().count() <= MAX_LINE).then_some(line)
}

/// The body by the first path that finds one with content.
fn body(sheet: &mut Sheet, file: &SiteFile, image: Option<&str>) -> Result<Option<String>, Spent> {
    for path in &file.body {
        let found = sheet.matches(path)?;
        let outer = outermost(sheet, &found);
        if file.flags.prune {
            prune::prune(sheet, &outer)?;
        }
        if file.flags.double_br {
            for id in &outer {
                mend::paragraphs(sheet, *id);
            }
        }
        sheet.settle()?;
        let elements: Vec<_> = outer.iter().filter_map(|id| sheet.element(*id)).collect();
        let body = if elements.is_empty() {
            texts(sheet, &found)
        } else {
            (!fragment::is_empty(&elements)).then(|| markup(&elements))
        };
        if let Some(body) = body {
            let image = image.filter(|_| file.flags.insert_image && !has_picture(&elements));
            return Ok(Some(with_image(body, image)));
        }
    }
    Ok(None)
}

/// The elements that stand in no other of them.
fn outermost(sheet: &Sheet, found: &[Match]) -> Vec<Id> {
    let mut outer: Vec<Id> = Vec::new();
    for found in found {
        let Match::Node(id) = found else { continue };
        let Some(element) = sheet.element(*id) else { continue };
        // In the order of the page, what holds it can only be the one before.
        let inside = |outer: &Id| element.ancestors().any(|ancestor| ancestor.id() == *outer);
        if !outer.last().is_some_and(inside) {
            outer.push(*id);
        }
    }
    outer
}

/// Text nodes and attributes as paragraphs.
fn texts(sheet: &Sheet, found: &[Match]) -> Option<String> {
    let texts = found.iter().map(|found| sheet.text(found));
    let paragraphs = texts.filter(|text| !text.trim().is_empty());
    let body = paragraphs.map(|text| html::escape(&text)).collect::<Vec<_>>().join("</p><p>");
    (!body.is_empty()).then(|| format!("<p>{body}</p>"))
}

fn has_picture(elements: &[ElementRef<'_>]) -> bool {
    let inside = elements.iter().flat_map(|element| element.descendants());
    let mut names = inside.filter_map(ElementRef::wrap).map(|element| element.value().name());
    names.any(|name| matches!(name, "img" | "video" | "audio" | "iframe"))
}

fn with_image(body: String, image: Option<&str>) -> String {
    match image {
        Some(image) => format!("<p><img src=\"{}\"></p>{body}", html::escape(image)),
        None => body,
    }
}
