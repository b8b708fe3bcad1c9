//! Guards that files are there whole or not at all, and only where they belong.

mod killed;

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn file(path: &str, text: &str) -> File {
    let modified = Some(at("2026-03-01T10:00:00Z"));
    File { path: path.into(), media_type: "text/plain", bytes: text.into(), modified }
}

fn folder() -> (TempDir, Folder) {
    let dir = TempDir::new().unwrap();
    let folder = Folder::open(dir.path()).unwrap();
    (dir, folder)
}

fn replaced(folder: &Folder, file: &File) -> Known {
    match folder.write(file, None).unwrap() {
        Written::Replaced(known) => known,
        Written::Unchanged(_) => panic!("`{}` should be new", file.path),
    }
}

/// Every path below the folder except the marker, sorted.
fn tree(dir: &Path) -> Vec<String> {
    let mut folders = vec![dir.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                folders.push(path.clone());
            }
            found.push(path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.retain(|path| path != MARKER && path != temporary::FOLDER);
    found.sort();
    found
}

fn modified(path: &Path) -> DateTime<Utc> {
    fs::metadata(path).unwrap().modified().unwrap().into()
}

#[test]
fn a_new_file_bears_the_time_of_its_content() {
    let (dir, folder) = folder();
    let known = replaced(&folder, &file("category/科技.atom", "one"));
    let path = dir.path().join("category/科技.atom");
    assert_eq!(fs::read_to_string(&path).unwrap(), "one");
    assert_eq!(modified(&path), at("2026-03-01T10:00:00Z"));
    assert_eq!(folder.looks(&["category/科技.atom"]), [Some((3, known.mtime_ns))]);
    assert_eq!(known.mtime_ns, 1_772_359_200_000_000_000);
    assert_eq!(tree(dir.path()), ["category", "category/科技.atom"]);
    folder.sync().unwrap();
}

#[test]
fn a_file_without_a_time_is_written_too() {
    let (dir, folder) = folder();
    replaced(&folder, &File { modified: None, ..file("404.html", "nothing") });
    assert_eq!(tree(dir.path()), ["404.html"]);
}

#[test]
fn the_same_bytes_are_not_written_again() {
    let (dir, folder) = folder();
    let first = replaced(&folder, &file("all.rss", "one"));
    let number = fs::metadata(dir.path().join("all.rss")).unwrap().ino();
    let later = File { modified: Some(at("2026-04-01T10:00:00Z")), ..file("all.rss", "one") };
    for known in [None, Some(&first), Some(&Known { mtime_ns: 1, ..first.clone() })] {
        assert_eq!(folder.write(&later, known).unwrap(), Written::Unchanged(first.clone()));
    }
    assert_eq!(fs::metadata(dir.path().join("all.rss")).unwrap().ino(), number);
}

#[test]
fn what_is_known_is_not_read() {
    let (dir, folder) = folder();
    let first = replaced(&folder, &file("all.rss", "one"));
    let path = dir.path().join("all.rss");
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, "two").unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    let again = folder.write(&file("all.rss", "one"), Some(&first)).unwrap();
    assert_eq!(again, Written::Unchanged(first));
    assert_eq!(fs::read_to_string(&path).unwrap(), "two");
}

#[test]
fn what_somebody_changed_is_put_right() {
    let (dir, folder) = folder();
    let first = replaced(&folder, &file("all.rss", "one"));
    fs::write(dir.path().join("all.rss"), "two").unwrap();
    let again = folder.write(&file("all.rss", "one"), Some(&first)).unwrap();
    assert!(matches!(again, Written::Replaced(_)));
    assert_eq!(fs::read_to_string(dir.path().join("all.rss")).unwrap(), "one");
}

#[test]
fn a_new_content_never_bears_the_time_of_the_old_one() {
    let (dir, folder) = folder();
    let path = dir.path().join("all.rss");
    for (text, written, expect) in [
        ("one", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
        ("two", "2026-03-01T10:00:00Z", "2026-03-01T10:00:01Z"),
        ("three", "2026-02-01T00:00:00Z", "2026-03-01T10:00:02Z"),
        ("four", "2026-03-05T00:00:00Z", "2026-03-05T00:00:00Z"),
    ] {
        replaced(&folder, &File { modified: Some(at(written)), ..file("all.rss", text) });
        assert_eq!(modified(&path), at(expect), "{text}");
    }
}

#[test]
fn s27_paths_that_leave_the_folder_are_refused() {
    let (dir, folder) = folder();
    let long = "x".repeat(256);
    let deep = "x/".repeat(600);
    let cases: [(&str, &str); 16] = [
        ("", "a part is empty"),
        ("/etc/passwd", "a part is empty"),
        ("a//b", "a part is empty"),
        ("a/", "a part is empty"),
        ("..", "it climbs"),
        ("../x", "it climbs"),
        ("a/../../x", "it climbs"),
        ("./x", "it climbs"),
        ("a\\..\\x", "it has a backslash"),
        ("a\0b", "it has a control character"),
        ("a\nb", "it has a control character"),
        ("a/\u{85}", "it has a control character"),
        (&long, "a part is too long"),
        (&deep, "it is too long"),
        (".finews", "it is reserved"),
        ("a/.finews-tmp-1", "it is reserved"),
    ];
    for (path, expect) in cases {
        for refused in [folder.write(&file(path, "x"), None).err(), folder.remove(path).err()] {
            let Some(Error::Path { why, .. }) = refused else { panic!("`{path}` is not refused") };
            assert_eq!(why, expect, "{path}");
        }
        assert_eq!(folder.looks(&[path]), [None]);
    }
    assert_eq!(tree(dir.path()), Vec::<String>::new());
}

#[test]
fn a_refused_path_is_shown_harmlessly() {
    let (_dir, folder) = folder();
    let refused = folder.write(&file("a\u{1b}[2J\n", "x"), None).unwrap_err();
    let expect = "the path `a\\u{1b}[2J\\n` is refused: it has a control character";
    assert_eq!(refused.to_string(), expect);
}

#[test]
fn s28_a_planted_link_is_an_error() {
    let (dir, folder) = folder();
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("x.atom"), "theirs").unwrap();
    symlink(outside.path().join("x.atom"), dir.path().join("all.atom")).unwrap();
    symlink(outside.path(), dir.path().join("category")).unwrap();
    symlink("nowhere", dir.path().join("share")).unwrap();
    for path in ["all.atom", "category/x.atom", "category/new.atom", "share/x.html", "share"] {
        assert!(matches!(folder.write(&file(path, "x"), None), Err(Error::Link(_))), "{path}");
        assert!(matches!(folder.remove(path), Err(Error::Link(_))), "{path}");
        assert_eq!(folder.looks(&[path]), [None], "{path}");
    }
    assert_eq!(tree(outside.path()), ["x.atom"]);
    assert_eq!(fs::read_to_string(outside.path().join("x.atom")).unwrap(), "theirs");
}

#[test]
fn a_folder_is_not_replaced_by_a_file_nor_a_file_by_a_folder() {
    let (_dir, folder) = folder();
    replaced(&folder, &file("a/b", "x"));
    assert!(matches!(folder.write(&file("a", "x"), None), Err(Error::NotAFile(_))));
    assert!(matches!(folder.remove("a"), Err(Error::NotAFile(_))));
    assert!(matches!(folder.write(&file("a/b/c", "x"), None), Err(Error::NotAFolder(_))));
}

#[test]
fn removing_prunes_what_became_empty() {
    let (dir, folder) = folder();
    for path in ["archive/tech/1.atom", "archive/tech/2.atom", "all.rss"] {
        replaced(&folder, &file(path, path));
    }
    folder.remove("archive/tech/1.atom").unwrap();
    assert_eq!(tree(dir.path()), ["all.rss", "archive", "archive/tech", "archive/tech/2.atom"]);
    folder.remove("archive/tech/2.atom").unwrap();
    assert_eq!(tree(dir.path()), ["all.rss"]);
    for gone in ["archive/tech/2.atom", "never.rss", "all.rss", "all.rss"] {
        folder.remove(gone).unwrap();
    }
    assert_eq!(tree(dir.path()), Vec::<String>::new());
    folder.sync().unwrap();
}

#[test]
fn only_an_empty_or_marked_folder_is_taken() {
    for (found, expect) in [
        (vec![], true),
        (vec!["README.md", ".gitkeep", ".gitignore"], true),
        (vec!["index.html"], false),
        (vec![".gitkeep", "notes.txt"], false),
        (vec![".finews", "index.html"], true),
    ] {
        let dir = TempDir::new().unwrap();
        for name in &found {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let opened = Folder::open(dir.path());
        assert_eq!(opened.is_ok(), expect, "{found:?}");
        assert_eq!(dir.path().join(MARKER).exists(), expect, "{found:?}");
    }
}

#[test]
fn the_refusal_of_a_foreign_folder_names_what_is_in_it() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("thesis.tex"), "").unwrap();
    let refused = Folder::open(dir.path()).unwrap_err().to_string();
    let dir = dir.path().canonicalize().unwrap();
    let expect = format!(
        "`{}` holds files that finews did not write (`thesis.tex`)\nhint: give an empty folder",
        dir.display()
    );
    assert_eq!(refused, expect);
}

#[test]
fn a_folder_is_made_and_taken_again() {
    let dir = TempDir::new().unwrap();
    let inner = dir.path().join("a/b");
    replaced(&Folder::open(&inner).unwrap(), &file("x.rss", "one"));
    let again = Folder::open(&inner).unwrap();
    assert!(matches!(again.write(&file("x.rss", "one"), None), Ok(Written::Unchanged(_))));
}

#[test]
fn a_file_is_no_folder() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("x"), "").unwrap();
    assert!(matches!(Folder::open(&dir.path().join("x")), Err(Error::NotAFolder(_))));
    symlink("x", dir.path().join(MARKER)).unwrap();
    assert!(matches!(Folder::open(dir.path()), Err(Error::Link(_))));
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let (dir, folder) = folder();
    replaced(&folder, &file("share/x.html", "x"));
    fs::create_dir(dir.path().join(".git")).unwrap();
    for left in [".finews-tmp/1-0", ".finews-tmp/99-7", ".git/.finews-tmp-theirs"] {
        fs::write(dir.path().join(left), "half").unwrap();
    }
    Folder::open(dir.path()).unwrap();
    let expect = [".git", ".git/.finews-tmp-theirs", "share", "share/x.html"];
    assert_eq!(tree(dir.path()), expect);
    fs::remove_dir(dir.path().join(temporary::FOLDER)).unwrap();
    symlink(".git", dir.path().join(temporary::FOLDER)).unwrap();
    assert!(matches!(Folder::open(dir.path()), Err(Error::Link(_))));
    assert_eq!(tree(dir.path()), expect);
}

#[test]
fn many_files_are_written_in_order() {
    let (dir, folder) = folder();
    let files =
        |text: &'static str| (0..300).map(move |n| (file(&format!("share/{n}.html"), text), None));
    let first = folder.write_all(files("one")).unwrap();
    assert!(first.iter().all(|(_, written)| matches!(written, Written::Replaced(_))));
    let paths: Vec<String> = files("one").map(|(file, _)| file.path).collect();
    assert!(first.iter().map(|(path, _)| path).eq(&paths));
    assert_eq!(tree(dir.path()).len(), paths.len() + 1);
    let known =
        files("one").zip(first).map(|((file, _), (_, was))| (file, Some(was.known().clone())));
    let again = folder.write_all(known).unwrap();
    assert!(again.iter().all(|(_, written)| matches!(written, Written::Unchanged(_))));
    assert_eq!(folder.write_all([]).unwrap(), []);
}

#[test]
fn a_failure_leaves_nothing_half_there() {
    let (dir, folder) = folder();
    replaced(&folder, &file("a.rss", "old"));
    let files = ["a.rss", "b.rss", "../c.rss", "d.rss"].map(|path| (file(path, "new"), None));
    assert!(matches!(folder.write_all(files), Err(Error::Path { .. })));
    assert_eq!(tree(dir.path()), ["a.rss"]);
    assert_eq!(fs::read_to_string(dir.path().join("a.rss")).unwrap(), "old");
}

#[test]
fn an_error_of_the_system_is_one_line_with_the_path_and_the_cause() {
    let cause = |kind: io::ErrorKind| Error::io("write", Path::new("feeds/a.rss"), kind.into());
    for (kind, expect) in [
        (io::ErrorKind::StorageFull, "cannot write `feeds/a.rss`: the disk is full"),
        (io::ErrorKind::PermissionDenied, "cannot write `feeds/a.rss`: permission denied"),
        (
            io::ErrorKind::ReadOnlyFilesystem,
            "cannot write `feeds/a.rss`: the file system is read-only",
        ),
    ] {
        assert_eq!(cause(kind).to_string(), expect);
    }
}
