//! Cost of polling many sources at once, for the built binary, beside a bare client that downloads
//! the same bytes at the same concurrency and does nothing else.
//!
//! `cargo bench --bench polling -- 10000` serves that many feeds of twenty entries on as many
//! addresses of 127.0.0.0/8 and prints wall time, CPU time and peak of memory of: the first poll
//! (everything is new), the second (304), a start with nothing due, and a daemon at rest. It reads `/proc`: Linux only.
//! `FINEWS_BENCH_HOME` names a folder to work in and to leave there.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const ENTRIES: usize = 20;
const AT_ONCE: usize = 32;

const SYLLABLES: [&str; 16] = [
    "ba", "co", "di", "fu", "ge", "ha", "jo", "ki", "lu", "me", "na", "po", "ri", "su", "te", "vo",
];

/// What one step took.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    wall: Duration,
    cpu_ms: u64,
    peak_kb: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    // Fails when a provider is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let count = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(10_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind(("0.0.0.0", 0)))?;
    let port = listener.local_addr()?.port();
    runtime.block_on(async move {
        let origin = serve(listener);
        let bench = tokio::task::spawn_blocking(move || {
            run(count, port).map_err(|why| io::Error::other(why.to_string()))
        });
        tokio::select! {
            () = origin => Ok(()),
            done = bench => done.map_err(io::Error::other)?.map_err(Into::into),
        }
    })
}

fn run(count: usize, port: u16) -> Result<(), Box<dyn Error>> {
    let gone_after = tempfile::tempdir()?;
    let kept = std::env::var_os("FINEWS_BENCH_HOME").map(PathBuf::from);
    let home = kept.as_deref().unwrap_or(gone_after.path());
    std::fs::create_dir_all(home.join("config"))?;
    std::fs::write(home.join("config/finews.toml"), settings(count, port))?;
    let mut out = io::stdout().lock();
    writeln!(out, "| {count} sources | wall s | floor s | ratio | CPU s | peak MB |")?;
    writeln!(out, "|---|---:|---:|---:|---:|---:|")?;
    for (name, known) in [("first poll, all new", false), ("second poll, all 304", true)] {
        let floor = floor(count, port, known)?;
        let cost = command_cost(home, &["fetch", "--all"])?;
        let ratio = cost.wall.as_secs_f64() / floor.as_secs_f64();
        let (wall, floor, cpu) = (cost.wall.as_secs_f64(), floor.as_secs_f64(), cost.cpu_ms as f64);
        let (cpu, peak) = (cpu / 1_000.0, cost.peak_kb / 1_024);
        writeln!(out, "| {name} | {wall:.2} | {floor:.2} | {ratio:.2} | {cpu:.2} | {peak} |")?;
    }
    let cost = command_cost(home, &["fetch"])?;
    let (wall, cpu) = (cost.wall.as_secs_f64(), cost.cpu_ms as f64 / 1_000.0);
    writeln!(out, "| none due: what a start takes | {wall:.2} | | | {cpu:.2} | |")?;
    let (cost, resident) = rest(home)?;
    let (cpu, peak) = (cost.cpu_ms, cost.peak_kb / 1_024);
    writeln!(
        out,
        "\nA daemon with none of them due, for {:?}: {cpu} ms of CPU time from its start \
         on, {} MB resident, {peak} MB at the peak.",
        cost.wall,
        resident / 1_024
    )?;
    let size = std::fs::metadata(home.join("state/finews.db"))?.len();
    writeln!(out, "The database has {} MB.", size >> 20)?;
    Ok(())
}

fn address(number: usize) -> String {
    format!("127.{}.{}.{}", 1 + number / 62_500, number / 250 % 250, 1 + number % 250)
}

fn settings(count: usize, port: u16) -> String {
    let mut text = "[site]\ntitle = \"b\"\nurl = \"https://b.example/\"\n\
        [defaults]\nallow_private = [\"127.0.0.0/8\"]\nevery = \"1d\"\n"
        .to_owned();
    for number in 0..count {
        let host = address(number);
        let _ = write!(
            text,
            "[[source]]\nid = \"s{number}\"\nurl = \"http://{host}:{port}/{number}\"\n"
        );
    }
    text
}

/// All feeds once, by a client that does nothing with them.
fn floor(count: usize, port: u16, known: bool) -> Result<Duration, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let began = Instant::now();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build()?;
        let mut asked = JoinSet::new();
        for number in 0..count {
            if asked.len() >= AT_ONCE
                && let Some(done) = asked.join_next().await
            {
                done??;
            }
            let mut request = client.get(format!("http://{}:{port}/{number}", address(number)));
            if known {
                request = request.header("If-None-Match", format!("\"{number}\""));
            }
            asked
                .spawn(async move { request.send().await?.bytes().await.map(|bytes| bytes.len()) });
        }
        while let Some(done) = asked.join_next().await {
            done??;
        }
        Ok::<_, Box<dyn Error>>(())
    })?;
    Ok(began.elapsed())
}

fn command(home: &Path, args: &[&str]) -> io::Result<Child> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_finews"));
    command.current_dir(home).args(args).stdin(Stdio::null());
    let said = std::fs::File::create(home.join("said"))?;
    command.stdout(Stdio::null()).stderr(said).spawn()
}

/// What a command takes, to its end.
fn command_cost(home: &Path, args: &[&str]) -> Result<Cost, Box<dyn Error>> {
    let began = Instant::now();
    let mut child = command(home, args)?;
    let mut cost = Cost::default();
    loop {
        if let Some((cpu_ms, peak_kb, _)) = look(child.id()) {
            cost = Cost { cpu_ms, peak_kb, ..cost };
        }
        if let Some(status) = child.try_wait()? {
            cost.wall = began.elapsed();
            if status.success() {
                return Ok(cost);
            }
            let said = std::fs::read_to_string(home.join("said"))?;
            return Err(format!("{status}: {said}").into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A daemon with nothing to do.
fn rest(home: &Path) -> Result<(Cost, u64), Box<dyn Error>> {
    let began = Instant::now();
    let mut child = command(home, &["serve", "--listen", "127.0.0.1:0"])?;
    std::thread::sleep(Duration::from_secs(20));
    let (cpu_ms, peak_kb, resident) = look(child.id()).ok_or("the daemon is not there")?;
    let wall = began.elapsed();
    child.kill()?;
    child.wait()?;
    Ok((Cost { wall, cpu_ms, peak_kb }, resident))
}

/// CPU time in ms, and peak and present size in kB.
fn look(process: u32) -> Option<(u64, u64, u64)> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field)?.parse::<u64>().ok();
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    Some(((ticks(11)? + ticks(12)?) * 10, line("VmHWM:")?, line("VmRSS:")?))
}

async fn serve(listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(converse(stream))),
            // As many as there may be are open: some of them end soon.
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut number, mut known) = (0, false);
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if let Some(path) = line.split(' ').nth(1) {
            number = path.trim_start_matches('/').parse().unwrap_or(0);
        }
        while line.trim() != "" {
            line.clear();
            stream.read_line(&mut line).await?;
            known |= line.to_ascii_lowercase().starts_with("if-none-match");
        }
        let answer = if known { unchanged(number) } else { feed(number) };
        stream.get_mut().write_all(answer.as_bytes()).await?;
    }
}

fn unchanged(number: usize) -> String {
    format!("HTTP/1.1 304 Not Modified\r\nETag: \"{number}\"\r\n\r\n")
}

/// Sixty words that no other entry has in this order.
fn text(seed: usize) -> String {
    let mut state = seed as u64;
    let mut text = String::new();
    for _ in 0..60 {
        state = state.wrapping_mul(6_364_136_223_846_793_005);
        state = state.wrapping_add(1_442_695_040_888_963_407);
        let word = SYLLABLES.get((state >> 60) as usize).copied().unwrap_or_default();
        let tail = SYLLABLES.get((state >> 56) as usize & 15).copied().unwrap_or_default();
        let _ = write!(text, "{word}{tail} ");
    }
    text
}

fn feed(number: usize) -> String {
    let mut body = format!("<rss version=\"2.0\"><channel><title>Feed {number}</title>");
    for entry in 0..ENTRIES {
        let text = text(number * ENTRIES + entry);
        let _ = write!(
            body,
            "<item><title>Item {entry} of {number}</title><guid>g{number}-{entry}</guid>\
             <link>https://f{number}.example/{entry}</link>\
             <pubDate>Mon, 23 Nov 2026 10:{entry:02}:00 GMT</pubDate>\
             <description>{text}</description></item>"
        );
    }
    body.push_str("</channel></rss>");
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nETag: \"{number}\"\r\nContent-Type: application/rss+xml\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}
