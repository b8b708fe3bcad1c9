//! Whatever a source sends as a feed: RSS, RDF, Atom, CDF or JSON Feed, well-formed or not.

use std::borrow::Cow;

use super::{Context, Error, json_feed};
use crate::charset;
use crate::model::{Cut, Fault, Listing, Person};

mod atom;
mod attributes;
mod entry;
mod extensions;
mod fields;
mod grow;
mod head;
mod links;
mod mend;
mod names;
mod person;
mod raw;
pub(super) mod references;
mod repairs;
mod rss;
pub(super) mod scan;
mod text;
mod tree;

#[cfg(test)]
mod tests;

/// More bytes than this are left out; no feed worth reading is longer.
const LONGEST: usize = 32 << 20;
/// Faults beyond this are not told one by one.
const MOST_FAULTS: usize = 200;

/// Reads a feed: decodes it once, and takes it for XML or JSON by its first character.
///
/// Never refuses a feed for its mistakes: they are told as faults. An entry costs at most itself.
pub fn read(bytes: &[u8], context: &Context<'_>) -> Result<Listing, Error> {
    let kept = bytes.get(..LONGEST).unwrap_or(bytes);
    let decoded = charset::decode(kept, context.content_type, context.charset);
    let mut faults = Vec::new();
    if kept.len() < bytes.len() {
        faults.push(Fault::new(
            "document",
            format!("longer than {} MiB; the rest was left out", LONGEST >> 20),
        ));
    }
    if decoded.replaced > 0 {
        faults.push(Fault::new(
            "document",
            format!("{} characters are not {}", decoded.replaced, decoded.encoding),
        ));
    }
    let text = without_control_characters(&decoded.text, &mut faults);
    match text.trim_start().bytes().next() {
        None => Err(Error::NotAFeed { what: "an empty document".to_owned() }),
        Some(b'{' | b'[') => json_feed::read(&text, context, faults),
        _ => markup(&text, context, faults),
    }
}

/// Without the characters that XML forbids (§2.2).
fn without_control_characters<'a>(text: &'a str, faults: &mut Vec<Fault>) -> Cow<'a, str> {
    if !has_control_characters(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    faults.push(Fault::new("document", "control characters were dropped"));
    Cow::Owned(text.chars().filter(|character| references::is_allowed(*character)).collect())
}

/// In strides without a branch, which is several times faster: every byte of every feed comes here.
fn has_control_characters(bytes: &[u8]) -> bool {
    let forbidden = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    bytes
        .chunks(256)
        .any(|stride| stride.iter().fold(false, |found, byte| found | forbidden(*byte)))
}

fn markup(text: &str, context: &Context<'_>, faults: Vec<Fault>) -> Result<Listing, Error> {
    let mut listing = Listing { faults, ..Listing::default() };
    let Listing { entries, faults, .. } = &mut listing;
    let grown = grow::grow(text, context.base, |element, references| {
        let entry = entry::read(element, references, context, entries.len(), faults);
        entries.push(entry);
    });
    if grown.root.is_none() {
        return Err(not_a_feed(text, grown.first_name));
    }
    let authors = head::read(&grown, &mut listing);
    inherit(&authors, &mut listing);
    let silent = listing.entries.is_empty() && (names(text, "<item") || names(text, "<entry"));
    listing.faults.truncate(MOST_FAULTS);
    listing.faults.extend(grown.repairs.faults(&grown.references, silent));
    listing.cut = cut(text);
    if listing.cut.is_some() {
        listing.faults.push(Fault::new("document", "breaks off before its end"));
    }
    Ok(listing)
}

/// Whether the last end tag is the document's own.
fn cut(text: &str) -> Option<Cut> {
    let (_, last) = text.rsplit_once("</").unwrap_or_default();
    let name: String = last.chars().take_while(|c| !">/ \t\r\n".contains(*c)).collect();
    let name = name.to_ascii_lowercase();
    match name.rsplit(':').next().unwrap_or_default() {
        "rss" | "feed" | "rdf" | "channel" => None,
        "item" | "entry" if last.trim_end().ends_with('>') => Some(Cut::Behind),
        _ => Some(Cut::Inside),
    }
}

/// A feed's authors are those of its entries that name none (RFC 4287 §4.2.1).
fn inherit(authors: &[Person], listing: &mut Listing) {
    for entry in listing.entries.iter_mut().filter(|entry| entry.authors.is_empty()) {
        entry.authors.extend_from_slice(authors);
    }
}

/// Whether an element of exactly this name begins somewhere.
fn names(text: &str, start: &str) -> bool {
    let after = |at: usize| text.as_bytes().get(at + start.len());
    text.match_indices(start).any(|(at, _)| !after(at).is_some_and(u8::is_ascii_alphanumeric))
}

fn not_a_feed(text: &str, first: Option<&str>) -> Error {
    let what = match first {
        Some(name) if name.eq_ignore_ascii_case("html") => "an HTML page".to_owned(),
        Some(name) => format!("a document of `{}`", name.chars().take(40).collect::<String>()),
        None if text.trim().is_empty() => "an empty document".to_owned(),
        None => "plain text".to_owned(),
    };
    Error::NotAFeed { what }
}
