//! Names and dates as pages show them to readers, and titles as sites put their names on them.

use std::sync::LazyLock;

use regex::Regex;

use super::blocks::{self, Block, Blocks};
use super::lex;
use super::look::Mark;
use super::tag::Tag;
use super::tree::Tree;

/// Characters of a block that may be a byline.
const MAX_CHARS: f32 = 160.0;
/// Blocks before the article's first and behind it that may hold one.
const AROUND: usize = 25;
/// The longest name, in characters.
const MAX_NAME: usize = 60;

static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        \b(?:19|20)\d\d\s?[-/.年]\s?(?:0?[1-9]|1[0-2])\s?[-/.月]\s?(?:0?[1-9]|[12]\d|3[01])\b日?(?:[T\s]+\d{1,2}:\d\d(?::\d\d)?)?
        | (?:19|20)\d\d年\d{1,2}月\d{1,2}日(?:\s*\d{1,2}:\d\d(?::\d\d)?)?
        | \b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d\b
        | \b\d{1,2}(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(?:19|20)\d\d\b
        | \b\d{1,2}\s+\p{Cyrillic}{3,9}\s+(?:19|20)\d\d\b
        | \b\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d\b",
    )
    .ok()
});
static BY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?:(?i:written\s+by|posted\s+by|published\s+by|story\s+by|article\s+by|by|von|par|por|di|autor(?:ka)?\s*:|author\s*:?|автор\s*:?|γράφει\s+(?:ο|η)|tekst\s*:)\s*:?\s+
        | (?:作者|文|撰文|记者|作\s者|撰稿|作者/来源)\s*[:：/|／]\s*)(?P<name>.+)$",
    )
    .ok()
});
static INSIDE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?:作者|撰文|撰稿|执笔人?)\s*[:：]\s*(?P<name>\p{Han}{2,4}(?:[\s、]+\p{Han}{2,4})*|[^\s:：|｜，,。）)]{2,20})
        | [（(][^（）()]{0,12}记者\s*[:：]?\s*(?P<bracketed>\p{Han}{2,4}(?:[\s、]+\p{Han}{2,4})*)\s*[）)]
        | 记者[\s:：]+(?P<reporter>\p{Han}{2,4}(?:[\s、]+\p{Han}{2,4})*)(?:[\s）)，,/／]|$)
        | 记者\s*(?P<photographed>\p{Han}{2,4})\s*[/／]?\s*(?:文|摄|$)",
    )
    .ok()
});
/// What stands alone before a name.
const BY_ALONE: &[&str] =
    &["by", "written by", "author", "author:", "words by", "作者", "作者:", "作者："];

/// The first date near the article's start, as written.
pub(super) fn date(tree: &Tree<'_>, blocks: &Blocks, kept: &[bool]) -> Option<String> {
    let date = DATE.as_ref()?;
    let in_block = |block: &&Block| {
        date.find(&blocks::text(tree, block)).map(|found| found.as_str().to_owned())
    };
    let near = near(blocks, kept);
    let marked = near.iter().filter(|block| has(tree, block, Mark::Byline)).find_map(in_block);
    marked.or_else(|| near.iter().find_map(in_block))
}

/// The names of the byline, as written.
pub(super) fn authors(tree: &Tree<'_>, blocks: &Blocks, kept: &[bool]) -> Vec<String> {
    let by = |block: &&Block| {
        let text = blocks::text(tree, block);
        let found = BY.as_ref()?.captures(&text)?;
        let found = names(found.name("name")?.as_str());
        (!found.is_empty()).then_some(found)
    };
    let near = near(blocks, kept);
    near.iter()
        .find_map(by)
        .or_else(|| marked(tree))
        .or_else(|| near.iter().find_map(|block| inside(tree, block)))
        .or_else(|| alone(tree, &near))
        .or_else(|| ends(blocks, kept).into_iter().find_map(|block| inside(tree, block)))
        .unwrap_or_default()
}

/// The names within a line that says whose they are.
fn inside(tree: &Tree<'_>, block: &Block) -> Option<Vec<String>> {
    let text = blocks::text(tree, block);
    let found = INSIDE.as_ref()?.captures(&text)?;
    let groups = ["name", "bracketed", "reporter", "photographed"];
    let named = groups.iter().find_map(|group| found.name(group))?.as_str();
    let parts = if named.chars().any(blocks::is_cjk) {
        named.split(['、', ' ', '\u{3000}']).flat_map(names).collect()
    } else {
        names(named)
    };
    Some(parts).filter(|names| !names.is_empty())
}

/// The names of the block behind one that says `By` and nothing else.
fn alone(tree: &Tree<'_>, near: &[&Block]) -> Option<Vec<String>> {
    near.windows(2).find_map(|pair| {
        let [by, name] = pair else { return None };
        let by = blocks::text(tree, by).trim().to_lowercase();
        let found = BY_ALONE.contains(&by.as_str()).then(|| names(&blocks::text(tree, name)))?;
        (!found.is_empty()).then_some(found)
    })
}

/// The article's last blocks and those right behind it.
fn ends<'a>(blocks: &'a Blocks, kept: &[bool]) -> Vec<&'a Block> {
    let Some(last) = kept.iter().rposition(|keep| *keep) else { return Vec::new() };
    let range = last.saturating_sub(2)..(last + 4).min(blocks.list.len());
    blocks.list.get(range).unwrap_or_default().iter().collect()
}

/// The text of the first element that says it names the author.
fn marked(tree: &Tree<'_>) -> Option<Vec<String>> {
    let elements = tree.nodes.iter().enumerate().filter(|(_, node)| node.tag != Tag::Text);
    let mut said = elements.filter(|(at, _)| names_author(tree.raw(*at))).take(8);
    said.find_map(|(at, node)| {
        let text = tree.text(at, node.end as usize);
        let by = BY.as_ref().and_then(|by| by.captures(&text)).and_then(|found| found.name("name"));
        let text = by.map_or(text.as_str(), |name| name.as_str());
        let found = if text.chars().count() < 80 { names(text) } else { Vec::new() };
        (!found.is_empty()).then_some(found)
    })
}

fn names_author(tag: &str) -> bool {
    // Most tags are short or say nothing of authors.
    if !tag.contains("author") && !tag.contains("byline") && !tag.contains("username") {
        return false;
    }
    lex::attributes(tag).any(|(name, value)| match name {
        "rel" | "itemprop" => value.eq_ignore_ascii_case("author"),
        "class" => value.split_ascii_whitespace().any(|class| {
            let class = class.to_ascii_lowercase();
            let ends = [
                "author",
                "author-name",
                "author__name",
                "authorname",
                "byline",
                "byline-name",
                "username",
                "post-author",
                "author-link",
            ];
            ends.iter().any(|end| class.ends_with(end))
        }),
        _ => false,
    })
}

/// Short blocks from before the article's start to behind it.
fn near<'a>(blocks: &'a Blocks, kept: &[bool]) -> Vec<&'a Block> {
    let first = kept.iter().position(|keep| *keep).unwrap_or(0);
    let range = first.saturating_sub(AROUND)..first + AROUND / 2;
    let near = blocks.list.get(range.start..range.end.min(blocks.list.len())).unwrap_or_default();
    near.iter().filter(|block| block.count.chars < MAX_CHARS).collect()
}

fn has(tree: &Tree<'_>, block: &Block, mark: Mark) -> bool {
    let own = block.container as usize;
    let mut chain = std::iter::once(own).chain(tree.ancestors(own)).take(3);
    chain.any(|at| tree.node(at).look.marks & mark.bit() != 0)
}

/// The names in a text that should hold nothing else.
pub(super) fn names(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.contains("://") || text.starts_with("www.") {
        return Vec::new();
    }
    let text = DATE.as_ref().map_or(text, |date| {
        date.find(text).map_or(text, |found| text.get(..found.start()).unwrap_or_default())
    });
    let text = text.split(['|', '•', '·', '—', '(', '（', '｜']).next().unwrap_or_default();
    let text = text.strip_prefix("By ").or(text.strip_prefix("by ")).unwrap_or(text);
    let parts = text
        .split([',', ';', '、', '，', '；'])
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" & "));
    parts
        .map(|part| part.trim().trim_matches([':', '-', '–', '@']).trim())
        .filter(|part| is_name(part))
        .map(str::to_owned)
        .collect()
}

fn is_name(text: &str) -> bool {
    let chars = text.chars().count();
    let lower = text.to_lowercase();
    let refused = [
        "admin",
        "administrator",
        "editor",
        "staff",
        "contributor",
        "guest",
        "null",
        "undefined",
        "unknown",
        "posted on",
        "published",
        "updated",
        "reporter",
        "none",
        "author",
        "comments",
        "share",
        "by",
        "the author",
        "字号",
        "来源",
        "编辑",
        "责编",
        "打印",
        "分享",
        "评论",
        "发布",
        "时间",
    ];
    // A longer run of such characters is a sentence.
    let dense = text.chars().filter(|c| blocks::is_cjk(*c)).count();
    (2..=MAX_NAME).contains(&chars)
        && text.split_whitespace().count() <= 6
        && text.chars().any(char::is_alphabetic)
        && text.chars().filter(char::is_ascii_digit).count() * 3 < chars
        && !text.contains(['<', '>', '{', '}', '='])
        && !refused.contains(&lower.as_str())
        && !lower.ends_with(" says")
        && (dense <= 8 || text.contains('·') && dense <= 16)
}

/// A title without the name of the site before or behind it.
pub(super) fn without_site(title: &str, site: Option<&str>) -> String {
    const MARKS: [&str; 9] = [" | ", " - ", " – ", " — ", " » ", " :: ", "_", " · ", "|"];
    let site = site.map(blocks::key).unwrap_or_default();
    for mark in MARKS {
        let Some((start, end)) = title.rsplit_once(mark) else { continue };
        let is_site = |part: &str| {
            let part = blocks::key(part);
            !site.is_empty() && (part == site || site.contains(&part) || part.contains(&site))
        };
        if is_site(end)
            || start.chars().count() > end.chars().count() * 2 && mark != "_" && mark != "|"
            || mark == "_" && blocks::key(start).chars().count() > 5
        {
            let start = if mark == "_" { title.split('_').next().unwrap_or(start) } else { start };
            return start.trim().to_owned();
        }
        if let Some((first, rest)) = title.split_once(mark).filter(|(first, _)| is_site(first)) {
            let _ = first;
            return rest.trim().to_owned();
        }
    }
    title.trim().to_owned()
}
