//! Guards what is on disk after a kill at any moment, on a full disk, and on a read-only one.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::*;

const FILES: usize = 40;
/// Tells a test in a process of its own where to work.
const WHERE: &str = "FINEWS_OUTPUT_TEST";

/// A test of this module in a process of its own, run through `sh` after some preparation.
fn apart(test: &str, dir: &Path, through: &[&str], prepare: &str) -> Command {
    let line = format!("{prepare} exec \"$0\" --exact output::tests::killed::{test} --ignored");
    let mut words: Vec<OsString> = through.iter().map(OsString::from).collect();
    words.extend(["sh", "-c", &line].map(OsString::from));
    words.push(std::env::current_exe().unwrap().into());
    let mut command = Command::new(words.remove(0));
    command.args(words).env(WHERE, dir).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn told() -> Option<PathBuf> {
    std::env::var_os(WHERE).map(PathBuf::from)
}

/// A content that tells whether it is whole: its round, again and again, and an end.
fn content(round: usize) -> String {
    format!("{round:08} ").repeat(500 + round % 7) + "end"
}

fn assert_whole(dir: &Path) -> usize {
    let texts = (0..FILES).filter_map(|n| fs::read_to_string(dir.join(format!("s/{n}"))).ok());
    texts.inspect(|text| assert_eq!(*text, content(text[..8].parse().unwrap()))).count()
}

#[test]
#[ignore = "writes without end; run by `p30_a_kill_leaves_whole_files`"]
fn writes_without_end() {
    let Some(dir) = told() else { return };
    let folder = Folder::open(&dir).unwrap();
    for round in 0.. {
        let files = (0..FILES).map(|n| (file(&format!("s/{n}"), &content(round)), None));
        folder.write_all(files).unwrap();
    }
}

#[test]
fn p30_a_kill_leaves_whole_files() {
    let dir = TempDir::new().unwrap();
    for round in 0..12 {
        let mut writer: Child = apart("writes_without_end", dir.path(), &[], "").spawn().unwrap();
        let mut reads = 0;
        while reads < 3 + round * 5 {
            assert_eq!(writer.try_wait().unwrap(), None, "the writer ended by itself");
            reads += usize::from(assert_whole(dir.path()) == FILES);
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        assert_eq!(assert_whole(dir.path()), FILES);
    }
    Folder::open(dir.path()).unwrap();
    assert_eq!(tree(dir.path()).len(), FILES + 1);
}

#[test]
#[ignore = "fills its disk; run by `s40_a_full_disk_keeps_the_old_files`"]
fn fills_a_disk() {
    let Some(dir) = told() else { return };
    let folder = Folder::open(&dir).unwrap();
    let old = file("all.rss", &"old".repeat(10_000));
    replaced(&folder, &old);
    let big = |n: usize| file(&format!("share/{n}"), &"x".repeat(30_000));
    let refused = (0..100).find_map(|n| folder.write(&big(n), None).err()).unwrap();
    let batch = folder.write_all((200..300).map(|n| (big(n), None))).unwrap_err();
    let changed = folder.write(&file("all.rss", &"new".repeat(50_000)), None).unwrap_err();
    for error in [refused, batch, changed] {
        let told = error.to_string();
        assert!(
            told.starts_with("cannot write `") && told.ends_with("`: the disk is full"),
            "{told}"
        );
    }
    assert!(tree(&dir).iter().all(|path| !path.contains("tmp/")), "{:?}", tree(&dir));
    assert_eq!(fs::read(dir.join("all.rss")).unwrap(), old.bytes);
    for n in 0..100 {
        folder.remove(&format!("share/{n}")).unwrap();
    }
    replaced(&folder, &file("all.rss", &"new".repeat(50_000)));
}

#[test]
#[ignore = "needs a disk of its own; run by `s42_a_read_only_disk_is_named`"]
fn meets_a_read_only_disk() {
    let Some(dir) = told() else { return };
    let told = Folder::open(&dir).unwrap_err().to_string();
    assert!(told.ends_with(".finews`: the file system is read-only"), "{told}");
}

/// Runs a test on a small disk in memory that only it sees, where the system permits that.
fn on_a_small_disk(test: &str, options: &str) {
    let dir = TempDir::new().unwrap();
    let unshare = ["unshare", "--map-root-user", "--mount"];
    let mount = format!("mount -t tmpfs -o {options} none \"${WHERE}\" || exit 77;");
    let Ok(ended) = apart(test, dir.path(), &unshare, &mount).output() else {
        println!("skipped: no unshare");
        return;
    };
    let warned = String::from_utf8_lossy(&ended.stderr);
    if ended.status.code() == Some(77) || warned.starts_with("unshare:") {
        println!("skipped: no disk of its own: {warned}");
        return;
    }
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && said.contains("1 passed"), "{said}{warned}");
}

#[test]
fn s40_a_full_disk_keeps_the_old_files() {
    on_a_small_disk("fills_a_disk", "size=256k");
}

#[test]
fn s42_a_read_only_disk_is_named() {
    on_a_small_disk("meets_a_read_only_disk", "ro");
}
