//! The XML of a sitemap to its blocks, one for each `<url>` or `<sitemap>`; names count without
//! their prefixes, and what is left open ends where the next begins.

use crate::listing::feed::references::References;
use crate::listing::feed::scan::{Scanner, Token};

/// Longer text of one element is cut.
const LONGEST: usize = 8 << 10;

/// What a block names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// A page.
    #[default]
    Url,
    /// Another sitemap.
    Sitemap,
}

/// One block as it stands; the first value of each counts.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) location: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) title: Option<String>,
    pub(super) published: Option<String>,
    pub(super) medium: Option<String>,
    pub(super) language: Option<String>,
    pub(super) keywords: Option<String>,
    pub(super) image: Option<String>,
    pub(super) description: Option<String>,
}

/// What was found in a document.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// Name of the first element, without its prefix.
    pub(super) root: Option<&'a str>,
    pub(super) blocks: Vec<Block>,
    /// Whether there were more blocks than were asked for.
    pub(super) more: bool,
    /// Tags and sections that break off.
    pub(super) unclosed: usize,
}

/// The part of a block that the reader is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Block,
    News,
    Publication,
    Image,
    Video,
    /// Of an extension that is not read.
    Other,
}

/// Reads at most so many blocks.
pub(super) fn read(text: &str, most: usize) -> Found<'_> {
    let mut scanner = Scanner::new(text);
    let mut reader = Reader::default();
    for token in scanner.by_ref() {
        reader.take(token);
        if reader.found.blocks.len() >= most && reader.block.is_some() {
            reader.found.more = true;
            reader.block = None;
            break;
        }
    }
    reader.end_block();
    let mut found = reader.found;
    found.unclosed = if found.more { 0 } else { scanner.unclosed };
    found
}

#[derive(Default)]
struct Reader<'a> {
    found: Found<'a>,
    block: Option<Block>,
    part: Part,
    text: String,
    references: References,
}

impl<'a> Reader<'a> {
    fn take(&mut self, token: Token<'a>) {
        match token {
            Token::Doctype(doctype) => self.references.declare(doctype),
            Token::Text(text) if self.block.is_some() => {
                let text = self.references.decode(text);
                self.push(&text);
            }
            Token::Literal(text) if self.block.is_some() => self.push(text),
            Token::Text(_) | Token::Literal(_) => {}
            Token::Start { name, closed, .. } => {
                self.start(local(name));
                if closed {
                    self.end(local(name));
                }
            }
            Token::End(name) => self.end(local(name)),
        }
    }

    fn push(&mut self, text: &str) {
        if self.text.len() + text.len() <= LONGEST {
            self.text.push_str(text);
        }
    }

    fn start(&mut self, name: &'a str) {
        self.found.root.get_or_insert(name);
        self.text.clear();
        let kind = match name.to_ascii_lowercase().as_str() {
            "url" => Kind::Url,
            "sitemap" => Kind::Sitemap,
            other => {
                self.part = part(other).unwrap_or(self.part);
                return;
            }
        };
        self.end_block();
        self.block = Some(Block { kind, ..Block::default() });
    }

    fn end(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        if matches!(name.as_str(), "url" | "sitemap") {
            self.end_block();
        } else if let Some(part) = part(&name) {
            self.part = if part == Part::Publication { Part::News } else { Part::Block };
        } else {
            self.put(&name);
        }
        self.text.clear();
    }

    fn end_block(&mut self) {
        self.part = Part::Block;
        self.found.blocks.extend(self.block.take().filter(|block| block.location.is_some()));
    }

    /// A line for each element that is read.
    fn put(&mut self, name: &str) {
        let Some(block) = &mut self.block else { return };
        let gap = match (self.part, name) {
            (Part::Block, "loc") => &mut block.location,
            (Part::Block, "lastmod") => &mut block.modified,
            (Part::News | Part::Video, "title") => &mut block.title,
            (Part::News | Part::Video, "publication_date") => &mut block.published,
            (Part::News, "keywords") => &mut block.keywords,
            (Part::Publication, "name") => &mut block.medium,
            (Part::Publication | Part::News, "language") => &mut block.language,
            (Part::Image, "loc") | (Part::Video, "thumbnail_loc") => &mut block.image,
            (Part::Video, "description") => &mut block.description,
            _ => return,
        };
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if gap.is_none() && !text.is_empty() {
            *gap = Some(text);
        }
    }
}

fn part(name: &str) -> Option<Part> {
    Some(match name {
        "news" => Part::News,
        "publication" => Part::Publication,
        "image" => Part::Image,
        "video" => Part::Video,
        "mobile" | "pagemap" => Part::Other,
        _ => return None,
    })
}

/// Without the prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
