//! What items have besides title, link and date: a summary, a picture, who wrote it.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Column, Table};
use super::dates::{self, Clock};
use super::names;
use super::outline::{Outline, width};
use super::rules::Place;

/// Attributes of pictures in which the address may stand, the surest first.
const SOURCES: [&str; 6] =
    ["data-src", "data-original", "data-lazy-src", "data-url", "data-echo", "src"];

/// The further fields of a group, by their words.
pub(super) fn find(
    outline: &Outline<'_>,
    table: &Table,
    title: &Column,
    clock: Clock,
) -> BTreeMap<&'static str, Place> {
    let mut more = BTreeMap::new();
    more.extend(summary(outline, table, title).map(|place| ("summary", place)));
    more.extend(image(outline, table).map(|place| ("image", place)));
    more.extend(named(outline, table, title, clock, is_author).map(|place| ("author", place)));
    more.extend(named(outline, table, title, clock, is_medium).map(|place| ("medium", place)));
    more
}

fn summary(outline: &Outline<'_>, table: &Table, title: &Column) -> Option<Place> {
    let mut best: Option<(f64, &Column)> = None;
    for column in table.columns.iter().skip(1) {
        if overlaps(outline, column, title) {
            continue;
        }
        let texts = || column.cells.iter().flatten().map(|cell| outline.text(*cell));
        let count = column.found().max(1) as f64;
        let mean = texts().map(|text| width(&text)).sum::<usize>() as f64 / count;
        let distinct = texts().collect::<BTreeSet<_>>().len() as f64 / count;
        if !(30.0..1_500.0).contains(&mean) || distinct < 0.7 {
            continue;
        }
        let dated = texts().filter(|text| dates::holds_date(text).is_some()).count() as f64 / count;
        let named = column.cells.iter().flatten().take(1).any(|cell| {
            outline.node(*cell).is_some_and(|node| {
                node.tag == "p" || node.classes.iter().any(|class| names::is_summary(class))
            })
        });
        let found = count / table.items.len() as f64;
        let score = found * (mean / 60.0).min(1.5) + if named { 0.5 } else { 0.0 }
            - dated
            - column.cost * 0.1;
        if score > best.map_or(0.2, |best| best.0 + 1e-9) {
            best = Some((score, column));
        }
    }
    best.map(|(_, column)| Place::new(&column.selector, None))
}

/// Whether an element of the column holds the title, or lies in it.
fn overlaps(outline: &Outline<'_>, column: &Column, title: &Column) -> bool {
    let mut pairs = column.cells.iter().zip(&title.cells);
    pairs.any(|(cell, title)| match (cell, title) {
        (Some(cell), Some(title)) => {
            outline.within(*cell).contains(title)
                || (outline.within(*title).contains(cell) && title != cell)
        }
        _ => false,
    })
}

fn image(outline: &Outline<'_>, table: &Table) -> Option<Place> {
    let columns = table.columns.iter().filter(|column| {
        let is_img = |cell: &usize| outline.node(*cell).is_some_and(|node| node.tag == "img");
        column.cells.iter().flatten().all(is_img)
    });
    let column = columns.min_by(|a, b| a.cost.total_cmp(&b.cost))?;
    SOURCES.into_iter().find_map(|name| {
        let values = column.cells.iter().flatten().filter_map(|cell| {
            outline.attribute(*cell, name).filter(|value| !value.starts_with("data:"))
        });
        let distinct: BTreeSet<_> = values.collect();
        (distinct.len() * 2 > column.found()).then(|| Place::new(&column.selector, Some(name)))
    })
}

fn named(
    outline: &Outline<'_>,
    table: &Table,
    title: &Column,
    clock: Clock,
    is: fn(&str) -> bool,
) -> Option<Place> {
    let fits = |column: &&Column| {
        let mut texts = column.cells.iter().flatten().map(|cell| outline.text(*cell));
        column.selector.starts_with('.')
            && column.selector.len() > 1
            && !column.selector.contains(' ')
            && is(&column.selector)
            && !overlaps(outline, column, title)
            && column.found() * 10 >= table.items.len() * 6
            && texts.all(|text| {
                width(&text) <= 40
                    && clock.read(&text).is_none()
                    && text.chars().any(char::is_alphabetic)
            })
    };
    let column = table.columns.iter().find(fits)?;
    Some(Place::new(&column.selector, None))
}

fn is_author(selector: &str) -> bool {
    names::words(selector)
        .iter()
        .any(|word| ["author", "byline", "writer", "zuozhe"].contains(&word.as_str()))
}

fn is_medium(selector: &str) -> bool {
    names::words(selector)
        .iter()
        .any(|word| ["source", "media", "medium", "laiyuan", "ly"].contains(&word.as_str()))
}
