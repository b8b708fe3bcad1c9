//! An entry of either format to the shape that all sources share.

use atom_syndication as atom;

use super::raw::{self, More, Raw};
use super::references::References;
use super::tree::Element;
use super::{links, person, text};
use crate::date;
use crate::listing::Context;
use crate::model::{Enclosure, Entry, Fault, Instant, Person, Text};

/// Reads an entry; an unreadable date becomes a fault, at this place.
pub(super) fn read(
    element: Element<'_, '_>,
    references: &References,
    context: &Context<'_>,
    place: usize,
    faults: &mut Vec<Fault>,
) -> Entry {
    let raw = raw::read(element, references);
    let mut dates = Dates { context, place, faults };
    let published = dates.published(&raw);
    let updated = dates.updated(&raw);
    let language = language(&raw, element.language);
    let mut entry = Entry { published, updated, language, ..Entry::default() };
    entry.authors = authors(&raw);
    entry.labels = labels(&raw);
    entry.link = link(&raw);
    fill(raw, &mut entry);
    if [&entry.title, &entry.summary, &entry.body].into_iter().flatten().any(is_cut) {
        let what = format!("longer than {} MiB; the rest was left out", text::LONGEST >> 20);
        faults.push(Fault::new(format!("entry {}: text", place + 1), what));
    }
    entry
}

/// Whether a text is as long as texts get.
fn is_cut(text: &Text) -> bool {
    text.raw().len() + 4 > text::LONGEST
}

/// Moves what is taken as it is.
fn fill(raw: Raw, entry: &mut Entry) {
    let Raw { rss, atom, more } = raw;
    let core = rss.dublin_core_ext.unwrap_or_default();
    let itunes = rss.itunes_ext.unwrap_or_default();
    let not_empty = |text: &String| !text.is_empty();
    entry.guid = rss
        .guid
        .map(|guid| guid.value)
        .or(Some(atom.id))
        .filter(not_empty)
        .or(more.about)
        .or(first(core.identifiers));
    let title = rss.title.map(guessed).or_else(|| construct(atom.title));
    entry.title = title.or_else(|| first(core.titles).or(more.media_title).map(guessed));
    let summaries = [
        rss.description,
        first(core.descriptions),
        itunes.summary,
        itunes.subtitle,
        more.media_description,
    ];
    let summary = atom.summary.and_then(construct);
    entry.summary = summaries.into_iter().flatten().next().map(guessed).or(summary);
    entry.body =
        rss.content.map(guessed).or_else(|| content(atom.content?)).or(more.xhtml.map(Text::Html));
    entry.medium =
        rss.source.and_then(|source| source.title).or(more.source_title).or(first(core.publishers));
    entry.enclosures = enclosures(more.enclosures, atom.links);
    entry.image = more.images.into_iter().next().or_else(|| picture(&entry.enclosures));
    let vars = [
        ("base", more.content_base),
        ("comments", more.comments),
        ("comment_count", more.comment_count),
        ("duration", itunes.duration),
        ("original_link", more.original_link),
    ];
    entry.vars.extend(vars.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
}

fn first(list: Vec<String>) -> Option<String> {
    list.into_iter().next()
}

/// RSS does not say what its texts are: what still holds markup after decoding once is HTML.
fn guessed(text: String) -> Text {
    if text::looks_like_html(&text) { Text::Html(text) } else { Text::Plain(text) }
}

fn construct(text: atom::Text) -> Option<Text> {
    let html = text.r#type != atom::TextType::Text;
    typed(text.value, html)
}

fn content(content: atom::Content) -> Option<Text> {
    let html = content.content_type.is_some();
    typed(content.value?, html)
}

fn typed(value: String, html: bool) -> Option<Text> {
    if value.is_empty() {
        return None;
    }
    Some(if html { Text::Html(value) } else { Text::Plain(value) })
}

/// The article's address: the link, else an alternate one, else a key or a place that is an address.
fn link(raw: &Raw) -> Option<String> {
    let Raw { rss, atom, more } = raw;
    let alternate = links::alternates(&atom.links);
    let permalink = rss.guid.as_ref().filter(|guid| guid.permalink).map(|guid| &guid.value);
    let keys = [permalink, more.about.as_ref(), Some(&atom.id)]
        .into_iter()
        .flatten()
        .filter(|key| is_absolute(key));
    let elsewhere = [more.content_address.as_ref(), more.player.as_ref()].into_iter().flatten();
    let candidates = rss.link.iter().chain(alternate).chain(keys).chain(elsewhere);
    candidates.map(String::as_str).find(|link| links::is_web(link)).map(str::to_owned)
}

/// A key is an address only if it says so itself.
fn is_absolute(key: &str) -> bool {
    let start = key.get(..8).unwrap_or(key).to_ascii_lowercase();
    start.starts_with("http://") || start.starts_with("https://")
}

fn authors(raw: &Raw) -> Vec<Person> {
    let Raw { rss, atom, more } = raw;
    let creators = rss.dublin_core_ext.iter().flat_map(|core| &core.creators);
    let itunes = rss.itunes_ext.iter().filter_map(|itunes| itunes.author.as_ref());
    let lines = rss.author.iter().chain(creators).chain(itunes).map(|line| person::parse(line));
    let named = if atom.authors.is_empty() { &more.source_authors } else { &atom.authors };
    let mut authors: Vec<Person> = Vec::new();
    for author in named.iter().map(of_atom).chain(lines) {
        let known = authors.iter().any(|known| known.name.is_some() && known.name == author.name);
        if !known && author != Person::default() && authors.len() < raw::MOST {
            authors.push(author);
        }
    }
    authors
}

/// Atom's person; a name that is an address and a name is taken apart.
pub(super) fn of_atom(author: &atom::Person) -> Person {
    let line = person::parse(&author.name);
    Person { email: author.email.clone().or(line.email), name: line.name, uri: author.uri.clone() }
}

fn labels(raw: &Raw) -> Vec<String> {
    let Raw { rss, atom, more } = raw;
    let own = rss.categories.iter().map(|category| &category.name);
    let terms = atom.categories.iter().map(|category| {
        if category.term.is_empty() {
            category.label.as_ref().unwrap_or(&category.term)
        } else {
            &category.term
        }
    });
    let subjects = rss.dublin_core_ext.iter().flat_map(|core| &core.subjects);
    let mut labels: Vec<String> = Vec::new();
    for label in own.chain(terms).chain(subjects).chain(&more.labels) {
        if labels.len() < raw::MOST && !labels.contains(label) {
            labels.push(label.clone());
        }
    }
    labels
}

/// A picture among the files.
fn picture(files: &[Enclosure]) -> Option<String> {
    let is_picture =
        |file: &&Enclosure| file.media_type.as_ref().is_some_and(|kind| kind.starts_with("image/"));
    files.iter().find(is_picture).map(|file| file.url.clone())
}

/// All files, each address once.
fn enclosures(mut files: Vec<Enclosure>, links: Vec<atom::Link>) -> Vec<Enclosure> {
    let linked =
        links.into_iter().filter(|link| link.rel == "enclosure" && links::is_web(&link.href));
    files.extend(linked.map(|link| Enclosure {
        url: link.href,
        media_type: link.mime_type,
        length: link.length.and_then(|length| length.parse().ok()),
    }));
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.url.clone()));
    files.truncate(raw::MOST);
    files
}

fn language(raw: &Raw, inherited: &str) -> Option<String> {
    let stated = raw.rss.dublin_core_ext.as_ref().and_then(|core| core.languages.first());
    stated
        .map(String::as_str)
        .or(Some(inherited))
        .filter(|language| !language.is_empty())
        .map(str::to_owned)
}

/// Reads dates, and tells of those that are none.
struct Dates<'c> {
    context: &'c Context<'c>,
    place: usize,
    faults: &'c mut Vec<Fault>,
}

impl Dates<'_> {
    fn published(&mut self, raw: &Raw) -> Option<Instant> {
        let More { published, created, .. } = &raw.more;
        let core = raw.rss.dublin_core_ext.iter().filter_map(|core| core.dates.first());
        self.first(raw.rss.pub_date.iter().chain(published).chain(core).chain(created))
    }

    fn updated(&mut self, raw: &Raw) -> Option<Instant> {
        self.first(raw.more.updated.iter())
    }

    /// The first that can be read.
    fn first<'d>(&mut self, texts: impl Iterator<Item = &'d String>) -> Option<Instant> {
        for text in texts {
            let read = date::parse(text, self.context.now, self.context.zone);
            if read.is_some() {
                return read;
            }
            let start: String = text.chars().take(60).collect();
            self.faults.push(Fault::new(
                format!("entry {}: date", self.place + 1),
                format!("`{start}` is no date"),
            ));
        }
        None
    }
}
