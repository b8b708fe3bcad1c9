//! An entry to an item: fills the gaps, makes it safe, gives it its lasting name.

use std::collections::BTreeMap;

use url::Url;

use crate::html::{self, SafeHtml};
use crate::model::{
    Enclosure, FACTS, Fragment, Instant, Item, ItemId, Original, Person, SourceId, Text,
};

/// The longest title, in characters.
const TITLE: usize = 300;
/// The longest summary, in characters.
const SUMMARY: usize = 600;
/// The most labels, authors and enclosures of an item.
const MOST: usize = 50;

/// What an item has besides its originals.
#[derive(Clone, Debug)]
pub struct Birth {
    /// Its lasting name.
    pub id: ItemId,
    /// Where it comes from.
    pub source: SourceId,
    /// When it was first seen.
    pub first_seen: Instant,
    /// The authority of ids that are ours, as in [`crate::config::Site`].
    pub authority: String,
}

/// What the source's settings add; functions are the rules of other rooms, handed in.
pub struct Ways<'w> {
    /// Language of entries that name none.
    pub language: Option<&'w str>,
    /// Medium of all entries.
    pub medium: Option<&'w str>,
    /// What is wished of cleaning.
    pub manner: &'w html::Manner,
    /// The source's cleaning rules, on a fragment.
    pub apply: &'w dyn Fn(&str) -> String,
    /// The medium as the text of a fragment names it.
    pub credited: &'w dyn Fn(&str) -> Option<String>,
}

/// Makes the item of its originals, which stand in the order of the source's lists. `None` where
/// not even a title can be found: such an entry is held, never published under a broken name.
/// The item has no categories yet, and `updated` is the sources' own.
pub fn item(originals: &[Original], birth: &Birth, ways: &Ways<'_>) -> Option<Item> {
    let entries = || originals.iter().map(|original| &original.entry);
    let link = entries().find_map(|entry| web(entry.link.as_deref()?, None));
    let link = link.map(|link| ways.manner.address(&link));
    let bodies: Vec<_> = originals.iter().map(|one| body(one, ways)).collect();
    let best = bodies.iter().max_by_key(|body| (body.rank, body.safe.as_str().len()));
    let safe = best.map(|body| body.safe.clone()).unwrap_or_default();
    let summary = entries().find_map(|entry| summary(entry.summary.as_ref()?));
    let title = entries().find_map(|entry| title(entry.title.as_ref()?));
    let title = title.or_else(|| leading(summary.as_deref(), &safe))?;
    let published = published(originals, birth.first_seen);
    let image = entries()
        .find_map(|entry| web(entry.image.as_deref()?, link.as_deref()))
        .or_else(|| html::first_image(&safe));
    let medium = ways.medium.map(str::to_owned);
    let medium = medium
        .or_else(|| entries().find_map(|entry| named(entry.medium.as_deref()?)))
        .or_else(|| bodies.iter().find_map(|body| body.medium.clone()));
    let language = entries().find_map(|entry| language(entry.language.as_deref()?));
    Some(Item {
        uri: uri(originals, birth),
        id: birth.id.clone(),
        source: birth.source.clone(),
        summary: summary.filter(|summary| *summary != title),
        title,
        body: safe,
        published,
        updated: updated(originals, published, birth.first_seen),
        first_seen: birth.first_seen,
        authors: authors(originals),
        medium,
        categories: Vec::new(),
        labels: labels(originals),
        enclosures: enclosures(originals, link.as_deref()),
        image,
        language: language.or_else(|| ways.language.map(str::to_owned)),
        facts: facts(originals),
        also: Vec::new(),
        link,
    })
}

/// A body that an original offers; the article's own text ranks before the list's.
struct Body {
    rank: u8,
    safe: SafeHtml,
    medium: Option<String>,
}

fn body(original: &Original, ways: &Ways<'_>) -> Body {
    let listed = |text: &Text| match text {
        Text::Plain(plain) => (html::from_text(plain), None),
        Text::Html(markup) => {
            // Where the feed gave a base of its own, relative addresses are relative to that.
            let base = original.entry.vars.get("base").or(original.entry.link.as_ref());
            cleaned(markup, base.map(String::as_str), ways)
        }
    };
    let article = original.article.as_ref().map(|article| {
        let Fragment { html, base } = article;
        cleaned(html, base.as_deref().or(original.entry.link.as_deref()), ways)
    });
    if let Some((safe, medium)) = article.filter(|(safe, _)| !safe.is_empty()) {
        return Body { rank: 3, safe, medium };
    }
    if let Some((safe, medium)) = original.entry.body.as_ref().map(listed) {
        return Body { rank: 2, safe, medium };
    }
    let (safe, medium) = original.entry.summary.as_ref().map(listed).unwrap_or_default();
    Body { rank: u8::from(!safe.is_empty()), safe, medium }
}

fn cleaned(markup: &str, base: Option<&str>, ways: &Ways<'_>) -> (SafeHtml, Option<String>) {
    let mut base = base.and_then(|base| Url::parse(base).ok());
    if let Some(base) = &mut base {
        // Credentials of the page are not those of all that is relative to it.
        let _ = base.set_username("");
        let _ = base.set_password(None);
    }
    let applied = (ways.apply)(markup);
    let medium = (ways.credited)(&applied).and_then(|name| named(&name));
    (html::clean_as(&applied, base.as_ref(), ways.manner), medium)
}

fn plain(text: &Text) -> String {
    match text {
        Text::Plain(plain) => plain.split_whitespace().collect::<Vec<_>>().join(" "),
        Text::Html(markup) => html::line(markup),
    }
}

/// Markup in a title is dropped only where it is what titles have; a title that speaks of
/// `<script>` keeps the word.
fn title(text: &Text) -> Option<String> {
    let line = match text {
        Text::Html(markup) if !has_inline_tags_only(markup) => {
            html::line(&markup.replace('<', "&lt;"))
        }
        text => plain(text),
    };
    let title: String = line.chars().filter(|c| !c.is_control()).collect();
    (!title.trim().is_empty()).then(|| html::excerpt(title.trim(), TITLE))
}

fn has_inline_tags_only(markup: &str) -> bool {
    const INLINE: [&str; 27] = [
        "a", "abbr", "b", "bdi", "big", "br", "cite", "code", "del", "div", "em", "font", "i",
        "img", "ins", "mark", "p", "q", "s", "small", "span", "strike", "strong", "sub", "sup",
        "tt", "u",
    ];
    markup.split('<').skip(1).all(|rest| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        name.is_empty() || INLINE.contains(&name.to_ascii_lowercase().as_str())
    })
}

fn summary(text: &Text) -> Option<String> {
    let summary = plain(text);
    (!summary.is_empty()).then(|| html::excerpt(&summary, SUMMARY))
}

/// A title for an entry that has none, as micro-blogs do: the beginning of its text.
fn leading(summary: Option<&str>, body: &SafeHtml) -> Option<String> {
    let text = summary.map_or_else(|| html::line(body.as_str()), str::to_owned);
    (!text.trim().is_empty()).then(|| html::excerpt(text.trim(), 80))
}

/// A name as text on one line; blanks inside it stay as they are, since names differ by them.
fn named(name: &str) -> Option<String> {
    let name: String =
        name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect();
    (!name.trim().is_empty()).then(|| name.trim().to_owned())
}

/// An absolute web address, or none.
fn web(link: &str, base: Option<&str>) -> Option<String> {
    let link = link.trim();
    let url = match base.and_then(|base| Url::parse(base).ok()) {
        Some(base) => base.join(link).ok()?,
        None => Url::parse(link).ok()?,
    };
    let mut url = Some(url).filter(|url| matches!(url.scheme(), "http" | "https"))?;
    // Credentials in an address are nobody else's business.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some(url.into())
}

/// The date given, never later than the moment we saw it; else that moment.
fn published(originals: &[Original], first_seen: Instant) -> Instant {
    let given = originals.iter().filter_map(|one| one.entry.published.or(one.entry.updated));
    given.min().filter(|date| date.timestamp() > 0).map_or(first_seen, |date| date.min(first_seen))
}

fn updated(originals: &[Original], published: Instant, first_seen: Instant) -> Instant {
    let given = originals.iter().filter_map(|one| one.entry.updated).max();
    given.filter(|date| *date <= first_seen).map_or(published, |date| date.max(published))
}

fn authors(originals: &[Original]) -> Vec<Person> {
    let lists = originals.iter().map(|one| &one.entry.authors);
    let authors = lists.into_iter().find(|authors| !authors.is_empty());
    let known = |person: &Person| Person {
        name: person.name.as_deref().and_then(named),
        email: person.email.clone().filter(|mail| mail.contains('@') && mail.len() < 200),
        uri: person.uri.as_deref().and_then(|uri| web(uri, None)),
    };
    let authors = authors.into_iter().flatten().take(MOST).map(known);
    authors.filter(|person| person.name.is_some() || person.email.is_some()).collect()
}

fn labels(originals: &[Original]) -> Vec<String> {
    let mut labels = Vec::new();
    for label in originals.iter().flat_map(|one| &one.entry.labels) {
        if let Some(label) = named(label).filter(|label| !labels.contains(label)) {
            labels.push(label);
        }
        if labels.len() == MOST {
            break;
        }
    }
    labels
}

/// The longest further fact, in characters.
const FACT: usize = 200;

fn facts(originals: &[Original]) -> BTreeMap<String, String> {
    let value = |name: &str| {
        let vars = originals.iter().filter_map(|one| one.entry.vars.get(name));
        let line = |text: &String| html::excerpt(&html::line(text), FACT);
        vars.map(line).find(|text| !text.trim().is_empty())
    };
    let known = FACTS.iter().filter_map(|name| Some(((*name).to_owned(), value(name)?)));
    known.collect()
}

fn enclosures(originals: &[Original], base: Option<&str>) -> Vec<Enclosure> {
    let mut found: Vec<Enclosure> = Vec::new();
    for one in originals.iter().flat_map(|one| &one.entry.enclosures).take(MOST) {
        let Some(url) = web(&one.url, base) else { continue };
        if !found.iter().any(|known| known.url == url) {
            found.push(Enclosure { url, ..one.clone() });
        }
    }
    found
}

fn language(tag: &str) -> Option<String> {
    let tag = tag.trim().replace('_', "-");
    let good = tag.split('-').all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric())
    });
    let letters = tag.split('-').next().is_some_and(|p| (2..=3).contains(&p.len()));
    (good && letters).then_some(tag)
}

/// The origin's own id where it is an absolute IRI, which keeps copies recognisable across
/// aggregators (RFC 4287 §4.2.11); else one of ours.
fn uri(originals: &[Original], birth: &Birth) -> String {
    let own = originals.iter().filter_map(|one| one.entry.guid.as_deref()).find_map(iri);
    own.unwrap_or_else(|| our_uri(&birth.authority, &birth.id))
}

/// The id that we give where the origin gave none that lasts (RFC 4151).
pub fn our_uri(authority: &str, id: &ItemId) -> String {
    format!("tag:{authority}:i/{id}")
}

fn iri(guid: &str) -> Option<String> {
    let guid = guid.trim();
    let scheme = guid.split_once(':').map(|(scheme, _)| scheme)?;
    let known = ["http", "https", "tag", "urn"].iter().any(|s| scheme.eq_ignore_ascii_case(s));
    let clean =
        !guid.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c));
    (known && clean && guid.len() <= 1_000 && Url::parse(guid).is_ok()).then(|| guid.to_owned())
}

#[cfg(test)]
mod tests;
