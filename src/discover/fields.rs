//! Which part of an item is its title, and where its link leads.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Column, Table};
use super::dates::{self, Clock};
use super::extras;
use super::names;
use super::outline::{Outline, width};
use super::rules::Place;

/// What the items of a group consist of.
pub(super) struct Fields {
    pub(super) title: Vec<Place>,
    pub(super) titles: Vec<Option<String>>,
    /// How well the title stands as one: below 0 badly, from 0.6 as a heading or a link.
    pub(super) standing: f64,
    pub(super) link: Place,
    /// The link element of each item.
    pub(super) links: Vec<Option<usize>>,
    pub(super) date: Option<dates::Found>,
    pub(super) more: BTreeMap<&'static str, Place>,
}

/// A column that could be the title.
struct Title<'t> {
    column: &'t Column,
    values: Vec<Option<String>>,
    score: f64,
    standing: f64,
}

/// The fields of a group; `None` where no part of the items looks like a title with a link.
pub(super) fn find(outline: &Outline<'_>, table: &Table, clock: Clock) -> Option<Fields> {
    let title = title(outline, table, clock)?;
    let wanted = wanted(outline, table, title.column);
    let (link, links) = link(outline, table, &wanted)?;
    let (places, titles) = spelled_out(outline, &title, &link, &links);
    let date = dates::find(outline, table, clock);
    let more = extras::find(outline, table, title.column, clock);
    let standing = title.standing;
    Some(Fields { title: places, titles, standing, link, links, date, more })
}

fn title<'t>(outline: &Outline<'_>, table: &'t Table, clock: Clock) -> Option<Title<'t>> {
    let mut best: Option<Title<'t>> = None;
    for column in &table.columns {
        let values: Vec<_> = column.cells.iter().map(|cell| short(outline, (*cell)?)).collect();
        let score = title_score(outline, table, column, &values, clock);
        if score > best.as_ref().map_or(0.05, |best| best.score + 1e-9) {
            let standing = mean_standing(outline, column);
            best = Some(Title { column, values, score, standing });
        }
    }
    best.or_else(|| pictures(outline, table))
}

/// The text of an element, where it is not too long for a title.
fn short(outline: &Outline<'_>, cell: usize) -> Option<String> {
    outline.node(cell).filter(|node| (1..600).contains(&node.text))?;
    let text = outline.text(cell);
    (!text.is_empty()).then_some(text)
}

fn title_score(
    outline: &Outline<'_>,
    table: &Table,
    column: &Column,
    values: &[Option<String>],
    clock: Clock,
) -> f64 {
    let texts: Vec<_> = values.iter().flatten().collect();
    let count = texts.len() as f64;
    if count == 0.0 {
        return 0.0;
    }
    let found = count / table.items.len() as f64;
    let distinct = texts.iter().collect::<BTreeSet<_>>().len() as f64 / count;
    let mean = texts.iter().map(|text| width(text)).sum::<usize>() as f64 / count;
    let bare =
        |text: &&&String| clock.read(text).is_some() || !text.chars().any(char::is_alphabetic);
    let bare = texts.iter().filter(bare).count() as f64 / count;
    if distinct < 0.5 || bare > 0.4 || (mean < 4.0 && distinct < 1.0) {
        return 0.0;
    }
    let links = |cell: &usize| outline.node(*cell).map_or(0, |node| node.links.min(4));
    let links = column.cells.iter().flatten().map(links).sum::<usize>() as f64 / count;
    let several = if links > 1.3 { 0.5 } else { 1.0 };
    let alike = if sameness(&texts) > 0.6 { 0.4 } else { 1.0 };
    let dated =
        texts.iter().filter(|text| dates::holds_date(text).is_some()).count() as f64 / count;
    let long = if mean > 150.0 { 150.0 / mean } else { 1.0 };
    let length = ((mean - 2.0) / 18.0).clamp(0.05, 1.0) * long;
    let standing = mean_standing(outline, column);
    found * distinct * length * several * alike * (1.0 + standing - 0.3 * dated)
        - column.cost * 0.02
}

/// The share of words in texts of several words that stand in nearly all of them: `3 points by`.
pub(super) fn sameness(texts: &[&String]) -> f64 {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let is_word = |word: &&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        !word.chars().all(|c| c.is_ascii_digit())
    };
    let words = |text: &'_ str| text.split_whitespace().filter(is_word).count();
    let texts: Vec<_> = texts.iter().filter(|text| text.split_whitespace().count() >= 2).collect();
    for text in &texts {
        let distinct: BTreeSet<_> = text.split_whitespace().filter(is_word).collect();
        for word in distinct {
            *counts.entry(word).or_default() += 1;
        }
    }
    let common = |word: &&str| counts.get(word).is_some_and(|count| count * 10 >= texts.len() * 8);
    let all: usize = texts.iter().map(|text| words(text)).sum();
    let same: usize = texts.iter().map(|text| text.split_whitespace().filter(common).count()).sum();
    if texts.len() < 3 { 0.0 } else { same as f64 / all.max(1) as f64 }
}

fn mean_standing(outline: &Outline<'_>, column: &Column) -> f64 {
    let each = column.cells.iter().flatten().map(|cell| standing(outline, *cell));
    each.sum::<f64>() / column.found().max(1) as f64
}

/// What an element's kind and names say for its being a title.
fn standing(outline: &Outline<'_>, cell: usize) -> f64 {
    let Some(node) = outline.node(cell) else { return 0.0 };
    let heading = |tag: &str| matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
    let named = |index: usize| {
        outline.node(index).is_some_and(|node| {
            let property = node.element.value().attr("itemprop");
            heading(node.tag)
                || node.classes.iter().any(|class| names::is_title(class))
                || matches!(property, Some("headline" | "name"))
        })
    };
    let mut standing = 0.0;
    let above = outline
        .ancestors(cell)
        .next()
        .filter(|up| outline.node(*up).is_some_and(|up| up.text <= node.text + 12));
    if named(cell) || above.is_some_and(named) {
        standing += 0.6;
    }
    if node.link.is_some() || above.and_then(|up| outline.node(up)?.link.as_ref()).is_some() {
        standing += 0.3;
    } else if node.longest * 10 >= node.text * 8 {
        standing += 0.2;
    }
    let inner = outline.within(cell).skip(1).filter_map(|index| outline.node(index));
    let blocks = inner.take(40).filter(|inner| {
        heading(inner.tag) || matches!(inner.tag, "p" | "div" | "ul" | "li" | "td" | "time" | "dd")
    });
    if node.tag == "p" {
        standing -= 0.15;
    }
    standing - 0.2 * blocks.count().min(3) as f64
}

/// The words under the pictures, where links show nothing else.
fn pictures<'t>(outline: &Outline<'_>, table: &'t Table) -> Option<Title<'t>> {
    let column = table.columns.iter().find(|column| column.selector == "img")?;
    let alt = |cell: &Option<usize>| outline.attribute((*cell)?, "alt").map(str::to_owned);
    let values: Vec<_> = column.cells.iter().map(alt).collect();
    let distinct: BTreeSet<_> = values.iter().flatten().collect();
    let good =
        distinct.len() * 10 >= table.items.len() * 7 && distinct.iter().all(|alt| width(alt) >= 6);
    good.then_some(Title { column, values, score: 0.0, standing: 0.0 })
}

/// The link that goes with each item's title: around it, in it, or else the likeliest.
fn wanted(outline: &Outline<'_>, table: &Table, title: &Column) -> Vec<Option<usize>> {
    let linked = |index: &usize| outline.node(*index).is_some_and(|node| node.link.is_some());
    let rows = table.items.iter().zip(&title.cells);
    let wanted = rows.map(|(item, cell)| {
        let around = cell.and_then(|cell| {
            let inside = outline.ancestors(cell).take_while(|up| up >= item);
            std::iter::once(cell).chain(inside).find(linked)
        });
        let inside =
            || cell.filter(|cell| cell != item).and_then(|cell| outline.within(cell).find(linked));
        around.or_else(inside).or_else(|| likeliest(outline, *item))
    });
    wanted.collect()
}

fn likeliest(outline: &Outline<'_>, item: usize) -> Option<usize> {
    let worth = |index: usize| outline.node(index)?.link.as_ref().map(|link| link.worth);
    let links = outline.within(item).filter_map(|index| Some((index, worth(index)?)));
    let best = links.reduce(|best, next| if next.1 > best.1 + 0.05 { next } else { best });
    best.map(|(index, _)| index)
}

/// The selector that finds the wanted links, and what it finds.
fn link(
    outline: &Outline<'_>,
    table: &Table,
    wanted: &[Option<usize>],
) -> Option<(Place, Vec<Option<usize>>)> {
    let url = |index: usize| outline.node(index)?.link.as_ref().map(|link| &link.url);
    let aim = wanted.iter().flatten().count();
    let mut best: Option<(f64, &Column, &'static str)> = None;
    for column in &table.columns {
        let pairs = column.cells.iter().zip(wanted);
        let hits = pairs.filter(|(cell, wanted)| match (cell, wanted) {
            (Some(cell), Some(wanted)) => url(*cell).is_some() && url(*cell) == url(*wanted),
            _ => false,
        });
        let hits = hits.count();
        let first = column
            .cells
            .iter()
            .flatten()
            .find_map(|cell| outline.node(*cell)?.link.as_ref().map(|link| link.attribute));
        let (Some(attribute), true) = (first, hits * 2 >= aim.max(1)) else { continue };
        let score = hits as f64 / aim as f64 - column.cost * 0.02;
        if best.as_ref().is_none_or(|(old, ..)| score > *old + 1e-9) {
            best = Some((score, column, attribute));
        }
    }
    let (_, column, attribute) = best?;
    let links = column.cells.iter().map(|cell| cell.filter(|cell| url(*cell).is_some())).collect();
    Some((Place::new(&column.selector, Some(attribute)), links))
}

/// The places of the title: the `title` attribute first where texts are cut, and without the
/// date that stands in the same element.
fn spelled_out(
    outline: &Outline<'_>,
    title: &Title<'_>,
    link: &Place,
    links: &[Option<usize>],
) -> (Vec<Place>, Vec<Option<String>>) {
    if title.score == 0.0 {
        return (vec![Place::new(&title.column.selector, Some("alt"))], title.values.clone());
    }
    let plain = Place::new(&title.column.selector, None);
    let selector = link.typed.rsplit_once('@').map_or(".", |(selector, _)| selector);
    let selector = if selector.is_empty() { "." } else { selector };
    let whole: Vec<_> =
        links.iter().map(|link| outline.attribute((*link)?, "title").map(folded)).collect();
    let full = || {
        let pairs = whole.iter().zip(&title.values);
        let best = pairs.map(|(whole, text)| whole.clone().or_else(|| text.clone()));
        best.collect::<Vec<_>>()
    };
    let attribute = Place::new(selector, Some("title"));
    if is_cut(&whole, &title.values) {
        return (vec![attribute, plain], full());
    }
    let Some(pattern) = date_in_title(&title.values) else {
        return (vec![plain], title.values.clone());
    };
    if whole.iter().flatten().count() * 10 >= links.len() * 9 && date_in_title(&whole).is_none() {
        return (vec![attribute, plain], full());
    }
    let kept = title.values.iter().map(|text| {
        let regex = regex::Regex::new(pattern).ok()?;
        Some(regex.captures(text.as_deref()?)?.get(1)?.as_str().to_owned())
    });
    let kept = kept.collect();
    (vec![Place { pattern: Some(pattern.to_owned()), ..plain.clone() }, plain], kept)
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether some texts are cut short that an attribute has whole.
fn is_cut(whole: &[Option<String>], texts: &[Option<String>]) -> bool {
    let stem = |text: &str| text.trim_end_matches(['…', '.', ' ', '·']).to_owned();
    let pairs = || {
        whole.iter().zip(texts).filter_map(|(whole, text)| Some((whole.as_ref()?, text.as_ref()?)))
    };
    let cut = pairs().filter(|(whole, text)| {
        (text.ends_with('…') || text.ends_with("..")) && whole.starts_with(&stem(text))
    });
    let alike = pairs().filter(|(whole, text)| whole.starts_with(stem(text).as_str()));
    cut.count() > 0 && alike.count() * 10 >= pairs().count() * 8
}

const BEFORE_DATE: &str = r"^(.+?)[\s\[(（【|/·—-]*\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}";
const BEHIND_DATE: &str =
    r"^\W*\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?[\])）】\s:：|·—-]*(.+)$";

/// The pattern that keeps a title apart from the date in the same text.
fn date_in_title(texts: &[Option<String>]) -> Option<&'static str> {
    let texts: Vec<_> = texts.iter().flatten().collect();
    let found = texts.iter().filter_map(|text| Some((text, dates::holds_date(text)?)));
    let (mut first, mut last) = (0, 0);
    for (text, range) in found {
        let tail = text.get(range.end..).unwrap_or_default();
        first += usize::from(width(text.get(..range.start).unwrap_or_default()) <= 2);
        last += usize::from(!tail.chars().any(char::is_alphabetic) && range.start > 0);
    }
    let most = |count: usize| count * 10 >= texts.len() * 8 && count > 1;
    if most(first) {
        Some(BEHIND_DATE)
    } else if most(last) {
        Some(BEFORE_DATE)
    } else {
        None
    }
}
