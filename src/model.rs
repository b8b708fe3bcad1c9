//! The nouns that every room shares; nothing here parses, fetches or decides.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::html::SafeHtml;

/// A point in time, UTC. Second precision is all that is kept.
pub type Instant = DateTime<Utc>;

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps a text that is known to be such a name.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name_type!(
    /// The operator's name for a source: `[A-Za-z0-9_.-]+`, unique in the settings.
    SourceId
);
name_type!(
    /// What a category is called before it has an address: the `id` of a `[[category]]`,
    /// or the very name (`新华日报`) that a template such as `{medium}` gave.
    CategoryId
);
name_type!(
    /// An item's lasting name: 16 characters of Crockford's base 32 in lower case, made from the
    /// source's id and the source's own key; never from content, position or time.
    ItemId
);

/// Foreign text together with what its source said it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "lowercase")]
pub enum Text {
    /// Plain text, to be shown as it is.
    Plain(String),
    /// HTML markup, not yet safe.
    Html(String),
}

impl Text {
    /// The characters, whichever kind they are.
    pub fn raw(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Html(text) => text,
        }
    }
}

/// Someone named as an author.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name as given.
    pub name: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// A web address.
    pub uri: Option<String>,
}

/// A file that goes with an entry: a podcast's sound, a picture, a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Where the file is; absolute once it is in an [`Item`].
    pub url: String,
    /// Media type, such as `audio/mpeg`.
    pub media_type: Option<String>,
    /// Length in bytes.
    pub length: Option<u64>,
}

/// What a source lists: foreign, and every field may be missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The source's own key, as it came (Atom `id`, RSS `guid`, a code in a JSON record).
    pub guid: Option<String>,
    /// Address of the article; absolute wherever the list's own address is known.
    pub link: Option<String>,
    /// The title.
    pub title: Option<Text>,
    /// A short form of the text.
    pub summary: Option<Text>,
    /// The whole text, if the list carries it.
    pub body: Option<Text>,
    /// When the entry says it was published.
    pub published: Option<Instant>,
    /// When the entry says it was changed.
    pub updated: Option<Instant>,
    /// Who wrote it, in the order given.
    pub authors: Vec<Person>,
    /// Categories, tags, keywords: the source's own words.
    pub labels: Vec<String>,
    /// The outlet credited (`新华日报`), if the list names it.
    pub medium: Option<String>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// Address of a lead picture.
    pub image: Option<String>,
    /// Files that go with it.
    pub enclosures: Vec<Enclosure>,
    /// Further fields of the record that templates in the settings may name.
    #[serde(default)]
    pub vars: BTreeMap<String, String>,
}

/// A fetched page to the entries it lists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The source's own title.
    pub title: Option<String>,
    /// Address of the site behind the list.
    pub home: Option<String>,
    /// BCP 47 language tag of the whole list.
    pub language: Option<String>,
    /// How long the list asks to be left alone, in seconds (RSS `ttl`, `sy:update…`).
    pub ttl: Option<u64>,
    /// When the list asks not to be visited.
    pub quiet: Quiet,
    /// WebSub hub.
    pub hub: Option<String>,
    /// What the list calls its own address (`rel=self`, `feed_url`).
    pub own: Option<String>,
    /// Where the document breaks off, if it does: what it says of itself is not to be relied on.
    pub cut: Option<Cut>,
    /// The cursor with which the next page of an API is asked for.
    pub cursor: Option<String>,
    /// The entries, in the order of the list.
    pub entries: Vec<Entry>,
    /// What was wrong and could be got over.
    pub faults: Vec<Fault>,
}

/// Hours and days in which a list asks not to be visited (RSS `skipHours`, `skipDays`), in GMT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quiet {
    /// Bit `n` is the hour that begins at `n` o'clock.
    pub hours: u32,
    /// Bit 0 is Monday.
    pub days: u8,
}

/// Where a document breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Behind a whole entry.
    Behind,
    /// Inside the last entry, which is not whole.
    Inside,
}

/// Something wrong in foreign input that cost at most one entry or one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where: `entry 3: date`, `selector \`.time\``, `line 12`.
    pub place: String,
    /// What: one line, lower case, no full stop.
    pub what: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// One rendition of an entry exactly as it came: what rules are applied to again later,
/// and what archives are exported from. An item has one for each list that named it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Original {
    /// Name of the list it stood in (`main` where a source has only one).
    pub list: String,
    /// The entry as listed.
    pub entry: Entry,
    /// The article's body as fetched, before any rule of ours touched it.
    pub article: Option<Fragment>,
}

/// A piece of foreign markup and the address it is relative to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    /// The markup, byte for byte.
    pub html: String,
    /// Address of the page it came from.
    pub base: Option<String>,
}

/// What we keep and publish: complete, ours, and safe.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its lasting name here.
    pub id: ItemId,
    /// Its lasting name in feeds: an absolute IRI (RFC 4287 §4.2.6), the origin's where it gave one.
    pub uri: String,
    /// Where it came from.
    pub source: SourceId,
    /// The original article, absolute `http` or `https`.
    pub link: Option<String>,
    /// Plain text, one line, never empty.
    pub title: String,
    /// The whole text.
    pub body: SafeHtml,
    /// Plain text, one paragraph.
    pub summary: Option<String>,
    /// When it was published; never later than `first_seen`.
    pub published: Instant,
    /// When it last changed in substance; never before `published`.
    pub updated: Instant,
    /// When we first saw it.
    pub first_seen: Instant,
    /// Who wrote it.
    pub authors: Vec<Person>,
    /// The outlet credited in the article.
    pub medium: Option<String>,
    /// Where it belongs, in the order the rules gave.
    pub categories: Vec<CategoryId>,
    /// The source's own words for what it is about.
    pub labels: Vec<String>,
    /// Files that go with it, addresses absolute.
    pub enclosures: Vec<Enclosure>,
    /// Lead picture, absolute `http` or `https`.
    pub image: Option<String>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// Where else the same story came from.
    pub also: Vec<Also>,
}

/// Another source that brought the same story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Also {
    /// The source.
    pub source: SourceId,
    /// Its own article, absolute `http` or `https`.
    pub link: Option<String>,
}

/// A category as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its name in settings and rules.
    pub id: CategoryId,
    /// The last part of its address; unique, and never changed once given.
    pub slug: String,
    /// The original name, for display.
    pub title: String,
}

/// What an address answered.
#[derive(Clone, Debug)]
pub struct Page {
    /// The address after redirects.
    pub url: url::Url,
    /// HTTP status.
    pub status: u16,
    /// `Content-Type` as sent.
    pub content_type: Option<String>,
    /// The body, decompressed.
    pub bytes: Vec<u8>,
    /// What the `Link` header fields name (RFC 8288), in their order.
    pub links: Vec<HeadLink>,
    /// The `X-Robots-Tag` fields.
    pub robots: Vec<String>,
    /// What was wrong on the way and could be got over.
    pub faults: Vec<Fault>,
}

/// A link in the head of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadLink {
    /// Where it leads, absolute.
    pub url: url::Url,
    /// What it is to the page, in lower case: `hub`, `self`, `next`, `alternate`.
    pub rels: Vec<String>,
    /// `type`, as given.
    pub media_type: Option<String>,
}

impl Page {
    /// The addresses that the head names as this: `hub`, `self`, `next`, `alternate`.
    pub fn linked(&self, rel: &str) -> impl Iterator<Item = &url::Url> {
        let named = move |link: &&HeadLink| link.rels.iter().any(|it| it == rel);
        self.links.iter().filter(named).map(|link| &link.url)
    }
}

/// How requests leave, and with how much trust: what an answer depends on besides its address.
/// What a server asks of us, it asks of this.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Egress {
    /// The proxy; without one the connection is direct, whatever the environment says.
    pub proxy: Option<url::Url>,
    /// Whether a certificate that does not hold is taken all the same.
    pub allow_invalid_tls: bool,
    /// Whether HTTP/2 is not even offered.
    pub http1_only: bool,
}

/// Opaque tokens of a server, echoed byte for byte (RFC 9110 §8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag` as sent.
    pub etag: Option<Vec<u8>>,
    /// `Last-Modified` as sent.
    pub last_modified: Option<Vec<u8>>,
}

/// What a reader gets: the same bytes on disk and over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Relative to the published root, `/` between parts: `category/tech.atom`.
    pub path: String,
    /// Media type with its parameters.
    pub media_type: &'static str,
    /// The contents.
    pub bytes: Vec<u8>,
    /// Newest change among what it shows; `None` where it shows no item.
    pub modified: Option<Instant>,
}
