//! The elements that matter here, by name: which make blocks, which imply an end, which hold what.

/// An element's name, or that a node is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(super) enum Tag {
    /// Not an element.
    Text,
    /// A picture, sound, film or frame with all that is in it, as it stands.
    Media,
    /// A formula with all that is in it, as it stands; part of the text around it.
    Formula,
    A,
    Article,
    Aside,
    B,
    Blockquote,
    Body,
    Br,
    Caption,
    Code,
    Dd,
    Dl,
    Dt,
    Figcaption,
    Figure,
    Font,
    Footer,
    Form,
    H1,
    H2,
    H3,
    H4,
    H5,
    H6,
    Head,
    Header,
    Hr,
    Html,
    /// Any other element that stays within a line, and what nobody knows.
    Inline,
    /// Any other block of HTML: `center`, `details`, `fieldset`.
    Known,
    Label,
    Li,
    Link,
    Main,
    Meta,
    Nav,
    Ol,
    /// A custom element, with a hyphen in its name: mostly a block. Also a `noscript` that holds a page.
    Other,
    P,
    Pre,
    Section,
    Small,
    Span,
    Strong,
    Em,
    Summary,
    Table,
    Tbody,
    Td,
    Th,
    Time,
    Tr,
    Ul,
    /// Shows nothing, and holds nothing: `base`, `source`, `input`, `wbr`.
    Void,
    Div,
}

/// How many there are.
pub(super) const COUNT: usize = Tag::Div as usize + 1;

/// What is read as one piece, up to its end tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// Nobody reads it.
    Drop,
    Script,
    Title,
    Media,
    Noscript,
    Formula,
}

impl Tag {
    /// By a name in lower case.
    pub(super) fn named(name: &[u8]) -> Self {
        match name {
            b"a" => Self::A,
            b"article" => Self::Article,
            b"aside" => Self::Aside,
            b"b" => Self::B,
            b"blockquote" => Self::Blockquote,
            b"body" => Self::Body,
            b"br" => Self::Br,
            b"caption" => Self::Caption,
            b"code" | b"samp" | b"kbd" | b"tt" => Self::Code,
            b"dd" => Self::Dd,
            b"div" => Self::Div,
            b"dl" => Self::Dl,
            b"dt" => Self::Dt,
            b"figcaption" => Self::Figcaption,
            b"figure" => Self::Figure,
            b"font" => Self::Font,
            b"footer" => Self::Footer,
            b"form" => Self::Form,
            b"h1" => Self::H1,
            b"h2" => Self::H2,
            b"h3" => Self::H3,
            b"h4" => Self::H4,
            b"h5" => Self::H5,
            b"h6" => Self::H6,
            b"head" => Self::Head,
            b"header" => Self::Header,
            b"hr" => Self::Hr,
            b"html" => Self::Html,
            b"label" => Self::Label,
            b"li" => Self::Li,
            b"main" => Self::Main,
            b"nav" => Self::Nav,
            b"ol" => Self::Ol,
            b"p" => Self::P,
            b"pre" | b"listing" => Self::Pre,
            b"section" => Self::Section,
            b"small" => Self::Small,
            b"span" => Self::Span,
            b"strong" => Self::Strong,
            _ => Self::rarer(name),
        }
    }

    fn rarer(name: &[u8]) -> Self {
        match name {
            b"em" | b"i" => Self::Em,
            b"link" | b"base" => Self::Link,
            b"meta" => Self::Meta,
            b"summary" => Self::Summary,
            b"table" => Self::Table,
            b"tbody" | b"thead" | b"tfoot" => Self::Tbody,
            b"td" => Self::Td,
            b"th" => Self::Th,
            b"time" => Self::Time,
            b"tr" => Self::Tr,
            b"ul" | b"menu" | b"dir" => Self::Ul,
            b"img" | b"amp-img" | b"amp-anim" => Self::Media,
            b"area" | b"basefont" | b"bgsound" | b"col" | b"embed" | b"frame" | b"input"
            | b"keygen" | b"param" | b"source" | b"track" | b"wbr" => Self::Void,
            b"address" | b"center" | b"details" | b"fieldset" | b"frameset" | b"hgroup"
            | b"legend" | b"marquee" | b"optgroup" | b"search" | b"xmp" => Self::Known,
            b"noscript" => Self::Other,
            name if name.contains(&b'-') => Self::Other,
            _ => Self::Inline,
        }
    }

    /// Stays within a line.
    pub(super) fn is_inline(self) -> bool {
        self.is_formatting()
            || matches!(
                self,
                Self::Text
                    | Self::Media
                    | Self::Formula
                    | Self::Inline
                    | Self::Label
                    | Self::Link
                    | Self::Meta
                    | Self::Span
                    | Self::Time
                    | Self::Void
            )
    }

    /// Its end tag may cross a block's (WHATWG HTML, 13.2.4.3).
    pub(super) fn is_formatting(self) -> bool {
        matches!(
            self,
            Self::A | Self::B | Self::Code | Self::Em | Self::Font | Self::Small | Self::Strong
        )
    }

    /// Never has content.
    pub(super) fn is_void(self) -> bool {
        matches!(self, Self::Br | Self::Hr | Self::Link | Self::Media | Self::Meta | Self::Void)
    }

    pub(super) fn is_heading(self) -> bool {
        matches!(self, Self::H1 | Self::H2 | Self::H3 | Self::H4 | Self::H5 | Self::H6)
    }

    /// Ends an open `p` by beginning.
    pub(super) fn closes_p(self) -> bool {
        !self.is_inline()
            && !matches!(
                self,
                Self::Br
                    | Self::Other
                    | Self::Caption
                    | Self::Body
                    | Self::Head
                    | Self::Html
                    | Self::Tbody
                    | Self::Td
                    | Self::Th
                    | Self::Tr
            )
    }

    pub(super) fn is_cell(self) -> bool {
        matches!(self, Self::Td | Self::Th | Self::Caption)
    }
}

/// Whether the element is read as one piece.
pub(super) fn whole(name: &[u8]) -> Option<Whole> {
    Some(match name {
        b"script" => Whole::Script,
        b"style" | b"svg" | b"template" | b"textarea" | b"select" | b"button" | b"object"
        | b"noembed" | b"noframes" | b"datalist" | b"canvas" | b"dialog" => Whole::Drop,
        b"title" => Whole::Title,
        b"video" | b"audio" | b"iframe" | b"picture" | b"amp-youtube" => Whole::Media,
        b"noscript" => Whole::Noscript,
        b"math" => Whole::Formula,
        _ => return None,
    })
}
