//! Guards the state through kills, disks that fail and processes that meet: the rows S39, S41, S44,
//! S45 and S56.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::types::FromSql;

use crate::house::{House, all_due};
use crate::origin::{Origin, reply};
use crate::polls::{feed, house, source};

/// Kills at times that repeat from run to run; `FINEWS_KILLS` asks for more of them.
#[expect(clippy::disallowed_methods, reason = "how long a test takes is the machine's affair")]
fn kills() -> u64 {
    std::env::var("FINEWS_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(10)
}

#[test]
fn s39_no_kill_loses_or_doubles_an_item() {
    let origin = Origin::start([]);
    // Where several visits in a row are killed, more is new at once than is believed of others.
    let house = House::new(&source(&origin, "most_new = 100_000\n"));
    let mut names = Vec::new();
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    house.good(&["publish"]);
    for round in 0..kills() {
        names.extend((0..5).map(|n| format!("item-{round}-{n}")));
        let listed: Vec<_> = names.iter().map(String::as_str).collect();
        let tag = format!("\"{round}\"");
        // Whoever has the newest tag is told that nothing is new, as servers do.
        origin.on("GET /feed", [reply(200).header("ETag", &tag).body(feed(&listed)).unless(&tag)]);
        let mut child = house.command(&["fetch", "--all"]).stderr(Stdio::null()).spawn().unwrap();
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        let end = Instant::now() + Duration::from_micros(chance % 60_000);
        while Instant::now() < end && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
    }
    let began = Instant::now();
    all_due(&house);
    house.good(&["publish"]);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let mut stored = stored_titles(&house);
    stored.sort();
    names.sort();
    assert_eq!(stored, names);
}

/// A column of the state.
pub fn query<T: FromSql>(house: &House, text: &str) -> Vec<T> {
    let connection = rusqlite::Connection::open(house.path("state/finews.db")).unwrap();
    let mut statement = connection.prepare(text).unwrap();
    let rows = statement.query_map((), |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn stored_titles(house: &House) -> Vec<String> {
    assert_eq!(query::<String>(house, "PRAGMA integrity_check"), ["ok"]);
    query(house, "SELECT title FROM item")
}

#[test]
fn s41_a_disk_that_does_not_keep_loses_nothing() {
    let tagged = |tag: &str, names: &[&str]| reply(200).header("ETag", tag).body(feed(names));
    let origin = Origin::start([("GET /feed", vec![tagged("\"a\"", &["one"])])]);
    let house = house(&origin);
    house.good(&["fetch"]);
    origin.on("GET /feed", [tagged("\"b\"", &["one", "two"]).unless("\"b\"")]);
    let plain = house.command(&["fetch", "--all"]);
    let mut traced = Command::new("strace");
    traced
        .current_dir(house.path(""))
        .args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync,fdatasync:error=EIO"])
        .arg(plain.get_program())
        .args(plain.get_args());
    let Ok(done) = traced.output() else {
        println!("skipped: no strace");
        return;
    };
    let said = String::from_utf8_lossy(&done.stderr);
    if said.contains("strace:") {
        println!("skipped: no tracing here");
        return;
    }
    assert!(!done.status.success(), "{said}");
    all_due(&house);
    let mut titles = house.titles("all.json");
    titles.sort();
    assert_eq!(titles, ["one", "two"], "{said}");
}

/// Needs a file system of its own for the state: one in a namespace, gone with the process.
#[test]
fn s40_a_state_without_room_is_named_and_goes_on_when_there_is_some() {
    let names: Vec<_> = (0..2_000).map(|n| format!("item-{n}-{}", "x".repeat(n % 70))).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let origin = Origin::start([(
        "GET /feed",
        vec![reply(200).header("ETag", "\"a\"").body(feed(&names)).unless("\"a\"")],
    )]);
    let house = house(&origin);
    std::fs::create_dir(house.path("state")).unwrap();
    let script = "mount -t tmpfs -o size=400k none state || exit 77; \"$0\" \"$@\"; first=$?; \
        mount -o remount,size=99m state && \"$0\" \"$@\" && exit $((100 + first))";
    let plain = house.command(&["fetch", "--all"]);
    let mut apart = Command::new("unshare");
    apart.current_dir(house.path("")).args(["-rm", "sh", "-c", script]);
    let done = apart.arg(plain.get_program()).args(plain.get_args()).output();
    let Some(done) = done.ok().filter(|done| !matches!(done.status.code(), Some(77 | 1))) else {
        println!("skipped: no file system to be had");
        return;
    };
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.code().is_some_and(|code| code > 100), "{:?} {said}", done.status);
    assert!(said.contains("no space left"), "{said}");
    assert_eq!(house.titles("all.json").len(), 50, "{said}");
    assert!(said.contains("2000 new"), "{said}");
}

#[test]
fn s44_the_database_is_one_without_the_known_fault() {
    let house = House::new("");
    house.good(&["publish"]);
    let version = query::<String>(&house, "SELECT sqlite_version()").concat();
    let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(parts >= vec![3, 51, 3], "{version}");
    assert_eq!(query::<i64>(&house, "PRAGMA mmap_size"), [0]);
}

#[test]
fn s45_the_lock_of_the_dead_holds_nobody_up() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(feed(&["one"]))])]);
    let house = House::new(&source(&origin, ""));
    for _ in 0..2 {
        let mut command = house.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut log = std::io::BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("serving at") {
            line.clear();
            assert!(std::io::BufRead::read_line(&mut log, &mut line).unwrap() > 0);
        }
        let began = Instant::now();
        assert_eq!(house.run(&["serve", "--listen", "127.0.0.1:0"]).code, 4);
        assert!(began.elapsed() < Duration::from_secs(5));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    house.good(&["fetch", "bell"]);
}

#[cfg(target_os = "linux")]
#[test]
fn s56_a_feed_of_a_hundred_megabytes_costs_no_memory() {
    let origin =
        Origin::start([("GET /feed", vec![reply(200).body(vec![b'x'; 100 << 20]).chunked()])]);
    let bomb = reply(200).body(vec![b'x'; 100 << 20]).gzip();
    let house = house(&origin);
    for _ in 0..2 {
        let mut command = house.command(&["fetch", "--all"]);
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            let path = format!("/proc/{}/status", child.id());
            let status = std::fs::read_to_string(path).unwrap_or_default();
            let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
            let digits: String = line.chars().filter(char::is_ascii_digit).collect();
            peak = peak.max(digits.parse::<u64>().unwrap_or_default());
        }
        assert_eq!(child.wait().unwrap().code(), Some(1));
        assert!((1..128 << 10).contains(&peak), "{peak} KiB");
        origin.on("GET /feed", [bomb.clone()]);
    }
}
