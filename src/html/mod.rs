//! The one door through which foreign markup becomes safe markup with absolute links.

mod address;
mod attributes;
mod bounded;
mod cut;
pub(crate) mod dom;
mod elements;
mod embed;
mod image;
mod manner;
mod markdown;
mod markup;
mod policy;
mod read;
mod srcset;
mod text;
mod tidy;
mod tree;
#[cfg(test)]
mod tests;

use url::Url;

pub use self::embed::PLAYERS;
pub use self::manner::Manner;

/// Readings of its own output after which [`clean`] gives up and keeps the words alone.
const MAX_ROUNDS: usize = 6;

/// Markup that is safe to publish under our own origin. Only [`clean`] and [`from_text`] make one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeHtml(String);
impl SafeHtml {
    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it shows nothing: no text, no picture, no sound, no video.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty() || !tree::says(&read::read(&self.0, None))
    }

    /// Its words, as [`text`] gives them.
    pub fn text(&self) -> String {
        text(&self.0)
    }

    /// Markup that was safe when it was stored; for `store` alone.
    pub(crate) fn stored(markup: String) -> Self {
        Self(markup)
    }
}

/// Foreign markup to safe markup. Addresses become absolute by `base` or by an absolute
/// `<base href>` inside; what stays relative goes. Cleaning what is clean changes nothing.
/// Of more than 10 MiB the rest is left out, of very deep or very many elements the tags.
pub fn clean(markup: &str, base: Option<&Url>) -> SafeHtml {
    clean_as(markup, base, &Manner::default())
}

/// The same with an operator's wishes.
pub fn clean_as(markup: &str, base: Option<&Url>, manner: &Manner) -> SafeHtml {
    let mut ordered = order(markup, base, manner);
    for _ in 0..MAX_ROUNDS {
        let cleaned = policy::enforce(&ordered, manner.frames);
        let again = order(&cleaned, base, manner);
        if again == ordered {
            return SafeHtml(cleaned);
        }
        ordered = again;
    }
    from_text(&text(&ordered))
}

/// Permitted markup in order: what the gate is shown. Where this gives the same for what came out
/// of the gate as for what went in, a fixed point is reached.
fn order(markup: &str, base: Option<&Url>, manner: &Manner) -> String {
    tree::write(&tidy::tidy(read::read_as(markup, base, manner)))
}

/// Plain text to markup that shows it: a paragraph at each blank line, `<br>` at line ends.
pub fn from_text(plain: &str) -> SafeHtml {
    clean(&text::markup(plain), None)
}

/// Markup to plain text: each block on a line of its own, entities decoded once.
pub fn text(markup: &str) -> String {
    text::text(markup)
}

/// Markup to plain text on one line, for titles.
pub fn line(markup: &str) -> String {
    text::one_line(&text::text(markup))
}

/// Plain text for a place in XML or HTML, between tags or in a quoted attribute. Characters that
/// XML 1.0 cannot carry are left out.
pub fn escape(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    escape_to(plain, &mut out);
    out
}

fn escape_to(plain: &str, out: &mut String) {
    let mut rest = plain;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_escaped(*c)) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => {}
        }
        rest = after.get(c.len_utf8()..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// Whether a character is written otherwise, or not at all.
fn is_escaped(c: char) -> bool {
    c <= '>'
        && matches!(c, '&' | '<' | '>' | '"' | '\'' | '\0'..='\x1f')
        && !matches!(c, '\t' | '\n' | '\r')
        || c >= '\u{fffe}' && !tree::is_xml(c)
}

/// The start of a plain text, on one line, of at most `max_chars` characters: cut behind a
/// sentence or a word, with `…` where it was cut.
pub fn excerpt(plain: &str, max_chars: usize) -> String {
    text::excerpt(plain, max_chars)
}

/// As much of safe markup as fits into so many bytes, cut behind a block; safe as the whole.
pub fn beginning(safe: &str, most: usize) -> String {
    cut::beginning(safe, most)
}

/// The same as CommonMark, with tables as GitHub writes them; text stays text.
pub fn markdown(safe: &SafeHtml) -> String {
    markdown::write(&read::read(&safe.0, None))
}

/// Address of the first picture.
pub fn first_image(safe: &SafeHtml) -> Option<String> {
    image::first(&read::read(&safe.0, None)).map(str::to_owned)
}
