//! Cleans a folder of sanitizer cases: `clean_html CASES OUT [--frames]` writes `OUT/<id>.html` for each.
//!
//! A case file is a JSON list of objects with `id`, `input` and perhaps `base_url`. With `--frames`
//! players of known hosts stay frames.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use finews::html::{self, Manner};
use serde_json::Value;
use url::Url;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let cases = arguments.next().context("usage: clean_html CASES OUT [--frames]")?;
    let out = arguments.next().context("usage: clean_html CASES OUT [--frames]")?;
    let manner = Manner { frames: arguments.next().is_some(), ..Manner::default() };
    std::fs::create_dir_all(&out)?;
    for entry in std::fs::read_dir(&cases)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            clean_file(&path, &out, &manner).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

fn clean_file(path: &Path, out: &Path, manner: &Manner) -> Result<()> {
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    for case in cases {
        let text = |name: &str| case.get(name).and_then(Value::as_str);
        let (id, input) = text("id").zip(text("input")).context("a case without id or input")?;
        let base = text("base_url").and_then(|base| Url::parse(base).ok());
        let clean = html::clean_as(input, base.as_ref(), manner);
        std::fs::write(out.join(format!("{id}.html")), clean.as_str())?;
    }
    Ok(())
}
