//! What becomes of each element: kept, renamed, unwrapped or dropped, and with which attributes.

/// What becomes of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays, under this name.
    Keep(&'static str),
    /// It goes; its content stays in line.
    Unwrap,
    /// It and its content go.
    Drop,
    /// `svg`: only its `text` elements stay, as text.
    Drawing,
    /// `math`: its text stays.
    Formula,
    Picture,
    Image,
    Noscript,
    Frame,
    /// `button`: a picture in it stays.
    Button,
}

/// The fate of an HTML element by its lower-case name.
pub(super) fn fate(name: &str) -> Fate {
    if let Some(name) = KEPT.iter().find(|kept| **kept == name) {
        return Fate::Keep(name);
    }
    match name {
        "h1" => Fate::Keep("h2"),
        "acronym" => Fate::Keep("abbr"),
        "strike" => Fate::Keep("s"),
        "tt" => Fate::Keep("code"),
        "dir" | "menu" => Fate::Keep("ul"),
        "listing" | "xmp" | "plaintext" => Fate::Keep("pre"),
        "address" | "article" | "aside" | "body" | "fieldset" | "footer" | "form" | "header"
        | "hgroup" | "html" | "legend" | "main" | "marquee" | "nav" | "search" | "section" => {
            Fate::Keep("div")
        }
        "svg" => Fate::Drawing,
        "math" => Fate::Formula,
        "picture" => Fate::Picture,
        "img" | "amp-img" | "amp-anim" => Fate::Image,
        "noscript" => Fate::Noscript,
        "iframe" | "amp-youtube" => Fate::Frame,
        "button" => Fate::Button,
        _ if DROPPED.contains(&name) => Fate::Drop,
        _ => Fate::Unwrap,
    }
}

/// `div` and `center` are unwrapped once their surroundings are known.
const KEPT: &[&str] = &[
    "a",
    "abbr",
    "audio",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "source",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

const DROPPED: &[&str] = &[
    "applet", "area", "base", "basefont", "bgsound", "canvas", "datalist", "dialog", "embed",
    "frame", "frameset", "head", "input", "keygen", "link", "meta", "noembed", "noframes",
    "option", "param", "progress", "script", "select", "style", "template", "textarea", "title",
    "track",
];

/// Every tag that [`super::clean`] may give.
pub(super) fn tags() -> impl Iterator<Item = &'static str> {
    KEPT.iter().copied().filter(|name| !matches!(*name, "div" | "center")).chain(["img"])
}

/// The attributes an element may have, besides `dir` and `lang`.
pub(super) fn attributes(name: &str) -> &'static [&'static str] {
    match name {
        "a" => &["href", "title"],
        "abbr" | "dfn" => &["title"],
        "audio" => &["src", "controls", "preload"],
        "blockquote" | "q" => &["cite"],
        "col" | "colgroup" => &["span"],
        "del" | "ins" => &["cite", "datetime"],
        "details" => &["open"],
        "img" => &[
            "src",
            "srcset",
            "sizes",
            "alt",
            "title",
            "width",
            "height",
            "loading",
            "referrerpolicy",
        ],
        "li" => &["value"],
        "ol" => &["start", "type", "reversed"],
        "source" => &["src", "type"],
        "td" | "th" => &["colspan", "rowspan"],
        "time" => &["datetime"],
        "video" => &["src", "poster", "width", "height", "controls", "preload"],
        _ => &[],
    }
}

/// Whether it makes a block of its own.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "blockquote"
            | "caption"
            | "center"
            | "col"
            | "colgroup"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "li"
            | "ol"
            | "p"
            | "pre"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
    )
}

/// Whether it says something without holding text.
pub(super) fn is_media(name: &str) -> bool {
    matches!(name, "img" | "video" | "audio" | "iframe")
}
