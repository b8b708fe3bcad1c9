//! Dates as pages show them to readers.

use std::sync::LazyLock;

use regex::Regex;

use super::blocks::{self, Block, Blocks};
use super::byline;
use super::look::Mark;
use super::tree::Tree;

/// Characters of a block that says a date and little else.
const SHORT: usize = 40;

pub(super) static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        \b(?:19|20)\d\d\s?[-/.年]\s?(?:0?[1-9]|1[0-2])\s?[-/.月]\s?(?:0?[1-9]|[12]\d|3[01])\b日?(?:[T\s]+\d{1,2}:\d\d(?::\d\d)?)?
        | (?:19|20)\d\d年\d{1,2}月\d{1,2}日(?:\s*\d{1,2}:\d\d(?::\d\d)?)?
        | \b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d\b
        | \b\d{1,2}(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(?:19|20)\d\d\b
        | \b\d{1,2}\s+\p{Cyrillic}{3,9}\s+(?:19|20)\d\d\b
        | \d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d\b",
    )
    .ok()
});
/// What stands before a date of publication.
static SAYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:originally |last |first )?(?:publi|posted|updated|reviewed|date\b|released|veröff|publ|mis à jour|发布|发表|更新|опубл|дата|data|opubl)").ok()
});

/// The first date near the article's start, else right behind it, else the first that is said to be
/// one; as written.
pub(super) fn read(tree: &Tree<'_>, blocks: &Blocks, kept: &[bool]) -> Option<String> {
    let near = byline::near(blocks, kept);
    let dated: Vec<Dated> = near.iter().filter_map(|block| Dated::read(tree, block)).collect();
    let first = |test: fn(&Dated) -> bool| dated.iter().find(|one| test(one));
    let best = first(|one| one.marked && one.alone)
        .or_else(|| first(|one| one.marked))
        .or_else(|| first(|one| one.alone))
        .or_else(|| dated.first());
    if let Some(best) = best {
        return Some(best.date.clone());
    }
    let behind = byline::ends(blocks, kept).into_iter();
    let mut behind = behind.filter_map(|block| Dated::read(tree, block));
    let behind = behind.find(|one| one.alone || one.said);
    let said = || {
        let short = blocks.list.iter().filter(|block| block.count.chars < SHORT as f32);
        let digits = short.filter(|block| block.count.digits >= 4.0);
        digits.filter_map(|block| Dated::read(tree, block)).find(|one| one.said)
    };
    behind.or_else(said).map(|one| one.date)
}

/// A date in a block.
struct Dated {
    date: String,
    /// Whether the block says little else.
    alone: bool,
    /// Whether it says that this is the date of publication.
    said: bool,
    /// Whether its element does.
    marked: bool,
}

impl Dated {
    fn read(tree: &Tree<'_>, block: &Block) -> Option<Self> {
        if block.count.digits < 4.0 {
            return None;
        }
        let text = blocks::text(tree, block);
        let date = DATE.as_ref()?.find(&text)?.as_str().to_owned();
        let own = block.container as usize;
        let mut chain = std::iter::once(own).chain(tree.ancestors(own)).take(3);
        let said = SAYS.as_ref().is_some_and(|says| says.is_match(text.trim()));
        Some(Self {
            date,
            said,
            alone: said || text.chars().count() <= SHORT,
            marked: chain.any(|at| tree.node(at).look.marks & Mark::Byline.bit() != 0),
        })
    }
}
