//! Pictures: which address a reader should load, and which pictures only count readers.

use scraper::ElementRef;
use scraper::node::Element as Foreign;
use url::Url;

use super::read;
use super::srcset::{self, Candidate};
use super::tree::{Element, Node};
use super::{address, elements};

/// Where scripts that load pictures late keep the address. It stands above `src`.
const LAZY: &[&str] = &[
    "data-src",
    "data-lazy-src",
    "data-original",
    "nitro-lazy-src",
    "data-lazy",
    "data-gt-lazy-src",
    "data-original-mos",
    "data-img-url",
    "data-normal",
    "data-actualsrc",
    "data-echo",
    "data-srcurl",
    "data-hi-res-src",
    "data-url",
];
/// Other sizes of the same picture: they stand in for a `src` that is missing or a placeholder.
const SPARE: &[&str] = &[
    "data-large-file",
    "data-orig-file",
    "data-medium-file",
    "data-image",
    "data-retina",
    "data-fallback-src",
    "data-jpibfi-src",
    "data-full-url",
    "data-zoom-src",
];
const LAZY_SETS: &[&str] = &["data-srcset", "data-lazy-srcset", "nitro-lazy-srcset"];

/// Parts of the file names that stand where a picture will be.
const PLACEHOLDERS: &[&str] = &[
    "blank",
    "placeholder",
    "spacer",
    "transparent",
    "lazy",
    "loading",
    "1x1",
    "pixel.",
    "grey.",
    "gray.",
    "empty",
    "default_img",
];

/// Addresses that count readers. After Miniflux (`internal/reader/sanitizer`) and EasyPrivacy.
const COUNTERS: &[&str] = &[
    "feedsportal.com/",
    "feeds.feedburner.com/~",
    "api.flattr.com/",
    "stats.wordpress.com/",
    "pixel.wp.com/",
    "pixel.quantserve.com/",
    "scorecardresearch.com/",
    "google-analytics.com/",
    "doubleclick.net/",
    "facebook.com/tr?",
    "hm.baidu.com/hm.gif",
    "c.statcounter.com/",
    "cnzz.com/",
    "pixel.mathtag.com/",
    "rss.buysellads.com/",
    "feedads.g.doubleclick.net/",
];

/// One picture; `None` where no address is left, or where it only counts readers.
fn image(found: &Foreign, base: Option<&Url>) -> Option<Element> {
    build(found, &candidates(found, base), base)
}

/// `picture` to its `img`, which takes an address from a `source` if it has none.
pub(super) fn picture(found: ElementRef<'_>, base: Option<&Url>) -> Option<Element> {
    let inside = |name: &'static str| {
        found.descendants().filter_map(ElementRef::wrap).filter(move |e| e.value().name() == name)
    };
    if let Some(img) = inside("img").find_map(|img| image(img.value(), base)) {
        return Some(img);
    }
    let sources: Vec<&Foreign> = inside("source").map(|e| e.value()).collect();
    let readable = |s: &&&Foreign| !s.attr("type").is_some_and(|t| t.contains("avif"));
    let ordered = sources.iter().filter(readable).chain(sources.iter());
    let mut sets = ordered.map(|source| candidates(source, base));
    let set = sets.find(|set| !set.is_empty())?;
    build(inside("img").next()?.value(), &set, base)
}

/// Adds a picture, unless it loads late and already stands right before, for readers without scripts.
pub(super) fn push(found: &Foreign, base: Option<&Url>, out: &mut Vec<Node>) {
    let Some(img) = image(found, base) else { return };
    let late = LAZY.iter().chain(LAZY_SETS).any(|name| found.attr(name).is_some());
    let before = picture_before(out).and_then(|before| before.attribute("src"));
    if !late || before != img.attribute("src") {
        out.push(Node::Element(img));
    }
}

/// Every picture below an element.
pub(super) fn all(found: ElementRef<'_>, base: Option<&Url>) -> Vec<Element> {
    let images = found.descendants().filter_map(ElementRef::wrap);
    images
        .filter(|e| elements::fate(e.value().name()) == elements::Fate::Image)
        .filter_map(|e| image(e.value(), base))
        .collect()
}

/// The pictures for readers without scripts: they replace a placeholder, and never repeat a picture.
pub(super) fn noscript(found: ElementRef<'_>, base: Option<&Url>, out: &mut Vec<Node>) {
    for img in all(found, base) {
        match picture_before(out) {
            None => out.push(Node::Element(img)),
            Some(before) if is_placeholder(before.attribute("src")) => *before = img,
            Some(_) => {}
        }
    }
}

/// The picture that stands last, with nothing but white space behind it.
fn picture_before(nodes: &mut [Node]) -> Option<&mut Element> {
    match nodes.iter_mut().rev().find(|node| !node.is_blank())? {
        Node::Element(element) if element.name == "img" => Some(element),
        _ => None,
    }
}

/// The sizes to choose from: those that wait for a script, else those of `srcset`.
fn candidates(found: &Foreign, base: Option<&Url>) -> Vec<Candidate> {
    let sets = LAZY_SETS.iter().chain(&["srcset"]);
    let mut parsed = sets.filter_map(|name| Some(srcset::parse(found.attr(name)?, base)));
    parsed.find(|set| !set.is_empty()).unwrap_or_default()
}

fn build(found: &Foreign, set: &[Candidate], base: Option<&Url>) -> Option<Element> {
    let src = source(found, set, base)?;
    if is_counter(found, &src) {
        return None;
    }
    let mut img = Element::new("img", Vec::new());
    img.set("src", src);
    if set.iter().any(|candidate| !candidate.descriptor.is_empty()) {
        img.set("srcset", srcset::write(set));
        text_into(&mut img, "sizes", found);
    }
    text_into(&mut img, "alt", found);
    text_into(&mut img, "title", found);
    for name in ["width", "height"] {
        if let Some(size) = found.attr(name).and_then(|raw| read::number(raw, 1, 20_000)) {
            img.set(name, size);
        }
    }
    img.set("loading", "lazy".to_owned());
    img.set("referrerpolicy", "no-referrer".to_owned());
    Some(img)
}

fn text_into(img: &mut Element, name: &'static str, found: &Foreign) {
    if let Some(value) = found.attr(name).and_then(|raw| read::value(name, raw, None)) {
        img.set(name, value);
    }
}

fn source(found: &Foreign, set: &[Candidate], base: Option<&Url>) -> Option<String> {
    let named =
        |names: &[&str]| names.iter().find_map(|name| address::media(found.attr(name)?, base));
    let plain = named(&["src"]);
    let spare = || named(SPARE).or_else(|| any_data(found, base));
    let chosen = || srcset::best(set).map(|candidate| candidate.url.clone());
    let real = plain.clone().filter(|src| !is_placeholder(Some(src)));
    let waits = LAZY_SETS.iter().any(|name| found.attr(name).is_some());
    let late = named(LAZY).or_else(|| chosen().filter(|_| waits));
    late.or(real).or_else(chosen).or_else(spare).or(plain)
}

/// Any other `data-` attribute that holds a picture's whole address.
fn any_data(found: &Foreign, base: Option<&Url>) -> Option<String> {
    let data = found.attrs().filter(|(name, _)| name.starts_with("data-"));
    let whole = data.map(|(_, value)| value).filter(|value| {
        value.starts_with("http://") || value.starts_with("https://") || value.starts_with("//")
    });
    whole.filter_map(|value| address::media(value, base)).find(|value| {
        let path = value.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"].iter().any(|end| path.ends_with(end))
    })
}

fn is_placeholder(src: Option<&str>) -> bool {
    let Some(src) = src else { return true };
    let path = src.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|part| file.contains(part))
}

fn is_counter(found: &Foreign, src: &str) -> bool {
    let tiny = |name: &str| matches!(pixels(found, name), Some(0 | 1));
    tiny("width") && tiny("height") || COUNTERS.iter().any(|part| src.contains(part))
}

/// A size in pixels, from the attribute or from the style.
fn pixels(found: &Foreign, name: &str) -> Option<u32> {
    let style =
        found.attr("style").unwrap_or_default().split(';').filter_map(|rule| rule.split_once(':'));
    let mut styled =
        style.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let raw = found.attr(name).or(styled.next_back())?.trim();
    raw.strip_suffix("px").unwrap_or(raw).parse().ok()
}

/// Address of the first picture, in the order of the text.
pub(super) fn first(nodes: &[Node]) -> Option<&str> {
    nodes.iter().filter_map(Node::element).find_map(|element| match element.name {
        "img" => element.attribute("src"),
        _ => first(&element.children),
    })
}
