//! One feed before it takes a format: everything that is said, so that formats cannot differ in it.

use std::borrow::Cow;

use crate::html::SafeHtml;
use crate::model::{Enclosure, Instant, Item, ItemId, Person};
use crate::publish::address::{Places, public};
use crate::publish::history::History;
use crate::publish::podcast::Podcast;
use crate::publish::shared::Remark;
use crate::publish::words::{Words, fill};
use crate::publish::xml::legible;
use crate::publish::{Format, Site, SourceNote, Withdrawn, text};

/// Longest excerpt that stands in for a missing summary, in characters.
const EXCERPT: usize = 200;
/// Most of a source's own words that go along with an item.
const LABELS: usize = 12;

/// What a feed says.
pub(super) struct Feed<'a> {
    /// Its lasting name, an IRI.
    pub id: String,
    pub title: String,
    /// Its title without the site's, for the site's own page.
    pub heading: String,
    pub subtitle: String,
    /// BCP 47 language tag.
    pub language: &'a str,
    /// Whoever answers for it: name and address.
    pub author: (&'a str, String),
    /// The page for people.
    pub page: String,
    /// Where it is published, without its suffix; `None` where it goes to a stream.
    pub address: Option<String>,
    /// WebSub hub.
    pub hub: Option<&'a str>,
    /// How long a reader may wait, in minutes.
    pub ttl: Option<u32>,
    /// Address of a picture of 144 × 144 and one of 512 × 512 pixels.
    pub icons: Option<(String, String)>,
    /// What the top of the document tells a person who opens it.
    pub notice: &'static str,
    /// Where it stands in its history.
    pub history: History<'a>,
    /// Newest change among its items and tombstones; a date that never changes where it has none.
    pub updated: Instant,
    /// Newest first.
    pub items: Vec<FeedItem<'a>>,
}

/// What a feed says of an item.
pub(super) struct FeedItem<'a> {
    /// Its lasting name here.
    pub name: &'a ItemId,
    /// Its lasting name, an IRI.
    pub id: Cow<'a, str>,
    pub title: Cow<'a, str>,
    /// The original article, or our own page where there is none.
    pub link: Option<Cow<'a, str>>,
    /// Our own page.
    pub share: Option<String>,
    pub published: Instant,
    pub updated: Instant,
    /// Where it differs from the feed's: BCP 47 language tag.
    pub language: Option<&'a str>,
    /// The authors, or else the medium.
    pub authors: Vec<Author<'a>>,
    pub medium: Option<Cow<'a, str>>,
    pub source: Origin<'a>,
    pub tags: Vec<Tag<'a>>,
    /// Plain text.
    pub summary: Option<Cow<'a, str>>,
    /// Safe markup.
    pub body: Cow<'a, str>,
    /// The same, as it is kept.
    pub safe: &'a SafeHtml,
    pub image: Option<Cow<'a, str>>,
    pub enclosures: Vec<Attachment<'a>>,
    /// Of a podcast's episode.
    pub podcast: Podcast<'a>,
    /// Whose it is, in the source's words.
    pub rights: Option<Cow<'a, str>>,
    /// Where else the story came from.
    pub also: Vec<Elsewhere<'a>>,
    /// What the operator says of it, where they recommend it.
    pub remark: Option<Remark<'a>>,
}

/// Another source that brought the same story.
pub(super) struct Elsewhere<'a> {
    pub title: &'a str,
    pub link: Option<Cow<'a, str>>,
}

/// Somebody with a name.
pub(super) struct Author<'a> {
    pub name: Cow<'a, str>,
    pub uri: Option<Cow<'a, str>>,
    /// Nobody was named: this is the outlet.
    pub is_medium: bool,
}

/// The source that an item came from.
pub(super) struct Origin<'a> {
    /// Its address, or a name of ours where it has none to show.
    pub id: Cow<'a, str>,
    pub title: &'a str,
    pub feed: Option<Cow<'a, str>>,
    pub home: Option<Cow<'a, str>>,
}

/// A category, or a word of the source's.
pub(super) struct Tag<'a> {
    /// The machine's name for it: a category's slug.
    pub term: Cow<'a, str>,
    pub label: Cow<'a, str>,
    /// The taxonomy that it belongs to, an address.
    pub scheme: Option<Cow<'a, str>>,
}

/// A file that goes with an item.
pub(super) struct Attachment<'a> {
    pub url: Cow<'a, str>,
    /// As given, or as the name's ending tells.
    pub media_type: &'a str,
    /// Bytes.
    pub length: Option<u64>,
}

impl Attachment<'_> {
    /// Whether it is sound or film.
    pub(super) fn plays(&self) -> bool {
        self.media_type.starts_with("audio/") || self.media_type.starts_with("video/")
    }
}

/// The feed of one source for a stream: it has no address, no category and no share pages.
pub(super) fn lone<'a>(
    site: &'a Site,
    source: &'a SourceNote,
    items: &'a [Item],
    words: &'static Words,
) -> Feed<'a> {
    let places = Places::new(&site.url, &site.authority);
    let origin = origin(source, || places.tag(&["s", &source.title]));
    let page = origin.home.as_deref().or(origin.feed.as_deref()).unwrap_or(places.root());
    let items = lone_items(source, items, &places, &site.language);
    Feed {
        id: origin.id.clone().into_owned(),
        title: source.title.clone(),
        heading: source.title.clone(),
        subtitle: fill(words.gathered, &[("title", &source.title), ("site", &site.title)]),
        language: &site.language,
        author: (&source.title, page.to_owned()),
        page: page.to_owned(),
        address: None,
        hub: None,
        ttl: None,
        icons: None,
        notice: words.notice,
        history: History::default(),
        updated: newest(&items, &[]).unwrap_or_else(|| places.began()),
        items,
    }
}

fn lone_items<'a>(
    source: &'a SourceNote,
    items: &'a [Item],
    places: &Places,
    language: &str,
) -> Vec<FeedItem<'a>> {
    let lone_item = |item: &'a Item| {
        let mut own = common(item, origin(source, || places.tag(&["s", &source.title])), language);
        add_labels(&mut own.tags, item, &own.source);
        own
    };
    newest_first(items).into_iter().map(lone_item).collect()
}

/// The items by date, and by name where that is equal: the same whatever order they came in.
pub(super) fn newest_first(items: &[Item]) -> Vec<&Item> {
    let mut items: Vec<&Item> = items.iter().collect();
    items.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.id.cmp(&b.id)));
    items
}

/// What is said of an item wherever it stands; links and tags depend on where.
pub(super) fn common<'a>(item: &'a Item, source: Origin<'a>, language: &str) -> FeedItem<'a> {
    FeedItem {
        name: &item.id,
        id: legible(&item.uri),
        title: legible(&item.title),
        link: item.link.as_deref().and_then(public),
        share: None,
        published: item.published,
        updated: item.updated,
        language: item.language.as_deref().filter(|own| !own.eq_ignore_ascii_case(language)),
        authors: authors(item),
        medium: item.medium.as_deref().and_then(name),
        source,
        tags: Vec::new(),
        summary: summary(item),
        body: legible(item.body.as_str()),
        safe: &item.body,
        image: item.image.as_deref().and_then(public),
        enclosures: item.enclosures.iter().filter_map(attachment).collect(),
        podcast: Podcast::of(item),
        rights: item.facts.get("rights").and_then(|text| name(text)),
        also: Vec::new(),
        remark: None,
    }
}

/// A source as it is named in public; `own` is its name where it has no address to show.
pub(super) fn origin(note: &SourceNote, own: impl FnOnce() -> String) -> Origin<'_> {
    let feed = note.feed.as_deref().and_then(public);
    let home = note.home.as_deref().and_then(public);
    let id = feed.clone().or_else(|| home.clone()).unwrap_or_else(|| Cow::Owned(own()));
    Origin { id, title: &note.title, feed, home }
}

fn authors(item: &Item) -> Vec<Author<'_>> {
    let mut authors: Vec<Author<'_>> = item.authors.iter().filter_map(author).collect();
    if authors.is_empty() {
        let medium = item.medium.as_deref().and_then(name);
        authors.extend(medium.map(|name| Author { name, uri: None, is_medium: true }));
    }
    authors
}

fn author(person: &Person) -> Option<Author<'_>> {
    let given = [&person.name, &person.email, &person.uri];
    let name = given.into_iter().flatten().find_map(|text| name(text))?;
    Some(Author { name, uri: person.uri.as_deref().and_then(public), is_medium: false })
}

fn name(text: &str) -> Option<Cow<'_, str>> {
    Some(legible(text.trim())).filter(|name| !name.is_empty())
}

fn summary(item: &Item) -> Option<Cow<'_, str>> {
    let given = item.summary.as_deref().map(str::trim).filter(|text| !text.is_empty());
    match given {
        Some(text) => Some(legible(text)),
        None => text::beginning(item.body.as_str(), EXCERPT).map(Cow::Owned),
    }
}

/// Adds the source's own words, none of them twice.
pub(super) fn add_labels<'a>(tags: &mut Vec<Tag<'a>>, item: &'a Item, source: &Origin<'a>) {
    let scheme = source.home.as_ref().or(source.feed.as_ref());
    for label in item.labels.iter().filter_map(|label| name(label)).take(LABELS) {
        if !tags.iter().any(|tag| tag.label == label) {
            tags.push(Tag { term: label.clone(), label, scheme: scheme.cloned() });
        }
    }
}

fn attachment(enclosure: &Enclosure) -> Option<Attachment<'_>> {
    let url = public(&enclosure.url)?;
    let given = enclosure.media_type.as_deref().filter(|text| text.contains('/'));
    let media_type = given.unwrap_or_else(|| media_type(&url));
    Some(Attachment { url, media_type, length: enclosure.length })
}

/// The media type that an address's ending tells.
pub(super) fn media_type(url: &str) -> &'static str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
    match ending.map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("avif") => "image/avif",
        Some("mp3") => "audio/mpeg",
        Some("m4a") => "audio/mp4",
        Some("ogg" | "oga" | "opus") => "audio/ogg",
        Some("mp4" | "m4v") => "video/mp4",
        Some("webm") => "video/webm",
        Some("pdf") => "application/pdf",
        _ => "application/octet-stream",
    }
}

/// The newest change among them, if there are any.
pub(super) fn newest(items: &[FeedItem<'_>], withdrawn: &[Withdrawn]) -> Option<Instant> {
    let gone = withdrawn.iter().map(|one| one.since);
    items.iter().map(|item| item.updated).chain(gone).max()
}

impl FeedItem<'_> {
    /// The original article; `None` where the link is but our own page.
    pub(super) fn original(&self) -> Option<&str> {
        self.link.as_deref().filter(|link| Some(*link) != self.share.as_deref())
    }
}

impl Feed<'_> {
    /// Whether it says nothing that has a date.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.history.withdrawn.is_empty()
    }

    /// Its address in a format.
    pub(super) fn at(&self, format: Format) -> Option<String> {
        self.address.as_ref().map(|address| format!("{address}.{}", format.extension()))
    }

    /// The address to subscribe to in a format.
    pub(super) fn current(&self, format: Format) -> Option<String> {
        let address = self.history.current.as_ref().or(self.address.as_ref());
        address.map(|address| format!("{address}.{}", format.extension()))
    }

    /// Its other formats, to link to.
    pub(super) fn others(&self, format: Format) -> Vec<(Format, String)> {
        let feeds = [Format::Atom, Format::Rss, Format::Json];
        let is_there =
            |other: &Format| self.history.page.is_none() || self.history.forms.contains(other);
        let others = feeds.into_iter().filter(|other| *other != format).filter(is_there);
        others.filter_map(|other| Some((other, self.at(other)?))).collect()
    }
}
