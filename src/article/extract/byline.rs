//! Names and dates as pages show them to readers.

use std::sync::LazyLock;

use regex::Regex;

use super::blocks::{self, Block, Blocks};
use super::dateline;
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

static BY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?:
        (?i:(?:(?:written|posted|published|story|article|words|text|interview|report|reporting|analysis|opinion|review|recommended|compiled|contributed|edited\s+and\s+written)\s+)?by|von|par|por|di|af|av|door|text\s*:|autor(?:ka|in|en|es|a)?\s*:|auteur\s*:|authors?\s*:|автор\s*:?|γράφει\s+(?:ο|η)|tekst\s*:|thread\s+starter)\s*:?\s+
        | (?i:authors?|written\s?by|posted\s?by|autor|auteur)\s*:
        | (?:作者|文|撰文|记者|作\s者|撰稿|作者/来源)\s*[:：/|／]\s*)\s*(?P<name>.+)$",
    )
    .ok()
});
/// A date, and then a name.
static DATED_BY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:19|20)\d\d\s*(?:[|•·,—–-]\s*)?(?i:\d{1,2}:\d\d(?:\s?[ap]m)?\s*)?\s[Bb][Yy]:?\s+(?P<name>\p{Lu}.{2,60})$").ok()
});
/// A part of the address of a page about a writer.
static WRITER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)/(?:authors?|auteurs?|autor(?:es|en)?|contributors?|writers?|staff|journalists?|reporters?|columnists?|profiles?|people|bio|users?|u|members?|experts?|by|editors?|our-team|team)/[^/]+|[?&]author=").ok()
});
static INSIDE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?:作者|撰文|撰稿|执笔人?)\s*[:：]\s*(?P<name>\p{Han}{2,4}(?:[\s、]+\p{Han}{2,4})*|[^\s:：|｜，,。）)]{2,20})
        | [（(][^（）()]{0,12}记者\s*[:：]?\s*(?P<bracketed>\p{Han}{2,4}(?:[\s、]+\p{Han}{2,4})*)\s*[）)]
        | 记者[\s:：]+(?P<reporter>\p{Han}{2,4}(?:[\s、]+\p{Han}{2,4})*)(?:[\s）)，,/／]|$)
        | ^(?P<posted>\S{2,20})\s*(?:发表于|發表於)
        | 记者\s*(?P<photographed>\p{Han}{2,4})\s*[/／]?\s*(?:文|摄|$)",
    )
    .ok()
});
/// Words that are part of no name.
const NO_NAME: &[&str] = &[
    "you",
    "your",
    "our",
    "we",
    "agree",
    "is",
    "are",
    "was",
    "this",
    "that",
    "click",
    "read",
    "view",
    "follow",
    "min",
    "minutes",
    "ago",
    "posts",
    "articles",
    "comment",
    "comments",
    "subscribe",
    "sponsored",
    "updated",
    "published",
    "taboola",
    "committee",
];
/// What stands behind names.
const ROLES: &[&str] = &[
    "expert",
    "writer",
    "phd",
    "rdn",
    "md",
    "mba",
    "rd",
    "cpa",
    "ms",
    "dietitian",
    "contributor",
    "editor",
    "reporter",
    "correspondent",
    "staff",
    "senior",
    "author",
];
/// What stands alone before a name.
const BY_ALONE: &[&str] = &[
    "by",
    "by:",
    "written by",
    "written by:",
    "author",
    "author:",
    "words by",
    "作者",
    "作者:",
    "作者：",
];

/// The names of the byline, as written.
pub(super) fn authors(tree: &Tree<'_>, blocks: &Blocks, kept: &[bool]) -> Vec<String> {
    let near = near(blocks, kept);
    let ends = ends(blocks, kept);
    let each = |list: &[&Block], read: fn(&Tree<'_>, &Block) -> Option<Vec<String>>| {
        list.iter().find_map(|block| read(tree, block))
    };
    each(&near, by)
        .or_else(|| each(&near, inside))
        .or_else(|| alone(tree, &near))
        .or_else(|| marked(tree, blocks, kept, true))
        .or_else(|| each(&near, linked))
        .or_else(|| marked(tree, blocks, kept, false))
        .or_else(|| each(&ends, inside))
        .or_else(|| each(&ends, by))
        .or_else(|| each(&ends, linked))
        .or_else(|| each(&ends, editor))
        .unwrap_or_default()
}

/// The names behind `by`.
fn by(tree: &Tree<'_>, block: &Block) -> Option<Vec<String>> {
    let text = blocks::text(tree, block);
    let found = BY.as_ref()?.captures(&text);
    let found = found.or_else(|| DATED_BY.as_ref()?.captures(&text))?;
    let named = found.name("name")?.as_str();
    let begins = named.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_ascii());
    let starter = text.starts_with("Thread starter");
    let found = if begins || starter { names(named) } else { Vec::new() };
    (!found.is_empty()).then_some(found)
}

/// A name that leads to a page about a writer.
fn linked(tree: &Tree<'_>, block: &Block) -> Option<Vec<String>> {
    if block.count.linked < 3.0 || block.count.chars > 80.0 {
        return None;
    }
    let inside = block.nodes.start as usize..block.nodes.end as usize;
    let around = tree.ancestors(inside.start).take(4);
    let mut links = inside.chain(around).filter(|at| tree.node(*at).tag == Tag::A);
    links.find_map(|at| {
        let leads = lex::attribute_of(tree.raw(at), "href")
            .is_some_and(|href| WRITER.as_ref().is_some_and(|writer| writer.is_match(href)));
        let text = if leads { tree.text(at, tree.node(at).end as usize) } else { return None };
        let found = if text.chars().count() < 60 { names(&text) } else { Vec::new() };
        (!found.is_empty()).then_some(found)
    })
}

/// Whoever edited it, where nobody else is named.
fn editor(tree: &Tree<'_>, block: &Block) -> Option<Vec<String>> {
    static EDITOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:编辑|責任編輯|責編|责编)\s*[:：]\s*(?P<name>\p{Han}{2,4})\b").ok()
    });
    let text = blocks::text(tree, block);
    let found = names(EDITOR.as_ref()?.captures(&text)?.name("name")?.as_str());
    (!found.is_empty()).then_some(found)
}

/// The names within a line that says whose they are.
fn inside(tree: &Tree<'_>, block: &Block) -> Option<Vec<String>> {
    let text = blocks::text(tree, block);
    let found = INSIDE.as_ref()?.captures(&text)?;
    let groups = ["name", "bracketed", "reporter", "posted", "photographed"];
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
pub(super) fn ends<'a>(blocks: &'a Blocks, kept: &[bool]) -> Vec<&'a Block> {
    let Some(last) = kept.iter().rposition(|keep| *keep) else { return Vec::new() };
    let range = last.saturating_sub(2)..(last + 6).min(blocks.list.len());
    blocks.list.get(range).unwrap_or_default().iter().collect()
}

/// The text of the first element that says it names the author, near the article's start or
/// anywhere before its end.
fn marked(tree: &Tree<'_>, blocks: &Blocks, kept: &[bool], near: bool) -> Option<Vec<String>> {
    let at = |block: usize| blocks.list.get(block).map(|block| block.nodes.start as usize);
    let first = kept.iter().position(|keep| *keep).unwrap_or(0);
    let last = kept.iter().rposition(|keep| *keep).unwrap_or(0);
    let from = if near { at(first.saturating_sub(AROUND)) } else { None };
    let to = at(if near { first + AROUND / 2 } else { last + AROUND });
    marked_in(tree, from.unwrap_or(0)..to.unwrap_or(tree.nodes.len()))
}

fn marked_in(tree: &Tree<'_>, range: std::ops::Range<usize>) -> Option<Vec<String>> {
    let nodes = tree.nodes.get(range.clone()).unwrap_or_default();
    let elements = range.zip(nodes).filter(|(_, node)| node.tag != Tag::Text);
    let said = elements.filter(|(at, _)| names_author(tree.raw(*at)));
    let own = said.filter(|(at, _)| {
        let mut above = tree.ancestors(*at);
        !above.any(|at| tree.node(at).look.marks & Mark::Comment.bit() != 0)
    });
    own.take(8).find_map(|(at, node)| {
        let text = tree.text(at, node.end as usize);
        let by = BY.as_ref().and_then(|by| by.captures(&text)).and_then(|found| found.name("name"));
        let text = by.map_or(text.as_str(), |name| name.as_str());
        let found = if text.chars().count() < 80 { names(text) } else { Vec::new() };
        (!found.is_empty()).then_some(found)
    })
}

fn names_author(tag: &str) -> bool {
    // Most tags are short or say nothing of authors.
    if !["uthor", "byline", "username"].iter().any(|word| tag.contains(word)) {
        return false;
    }
    lex::attributes(tag).any(|(name, value)| match name {
        "rel" | "itemprop" => value.eq_ignore_ascii_case("author"),
        "class" => value.split_ascii_whitespace().any(says_author),
        _ => false,
    })
}

fn says_author(class: &str) -> bool {
    const ENDS: [&str; 7] = [
        "author",
        "authorname",
        "byline",
        "byline-name",
        "username",
        "author-link",
        "byline__name",
    ];
    let class = class.to_ascii_lowercase();
    let other = ["avatar", "img", "image", "bio", "desc", "title", "comment", "social"];
    ENDS.iter().any(|end| class.ends_with(end))
        || class.contains("author")
            && class.contains("name")
            && !other.iter().any(|w| class.contains(w))
}

/// Short blocks from before the article's start to behind it.
pub(super) fn near<'a>(blocks: &'a Blocks, kept: &[bool]) -> Vec<&'a Block> {
    let first = kept.iter().position(|keep| *keep).unwrap_or(0);
    let range = first.saturating_sub(AROUND)..first + AROUND / 2;
    let near = blocks.list.get(range.start..range.end.min(blocks.list.len())).unwrap_or_default();
    near.iter().filter(|block| block.count.chars < MAX_CHARS).collect()
}

/// The names in a text that should hold nothing else.
pub(super) fn names(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.contains("://") || text.starts_with("www.") {
        return Vec::new();
    }
    let text = dateline::DATE.as_ref().map_or(text, |date| {
        date.find(text).map_or(text, |found| text.get(..found.start()).unwrap_or_default())
    });
    let text = text.split(['|', '•', '·', '—', '(', '（', '｜']).next().unwrap_or_default();
    let text = text.strip_prefix("By ").or(text.strip_prefix("by ")).unwrap_or(text);
    let parts = text.split([',', ';', '、', '，', '；']).flat_map(both);
    let named = parts.map(|part| without_role(part.trim().trim_matches([':', '-', '–', '@'])));
    named.filter(|part| is_name(part)).map(str::to_owned).collect()
}

/// A name without what its bearer does.
fn without_role(text: &str) -> &str {
    let mut text = text.trim();
    while let Some((name, last)) = text.rsplit_once(' ')
        && ROLES.contains(&last.to_lowercase().as_str())
        && name.contains(' ')
    {
        text = name.trim();
    }
    text
}

/// Two people, where both have more than one name: `Research and Development` is one.
fn both(text: &str) -> Vec<&str> {
    for mark in [" and ", " & ", " und ", " et ", " y "] {
        let parts: Vec<&str> = text.split(mark).collect();
        let full = |part: &&str| part.split_whitespace().count() >= 2;
        if parts.len() > 1 && parts.iter().all(full) {
            return parts;
        }
    }
    vec![text.trim_start().strip_prefix("and ").unwrap_or(text)]
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
        && text.chars().filter(char::is_ascii_digit).count() * 2 < chars
        && !text.contains(['<', '>', '{', '}', '='])
        && !refused.contains(&lower.as_str())
        && !lower.ends_with(" says")
        && !lower.split_whitespace().any(|word| NO_NAME.contains(&word) || ROLES.contains(&word))
        && (dense <= 8 || text.contains('·') && dense <= 16)
}
