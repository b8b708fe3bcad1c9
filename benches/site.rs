//! Cost of a whole site for the built binary: import of generated posts, publishing, publishing again.
//!
//! `cargo bench --bench site` prints medians of three runs: wall time, CPU time of the process and
//! its peak of memory, beside the targets. It reads `/proc`, so it needs Linux.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

const POSTS: usize = 2_000;
const CATEGORIES: usize = 240;
const RUNS: usize = 3;
/// How often a running process is looked at; the error of its wall time.
const GLANCE: Duration = Duration::from_millis(1);
/// CPU time in `/proc` counts hundredths of a second (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// What one step took, and how many files it changed.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    wall: Duration,
    user: Duration,
    system: Duration,
    peak_kb: u64,
    files: usize,
}

const STEPS: [(&str, &str); 5] = [
    ("import of 2,000 posts", ""),
    ("publish", "< 0.5 s CPU, < 60 MB"),
    ("publish again", "< 50 ms, 0 files"),
    ("import of one more post", ""),
    ("publish that", ""),
];

fn main() -> Result<(), Box<dyn Error>> {
    // All homes stay to the end: some file systems make new files slowly just after many were
    // removed.
    let homes = (0..RUNS).map(|_| tempfile::tempdir()).collect::<io::Result<Vec<_>>>()?;
    let runs = homes.iter().map(|home| run(home.path())).collect::<Result<Vec<_>, _>>()?;
    let mut out = io::stdout().lock();
    writeln!(out, "| step | wall ms | user ms | system ms | peak MB | files changed | target |")?;
    writeln!(out, "|---|---:|---:|---:|---:|---:|---|")?;
    for (index, (name, target)) in STEPS.iter().enumerate() {
        let costs: Vec<_> = runs.iter().filter_map(|run| run.get(index)).copied().collect();
        let wall = median(costs.iter().map(|cost| cost.wall.as_millis() as u64));
        let user = median(costs.iter().map(|cost| cost.user.as_millis() as u64));
        let system = median(costs.iter().map(|cost| cost.system.as_millis() as u64));
        let peak = median(costs.iter().map(|cost| cost.peak_kb / 1024));
        let files = median(costs.iter().map(|cost| cost.files as u64));
        writeln!(out, "| {name} | {wall} | {user} | {system} | {peak} | {files} | {target} |")?;
    }
    Ok(())
}

fn median(values: impl Iterator<Item = u64>) -> u64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// All steps in a folder of their own.
fn run(home: &Path) -> Result<Vec<Cost>, Box<dyn Error>> {
    let (posts, more) = (home.join("posts"), home.join("more"));
    fs::create_dir(&posts)?;
    fs::create_dir(&more)?;
    for number in 0..POSTS {
        write_post(&posts, number)?;
    }
    write_post(&more, POSTS)?;
    let import = |from: &Path| vec!["import".into(), "jekyll".into(), from.to_owned()];
    let publish = || vec![PathBuf::from("publish")];
    [import(&posts), publish(), publish(), import(&more), publish()]
        .into_iter()
        .map(|args| step(home, &args))
        .collect()
}

fn step(home: &Path, args: &[PathBuf]) -> Result<Cost, Box<dyn Error>> {
    let feeds = home.join("feeds");
    let before = tree(&feeds)?;
    let mut cost = measured(home, args)?;
    let after = tree(&feeds)?;
    let same = |(path, changed): &(&PathBuf, &SystemTime)| before.get(*path) == Some(*changed);
    cost.files = after.iter().filter(|file| !same(file)).count();
    Ok(cost)
}

/// Every published file with its time of change.
fn tree(root: &Path) -> io::Result<BTreeMap<PathBuf, SystemTime>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop().filter(|folder| folder.exists()) {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                files.insert(entry.path(), entry.metadata()?.modified()?);
            }
        }
    }
    Ok(files)
}

fn measured(home: &Path, args: &[PathBuf]) -> Result<Cost, Box<dyn Error>> {
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/predecessor.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_finews"));
    command.args(args).arg("--config").arg(settings);
    command.arg("--state").arg(home.join("state")).arg("--feeds").arg(home.join("feeds"));
    let begin = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut cost = watched(&child)?;
    cost.wall = begin.elapsed();
    let status = child.wait()?;
    if status.success() { Ok(cost) } else { Err(format!("{args:?}: {status}").into()) }
}

/// Looks at a process until it ends. Nobody has waited for it yet, so that its times can still be
/// read then.
fn watched(child: &Child) -> Result<Cost, Box<dyn Error>> {
    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    let mut cost = Cost::default();
    loop {
        let status = fs::read_to_string(proc.join("status"))?;
        cost.peak_kb = cost.peak_kb.max(field(&status, "VmHWM:").unwrap_or_default());
        let stat = fs::read_to_string(proc.join("stat"))?;
        let (_, fields) = stat.rsplit_once(')').ok_or("no `)` in `stat`")?;
        let fields: Vec<_> = fields.split_whitespace().collect();
        if fields.first() == Some(&"Z") {
            let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<u32>().ok());
            cost.user = TICK * ticks(11).unwrap_or_default();
            cost.system = TICK * ticks(12).unwrap_or_default();
            return Ok(cost);
        }
        thread::sleep(GLANCE);
    }
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A post under its medium, as the predecessor wrote it last; about 5 kB.
fn write_post(folder: &Path, number: usize) -> io::Result<()> {
    let rank = zipf(number);
    let medium = format!("第{rank}号{}", ["日报", "晚报", "财经", "证券报", "周刊"][rank % 5]);
    let (day, hour, minute) = (1 + number / 72 % 28, number / 3 % 24, number * 20 % 60);
    let code = format!("202202{day:02}{:010}", 2_200_000_000 + number);
    let mut body = String::new();
    for paragraph in 0..9 {
        if paragraph % 3 == 1 {
            _ = write!(body, "<p><strong>第{paragraph}节：编号{number}的进展</strong></p>");
        }
        let text = TEXT[(number + paragraph) % TEXT.len()];
        _ = write!(body, "<p>{text}（{number}—{paragraph}）{}</p>", TEXT[paragraph % TEXT.len()]);
    }
    let post = format!(
        "---\nlayout: post\ntitle: \"编号{number}：{medium}所见的市场一日\"\n\
         date: 2022-02-{day:02} {hour:02}:{minute:02}:00 +0800\ncategories: medium{rank}\n\
         tags: {medium}新闻\n---\n{body}<p class=\"em_media\">（文章来源：{medium}）</p>\n\n\
         <http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{code}>\n\n\
         [返回{medium}新闻](//finews.withounder.com/category/medium{rank}.html)｜\
         [返回首页](//finews.withounder.com/)"
    );
    fs::write(folder.join(format!("2022-02-{day:02}-NW{code}.md")), post)
}

/// A category for a post: the one of rank k has one k-th of the posts of the first.
fn zipf(number: usize) -> usize {
    let weights = (1..=CATEGORIES).map(|rank| 1.0 / rank as f64);
    // Steps of the golden ratio cover the unit interval evenly, in an order that looks random.
    let mut left = (number as f64 * 0.618_033_988_75).fract() * weights.clone().sum::<f64>();
    let mut ranks = 1..=CATEGORIES;
    weights
        .zip(&mut ranks)
        .find_map(|(weight, rank)| {
            left -= weight;
            (left <= 0.0).then_some(rank)
        })
        .unwrap_or(CATEGORIES)
}

const TEXT: [&str; 5] = [
    "清晨的集市比往常来得更早，商贩们一面摆开货架，一面议论昨夜的行情。有人说价格还会走高，有人说该等一等再看，谁也说服不了谁。",
    "午后公布的数字比预想的要好，仓库里的存货少了两成，码头上的船却多了三条。会计师把账目核对了两遍，才敢在最后一行写下自己的名字。",
    "工程师介绍说，新的装置用水更少，噪声也更低，试运行以来没有停过一天。邻近的几家工厂已经派人来看过，打算在明年春天跟着改造。",
    "到了傍晚，天色转阴，街上的灯一盏一盏亮起来。编辑部里的人还在核对名单，他们相信一篇稿子晚一个小时发出去，总好过发出去以后再改。",
    "接受采访的几位老人记得从前的样子：河边没有栏杆，桥也只有一座，过河要等渡船。如今渡船仍在，只是乘客多半是来看风景的外乡人。",
];
