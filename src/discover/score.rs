//! How much a group of repeated elements looks like the main list of its page, and why.

use std::collections::BTreeSet;

use super::dates::is_falling;
use super::fields::{Fields, sameness};
use super::names;
use super::outline::{Outline, width};

/// A score and the reasons for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    pub(super) score: f64,
    pub(super) evidence: Vec<String>,
}

impl Verdict {
    pub(super) fn add(&mut self, points: f64, why: impl Into<String>) {
        self.score += points;
        if points.abs() >= 0.5 {
            self.evidence.push(format!("{} ({points:+.1})", why.into()));
        }
    }
}

/// What is known of the page beyond the group.
pub(super) struct Surroundings {
    /// Elements that turn pages.
    pagers: Vec<usize>,
    text: usize,
    links: usize,
}

impl Surroundings {
    pub(super) fn of(outline: &Outline<'_>) -> Self {
        let whole = outline.node(0).map_or((1, 1), |root| (root.text.max(1), root.links.max(1)));
        Self { pagers: pagers(outline), text: whole.0, links: whole.1 }
    }
}

/// Judges a group by its fields.
pub(super) fn judge(
    outline: &Outline<'_>,
    around: &Surroundings,
    group: &[usize],
    items: &[usize],
    fields: &Fields,
) -> Verdict {
    let mut verdict = Verdict::default();
    count(&mut verdict, group.len());
    let whole = titles(&mut verdict, items, fields);
    dates(&mut verdict, items.len(), fields);
    addresses(&mut verdict, outline, items, fields);
    for (word, points) in [("summary", 4.0), ("image", 2.5)] {
        if fields.more.contains_key(word) {
            verdict.add(points, format!("items have a {word}"));
        }
    }
    share(&mut verdict, outline, around, group);
    place(&mut verdict, outline, around, group);
    heading(&mut verdict, outline, group);
    pager(&mut verdict, outline, around, group);
    ranks(&mut verdict, outline, items, fields);
    sections(&mut verdict, outline, items);
    verdict.add(-15.0 * (1.0 - whole), "items without title or link");
    if whole < 0.85 {
        verdict.score *= whole + 0.15;
        verdict.evidence.push(format!("only {:.0} % have a title and a link", whole * 100.0));
    }
    verdict
}

fn count(verdict: &mut Verdict, count: usize) {
    let points = 7.0 * (count.min(80) as f64).ln() / 12.0_f64.ln();
    verdict.add(points, format!("{count} items of one form"));
}

/// Titles should be many words long and all different; gives the share of whole items.
fn titles(verdict: &mut Verdict, items: &[usize], fields: &Fields) -> f64 {
    let texts: Vec<_> = fields.titles.iter().flatten().collect();
    let whole = fields.titles.iter().zip(&fields.links);
    let whole = whole.filter(|(title, link)| title.is_some() && link.is_some()).count();
    let count = texts.len().max(1) as f64;
    let mean = texts.iter().map(|text| width(text)).sum::<usize>() as f64 / count;
    let distinct = texts.iter().collect::<BTreeSet<_>>().len() as f64 / count;
    let length = ((mean - 6.0) / 24.0).clamp(0.0, 1.0) * if mean > 160.0 { 0.6 } else { 1.0 };
    verdict.add(20.0 * length * distinct, format!("titles {mean:.0} wide"));
    let standing = fields.standing.clamp(-0.5, 0.6) * 6.0 - 1.5;
    verdict.add(standing, "titles by their place");
    if sameness(&texts) > 0.6 {
        verdict.add(-10.0, "titles of the same words");
    }
    if distinct < 0.9 {
        verdict.add(-10.0 * (0.9 - distinct), format!("{:.0} % distinct titles", distinct * 100.0));
    }
    whole as f64 / items.len().max(1) as f64
}

fn dates(verdict: &mut Verdict, count: usize, fields: &Fields) {
    let Some(found) = &fields.date else { return };
    let dates: Vec<_> = found.dates.iter().flatten().collect();
    let share = dates.len() as f64 / count.max(1) as f64;
    let (points, where_) = if found.by_address { (7.0, "in addresses") } else { (15.0, "") };
    verdict.add(points * share, format!("dates in {:.0} % {where_}", share * 100.0));
    if is_falling(&found.dates) {
        let strictly = dates.windows(2).all(|two| two.first() >= two.get(1));
        verdict.add(if strictly { 4.0 } else { 3.0 }, "newest first");
    }
}

fn addresses(verdict: &mut Verdict, outline: &Outline<'_>, items: &[usize], fields: &Fields) {
    let links: Vec<_> = fields
        .links
        .iter()
        .flatten()
        .filter_map(|index| outline.node(*index)?.link.as_ref())
        .collect();
    let count = links.len().max(1) as f64;
    let worth = links.iter().map(|link| link.worth).sum::<f64>() / count;
    let distinct = links.iter().map(|link| link.url.as_str()).collect::<BTreeSet<_>>().len();
    verdict.add(10.0 * worth, format!("addresses like those of articles: {worth:.1}"));
    let distinct = distinct as f64 / items.len().max(1) as f64;
    if distinct < 0.9 {
        verdict.add(-14.0 * (0.9 - distinct), format!("{:.0} % distinct links", distinct * 100.0));
    }
}

fn share(verdict: &mut Verdict, outline: &Outline<'_>, around: &Surroundings, group: &[usize]) {
    let text: usize = group.iter().filter_map(|at| outline.node(*at)).map(|node| node.text).sum();
    let share = text as f64 / around.text as f64;
    verdict.add(8.0 * (share * 2.0).min(1.0), format!("{:.0} % of the page's text", share * 100.0));
}

/// What the names of all around the items say; what holds most of the page says nothing.
fn place(verdict: &mut Verdict, outline: &Outline<'_>, around: &Surroundings, group: &[usize]) {
    let middle = group.get(group.len() / 2);
    let samples: BTreeSet<_> =
        [group.first(), middle, group.last()].into_iter().flatten().copied().collect();
    let mut total = 0.0;
    let mut words = BTreeSet::new();
    for sample in &samples {
        let mut points: f64 = 0.0;
        let mut good: f64 = 0.0;
        for (index, own) in
            std::iter::once((*sample, true)).chain(outline.ancestors(*sample).map(|up| (up, false)))
        {
            let Some(node) = outline.node(index) else { continue };
            if node.links * 10 > around.links * 7 || matches!(node.tag, "html" | "body") {
                break;
            }
            let (add, word) = leaning(node.tag, node.id, &node.classes, own);
            if add < 0.0 {
                points += add;
            } else {
                good = (good + add).min(7.0);
            }
            if add != 0.0 {
                words.insert(word);
            }
        }
        total += points.max(-16.0) + good;
    }
    let points = total / samples.len().max(1) as f64;
    let words: Vec<_> = words.into_iter().take(5).collect();
    verdict.add(points, format!("stands in {}", words.join(", ")));
}

fn leaning(tag: &str, id: Option<&str>, classes: &[&str], own: bool) -> (f64, String) {
    match tag {
        "nav" | "footer" => return (-13.0, format!("`{tag}`")),
        "aside" => return (-11.0, "`aside`".to_owned()),
        "header" if !own => return (-6.0, "`header`".to_owned()),
        "main" => return (4.0, "`main`".to_owned()),
        "article" if own => return (3.0, "`article`".to_owned()),
        _ => {}
    }
    let names = || id.into_iter().chain(classes.iter().copied());
    if let Some(bad) = names().find(|name| names::leaning(name) < 0) {
        return (if own { -5.0 } else { -7.0 }, format!("`{bad}`"));
    }
    match names().find(|name| names::leaning(name) > 0) {
        Some(good) => (2.0, format!("`{good}`")),
        None => (0.0, String::new()),
    }
}

/// The words above the list.
fn heading(verdict: &mut Verdict, outline: &Outline<'_>, group: &[usize]) {
    let Some(heading) = group.first().and_then(|first| heading_before(outline, *first)) else {
        return;
    };
    if names::announces_other(&heading) {
        verdict.add(-8.0, format!("under `{heading}`"));
    }
}

/// The nearest short text before an element, up to four levels above it.
fn heading_before(outline: &Outline<'_>, first: usize) -> Option<String> {
    let mut at = first;
    for _ in 0..4 {
        let parent = outline.ancestors(at).next()?;
        let mut child = parent + 1;
        let mut nearest = None;
        let mut steps = 0;
        while child < at && steps < 200 {
            let node = outline.node(child)?;
            if (2..60).contains(&node.text) {
                nearest = Some(child);
            }
            child = node.end.max(child + 1);
            steps += 1;
        }
        if let Some(nearest) = nearest {
            return Some(outline.text(nearest));
        }
        at = parent;
    }
    None
}

/// A pager right behind the last item marks the list that is paged.
fn pager(verdict: &mut Verdict, outline: &Outline<'_>, around: &Surroundings, group: &[usize]) {
    let Some(last) = group.last().and_then(|last| outline.node(*last)) else { return };
    let in_group = |pager: usize| group.iter().any(|at| outline.within(*at).contains(&pager));
    let behind = around.pagers.iter().copied().filter(|pager| *pager >= last.end);
    let Some(pager) = behind.min().filter(|pager| !in_group(*pager)) else { return };
    let between = (last.end..pager)
        .filter(|index| outline.node(*index).is_some_and(|node| node.link.is_some()))
        .take(40)
        .count();
    let points = match between {
        0..=2 => 8.0,
        3..=6 => 4.0,
        7..=20 => 1.0,
        _ => return,
    };
    verdict.add(points, "a pager follows");
}

fn pagers(outline: &Outline<'_>) -> Vec<usize> {
    const NAMES: &[&str] = &["pagination", "pager", "paging", "pagenav", "pagebar", "fenye"];
    const TEXTS: &[&str] = &[
        "下一页",
        "下页",
        "尾页",
        "末页",
        "加载更多",
        "点击加载更多",
        "next",
        "next page",
        "older",
        "older posts",
        "load more",
        "older entries",
        "more posts",
        "next »",
        "next ›",
        "next →",
        "older posts →",
        "次へ",
        "show more",
    ];
    let is_pager = |index: &usize| {
        let Some(node) = outline.node(*index) else { return false };
        let named = node
            .id
            .into_iter()
            .chain(node.classes.iter().copied())
            .any(|name| names::words(name).iter().any(|word| NAMES.contains(&word.as_str())));
        let says = matches!(node.tag, "a" | "button" | "span" | "div")
            && (1..20).contains(&node.text)
            && {
                let text = outline.text(*index).to_lowercase();
                TEXTS.contains(&text.trim_matches([' ', '>', '»', '›', '[', ']']))
            };
        named || says || outline.attribute(*index, "rel") == Some("next")
    };
    outline.every().iter().copied().filter(|index| is_pager(index)).take(200).collect()
}

/// Items that are counted 1, 2, 3 are a ranking.
fn ranks(verdict: &mut Verdict, outline: &Outline<'_>, items: &[usize], fields: &Fields) {
    if items.len() < 4 || fields.date.is_some() {
        return;
    }
    let counted = items.iter().take(8).enumerate().filter(|(at, item)| {
        let text = outline.text(**item);
        let digits: String = text.chars().take_while(char::is_ascii_digit).take(3).collect();
        digits.parse() == Ok(at + 1)
    });
    if counted.count() * 10 >= items.len().min(8) * 8 {
        verdict.add(-5.0, "counted like a ranking");
    }
}

/// An item that holds many links to articles is a section and no item.
fn sections(verdict: &mut Verdict, outline: &Outline<'_>, items: &[usize]) {
    let worthy = |item: &usize| {
        let links = outline.within(*item).filter_map(|at| outline.node(at)?.link.as_ref());
        let urls: BTreeSet<_> =
            links.filter(|link| link.worth >= 0.4).map(|link| link.url.as_str()).collect();
        urls.len()
    };
    let total: usize = items.iter().map(worthy).sum();
    let mean = total as f64 / items.len().max(1) as f64;
    if mean > 1.6 {
        let points = -(mean - 1.3) * 4.0;
        verdict.add(points.max(-16.0), format!("{mean:.1} articles in an item"));
    }
}
