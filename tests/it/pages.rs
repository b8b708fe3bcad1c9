//! Articles of the annotated pages, on sites that the models of the test were trained without;
//! `tools/train/RESULTS.md` has the whole picture.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use finews::article::extract::{self, Models};
use finews::{charset, html};
use flate2::read::GzDecoder;
use serde_json::Value;
use url::Url;

use crate::corpus;

/// What was trained without the sites of the pages that `pages.txt` names, by `tools/train`.
const WITHOUT: &str = "tests/fixtures/article/models-without-some-sites";
/// Of those pages one in so many is read.
const ONE_IN: usize = 2;
/// What the mean of the pages' own F1 may not fall below; it may only rise.
const FLOOR: f64 = 0.93;
/// The share of titles that have to be right.
const TITLES: f64 = 0.9;

#[test]
fn articles_of_sites_that_training_had_not_seen_are_found() {
    let Some(folder) = corpus::folder("pages") else { return };
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join(WITHOUT);
    let file = |name: &str| std::fs::read(fixture.join(name)).unwrap();
    let models = Models::parse(&file("first.bin"), &file("second.bin")).unwrap();
    let names = std::fs::read_to_string(fixture.join("pages.txt")).unwrap();
    let (mut scores, mut titles) = (Vec::new(), Vec::new());
    for name in names.lines().step_by(ONE_IN) {
        let path = folder.join("dev").join(name);
        let known = known(&path);
        let (text, title) = read(&path, &known, &models);
        assert!(!text.is_empty(), "nothing found in {name}");
        let truths = ["body_text", "body_text_alt"].map(|key| known[key].as_str());
        let score = |truth: &str| f1(&tokens(truth), &tokens(&text));
        scores.extend(truths.into_iter().flatten().map(score).reduce(f64::max));
        let expect = known["title"].as_str();
        titles.extend(expect.map(|expect| f64::from(u8::from(tokens(expect) == tokens(&title)))));
    }
    let (score, title) = (mean(&scores), mean(&titles));
    println!("F1 {score:.4} of {} pages, {title:.3} of {} titles", scores.len(), titles.len());
    assert!(score >= FLOOR, "the mean F1 is {score:.4} on {} pages", scores.len());
    assert!(title >= TITLES, "{title:.3} of {} titles are right", titles.len());
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// What is known of a page; `path` is that of its files, without their endings.
fn known(path: &Path) -> Value {
    let json = std::fs::read_to_string(format!("{}.json", path.display())).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// The article's text, and its title.
fn read(path: &Path, known: &Value, models: &Models) -> (String, String) {
    let mut bytes = Vec::new();
    let file = File::open(format!("{}.html.gz", path.display())).unwrap();
    GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    let page = charset::decode(&bytes, None, None).text;
    let url = known["url"].as_str().unwrap_or("https://page.example/");
    let url = Url::parse(url).unwrap();
    let found = extract::read_with(models, &page, &url).unwrap();
    let text = html::clean(&found.part.html, Some(&url)).text();
    (text, found.metadata.title.unwrap_or_default())
}

/// Words in lower case; a character of a script without spaces is one of its own.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    for c in text.chars() {
        let alone = matches!(c, '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}');
        if alone || !(c.is_alphanumeric() || c == '_') {
            tokens.push(String::new());
        }
        if let Some(last) = tokens.last_mut().filter(|_| alone || c.is_alphanumeric() || c == '_') {
            last.extend(c.to_lowercase());
        }
        if alone {
            tokens.push(String::new());
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

/// F1 over runs of four tokens.
fn f1(truth: &[String], found: &[String]) -> f64 {
    let count = |tokens: &[String]| {
        let mut runs: HashMap<Vec<String>, usize> = HashMap::new();
        for run in tokens.windows(4.min(tokens.len().max(1))) {
            *runs.entry(run.to_vec()).or_default() += 1;
        }
        runs
    };
    let (truth, found) = (count(truth), count(found));
    let both: usize = truth.iter().map(|(run, n)| n.min(found.get(run).unwrap_or(&0))).sum();
    let all = truth.values().sum::<usize>() + found.values().sum::<usize>();
    2.0 * both as f64 / all.max(1) as f64
}
