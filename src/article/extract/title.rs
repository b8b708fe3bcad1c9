//! The title: of what stands on the page as one, what fits best to what the page says it is called.

use super::blocks::{self, Block, Blocks};
use super::entity;
use super::said::{Said, field, line};
use super::sites::{self, Bare, Sites};
use super::tag::Tag;
use super::tree::Tree;

const STATED: &[&str] =
    &["og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "title"];
/// Characters of the longest title.
const LONGEST: usize = 300;
/// Bytes of a stated title that is one.
const MOST_BYTES: usize = 1500;
/// Great headings that are looked at.
const HEADINGS: usize = 20;
/// Blocks before the article's first and behind it where its title may stand.
const BEFORE: usize = 25;
const BEHIND: usize = 3;
/// Words of a heading that says more than where it stands.
const WORDS: usize = 4;
/// What the only great heading is worth, whatever the page is called elsewhere.
const ONLY: f32 = 0.8;
/// A text below this is no title.
const LEAST: f32 = 0.45;

/// Reads it; `kept` says which blocks are the article's.
pub(super) fn read(
    tree: &Tree<'_>,
    blocks: &Blocks,
    said: &Said,
    kept: &[bool],
    sites: &Sites,
) -> Option<String> {
    let named = stated(said);
    let bare: Vec<Bare> = named.iter().filter_map(|title| sites.bare(title)).collect();
    let page = Page { tree, blocks, bare: &bare, sites, first: kept.iter().position(|keep| *keep) };
    let great = page.great(kept);
    let best = page.best(&great).or_else(|| page.alone(&great, &named));
    let written = || bare.first().map(|bare| sites::guessed(&bare.text).to_owned());
    best.or_else(written).or_else(|| named.first().cloned())
}

/// What the page says, most trusted first.
fn stated(said: &Said) -> Vec<String> {
    let linked = said
        .article()
        .and_then(|object| field(object, "headline").or_else(|| field(object, "name")));
    let metas = STATED.iter().filter_map(|name| said.meta(&[name]));
    let all = linked.into_iter().chain(metas).chain(said.title.as_deref());
    // References are often written twice.
    let mut titles: Vec<String> = all.map(|text| line(&entity::decode(text))).collect();
    titles.retain(|title| (1..=MOST_BYTES).contains(&title.len()));
    titles
}

/// Without the marks of links to itself.
fn tidy(text: &str) -> String {
    let private = |c: char| matches!(c, '¶' | '\u{e000}'..='\u{f8ff}' | '🔗');
    text.trim_end_matches(|c: char| private(c) || c.is_whitespace()).to_owned()
}

struct Page<'a> {
    tree: &'a Tree<'a>,
    blocks: &'a Blocks,
    bare: &'a [Bare],
    sites: &'a Sites,
    /// The article's first block.
    first: Option<usize>,
}

/// A text that may be the title.
struct Great {
    text: String,
    key: String,
    /// Its block.
    at: usize,
}

impl Page<'_> {
    /// The `h1` before the article's end.
    fn great(&self, kept: &[bool]) -> Vec<Great> {
        let last = kept.iter().rposition(|keep| *keep).and_then(|at| self.blocks.list.get(at));
        let last = last.map_or(u32::MAX, |block| block.nodes.end) as usize;
        let nodes = self.tree.nodes.iter().enumerate();
        let ones = nodes.filter(|(at, node)| node.tag == Tag::H1 && *at < last);
        let read = |(at, end): (usize, u32)| {
            let text = tidy(&self.tree.text(at, end as usize));
            let key = blocks::key(&text);
            Great { text, key, at: self.blocks.within(at as u32, end).start }
        };
        let ones = ones.map(|(at, node)| read((at, node.end))).take(HEADINGS);
        ones.filter(|one| (2..=LONGEST).contains(&one.text.chars().count())).collect()
    }

    /// The text that fits a stated title best, if one does.
    fn best(&self, great: &[Great]) -> Option<String> {
        let only = self.only(great);
        let headings = great.iter().enumerate().map(|(number, one)| {
            let near = self.near(one.at);
            let worth = self.worth(&one.key);
            let other = || if only == Some(number) { ONLY } else { self.kin(&one.text) };
            let worth = if worth > 0.0 { worth } else { other() };
            (if worth > 0.0 { worth + 0.2 + near } else { 0.0 }, Ok(one))
        });
        let blocks = self.blocks.list.iter().enumerate();
        let short = blocks.filter(|(_, block)| block.count.chars < LONGEST as f32);
        let blocks = short.filter_map(|(at, block)| {
            let worth = self.worth(self.blocks.key(block));
            let heading = if worth > 0.0 && self.is_heading(block) { 0.1 } else { 0.0 };
            (worth > 0.0).then(|| (worth + heading + self.near(at), Err(block)))
        });
        let mut best = None;
        let mut most = LEAST;
        for (worth, one) in headings.chain(blocks) {
            if worth > most + 0.001 {
                (most, best) = (worth, Some(one));
            }
        }
        let text = match best? {
            Ok(great) => great.text.clone(),
            Err(block) => tidy(&blocks::text(self.tree, block)),
        };
        let text = self.without_source(text);
        (!text.is_empty()).then_some(text)
    }

    /// Without the host that lists of links put behind their titles.
    fn without_source(&self, text: String) -> String {
        if !text.split_whitespace().skip(1).any(is_host) {
            return text;
        }
        let key = blocks::key(&text);
        let begun = self.bare.iter().find(|bare| key.starts_with(&bare.key) && key != bare.key);
        begun.map_or(text, |bare| bare.text.clone())
    }

    /// The one great heading where titles stand, if it says something.
    fn only(&self, great: &[Great]) -> Option<usize> {
        let near = |one: &Great| self.near(one.at) > 0.0 && !self.sites.is(&one.key);
        let mut fits = great.iter().enumerate().filter(|(_, one)| near(one));
        let (at, one) = fits.next()?;
        if fits.any(|(_, other)| other.key != one.key) {
            return None;
        }
        let holds = |bare: &Bare| {
            bare.starts.iter().chain([&bare.key]).any(|part| one.key.contains(part.as_str()))
        };
        let other = is_telling(&one.text) && !self.bare.iter().any(holds);
        other.then_some(at)
    }

    /// A heading where the page says but the name of its site.
    fn alone(&self, great: &[Great], named: &[String]) -> Option<String> {
        let mut own = great.iter().filter(|one| !self.sites.is(&one.key));
        if named.is_empty() {
            return own.next().map(|one| one.text.clone());
        }
        let mute = self.bare.iter().all(|bare| bare.behind);
        let fits = |one: &&Great| self.near(one.at) > 0.0 && weight(&one.text) >= WORDS;
        let found = own.find(fits).filter(|_| mute)?;
        Some(found.text.clone())
    }

    /// Something where a title stands: shortly before the article, or at its start.
    fn near(&self, at: usize) -> f32 {
        let Some(first) = self.first else { return 0.0 };
        if at + BEFORE >= first && at <= first + BEHIND { 0.1 } else { 0.0 }
    }

    fn is_heading(&self, block: &Block) -> bool {
        let own = block.container as usize;
        let mut chain = std::iter::once(own).chain(self.tree.ancestors(own).take(2));
        chain.any(|at| self.tree.node(at).tag.is_heading())
    }

    /// How well a text fits a stated title, from 0 to 1.
    fn worth(&self, key: &str) -> f32 {
        if key.is_empty() || self.sites.is(key) {
            return 0.0;
        }
        self.bare.iter().map(|title| worth(key, title)).fold(0.0, f32::max)
    }

    /// The same by words, for what is said otherwise.
    fn kin(&self, text: &str) -> f32 {
        let most = self.bare.iter().map(|title| shared(text, &title.text)).fold(0.0, f32::max);
        if most >= 0.4 && !is_sentence(text) && !self.sites.is(&blocks::key(text)) {
            0.3 + 0.4 * most
        } else {
            0.0
        }
    }
}

fn is_host(word: &str) -> bool {
    let name = word.trim_matches(['(', ')']);
    let fits = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '-');
    name.contains('.') && !name.ends_with('.') && name.chars().all(fits)
}

/// Whether a heading says more than where it stands, and is none of the text's sentences.
fn is_telling(text: &str) -> bool {
    !is_sentence(text) && weight(text) >= WORDS
}

fn is_sentence(text: &str) -> bool {
    text.ends_with(['.', '。']) || text.chars().count() > 200
}

/// Words; a character of a script without spaces is a third of one.
fn weight(text: &str) -> usize {
    let words = words(text);
    let dense = words.iter().filter(|word| word.chars().any(blocks::is_cjk)).count();
    words.len() - dense + dense / 3
}

/// What begins a title is more likely the article's than what ends it.
fn worth(key: &str, title: &Bare) -> f32 {
    let whole = title.key.as_str();
    let share = key.len() as f32 / whole.len() as f32;
    if key == whole {
        return 1.0;
    }
    if key.len() > whole.len() {
        // A title that was cut short, or one that goes on in the heading.
        let goes_on = key.starts_with(whole) && share < 2.0;
        let longer = if goes_on && whole.len() >= 30 { 0.9 } else { 0.4 + 0.4 / share };
        return if goes_on { longer } else { 0.0 };
    }
    if title.starts.iter().any(|start| start == key) {
        // The name of a section or of the site, where it is but a small part.
        return if share < 0.2 { 0.0 } else { 0.33 + 0.57 * share.sqrt() };
    }
    if title.ends.iter().any(|end| end == key) {
        return 0.1 + 0.3 * share;
    }
    if share < 0.4 || key.len() < 6 {
        return 0.0;
    }
    if whole.starts_with(key) {
        return 0.4 + 0.4 * share;
    }
    if blocks::holds(whole, key) { 0.2 + 0.5 * share } else { 0.0 }
}

/// The share of the words of both that they have in common; a character counts as a word where no
/// spaces are written.
fn shared(text: &str, title: &str) -> f32 {
    let (text, title) = (words(text), words(title));
    let both = text.iter().filter(|word| title.contains(word)).count();
    (2 * both) as f32 / (text.len() + title.len()).max(1) as f32
}

fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars() {
        let alone = blocks::is_cjk(c);
        if alone || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            last.extend(c.to_lowercase());
        }
        if alone {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
