//! Namespaces by address, accepted undeclared where the prefix is well known; element names without case.

/// The vocabularies that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// Every RSS, with or without a namespace, and CDF.
    Rss,
    Atom,
    Content,
    Dc,
    DcTerms,
    FeedBurner,
    Itunes,
    Media,
    Podcast,
    Rdf,
    Slash,
    Sy,
    Thread,
    Xhtml,
    /// The prefix `xml` itself.
    Xml,
    /// Any other.
    Other,
}

/// Beginnings of namespace addresses in lower case, without `http://` and `www.`; the first match counts.
const ADDRESSES: &[(&str, Space)] = &[
    ("w3.org/2005/atom", Space::Atom),
    ("purl.org/atom/", Space::Atom),
    ("purl.org/echo", Space::Atom),
    ("purl.org/pie", Space::Atom),
    ("example.com/newformat", Space::Atom),
    ("example.com/necho", Space::Atom),
    ("uri/of/echo/namespace", Space::Atom),
    ("purl.org/rss/1.0/modules/content", Space::Content),
    ("purl.org/rss/1.0/modules/dcterms", Space::DcTerms),
    ("purl.org/rss/1.0/modules/slash", Space::Slash),
    ("purl.org/rss/1.0/modules/syndication", Space::Sy),
    ("purl.org/rss/1.0/modules/rss091", Space::Rss),
    ("purl.org/rss/1.0/modules/", Space::Other),
    ("purl.org/rss/modules/content", Space::Content),
    ("purl.org/dc/terms", Space::DcTerms),
    ("purl.org/dc/", Space::Dc),
    ("purl.org/syndication/thread", Space::Thread),
    ("rssnamespace.org/feedburner/ext", Space::FeedBurner),
    ("itunes.com/dtds/podcast", Space::Itunes),
    ("example.com/dtds/podcast", Space::Itunes),
    ("search.yahoo.com/mrss", Space::Media),
    ("search.yahoo.com/media", Space::Media),
    ("podcastindex.org/namespace", Space::Podcast),
    ("github.com/podcastindex-org", Space::Podcast),
    ("w3.org/1999/02/22-rdf-syntax-ns", Space::Rdf),
    ("w3.org/1999/xhtml", Space::Xhtml),
    ("w3.org/xml/1998/namespace", Space::Xml),
    ("purl.org/rss/", Space::Rss),
    ("purl.org/net/rss1.1", Space::Rss),
    ("backend.userland.com/rss", Space::Rss),
    ("blogs.law.harvard.edu/tech/rss", Space::Rss),
    ("my.netscape.com/", Space::Rss),
    ("channel.netscape.com/rdf", Space::Rss),
];

/// Prefixes that mean the same everywhere, even undeclared.
const PREFIXES: &[(&str, Space)] = &[
    ("dc", Space::Dc),
    ("content", Space::Content),
    ("media", Space::Media),
    ("atom", Space::Atom),
    ("atom10", Space::Atom),
    ("a10", Space::Atom),
    ("itunes", Space::Itunes),
    ("rdf", Space::Rdf),
    ("slash", Space::Slash),
    ("sy", Space::Sy),
    ("thr", Space::Thread),
    ("dcterms", Space::DcTerms),
    ("dct", Space::DcTerms),
    ("feedburner", Space::FeedBurner),
    ("podcast", Space::Podcast),
    ("rss", Space::Rss),
    ("xhtml", Space::Xhtml),
    ("html", Space::Xhtml),
    ("xml", Space::Xml),
];

impl Space {
    /// By a namespace's address; `None` where it is not known.
    pub(super) fn of_address(address: &str) -> Option<Self> {
        let address = address.trim().to_ascii_lowercase();
        let start = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
        let start = start.strip_prefix("www.").unwrap_or(start);
        ADDRESSES
            .iter()
            .find(|(beginning, _)| start.starts_with(beginning))
            .map(|(_, space)| *space)
    }

    /// By a prefix that no declaration explains.
    pub(super) fn of_prefix(prefix: &str) -> Self {
        let known = PREFIXES.iter().find(|(known, _)| known.eq_ignore_ascii_case(prefix));
        known.map_or(Self::Other, |(_, space)| *space)
    }
}

/// The declarations in force, innermost last.
pub(super) struct Bindings<'a> {
    /// `None`: a default namespace that is not known.
    bound: Vec<(&'a str, Option<Space>)>,
    /// What names without a known namespace belong to.
    pub(super) default: Space,
}

impl Default for Bindings<'_> {
    fn default() -> Self {
        Self { bound: Vec::new(), default: Space::Rss }
    }
}

impl<'a> Bindings<'a> {
    /// More declarations in force at once are ignored.
    const MOST: usize = 64;

    /// How many are in force, for [`Bindings::release`].
    pub(super) fn mark(&self) -> usize {
        self.bound.len()
    }

    /// Forgets all declarations since the mark.
    pub(super) fn release(&mut self, mark: usize) {
        self.bound.truncate(mark);
    }

    /// Declares; the empty prefix is the default. `false`: too many.
    pub(super) fn declare(&mut self, prefix: &'a str, address: &str) -> bool {
        if self.bound.len() >= Self::MOST {
            return false;
        }
        // A known prefix with a mistyped address still means what it always means, and an unknown
        // default namespace is no reason to read nothing.
        let by_prefix = (!prefix.is_empty()).then(|| Space::of_prefix(prefix));
        let space = Space::of_address(address).or(by_prefix);
        self.bound.push((prefix, space));
        true
    }

    /// The vocabulary and the local name of `prefix:name`.
    pub(super) fn resolve(&self, name: &'a str) -> (Space, &'a str) {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        // Comparing nothing with nothing is slow on machines with masked loads.
        let is_bound =
            |known: &str| known.len() == prefix.len() && (prefix.is_empty() || known == prefix);
        let bound = self.bound.iter().rev().find(|(known, _)| is_bound(known));
        let space = match bound {
            Some((_, space)) => space.unwrap_or(self.default),
            None if prefix.is_empty() => self.default,
            None => Space::of_prefix(prefix),
        };
        (space, lower_case(local))
    }
}

/// Names that are written in mixed case, and those that careless feeds shout.
const KNOWN: &[&str] = &[
    "pubdate",
    "lastbuilddate",
    "managingeditor",
    "webmaster",
    "textinput",
    "skiphours",
    "skipdays",
    "origlink",
    "updateperiod",
    "updatefrequency",
    "updatebase",
    "alternateenclosure",
    "rdf",
    "channel",
    "item",
    "title",
    "link",
    "description",
    "language",
    "abstract",
    "guid",
    "category",
    "author",
    "comments",
    "enclosure",
    "source",
    "url",
    "image",
    "rss",
    "feed",
    "entry",
    "id",
    "updated",
    "published",
    "summary",
    "content",
    "name",
    "email",
    "uri",
    "modified",
    "issued",
    "created",
    "tagline",
    "subtitle",
    "base",
    "ttl",
    "copyright",
    "logo",
    "icon",
    "rights",
    "width",
    "height",
    "generator",
    "docs",
    "rating",
    "day",
    "hour",
    "cloud",
    "encoded",
    "body",
    "group",
    "thumbnail",
    "subject",
    "creator",
    "date",
    "publisher",
    "keywords",
    "fullitem",
    "lastmod",
    "items",
    "li",
    "html",
];

/// The name in lower case, where it is one that is read; any other as it is.
fn lower_case(local: &str) -> &str {
    if local.bytes().any(|byte| byte.is_ascii_uppercase()) {
        KNOWN.iter().find(|known| known.eq_ignore_ascii_case(local)).copied().unwrap_or(local)
    } else {
        local
    }
}
