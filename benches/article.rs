//! Speed of the extractor, cleaning included, beside dom_smoothie on the same pages in the same run.
//!
//! `cargo bench --bench article [-- FOLDER]` reads `FOLDER/*.html.gz`, the public test data's pages
//! by default, and prints milliseconds a page: each page's best of several rounds. For trafilatura:
//! `python3 tools/train/trafilatura_speed.py FOLDER`.

use std::fs::File;
use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use dom_smoothie::Readability;
use finews::article::{self, Rules};
use finews::{charset, html};
use flate2::read::GzDecoder;
use url::Url;

/// Times each page is read; the best counts, so that other work on the machine does not.
const ROUNDS: usize = 7;

fn main() {
    let folder = std::env::args_os().skip(1).find(|argument| argument != "--bench");
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/pages/dev/aeb");
    let pages = pages(&folder.map_or_else(|| PathBuf::from(beside), PathBuf::from));
    let mut out = std::io::stdout().lock();
    if pages.is_empty() {
        _ = writeln!(out, "skipped: no corpus");
        return;
    }
    let bytes: usize = pages.iter().map(Vec::len).sum();
    _ = writeln!(out, "{} pages of {} kB on average", pages.len(), bytes / pages.len() / 1000);
    let ours = Times::measure(&pages, ours);
    let theirs = Times::measure(&pages, dom_smoothie);
    _ = writeln!(out, "| | mean ms | p50 | p99 | pages/s |\n|---|---:|---:|---:|---:|");
    _ = writeln!(out, "| finews, cleaning included | {ours}\n| dom_smoothie | {theirs}");
    _ = writeln!(out, "{:.2} times as fast as dom_smoothie", theirs.mean() / ours.mean());
}

fn ours(bytes: &[u8]) {
    let page = charset::decode(bytes, None, None).text;
    let Ok(url) = Url::parse("https://example.org/a.html") else { return };
    if let Ok(found) = article::read(&page, &url, &Rules::default()) {
        black_box(html::clean(&found.fragment.html, Some(&url)));
    }
}

fn dom_smoothie(bytes: &[u8]) {
    let page = charset::decode(bytes, None, None).text;
    if let Ok(mut reader) =
        Readability::new(page.as_ref(), Some("https://example.org/a.html"), None)
    {
        _ = black_box(reader.parse());
    }
}

/// Best times of the pages, in order of length.
struct Times(Vec<Duration>);

impl Times {
    fn measure(pages: &[Vec<u8>], read: fn(&[u8])) -> Self {
        let mut best = vec![Duration::MAX; pages.len()];
        for _ in 0..ROUNDS {
            for (best, page) in best.iter_mut().zip(pages) {
                let begin = Instant::now();
                read(black_box(page));
                *best = begin.elapsed().min(*best);
            }
        }
        best.sort_unstable();
        Self(best)
    }

    fn mean(&self) -> f64 {
        self.0.iter().sum::<Duration>().as_secs_f64() / self.0.len() as f64
    }

    fn share(&self, share: f64) -> f64 {
        let at = (self.0.len() as f64 * share) as usize;
        self.0.get(at).or(self.0.last()).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (mean, half, most) = (self.mean() * 1e3, self.share(0.5), self.share(0.99));
        write!(f, "{mean:.2} | {half:.2} | {most:.2} | {:.0} |", 1.0 / self.mean())
    }
}

fn pages(folder: &PathBuf) -> Vec<Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ext| ext == "gz")).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let mut bytes = Vec::new();
        GzDecoder::new(File::open(path).ok()?).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    };
    paths.into_iter().filter_map(read).collect()
}
