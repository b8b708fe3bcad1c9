//! Articles of the annotated pages: a floor for what the shipped models find, which may only rise.
//! How models are trained, and judged on sites they have not seen, is in `tools/train`.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use finews::article::{self, Rules};
use finews::{charset, html};
use flate2::read::GzDecoder;
use serde_json::Value;
use url::Url;

use crate::corpus;

/// One page in so many is read.
const ONE_IN: usize = 14;
/// What the mean of the pages' own F1 may not fall below; it may only rise.
const FLOOR: f64 = 0.93;
/// The share of titles that have to be right.
const TITLES: f64 = 0.85;

#[test]
fn annotated_articles_are_found() {
    let Some(folder) = corpus::folder("pages") else { return };
    let (mut scores, mut titles) = (Vec::new(), Vec::new());
    for path in sample(&folder.join("dev")) {
        let known = known(&path);
        let (text, title) = read(&path, &known);
        assert!(!text.is_empty(), "nothing found in {}", path.display());
        let truths = ["body_text", "body_text_alt"].map(|key| known[key].as_str());
        let score = |truth: &str| f1(&tokens(truth), &tokens(&text));
        if let Some(best) = truths.into_iter().flatten().map(score).reduce(f64::max) {
            scores.push(best);
        }
        if let Some(expect) = known["title"].as_str() {
            titles.push(f64::from(u8::from(tokens(expect) == tokens(&title))));
        }
    }
    assert!(scores.len() > 50, "only {} pages", scores.len());
    let (score, title) = (mean(&scores), mean(&titles));
    assert!(score >= FLOOR, "the mean F1 is {score:.4} on {} pages", scores.len());
    assert!(title >= TITLES, "{title:.3} of {} titles are right", titles.len());
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn sample(dev: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for corpus in std::fs::read_dir(dev).unwrap() {
        let files = std::fs::read_dir(corpus.unwrap().path()).unwrap();
        pages.extend(files.map(|file| file.unwrap().path()));
    }
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "gz"));
    pages.sort();
    pages.into_iter().step_by(ONE_IN).collect()
}

fn known(path: &Path) -> Value {
    let json = path.to_string_lossy().replace(".html.gz", ".json");
    serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap()
}

/// The article's text, and its title.
fn read(path: &Path, known: &Value) -> (String, String) {
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    let page = charset::decode(&bytes, None, None).text;
    let url = known["url"].as_str().and_then(|url| Url::parse(url).ok());
    let url = url.unwrap_or_else(|| Url::parse("https://example.org/").unwrap());
    let found = article::read(&page, &url, &Rules::default()).unwrap();
    let text = html::clean(&found.fragment.html, Some(&url)).text();
    (text, found.title.unwrap_or_default())
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
