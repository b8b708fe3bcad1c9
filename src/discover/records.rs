//! Rules for records of a JSON document: which array, and which keys are what.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use serde_json_path::JsonPath;
use url::Url;

use super::dates::Clock;
use super::keys::{Table, below, falls, fields};
use super::outline::width;
use super::rules::{Hidden, Kind, Place, Rules};
use super::score::Verdict;
use super::{Draft, names};

/// Values of a document that are looked at.
const MOST_VALUES: usize = 200_000;
/// Arrays of a document that are looked at.
const MOST_LISTS: usize = 120;

/// Drafts for every array of records that could be a list.
pub(super) fn drafts(
    document: &Value,
    hidden: &Hidden,
    linked_data: bool,
    links: &[Url],
    url: &Url,
    clock: Clock,
) -> Vec<Draft> {
    let lists = lists(document);
    let drafts = lists.into_iter().filter_map(|items| {
        let path = JsonPath::parse(&items).ok()?;
        let records = path.query(document).all();
        let fields = fields(&records);
        let table = Table { fields, links, url, clock };
        let mut draft = table.draft(&items, hidden, records.len())?;
        if linked_data {
            draft.score += 2.0;
            draft.evidence.push("JSON-LD (+2.0)".to_owned());
        }
        Some(draft)
    });
    drafts.collect()
}

/// Paths to all arrays of records, and to all objects that are used as such.
fn lists(document: &Value) -> BTreeSet<String> {
    let mut lists = BTreeSet::new();
    let mut open = vec![("$".to_owned(), document, 0)];
    let mut seen = 0;
    while let Some((path, value, depth)) = open.pop() {
        seen += 1;
        if seen > MOST_VALUES || lists.len() >= MOST_LISTS || path.len() > 300 {
            break;
        }
        match value {
            Value::Array(list) => {
                let path = format!("{path}[*]");
                if list.iter().filter(|one| one.is_object()).take(2).count() == 2 || depth > 1 {
                    lists.insert(path.clone());
                }
                open.extend(list.iter().take(3).map(|one| (path.clone(), one, depth + 1)));
            }
            Value::Object(map) if !is_trail(map.get("@type")) => {
                let numbered = |key: &String| key.chars().any(|c| c.is_ascii_digit());
                if map.len() >= 3 && map.keys().all(numbered) && map.values().all(Value::is_object)
                {
                    lists.insert(format!("{path}.*"));
                }
                open.extend(map.iter().take(500).map(|(key, one)| (below(&path, key), one, depth)));
            }
            _ => {}
        }
    }
    lists
}

fn is_trail(kind: Option<&Value>) -> bool {
    kind.and_then(Value::as_str)
        .is_some_and(|kind| matches!(kind, "BreadcrumbList" | "SiteNavigationElement"))
}

impl Table<'_> {
    fn draft(&self, items: &str, hidden: &Hidden, count: usize) -> Option<Draft> {
        if count < 2 {
            return None;
        }
        let title = self.title()?;
        let mut verdict = Verdict::default();
        let points = 7.0 * (count.min(80) as f64).ln() / 12.0_f64.ln();
        verdict.add(points, format!("{count} records"));
        let count = title.texts().count().max(1) as f64;
        let mean = title.texts().map(width).sum::<usize>() as f64 / count;
        let length = ((mean - 6.0) / 24.0).clamp(0.0, 1.0);
        let points = 20.0 * length * title.distinct() * title.found();
        verdict.add(points, format!("titles {mean:.0} wide"));
        let link = self.link(&mut verdict)?;
        let mut fields = BTreeMap::new();
        fields.insert("title", vec![Place::new(&title.path(), None)]);
        fields.insert("link", vec![link]);
        if let Some((date, share)) = self.date() {
            verdict.add(15.0 * share, format!("dates in {:.0} %", share * 100.0));
            if falls(date, self.clock) {
                verdict.add(3.0, "newest first");
            }
            fields.insert("date", vec![Place::new(&date.path(), None)]);
        }
        self.more(&mut fields, &mut verdict);
        for word in names::words(items) {
            match names::leaning(&word) {
                -1 => verdict.add(-8.0, format!("called `{word}`")),
                1 => verdict.add(1.0, format!("called `{word}`")),
                _ => {}
            }
        }
        let hidden = hidden.clone();
        let rules = Rules { kind: Kind::Api, items: items.to_owned(), hidden, fields };
        Some(Draft { rules, score: verdict.score, evidence: verdict.evidence })
    }
}
