//! Reads a folder of pages: `read_pages FOLDER OUT [MODELS [--alone]]` reads `FOLDER/<corpus>/<id>.html.gz` with
//! the address in `<id>.json` and writes `OUT/<corpus>/<id>.txt` and `<id>.meta.json`.
//!
//! `MODELS/pages.tsv` may name other models for each page, so that a page is judged by a
//! model that was trained without it. With `--alone` behind them the extractor alone is asked.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use finews::article::extract::{self, Models};
use finews::article::{self, Found, Metadata, Rules};
use finews::{charset, date, html};
use flate2::read::GzDecoder;
use serde_json::Value;
use url::Url;

const USAGE: &str = "usage: read_pages FOLDER OUT [MODELS [--alone]]";

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().context(USAGE)?;
    let out = arguments.next().context(USAGE)?;
    let models = arguments.next().map(|models| ByPage::read(&models)).transpose()?;
    let alone = arguments.next().is_some();
    for path in pages(&folder)? {
        let name = path.strip_prefix(&folder)?.to_string_lossy().replace(".html.gz", "");
        let to = out.join(&name);
        fs::create_dir_all(to.parent().context("a page outside of a corpus")?)?;
        read(&path, &to, models.as_ref().and_then(|models| models.of(&name)), alone)
            .with_context(|| name)?;
    }
    Ok(())
}

fn read(path: &Path, to: &Path, models: Option<&Models>, alone: bool) -> Result<()> {
    let mut bytes = Vec::new();
    GzDecoder::new(fs::File::open(path)?).read_to_end(&mut bytes)?;
    let known = fs::read_to_string(path.to_string_lossy().replace(".html.gz", ".json"));
    let known: Value = serde_json::from_str(&known.unwrap_or_default()).unwrap_or_default();
    let url = known.get("url").and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
    let url = url.map_or_else(|| Url::parse("https://page.example/"), Ok)?;
    let page = charset::decode(&bytes, None, None).text;
    let (text, said) = match models {
        Some(models) if alone => extracted(models, &page, &url),
        Some(models) => chained(article::read_with(models, &page, &url), &page, &url),
        None => chained(article::read(&page, &url, &Rules::default()), &page, &url),
    };
    // An id may hold dots.
    fs::write(format!("{}.txt", to.display()), text)?;
    let meta = serde_json::json!({
        "title": said.title,
        "author": said.authors.join(", "),
        "date": said.published.map(|text| instant(&text)),
        "modified": said.modified.map(|text| instant(&text)),
        "site": said.site,
        "language": said.language,
        "image": said.image,
        "canonical": said.canonical,
    });
    fs::write(format!("{}.meta.json", to.display()), format!("{meta:#}\n"))?;
    Ok(())
}

/// As the program reads it, or as written.
#[expect(clippy::disallowed_methods, reason = "an example has the clock that it wants")]
fn instant(text: &str) -> String {
    let found = date::parse(text, chrono::Utc::now(), chrono_tz::UTC);
    found.map_or_else(|| text.to_owned(), |at| at.to_rfc3339())
}

/// By the whole chain, as `finews fetch` reads articles.
fn chained(found: Result<Found, article::Error>, page: &str, url: &Url) -> (String, Metadata) {
    let Ok(found) = found else {
        return (String::new(), extract::about(page, url).0);
    };
    let base = found.fragment.base.as_deref().and_then(|base| Url::parse(base).ok());
    (html::clean(&found.fragment.html, base.as_ref()).text(), found.about)
}

/// By the extractor alone, with other models.
fn extracted(models: &Models, page: &str, url: &Url) -> (String, Metadata) {
    let Some(found) = extract::read_with(models, page, url) else { return Default::default() };
    (html::clean(&found.part.html, Some(&found.base)).text(), found.metadata)
}

/// Models by page.
struct ByPage {
    models: HashMap<String, Models>,
    names: HashMap<String, String>,
}

impl ByPage {
    fn read(folder: &Path) -> Result<Self> {
        let mut read = Self { models: HashMap::new(), names: HashMap::new() };
        for line in fs::read_to_string(folder.join("pages.tsv"))?.lines() {
            let (page, name) = line.split_once('\t').context("a line is `page<tab>model`")?;
            if !read.models.contains_key(name) {
                let file = |look: &str| fs::read(folder.join(format!("{name}.{look}.bin")));
                let models = Models::parse(&file("first")?, &file("second")?);
                read.models.insert(name.to_owned(), models.with_context(|| format!("`{name}`"))?);
            }
            read.names.insert(page.to_owned(), name.to_owned());
        }
        Ok(read)
    }

    fn of(&self, page: &str) -> Option<&Models> {
        self.models.get(self.names.get(page)?)
    }
}

/// The pages of all corpora, in order.
fn pages(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for corpus in fs::read_dir(folder)? {
        let corpus = corpus?.path();
        if corpus.is_dir() {
            for entry in fs::read_dir(corpus)? {
                found.push(entry?.path());
            }
        }
    }
    found.retain(|path| path.to_string_lossy().ends_with(".html.gz"));
    found.sort();
    Ok(found)
}
