//! Cost of what is kept: `cargo run --release --example many_kept -- [ITEMS] [CATEGORIES]` fills a
//! store and prints what indexing, searching and publishing take.

#![expect(clippy::print_stdout, reason = "a measurement for people")]

use std::sync::Arc;
use std::time::Instant;

use finews::config::{self, Outside};
use finews::edition::{self, Care};
use finews::html;
use finews::model::{CategoryId, Item, ItemId, SourceId};
use finews::route;
use finews::search;
use finews::store::{CategoryWish, Saved, Store};

/// A reproducible sequence (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    /// Words of two characters, as often as in a language: each half as often as the one of half
    /// its rank.
    fn chinese(&mut self, words: u64) -> String {
        let mut text = String::new();
        for _ in 0..words {
            let uniform = self.roll(1 << 30) as f64 / f64::from(1 << 30);
            let rank = (uniform * 20_000_f64.ln()).exp() as u64;
            let mut of_word = Dice(rank.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
            for _ in 0..2 {
                of_word.roll(2);
                text.extend(char::from_u32(0x4e00 + of_word.roll(2_500) as u32));
            }
        }
        text
    }

    fn latin(&mut self) -> String {
        let length = 3 + self.roll(7);
        (0..length).map(|_| char::from(b'a' + self.roll(26) as u8)).collect()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let items = numbers.next().unwrap_or(100_000);
    let categories = numbers.next().unwrap_or(2_000);
    let dir = tempfile::tempdir()?;
    let store = Store::open(&dir.path().join("state/finews.db")).await?;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let begun = Instant::now();
    for start in (0..items).step_by(500) {
        let batch: Vec<Saved> =
            (start..(start + 500).min(items)).map(|n| saved(&mut dice, n, categories)).collect();
        store.keep(&SourceId::new("s"), 0, &batch, &[]).await?;
    }
    let size = std::fs::metadata(store.path())?.len() >> 20;
    println!("{items} items kept and indexed in {:.1?}, {size} MB", begun.elapsed());
    searches(&store).await?;
    publish(&store, dir.path()).await?;
    println!("memory at its highest: {} MB", highest());
    Ok(())
}

/// The most memory that this process has had, in megabytes.
fn highest() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or_default() >> 10
}

async fn searches(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
    println!("| query | found | median ms | worst ms |\n|---|---:|---:|---:|");
    // The most common words and characters, some rare ones, and one that is nowhere.
    let mut dice = Dice(3);
    let sample = dice.chinese(400);
    let mut pairs: Vec<String> =
        sample.chars().collect::<Vec<_>>().chunks(2).map(|pair| pair.iter().collect()).collect();
    pairs.sort_by_key(|pair| std::cmp::Reverse(sample.matches(pair.as_str()).count()));
    let [common, second, rare] = [0, 1, pairs.len() - 1].map(|at| pairs[at].clone());
    let first: String = common.chars().take(1).collect();
    let queries = [
        common.clone(),
        first.clone(),
        rare.clone(),
        format!("{common}{second}"),
        format!("{common} {second}"),
        format!("{common} {rare}"),
        format!("{rare} -{common}"),
        format!("{common} OR {second} OR {rare}"),
        format!("title:{common}"),
        "芯片".to_owned(),
        "harbour".to_owned(),
        "芯片 harbour".to_owned(),
        format!("{common} harbour"),
        "\"芯片 harbour\"".to_owned(),
        "不存在的词".to_owned(),
        format!("{second} -{common}"),
        format!("{rare} -{first}"),
        format!("{first} -{common}"),
        format!("芯片 -{common} -{second} -{first}"),
        format!("{common} -芯片"),
        format!("{first} -{rare} -harbour"),
        "harb*".to_owned(),
        "a*".to_owned(),
        format!("a* -{common}"),
        format!("a* b* c* -{first}"),
        format!("{common} a*"),
        format!("{common} OR a*"),
        format!("title:{first}"),
        format!("title:{common} -body:{common}"),
        format!("source:s {rare}"),
        format!("source:s -{common}"),
        "source:s".to_owned(),
        "link:example".to_owned(),
        format!("\"{common}{second}\" OR {rare}"),
        pairs.iter().take(40).cloned().collect::<Vec<_>>().join(" OR "),
        pairs.iter().take(8).cloned().collect::<Vec<_>>().join(" "),
    ];
    for text in queries {
        let query = route::query(&text)?;
        let Some(expression) = search::expression(&query) else { continue };
        let mut times = Vec::new();
        let mut found = String::new();
        for _ in 0..15 {
            let begun = Instant::now();
            let hits = store.search(&expression, 30, 0).await?;
            times.push(begun.elapsed());
            found = format!("{}{}", hits.total, if hits.more { "+" } else { "" });
        }
        times.sort_unstable();
        let ms = |at: usize| times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1_000.0);
        let text: String = text.chars().take(40).collect();
        println!("| {text} | {found} | {:.1} | {:.1} |", ms(7), ms(14));
    }
    Ok(())
}

async fn publish(store: &Store, dir: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let text = format!(
        "[site]\ntitle = \"t\"\nurl = \"https://t.example/\"\n[publish]\ndir = \"{}\"\n",
        dir.join("feeds").display()
    );
    let settings = Arc::new(config::parse(&text, &Outside::NOTHING)?);
    let mut dice = Dice(7);
    let rounds = [
        "everything",
        "nothing new",
        "one new item",
        "a new item each in ten categories",
        "one item in a new category",
    ];
    for what in rounds {
        match what {
            "one new item" => {
                store.keep(&SourceId::new("s"), 0, &[saved(&mut dice, usize::MAX, 1)], &[]).await?;
            }
            "one item in a new category" => {
                let mut one = saved(&mut dice, usize::MAX - 1, 1);
                one.categories = vec![wish("brand new".to_owned())];
                store.keep(&SourceId::new("s"), 0, &[one], &[]).await?;
            }
            "a new item each in ten categories" => {
                let of = |n: usize| {
                    let mut one = saved(&mut Dice(n as u64 + 9), usize::MAX - 9 - n, 1);
                    one.categories = vec![wish(format!("category {}", n * 7))];
                    one
                };
                let ten: Vec<Saved> = (0..10).map(of).collect();
                store.keep(&SourceId::new("s"), 0, &ten, &[]).await?;
            }
            _ => {}
        }
        let begun = Instant::now();
        let done = edition::publish(store, &settings, "t.example,2026", Care::Changes).await?;
        println!("publish {what}: {:.1?}, {} files written", begun.elapsed(), done.written);
    }
    let begun = Instant::now();
    let published = edition::published(store, &settings).await?;
    let (aliases, collisions) = (store.aliases().await?, store.collisions().await?);
    println!(
        "list {} categories, {} aliases, {} collisions: {:.1?}",
        published.len(),
        aliases.len(),
        collisions.len(),
        begun.elapsed()
    );
    for file in ["index.html", "opml.xml"] {
        let size = std::fs::metadata(dir.join("feeds").join(file)).map_or(0, |file| file.len());
        println!("{file}: {} KB", size >> 10);
    }
    Ok(())
}

fn saved(dice: &mut Dice, n: usize, categories: usize) -> Saved {
    let mut text = String::new();
    for _ in 0..12 {
        text.push_str(&dice.chinese(30));
        text.extend([" ", &dice.latin(), " ", &dice.latin(), "。\n"]);
    }
    if dice.roll(50) == 0 {
        text.push_str("芯片harbour。");
    }
    let at = chrono::DateTime::from_timestamp(1_700_000_000 + (n as i64 % 10_000_000) * 60, 0);
    let at = at.unwrap_or_default();
    let length = 10 + dice.roll(5);
    let item = Item {
        id: ItemId::new(format!("i{n}")),
        uri: format!("tag:x:{n}"),
        source: SourceId::new("s"),
        link: Some(format!("https://x.example/{n}")),
        title: dice.chinese(length),
        body: html::from_text(&text),
        summary: Some(text.chars().take(100).collect()),
        published: at,
        updated: at,
        first_seen: at,
        authors: Vec::new(),
        medium: None,
        categories: Vec::new(),
        also: Vec::new(),
        labels: Vec::new(),
        enclosures: Vec::new(),
        image: None,
        language: None,
        facts: std::collections::BTreeMap::new(),
    };
    Saved {
        key: format!("k{n}"),
        fallback_uri: format!("tag:y:{n}"),
        substance: [0; 16],
        originals: Vec::new(),
        categories: vec![wish(format!("category {}", n % categories))],
        announce: true,
        withheld: None,
        seats: Vec::new(),
        item,
    }
}

fn wish(name: String) -> CategoryWish {
    let slug = name.replace(' ', "-");
    CategoryWish { id: CategoryId::new(&name), title: name, slug, fixed: false, private: false }
}
