//! What a file is, told from the end of its name.

/// How a file is treated by browsers and readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// For people: may show pictures and its own style, nothing else.
    Page,
    /// For programs of any origin: nothing in it ever runs.
    Feed,
    /// Part of a page.
    Part,
}

/// What a file is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Media {
    /// Media type with its parameters; the very words matter, browsers run script in `text/xml`.
    pub name: &'static str,
    pub kind: Kind,
    /// Whether it is worth compressing.
    pub text: bool,
}

/// What a file is; a name that says nothing is bytes.
pub(super) fn of(path: &str) -> Media {
    let (name, kind, text) = match ending(path) {
        Some("html") => ("text/html; charset=utf-8", Kind::Page, true),
        Some("rss") => ("application/rss+xml; charset=utf-8", Kind::Feed, true),
        Some("atom") => ("application/atom+xml; charset=utf-8", Kind::Feed, true),
        Some("json") => ("application/feed+json", Kind::Feed, true),
        Some("xml") => ("text/x-opml; charset=utf-8", Kind::Feed, true),
        Some("css") => ("text/css; charset=utf-8", Kind::Part, true),
        Some("js") => ("text/javascript; charset=utf-8", Kind::Part, true),
        Some("svg") => ("image/svg+xml", Kind::Part, true),
        Some("txt") => ("text/plain; charset=utf-8", Kind::Part, true),
        Some("png") => ("image/png", Kind::Part, false),
        Some("ico") => ("image/x-icon", Kind::Part, false),
        _ => ("application/octet-stream", Kind::Part, false),
    };
    Media { name, kind, text }
}

/// What was looked for under an address where nothing is: without an ending of ours, a page.
pub(super) fn wanted(path: &str) -> Kind {
    let known = of(path);
    if known.name == "application/octet-stream" { Kind::Page } else { known.kind }
}

fn ending(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    name.rsplit_once('.').map(|(_, ending)| ending)
}
