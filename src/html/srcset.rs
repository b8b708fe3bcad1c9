//! `srcset`: the WHATWG algorithm for image candidates, and the choice of one of them.

use url::Url;

use super::address;

/// Candidates of one picture that are kept.
const MAX: usize = 32;
/// The widest candidate that is chosen where one has to be chosen, in pixels.
const WIDTH: f64 = 1600.0;

/// One picture among those to choose from.
#[derive(Debug, PartialEq)]
pub(super) struct Candidate {
    /// Absolute address.
    pub url: String,
    /// `480w`, `2x`, `480w 320h`, or empty.
    pub descriptor: String,
}

/// The candidates that parse, resolve and have a permitted scheme, in the order given.
pub(super) fn parse(text: &str, base: Option<&Url>) -> Vec<Candidate> {
    let mut rest = text;
    let mut found = Vec::new();
    while found.len() < MAX {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        let (url, descriptor, after) = split(rest);
        rest = after;
        if let (Some(url), true) = (address::media(url, base), is_descriptor(descriptor)) {
            let descriptor = descriptor.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            found.push(Candidate { url, descriptor });
        }
    }
    found
}

/// The attribute's text again.
pub(super) fn write(candidates: &[Candidate]) -> String {
    let one = |c: &Candidate| format!("{} {}", c.url, c.descriptor).trim_end().to_owned();
    candidates.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The candidate for a reader that knows no `srcset`: the largest that is not huge.
pub(super) fn best(candidates: &[Candidate]) -> Option<&Candidate> {
    let width = |c: &Candidate| size(&c.descriptor);
    let fits = candidates.iter().filter(|c| width(c) <= WIDTH);
    fits.max_by(|a, b| width(a).total_cmp(&width(b))).or(candidates.first())
}

/// Width in pixels; a density counts as that many times 800.
fn size(descriptor: &str) -> f64 {
    let first = descriptor.split(' ').next().unwrap_or_default();
    if let Some(width) = first.strip_suffix('w') {
        return width.parse().unwrap_or(0.0);
    }
    first.strip_suffix('x').and_then(|x| x.parse::<f64>().ok()).unwrap_or(1.0) * 800.0
}

/// Address, descriptors and what follows the candidate (WHATWG HTML, 4.8.4.3.10).
fn split(text: &str) -> (&str, &str, &str) {
    let end = text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len());
    let (url, after) = text.split_at(end);
    if url.ends_with(',') {
        return (url.trim_end_matches(','), "", after);
    }
    let mut depth = 0_usize;
    for (at, c) in after.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => return (url, &after[..at], &after[at + 1..]),
            _ => {}
        }
    }
    (url, after, "")
}

fn is_descriptor(text: &str) -> bool {
    let parts: Vec<&str> = text.split_ascii_whitespace().collect();
    match parts.as_slice() {
        [] => true,
        [one] => is_pixels(one, 'w') || is_density(one),
        [width, height] => is_pixels(width, 'w') && is_pixels(height, 'h'),
        _ => false,
    }
}

fn is_pixels(text: &str, unit: char) -> bool {
    let number = text.strip_suffix(unit).unwrap_or_default();
    number.bytes().all(|b| b.is_ascii_digit()) && number.parse::<u32>().is_ok_and(|n| n > 0)
}

fn is_density(text: &str) -> bool {
    let number = text.strip_suffix('x').unwrap_or_default();
    number.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && number.parse::<f64>().is_ok_and(|n| n.is_finite() && n >= 0.0)
}
