//! What rules take from a page and change in it before the body is looked for.

use scraper::{ElementRef, Node};

use super::format::SiteFile;
use super::sheet::{Match, Sheet};
use super::xpath::Spent;
use crate::html::dom::Id;

/// Elements that a rule may wrap or move.
const MAX_MOVED: usize = 500;

/// All changes but those inside the body.
pub(super) fn mend(sheet: &mut Sheet, file: &SiteFile) -> Result<(), Spent> {
    load_pictures(sheet, &file.lazy);
    for (name, path) in &file.wrap {
        for id in sheet.elements(path)?.into_iter().take(MAX_MOVED) {
            sheet.wrap(name, &[id]);
        }
    }
    for (target, path) in &file.moves {
        let Some(target) = sheet.elements(target)?.first().copied() else { continue };
        for id in sheet.elements(path)?.into_iter().take(MAX_MOVED) {
            sheet.put(id, target);
        }
    }
    for path in &file.strip {
        for found in sheet.matches(path)? {
            sheet.remove(&found);
        }
    }
    remove(sheet, |element| {
        is_hidden(element) || is_named(element, &file.strip_names) || {
            let source = element.attr("src").unwrap_or_default();
            element.value().name() == "img"
                && file.strip_images.iter().any(|part| source.contains(part.as_str()))
        }
    });
    Ok(())
}

pub(super) fn drop_json_ld(sheet: &mut Sheet) {
    remove(sheet, |element| {
        let kind = element.attr("type").unwrap_or_default();
        element.value().name() == "script"
            && kind.trim().eq_ignore_ascii_case("application/ld+json")
    });
}

/// Makes paragraphs of what two line breaks part, in an element and all below it.
pub(super) fn paragraphs(sheet: &mut Sheet, id: Id) {
    let Some(element) = sheet.element(id) else { return };
    let inside = element.descendants().filter_map(ElementRef::wrap);
    let parents: Vec<Id> = inside
        .filter(|element| {
            element.children().filter(|child| is_break(child.value())).nth(1).is_some()
        })
        .map(|element| element.id())
        .collect();
    for parent in parents {
        part(sheet, parent);
    }
}

/// A child, by what it means for paragraphs.
#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Break,
    Blank,
    Inline,
    Block,
}

fn part(sheet: &mut Sheet, parent: Id) {
    let Some(element) = sheet.element(parent) else { return };
    let pieces: Vec<(Id, Piece)> =
        element.children().map(|child| (child.id(), piece(child.value()))).collect();
    let mut runs: Vec<Vec<(Id, Piece)>> = vec![Vec::new()];
    let mut breaks = Vec::new();
    for (id, piece) in pieces {
        match piece {
            Piece::Break => breaks.push((id, piece)),
            Piece::Blank if !breaks.is_empty() => breaks.push((id, piece)),
            _ => {
                end_breaks(sheet, &mut breaks, &mut runs);
                runs.last_mut().into_iter().for_each(|run| run.push((id, piece)));
            }
        }
    }
    end_breaks(sheet, &mut breaks, &mut runs);
    if runs.len() < 2 {
        return;
    }
    for run in runs {
        let inline = run.iter().all(|(_, piece)| *piece != Piece::Block);
        if inline && run.iter().any(|(_, piece)| *piece == Piece::Inline) {
            sheet.wrap("p", &run.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
        }
    }
}

/// Two breaks or more end a paragraph and go; a single one belongs to it.
fn end_breaks(sheet: &mut Sheet, breaks: &mut Vec<(Id, Piece)>, runs: &mut Vec<Vec<(Id, Piece)>>) {
    if breaks.iter().filter(|(_, piece)| *piece == Piece::Break).count() > 1 {
        breaks.drain(..).for_each(|(id, _)| sheet.detach(id));
        runs.push(Vec::new());
    } else if let Some(run) = runs.last_mut() {
        run.append(breaks);
    }
}

fn piece(child: &Node) -> Piece {
    if is_break(child) {
        return Piece::Break;
    }
    match child {
        Node::Text(text) if text.trim().is_empty() => Piece::Blank,
        Node::Element(element) if is_block(element.name()) => Piece::Block,
        Node::Comment(_) => Piece::Blank,
        _ => Piece::Inline,
    }
}

fn is_break(child: &Node) -> bool {
    child.as_element().is_some_and(|element| element.name() == "br")
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "div"
            | "dl"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "table"
            | "td"
            | "tr"
            | "ul"
    )
}

/// Gives pictures the address that a script would give them.
fn load_pictures(sheet: &mut Sheet, attributes: &[String]) {
    for name in attributes {
        let all = sheet.tree().tree.root().descendants().filter_map(ElementRef::wrap);
        let waiting: Vec<(Id, String)> = all
            .filter(|element| matches!(element.value().name(), "img" | "iframe" | "source"))
            .filter_map(|element| Some((element.id(), element.attr(name)?.to_owned())))
            .collect();
        for (id, address) in waiting {
            sheet.set(id, "src", Some(&address));
        }
    }
}

fn remove(sheet: &mut Sheet, goes: impl Fn(ElementRef<'_>) -> bool) {
    let all = sheet.tree().tree.root().descendants().filter_map(ElementRef::wrap);
    let going: Vec<Id> = all.filter(|element| goes(*element)).map(|element| element.id()).collect();
    for id in going {
        sheet.remove(&Match::Node(id));
    }
}

fn is_hidden(element: ElementRef<'_>) -> bool {
    let style = element.attr("style").unwrap_or_default();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    let style = style.to_ascii_lowercase();
    style.contains("display:none") || style.contains("visibility:hidden")
}

fn is_named(element: ElementRef<'_>, names: &[String]) -> bool {
    if names.is_empty() {
        return false;
    }
    let found = ["id", "class"].map(|attribute| element.attr(attribute).unwrap_or_default());
    names.iter().any(|name| found.iter().any(|text| text.contains(name.as_str())))
}
