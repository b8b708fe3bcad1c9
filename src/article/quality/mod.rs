//! The judge: whether what was found on a page is its article, and if not, what it is instead.

pub(super) mod gist;
mod place;
mod signs;
mod stubs;
#[cfg(test)]
mod tests;

use url::Url;

use self::gist::{Gist, Line};
use self::signs::Class;
use super::extract::{self, Part};
use super::{Paper, words};

/// Units of text (see [`gist`]) below which a body says next to nothing.
const SCANT: usize = 4;
/// Share of the own text that a body must have, in percent.
const OWN_SHARE: usize = 80;
/// Units of the own text from which on its length counts.
const OWN_LEAST: usize = 40;
/// Share of a body that may be links or stand around articles, in percent.
const CHAFF: usize = 85;

/// A body that somebody found on a page.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The markup.
    pub html: String,
    /// Whether the operator's own rules led to it: then it may be short, odd, or full of links.
    pub chosen: bool,
    gist: Gist,
    /// What stands right behind it on the page.
    after: Gist,
}

/// What is known of the page besides its article.
#[derive(Clone, Copy)]
pub struct PageFacts<'a> {
    /// The page; an empty one for an answer that is no markup.
    pub paper: &'a Paper<'a>,
    /// HTTP status.
    pub status: u16,
    /// The address that was asked for.
    pub asked: &'a Url,
    /// The address that answered, after redirects.
    pub url: &'a Url,
}

/// What the source said itself of the article.
#[derive(Clone, Copy, Debug, Default)]
pub struct Own<'a> {
    /// The title it listed.
    pub title: Option<&'a str>,
    /// The text it listed, whole or a teaser, plain.
    pub text: Option<&'a str>,
}

/// The judgement.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// An article; from 0 to 1, how good a body for a reader.
    Good(f32),
    /// Not the article.
    Refused(Reason),
}

/// What a body is that is not the article.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It asks for consent to cookies.
    #[error("a consent wall, not the article")]
    Consent,
    /// A captcha, or another check that keeps programs out.
    #[error("a check against robots, not the article")]
    Robot,
    /// Nothing is there before scripts have run, or so it says.
    #[error("the page shows nothing without scripts or another browser")]
    Script,
    /// It asks to log in.
    #[error("a request to log in, not the article")]
    LogIn,
    /// A teaser; the rest is for those who pay.
    #[error("only the start of the article, the rest is for subscribers")]
    Paywall,
    /// An error page without the status of one.
    #[error("the page says that there is nothing at this address")]
    Gone,
    /// Maintenance, overload, a fault.
    #[error("the page says that the server cannot serve it now")]
    Down,
    /// Forbidden, or not for our country.
    #[error("the page says that access is denied")]
    Denied,
    /// The address led to the front page.
    #[error("the address leads to the front page")]
    Home,
    /// The source's own text is longer.
    #[error("shorter than the source's own text ({found} of {own})")]
    Shorter {
        /// Characters found.
        found: usize,
        /// Characters of the source's own text.
        own: usize,
    },
    /// Links and next to nothing else.
    #[error("a list of links, not an article")]
    Links,
    /// Copyright lines, share bars, related articles.
    #[error("only what stands around articles")]
    Boilerplate,
    /// Not a word of the title or the summary is in it.
    #[error("not a word in common with its title and summary")]
    Unrelated,
    /// It breaks off: `…`, `Read more`.
    #[error("it breaks off before its end")]
    Cut,
    /// Bytes that are no text.
    #[error("not text")]
    Garbled,
    /// Nothing.
    #[error("no text")]
    Empty,
}

impl Candidate {
    /// A body as the page's own look gave it.
    pub fn new(html: String) -> Self {
        let gist = gist::of_fragment(&html);
        Self { html, chosen: false, gist, after: Gist::default() }
    }

    /// What our extractor found.
    pub fn of(part: &Part) -> Self {
        let gist = gist::of_lines(&part.lines, shows(&part.html));
        Self { html: part.html.clone(), chosen: false, gist, after: Gist::default() }
    }

    /// The same before other lines of the page: there may stand that it is only the start.
    #[must_use]
    pub fn before(self, lines: &[extract::Line]) -> Self {
        Self { after: gist::of_lines(lines, false), ..self }
    }

    /// A body that the operator's own rules chose.
    pub fn chosen(html: String) -> Self {
        Self { chosen: true, ..Self::new(html) }
    }

    /// Its visible text, a block on each line.
    pub fn text(&self) -> String {
        self.gist.text()
    }

    /// Characters of its text.
    pub fn characters(&self) -> usize {
        self.gist.characters()
    }

    pub(super) fn gist(&self) -> &Gist {
        &self.gist
    }
}

/// Whether there is something in markup to look at or to listen to.
fn shows(html: &str) -> bool {
    ["<img", "<picture", "<video", "<audio", "<iframe"].iter().any(|tag| html.contains(tag))
}

/// Judges what was found on a page. Doubt speaks for the article: short news must pass.
pub fn judge(found: &Candidate, page: &PageFacts<'_>, own: Own<'_>) -> Verdict {
    match refusal(found, page, own) {
        Some(reason) => Verdict::Refused(reason),
        None => Verdict::Good(score(found, page)),
    }
}

/// Whether the first body has more than half the text of the second: what two ways found on the same
/// page, the first by rules for it.
pub fn at_least_as_good(a: &Candidate, b: &Candidate) -> bool {
    let (a, b) = (a.gist.units(), b.gist.units());
    a > 0 && a * 2 > b
}

/// Why a page gave no body at all.
pub fn nothing(page: &PageFacts<'_>) -> Reason {
    let empty = Candidate::new(String::new());
    refusal(&empty, page, Own::default()).unwrap_or(Reason::Empty)
}

/// Why what was found is not the article, if it is not.
pub(super) fn refusal(found: &Candidate, page: &PageFacts<'_>, own: Own<'_>) -> Option<Reason> {
    let gist = &found.gist;
    if gist.garbled() {
        return Some(Reason::Garbled);
    }
    let known = holds_own(gist, own);
    let wall = || {
        let pay = || stubs::cut_off(gist, &found.after);
        stubs::wall(gist, page, known).or_else(pay).map(Class::reason)
    };
    let elsewhere = || place::elsewhere(page, gist, own);
    let least = if found.chosen { 1 } else { SCANT };
    let hollow = || (gist.units() < least && !gist.pictured).then(|| stubs::hollow(page));
    elsewhere()
        .or_else(wall)
        .or_else(hollow)
        .or_else(|| shorter(gist, own))
        .or_else(|| if found.chosen { None } else { chaff(gist) })
        .or_else(|| if found.chosen { None } else { unrelated(gist, own) })
}

/// Whether the source's own text stands in the body: then it is the article, whatever it is about.
fn holds_own(gist: &Gist, own: Own<'_>) -> bool {
    let Some(text) = own.text else { return false };
    let words = words::of(text);
    words.len() >= 8 && words::share(&words, &words::of(&gist.text())) >= 0.8
}

fn shorter(gist: &Gist, own: Own<'_>) -> Option<Reason> {
    let text = own.text?;
    let (ours, listed) = (gist.units(), gist::units(text));
    let fault = listed >= OWN_LEAST && ours * 100 < listed * OWN_SHARE;
    fault.then(|| Reason::Shorter { found: gist.characters(), own: text.chars().count() })
}

/// A body of links, or of lines that stand around articles.
fn chaff(gist: &Gist) -> Option<Reason> {
    if gist.pictured {
        return None;
    }
    // Most articles are out of the question at once.
    let may_be = |line: &&Line| line.is_link() || line.units <= signs::AROUND_LONGEST;
    let most: usize = gist.lines.iter().filter(may_be).map(|line| line.units).sum();
    if most * 100 < gist.units() * CHAFF {
        return None;
    }
    let units = |lines: &[&Line]| lines.iter().map(|line| line.units).sum::<usize>();
    let (links, rest): (Vec<&Line>, Vec<&Line>) = gist.lines.iter().partition(|l| l.is_link());
    let around: Vec<&Line> = rest.into_iter().filter(|line| signs::is_around(line)).collect();
    let chaff = units(&links) + units(&around);
    if chaff * 100 < gist.units() * CHAFF {
        return None;
    }
    let mostly_links = links.len() >= 4 && units(&links) > units(&around);
    Some(if mostly_links { Reason::Links } else { Reason::Boilerplate })
}

fn unrelated(gist: &Gist, own: Own<'_>) -> Option<Reason> {
    let mut listed = own.title.map(words::of).unwrap_or_default();
    listed.extend(own.text.map(words::of).unwrap_or_default());
    if listed.len() < 6 {
        return None;
    }
    let text = words::of(&gist.text());
    let enough = text.len() >= 20 && words::same_script(&listed, &text);
    (enough && words::share(&listed, &text) == 0.0).then_some(Reason::Unrelated)
}

/// Much text, few links, few lines from around the article, and the page's title in it.
pub(super) fn score(found: &Candidate, page: &PageFacts<'_>) -> f32 {
    let gist = &found.gist;
    let all = gist.units().max(1) as f32;
    let linked: usize = gist.lines.iter().map(|line| line.linked).sum();
    let purity = 1.0 - (linked + signs::around(gist)) as f32 / all;
    let fullness = 1.0 - (-all / 400.0).exp();
    let title = page.paper.title().map(words::of).unwrap_or_default();
    let kin = if title.is_empty() { 0.5 } else { words::share(&title, &words::of(&gist.text())) };
    0.45 * purity.clamp(0.0, 1.0) + 0.35 * fullness + 0.2 * kin
}
