//! Dumps what training learns from: `page_features FOLDER OUT` reads `FOLDER/<corpus>/<id>.html.gz`
//! and writes `OUT/features.f32` (rows, little endian) and `OUT/blocks.jsonl` (page and text of each).
//! With `OUT/first.f32`, the first model's score of each block, it writes `OUT/second.f32` alone.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use finews::{article::extract, charset};
use flate2::read::GzDecoder;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().context("usage: page_features FOLDER OUT")?;
    let out = arguments.next().context("usage: page_features FOLDER OUT")?;
    std::fs::create_dir_all(&out)?;
    match std::fs::read(out.join("first.f32")) {
        Ok(first) => second(&folder, &out, &first),
        Err(_) => first(&folder, &out),
    }
}

fn second(folder: &Path, out: &Path, first: &[u8]) -> Result<()> {
    let mut scores = first
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    let mut rows = BufWriter::new(File::create(out.join("second.f32"))?);
    for path in pages(folder)? {
        let page = read(&path)?;
        let own: Vec<f32> = scores.by_ref().take(extract::samples(&page, None).len()).collect();
        for value in
            extract::samples(&page, Some(&own)).into_iter().flat_map(|sample| sample.second)
        {
            rows.write_all(&value.to_le_bytes())?;
        }
    }
    Ok(())
}

fn first(folder: &Path, out: &Path) -> Result<()> {
    let mut rows = BufWriter::new(File::create(out.join("features.f32"))?);
    let mut texts = BufWriter::new(File::create(out.join("blocks.jsonl"))?);
    for path in pages(folder)? {
        let page = read(&path)?;
        let name = path.strip_prefix(folder)?.to_string_lossy().replace(".html.gz", "");
        for sample in extract::samples(&page, None) {
            for value in sample.features {
                rows.write_all(&value.to_le_bytes())?;
            }
            serde_json::to_writer(&mut texts, &(&name, sample.text))?;
            texts.write_all(b"\n")?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(path)?).read_to_end(&mut bytes)?;
    Ok(charset::decode(&bytes, None, None).text.into_owned())
}

/// The pages of all corpora, in order.
fn pages(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for corpus in std::fs::read_dir(folder)? {
        for entry in std::fs::read_dir(corpus?.path())? {
            found.push(entry?.path());
        }
    }
    found.retain(|path| path.to_string_lossy().ends_with(".html.gz"));
    found.sort();
    Ok(found)
}
