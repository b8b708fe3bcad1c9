//! Cost of publishing archives of several sizes, whole and item by item.
//!
//! `cargo bench --bench archive` fills stores with generated items (5 kB of Chinese HTML each, in
//! Zipf's categories) and prints, for each size, what `finews publish` takes in all, and what one
//! more item takes from the store to the last file renamed. Numbers behind `--` choose the sizes.
//! It reads `/proc`, so it needs Linux.

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use finews::config::{self, Outside, Settings};
use finews::edition::{self, Care};
use finews::html;
use finews::model::{CategoryId, Entry, Item, ItemId, Original, SourceId, Text};
use finews::store::{CategoryWish, Kept, Saved, Store};

/// Items and categories of a run.
const SIZES: [(usize, usize); 4] =
    [(2_000, 240), (10_000, 2_000), (16_844, 1_975), (100_000, 2_000)];
/// Single items that are added to each.
const SINGLE: usize = 41;
/// Items that are kept in one transaction.
const BATCH: usize = 1_000;
/// CPU time in `/proc` counts hundredths of a second (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

type Fault = Box<dyn Error>;

fn main() -> Result<(), Fault> {
    let wanted: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "| items | categories | files | wall ms | user ms | system ms | peak MB | MB on disk | again ms | one item: median ms | p90 ms | files |"
    )?;
    writeln!(out, "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")?;
    // All homes stay to the end: some file systems make new files slowly just after many were
    // removed.
    let mut homes = Vec::new();
    for (items, categories) in SIZES {
        if wanted.is_empty() || wanted.contains(&items) {
            let home = tempfile::tempdir()?;
            let line = runtime.block_on(run(home.path(), items, categories))?;
            homes.push(home);
            writeln!(out, "{line}")?;
            out.flush()?;
        }
    }
    Ok(())
}

async fn run(home: &Path, items: usize, categories: usize) -> Result<String, Fault> {
    let settings = settings(home)?;
    let store = Store::open(&home.join("state/finews.db")).await?;
    let zipf = Zipf::new(categories);
    for begin in (0..items).step_by(BATCH) {
        let batch: Vec<Saved> =
            (begin..items.min(begin + BATCH)).map(|number| saved(number, &zipf)).collect();
        store.keep(&SourceId::new("s"), 0, &batch, &[]).await?;
    }
    store.close().await;
    let whole = measured(home)?;
    let again = measured(home)?;
    let (files, bytes) = tree(&home.join("feeds"))?;
    let store = Store::open(&home.join("state/finews.db")).await?;
    let mut times = Vec::new();
    let mut touched = 0;
    for number in items..items + SINGLE {
        let one = [saved(number, &zipf)];
        let begin = Instant::now();
        store.keep(&SourceId::new("s"), 0, &one, &[]).await?;
        let done = edition::publish(&store, &settings, "news.example,2026", Care::Changes).await?;
        times.push(begin.elapsed());
        touched = done.written.max(touched);
    }
    store.close().await;
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    Ok(format!(
        "| {items} | {categories} | {files} | {:.0} | {:.0} | {:.0} | {} | {} | {:.0} | {:.1} | {:.1} | ≤ {touched} |",
        ms(whole.wall),
        ms(whole.user),
        ms(whole.system),
        whole.peak_kb / 1024,
        bytes >> 20,
        ms(again.wall),
        ms(times[times.len() / 2]),
        ms(times[times.len() * 9 / 10]),
    ))
}

fn settings(home: &Path) -> Result<Arc<Settings>, Fault> {
    let text = format!(
        "[site]\ntitle = \"金融消息\"\nurl = \"https://news.example/\"\nlanguage = \"zh-CN\"\n\
         timezone = \"Asia/Shanghai\"\nauthority = \"news.example,2026\"\n\
         [store]\nurl = \"sqlite:{0}/state/finews.db\"\n[publish]\ndir = \"{0}/feeds\"\n",
        home.display()
    );
    fs::write(home.join("finews.toml"), &text)?;
    Ok(Arc::new(config::parse(&text, &Outside::NOTHING).map_err(|why| why.to_string())?))
}

/// What a process took.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    wall: Duration,
    user: Duration,
    system: Duration,
    peak_kb: u64,
}

fn measured(home: &Path) -> Result<Cost, Fault> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_finews"));
    command.arg("publish").arg("--config").arg(home.join("finews.toml"));
    let begin = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut cost = watched(&child)?;
    cost.wall = begin.elapsed();
    let status = child.wait()?;
    if status.success() { Ok(cost) } else { Err(format!("publish: {status}").into()) }
}

/// Looks at a process until it ends. Nobody has waited for it yet, so that its times can still be
/// read then.
fn watched(child: &Child) -> Result<Cost, Fault> {
    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    let mut cost = Cost::default();
    loop {
        let status = fs::read_to_string(proc.join("status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|text| text.split_whitespace().next()?.parse().ok());
        cost.peak_kb = cost.peak_kb.max(peak.unwrap_or_default());
        let stat = fs::read_to_string(proc.join("stat"))?;
        let (_, fields) = stat.rsplit_once(')').ok_or("no `)` in `stat`")?;
        let fields: Vec<_> = fields.split_whitespace().collect();
        if fields.first() == Some(&"Z") {
            let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<u32>().ok());
            cost.user = TICK * ticks(11).unwrap_or_default();
            cost.system = TICK * ticks(12).unwrap_or_default();
            return Ok(cost);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// How many files there are, and how many bytes in them.
fn tree(root: &Path) -> io::Result<(usize, u64)> {
    let (mut files, mut bytes, mut folders) = (0, 0, vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                files += 1;
                bytes += entry.metadata()?.len();
            }
        }
    }
    Ok((files, bytes))
}

/// The category of rank k has one k-th of the items of the first.
struct Zipf(Vec<f64>);

impl Zipf {
    fn new(categories: usize) -> Self {
        let weights = (1..=categories).map(|rank| 1.0 / rank as f64);
        let sums = weights.scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self(sums.collect())
    }

    /// Steps of the golden ratio cover the unit interval evenly, in an order that looks random.
    fn rank(&self, number: usize) -> usize {
        let all = self.0.last().copied().unwrap_or_default();
        let place = (number as f64 * 0.618_033_988_75).fract() * all;
        self.0.partition_point(|sum| *sum < place) + 1
    }
}

fn saved(number: usize, zipf: &Zipf) -> Saved {
    let rank = zipf.rank(number);
    let medium = format!("第{rank}号{}", ["日报", "晚报", "财经", "证券报", "周刊"][rank % 5]);
    let published = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(29_000_000 + number as i64);
    let mut body = String::new();
    for paragraph in 0..14 {
        let text = TEXT[(number + paragraph) % TEXT.len()];
        let more = TEXT[paragraph % 5];
        body.extend(["<p>", text, &format!("（{number}—{paragraph}）"), more, "</p>"]);
    }
    let id = ItemId::new(format!("{number:016}"));
    let entry = Entry { title: Some(Text::Plain(medium.clone())), ..Entry::default() };
    let original = Original { list: "main".into(), entry, article: None };
    let item = Item {
        uri: format!("tag:news.example,2026:i/{id}"),
        source: SourceId::new("s"),
        link: Some(format!("https://portal.example/a/{number}.html")),
        title: format!("编号{number}：{medium}所见的市场一日"),
        body: html::clean(&body, None),
        summary: None,
        published,
        updated: published,
        first_seen: published,
        authors: Vec::new(),
        medium: Some(medium.clone()),
        categories: Vec::new(),
        labels: Vec::new(),
        enclosures: Vec::new(),
        image: None,
        language: None,
        facts: std::collections::BTreeMap::new(),
        also: Vec::new(),
        id: id.clone(),
    };
    Saved {
        key: id.to_string(),
        fallback_uri: item.uri.clone(),
        substance: [0; 16],
        originals: vec![Kept { original, print: [0; 16], tries: 0, not_before: None }],
        categories: vec![CategoryWish {
            id: CategoryId::new(medium.clone()),
            title: medium,
            slug: format!("medium{rank}"),
            fixed: false,
            private: false,
        }],
        announce: true,
        withheld: None,
        seats: Vec::new(),
        item,
    }
}

const TEXT: [&str; 5] = [
    "清晨的集市比往常来得更早，商贩们一面摆开货架，一面议论昨夜的行情。有人说价格还会走高，有人说该等一等再看，谁也说服不了谁。",
    "午后公布的数字比预想的要好，仓库里的存货少了两成，码头上的船却多了三条。会计师把账目核对了两遍，才敢在最后一行写下自己的名字。",
    "工程师介绍说，新的装置用水更少，噪声也更低，试运行以来没有停过一天。邻近的几家工厂已经派人来看过，打算在明年春天跟着改造。",
    "到了傍晚，天色转阴，街上的灯一盏一盏亮起来。编辑部里的人还在核对名单，他们相信一篇稿子晚一个小时发出去，总好过发出去以后再改。",
    "接受采访的几位老人记得从前的样子：河边没有栏杆，桥也只有一座，过河要等渡船。如今渡船仍在，只是乘客多半是来看风景的外乡人。",
];
