//! The modules that real feeds use: content, Dublin Core, iTunes, Media RSS.

use super::names::Space;
use super::raw::{MOST, Raw, add, keep};
use super::references::References;
use super::tree::Element;
use super::{links, text};
use crate::model::Enclosure;

/// Files an element of an entry that is neither RSS nor Atom.
pub(super) fn take(element: Element<'_, '_>, references: &References, raw: &mut Raw) {
    let decoded = || text::decoded(element, references);
    match (element.space, element.name) {
        (Space::Content, "encoded") => keep(&mut raw.rss.content, decoded()),
        (Space::Xhtml, "body" | "div") => {
            keep(&mut raw.more.xhtml, text::markup(element, references));
        }
        (Space::Dc, name) => dublin_core(name, decoded(), raw),
        (Space::DcTerms, name) => terms(name, decoded(), raw),
        (Space::Itunes, _) => itunes(element, references, raw),
        (Space::Media, _) => media(element, references, raw),
        (Space::Podcast, "alternateenclosure") => alternate(element, references, raw),
        (Space::FeedBurner, "origlink") => keep(&mut raw.more.original_link, decoded()),
        (Space::Slash, "comments") | (Space::Thread, "total") => {
            keep(&mut raw.more.comment_count, decoded());
        }
        _ => {}
    }
}

fn dublin_core(name: &str, value: String, raw: &mut Raw) {
    let core = raw.rss.dublin_core_ext.get_or_insert_default();
    match name {
        "creator" | "author" => add(&mut core.creators, value),
        "date" => add(&mut core.dates, value),
        "subject" => add(&mut core.subjects, value),
        "title" => add(&mut core.titles, value),
        "description" => add(&mut core.descriptions, value),
        "language" => add(&mut core.languages, value),
        "publisher" => add(&mut core.publishers, value),
        "identifier" => add(&mut core.identifiers, value),
        "contributor" => add(&mut core.contributors, value),
        "rights" => add(&mut core.rights, value),
        _ => {}
    }
}

/// `dcterms`, which repeats the elements and adds kinds of dates.
fn terms(name: &str, value: String, raw: &mut Raw) {
    match name {
        "issued" | "available" => keep(&mut raw.more.published, value),
        "created" => keep(&mut raw.more.created, value),
        "modified" => keep(&mut raw.more.updated, value),
        _ => dublin_core(name, value, raw),
    }
}

fn itunes(element: Element<'_, '_>, references: &References, raw: &mut Raw) {
    let decoded = || text::decoded(element, references);
    let attribute =
        |name| element.attributes.get(name).map(|value| references.decode(value).trim().to_owned());
    let itunes = raw.rss.itunes_ext.get_or_insert_default();
    match element.name {
        "author" => keep(&mut itunes.author, decoded()),
        "summary" => keep(&mut itunes.summary, decoded()),
        "subtitle" => keep(&mut itunes.subtitle, decoded()),
        "duration" => keep(&mut itunes.duration, decoded()),
        "explicit" => keep(&mut itunes.explicit, decoded()),
        "episode" => keep(&mut itunes.episode, decoded()),
        "season" => keep(&mut itunes.season, decoded()),
        "episodetype" => keep(&mut itunes.episode_type, decoded()),
        "image" => {
            let address = attribute("href").or_else(|| attribute("url")).unwrap_or_else(decoded);
            raw.more.images.extend(
                links::file(&address, element.base()).filter(|_| raw.more.images.len() < MOST),
            );
        }
        "keywords" => {
            decoded().split(',').for_each(|word| add(&mut raw.more.labels, word.trim().to_owned()));
        }
        "category" => {
            add(&mut raw.more.labels, attribute("text").unwrap_or_else(decoded));
            for inner in element.elements().filter_map(|inner| inner.attributes.get("text")) {
                add(&mut raw.more.labels, references.decode(inner).trim().to_owned());
            }
        }
        _ => {}
    }
}

/// How deep Media RSS nests: `group`, `content`, and what stands in it.
const MEDIA_DEPTH: usize = 4;

/// `media:group` and `media:content` hold more of the same.
fn media(element: Element<'_, '_>, references: &References, raw: &mut Raw) {
    let mut level = vec![element];
    for _ in 0..MEDIA_DEPTH {
        for element in &level {
            one_media(*element, references, raw);
        }
        let holds = |element: &&Element<'_, '_>| matches!(element.name, "group" | "content");
        level = level
            .iter()
            .filter(holds)
            .flat_map(|element| element.elements())
            .filter(|inner| inner.space == Space::Media)
            .collect();
    }
}

fn one_media(element: Element<'_, '_>, references: &References, raw: &mut Raw) {
    let decoded = || text::decoded(element, references);
    let url = || {
        element
            .attributes
            .get("url")
            .and_then(|url| links::file(&references.decode(url), element.base()))
    };
    let more = &mut raw.more;
    match element.name {
        "title" => keep(&mut more.media_title, decoded()),
        "description" => keep(&mut more.media_description, decoded()),
        "thumbnail" => more.images.extend(url().filter(|_| more.images.len() < MOST)),
        "player" => more.player = more.player.take().or_else(url),
        "category" => add(&mut more.labels, decoded()),
        "keywords" => {
            decoded().split(',').for_each(|word| add(&mut more.labels, word.trim().to_owned()));
        }
        "content" => media_content(element, url(), raw),
        _ => {}
    }
}

/// A picture to show, or a sound or film to go with the entry.
fn media_content(element: Element<'_, '_>, url: Option<String>, raw: &mut Raw) {
    let Some(url) = url else { return };
    let attribute = |name| element.attributes.get(name).map(str::trim).unwrap_or_default();
    let media_type = attribute("type").to_ascii_lowercase();
    let medium = [attribute("medium"), &media_type]
        .into_iter()
        .find_map(medium)
        .or_else(|| medium_of_address(&url));
    match medium {
        Some(Medium::Picture) => add(&mut raw.more.images, url),
        Some(Medium::Recording) if raw.more.enclosures.len() < MOST => {
            let length = attribute("filesize").parse().ok();
            let media_type = Some(media_type).filter(|kind| !kind.is_empty());
            raw.more.enclosures.push(Enclosure { url, media_type, length });
        }
        _ => {}
    }
}

#[derive(Clone, Copy)]
enum Medium {
    Picture,
    Recording,
}

/// By `medium` or by a media type.
fn medium(name: &str) -> Option<Medium> {
    match name.split('/').next()?.to_ascii_lowercase().as_str() {
        "image" => Some(Medium::Picture),
        "audio" | "video" => Some(Medium::Recording),
        _ => None,
    }
}

/// By the end of the path, where nothing else says it.
fn medium_of_address(url: &str) -> Option<Medium> {
    let path = url.split(['?', '#']).next()?;
    match path.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "png" | "gif" | "webp" | "avif" => Some(Medium::Picture),
        "mp3" | "m4a" | "ogg" | "opus" | "mp4" | "m4v" | "webm" => Some(Medium::Recording),
        _ => None,
    }
}

/// A podcast's other editions: each `podcast:source` has an address.
fn alternate(element: Element<'_, '_>, references: &References, raw: &mut Raw) {
    let attribute =
        |name| element.attributes.get(name).map(|value| references.decode(value).trim().to_owned());
    for source in element.elements().filter_map(|inner| inner.attributes.get("uri")) {
        if let Some(url) = links::file(&references.decode(source), element.base())
            .filter(|_| raw.more.enclosures.len() < MOST)
        {
            let length = attribute("length").and_then(|length| length.parse().ok());
            raw.more.enclosures.push(Enclosure { url, media_type: attribute("type"), length });
        }
    }
}
