//! A tree to its blocks: the texts between block-level tags, in order, with what can be counted in them.

use std::ops::Range;

use super::entity;
use super::tag::Tag;
use super::tree::Tree;

/// Blocks of a page; what follows is left out.
const MAX_BLOCKS: usize = 20_000;

/// A run of text that no block-level tag and no line break interrupts.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    /// The nodes, from the first text to behind the last.
    pub nodes: Range<u32>,
    /// The block-level element around it.
    pub container: u32,
    /// Its words in lower case without spaces and marks: a range of [`Blocks::keys`].
    pub key: Range<u32>,
    pub count: Count,
}

/// What is counted in a text; all in characters unless said otherwise.
#[derive(Clone, Debug, Default)]
pub(super) struct Count {
    /// Without white space.
    pub chars: f32,
    /// A Chinese, Japanese or Korean character counts as 0.6.
    pub words: f32,
    pub cjk: f32,
    pub letters: f32,
    pub upper: f32,
    pub digits: f32,
    pub linked: f32,
    pub bold: f32,
    /// Number of links.
    pub links: f32,
    /// Full stops and their like, followed by a space or by nothing.
    pub sentences: f32,
    pub commas: f32,
    /// `|`, `»`, `/`, `·`, `>`: what parts the entries of a menu.
    pub separators: f32,
    pub quotes: f32,
    pub first: char,
    pub last: char,
    /// `©`, `@`, `://`
    pub odd: f32,
}

/// The blocks of a page.
#[derive(Default)]
pub(super) struct Blocks {
    pub list: Vec<Block>,
    /// The keys of all, one after another.
    pub keys: String,
    /// For each node how many blocks begin before it.
    before: Vec<u32>,
}

impl Blocks {
    pub(super) fn key(&self, block: &Block) -> &str {
        self.keys.get(block.key.start as usize..block.key.end as usize).unwrap_or_default()
    }

    fn count(&mut self, nodes: usize) {
        self.before.reserve(nodes);
        let mut blocks = 0;
        for node in 0..nodes as u32 {
            self.before.push(blocks);
            let next = self.list.get(blocks as usize);
            blocks += u32::from(next.is_some_and(|block| block.nodes.start == node));
        }
    }

    /// The blocks that begin within a range of nodes.
    pub(super) fn within(&self, from: u32, to: u32) -> Range<usize> {
        let before = |node: u32| {
            self.before.get(node as usize).map_or(self.list.len(), |blocks| *blocks as usize)
        };
        before(from)..before(to)
    }
}

/// The text of a block, decoded, with white space as single spaces.
pub(super) fn text(tree: &Tree<'_>, block: &Block) -> String {
    tree.text(block.nodes.start as usize, block.nodes.end as usize)
}

/// Reads the blocks of a page.
pub(super) fn read(tree: &Tree<'_>) -> Blocks {
    let mut walk = Walk { tree, open: Vec::new(), found: Blocks::default(), now: None };
    for index in 1..tree.nodes.len() {
        walk.close_until(index as u32);
        walk.enter(index);
        if walk.found.list.len() >= MAX_BLOCKS {
            break;
        }
    }
    walk.flush();
    walk.found.count(tree.nodes.len());
    walk.found
}

struct Walk<'a> {
    tree: &'a Tree<'a>,
    open: Vec<u32>,
    found: Blocks,
    now: Option<(Block, Reader)>,
}

impl Walk<'_> {
    fn close_until(&mut self, index: u32) {
        while let Some(top) = self.open.last().copied() {
            let node = self.tree.node(top as usize);
            if node.end > index {
                return;
            }
            self.open.pop();
            if !node.tag.is_inline() {
                self.flush();
            }
        }
    }

    fn enter(&mut self, index: usize) {
        let node = self.tree.node(index);
        match node.tag {
            Tag::Text => self.text(index),
            tag if tag.is_inline() && tag.is_void() => {}
            tag => {
                if !tag.is_inline() {
                    self.flush();
                }
                self.open.push(index as u32);
            }
        }
    }

    fn text(&mut self, index: usize) {
        let raw = self.tree.raw(index);
        let blank = raw.trim_ascii().is_empty();
        if blank && self.now.is_none() {
            return;
        }
        let style = self.style();
        let container = self.container();
        let keys = &mut self.found.keys;
        let (block, reader) = self.now.get_or_insert_with(|| {
            let start = keys.len() as u32;
            let block = Block {
                nodes: index as u32..0,
                container,
                key: start..start,
                count: Count { first: '\0', last: '\0', ..Count::default() },
            };
            (block, Reader::default())
        });
        reader.read(&entity::decode(raw), style, &mut block.count, keys);
        if !blank {
            block.nodes.end = index as u32 + 1;
        }
    }

    fn style(&self) -> Style {
        let mut style = Style::default();
        for index in self.open.iter().rev() {
            match self.tree.node(*index as usize).tag {
                Tag::A => style.link = *index,
                Tag::B | Tag::Strong => style.bold = true,
                tag if !tag.is_inline() && style.blocks > 3 => break,
                tag => style.blocks += usize::from(!tag.is_inline()),
            }
        }
        style
    }

    fn container(&self) -> u32 {
        let block = |index: &&u32| !self.tree.node(**index as usize).tag.is_inline();
        self.open.iter().rev().find(block).copied().unwrap_or(0)
    }

    fn flush(&mut self) {
        let Some((mut block, reader)) = self.now.take() else { return };
        reader.finish(&mut block.count);
        block.key.end = self.found.keys.len() as u32;
        if block.count.chars > 0.0 {
            self.found.list.push(block);
        }
    }
}

/// What stands around a text.
#[derive(Clone, Copy, Default)]
struct Style {
    /// The link's node; 0 where there is none.
    link: u32,
    bold: bool,
    /// Block-level elements passed on the way up.
    blocks: usize,
}

/// Counts a block's texts one after another.
#[derive(Default)]
struct Reader {
    link: u32,
    in_word: bool,
    /// The character before was a full stop.
    stopped: bool,
}

impl Reader {
    fn read(&mut self, text: &str, style: Style, count: &mut Count, keys: &mut String) {
        let before = count.chars;
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let run = rest.bytes().position(|b| !b.is_ascii_alphabetic()).unwrap_or(rest.len());
            let (run, after) = rest.split_at(if run == 0 { c.len_utf8() } else { run });
            if c.is_ascii_alphabetic() {
                self.letters(run, count, keys);
            } else {
                self.character(c, count, keys);
            }
            rest = after;
        }
        let chars = count.chars - before;
        if style.bold {
            count.bold += chars;
        }
        if style.link != 0 && chars > 0.0 {
            count.linked += chars;
            count.links += f32::from(u8::from(style.link != self.link));
            self.link = style.link;
        }
    }

    /// The most frequent characters, in fewer steps.
    fn letters(&mut self, run: &str, count: &mut Count, keys: &mut String) {
        let Some((first, last)) = run.bytes().next().zip(run.bytes().next_back()) else { return };
        self.stopped = false;
        count.chars += run.len() as f32;
        count.letters += run.len() as f32;
        count.words += f32::from(u8::from(!std::mem::replace(&mut self.in_word, true)));
        if count.first == '\0' {
            count.first = char::from(first);
        }
        count.last = char::from(last);
        let from = keys.len();
        keys.push_str(run);
        let upper = run.bytes().filter(u8::is_ascii_uppercase).count();
        if upper > 0 {
            count.upper += upper as f32;
            if let Some(key) = keys.get_mut(from..) {
                key.make_ascii_lowercase();
            }
        }
    }

    fn character(&mut self, c: char, count: &mut Count, keys: &mut String) {
        if c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}') {
            self.in_word = false;
            count.sentences += f32::from(u8::from(std::mem::take(&mut self.stopped)));
            return;
        }
        self.stopped = false;
        count.chars += 1.0;
        if count.first == '\0' {
            count.first = c;
        }
        count.last = c;
        if c.is_alphanumeric() {
            self.letter(c, count, keys);
        } else {
            self.in_word &= matches!(c, '\'' | '’' | '-');
            self.stopped = matches!(c, '.' | '!' | '?' | '…');
            mark(c, count);
        }
    }

    fn letter(&mut self, c: char, count: &mut Count, keys: &mut String) {
        if is_cjk(c) {
            count.cjk += 1.0;
            count.words += 0.6;
            self.in_word = false;
            keys.push(c);
            return;
        }
        if !self.in_word {
            count.words += 1.0;
            self.in_word = true;
        }
        if c.is_ascii() {
            count.digits += f32::from(u8::from(c.is_ascii_digit()));
            count.upper += f32::from(u8::from(c.is_ascii_uppercase()));
            count.letters += f32::from(u8::from(c.is_ascii_alphabetic()));
            keys.push(c.to_ascii_lowercase());
        } else {
            count.letters += 1.0;
            count.upper += f32::from(u8::from(c.is_uppercase()));
            keys.extend(c.to_lowercase());
        }
    }

    fn finish(self, count: &mut Count) {
        count.sentences += f32::from(u8::from(self.stopped));
    }
}

fn mark(c: char, count: &mut Count) {
    match c {
        ',' | '，' | '、' | ';' | '；' | '،' => count.commas += 1.0,
        '。' | '！' | '？' | '｡' => count.sentences += 1.0,
        '|' | '»' | '·' | '>' | '›' | '/' | '•' | '｜' | '→' => count.separators += 1.0,
        '"' | '“' | '”' | '«' | '「' | '„' | '」' => count.quotes += 1.0,
        '©' | '@' => count.odd += 1.0,
        _ => {}
    }
}

/// Written without spaces.
pub(super) fn is_cjk(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{2ffff}')
}

/// Words in lower case without spaces and marks, as the keys of blocks have them.
pub(super) fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Bytes of a text that is searched step by step, which is quicker for so few.
const FEW: usize = 512;

/// Whether a key stands in another one.
pub(super) fn holds(long: &str, short: &str) -> bool {
    let (long, short) = (long.as_bytes(), short.as_bytes());
    let Some((first, last)) = long
        .len()
        .checked_sub(short.len())
        .and_then(|last| short.first().map(|first| (*first, last)))
    else {
        return short.is_empty();
    };
    if long.len() > FEW {
        return memchr::memmem::find(long, short).is_some();
    }
    let begins = memchr::memchr_iter(first, long.get(..=last).unwrap_or_default());
    begins.into_iter().any(|at| long.get(at..at + short.len()) == Some(short))
}
