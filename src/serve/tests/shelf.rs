//! Guards that what is served is what is on disk, within the memory allowed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use tempfile::TempDir;

use crate::serve::coding::Coding;
use crate::serve::content::Content;
use crate::serve::shelf::Shelf;

/// Puts a file in its place as a careful writer does, always with the same time.
fn put(dir: &Path, path: &str, text: &str) {
    let temporary = dir.join("temporary");
    fs::write(&temporary, text).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_hours(500_000);
    fs::File::options().write(true).open(&temporary).unwrap().set_modified(time).unwrap();
    fs::create_dir_all(dir.join(path).parent().unwrap()).unwrap();
    fs::rename(temporary, dir.join(path)).unwrap();
}

async fn text(shelf: &Shelf, path: &str) -> Option<String> {
    let content = shelf.get(path).await.unwrap()?;
    Some(String::from_utf8(content.plain().bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn a_new_content_of_the_same_size_and_time_is_seen_at_once() {
    let dir = TempDir::new().unwrap();
    let shelf = Shelf::new(dir.path().to_owned(), 1 << 20);
    for round in 0..100 {
        let expect = format!("{round:04}");
        put(dir.path(), "a/x.rss", &expect);
        assert_eq!(text(&shelf, "a/x.rss").await.as_ref(), Some(&expect));
        assert_eq!(text(&shelf, "a/x.rss").await.as_ref(), Some(&expect));
    }
    fs::remove_file(dir.path().join("a/x.rss")).unwrap();
    assert_eq!(text(&shelf, "a/x.rss").await, None);
}

#[tokio::test]
async fn the_tag_tells_the_content_and_nothing_else() {
    let dir = TempDir::new().unwrap();
    for (path, text) in [("a.rss", "one"), ("b.rss", "one"), ("c.rss", "two")] {
        put(dir.path(), path, text);
    }
    let shelf = Shelf::new(dir.path().to_owned(), 1 << 20);
    let mut tags = Vec::new();
    for path in ["a.rss", "b.rss", "c.rss"] {
        tags.push(shelf.get(path).await.unwrap().unwrap().plain().tag.clone());
    }
    assert_eq!(tags[0], "\"7692c3ad3540bb803c020b3aee66cd88\"");
    assert_eq!(tags[0], tags[1]);
    assert_ne!(tags[0], tags[2]);
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_reading() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "x.rss", &"one ".repeat(1000));
    let shelf = Shelf::new(dir.path().to_owned(), 1 << 20);
    let answers = join_all((0..50).map(|_| shelf.get("x.rss"))).await;
    let contents: Vec<Arc<Content>> =
        answers.into_iter().map(|got| got.unwrap().unwrap()).collect();
    assert!(contents.iter().all(|content| Arc::ptr_eq(content, &contents[0])));
}

#[tokio::test]
async fn memory_is_bounded_and_what_is_asked_for_often_stays() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "often.png", &"x".repeat(1000));
    for n in 0..50 {
        put(dir.path(), &format!("{n}.png"), &"x".repeat(1000));
    }
    let shelf = Shelf::new(dir.path().to_owned(), 10_000);
    let often = shelf.get("often.png").await.unwrap().unwrap();
    let mut all = Vec::new();
    for n in 0..50 {
        all.push(Arc::downgrade(&shelf.get(&format!("{n}.png")).await.unwrap().unwrap()));
        let again = shelf.get("often.png").await.unwrap().unwrap();
        assert!(Arc::ptr_eq(&often, &again), "after {n}");
    }
    let kept = all.iter().filter(|content| content.strong_count() > 0).count();
    assert!((5..10).contains(&kept), "{kept}");
}

#[tokio::test]
async fn s28_links_are_not_followed() {
    let dir = TempDir::new().unwrap();
    let outside = TempDir::new().unwrap();
    put(outside.path(), "x.rss", "theirs");
    put(dir.path(), "mine.rss", "mine");
    symlink(outside.path().join("x.rss"), dir.path().join("link.rss")).unwrap();
    symlink(outside.path(), dir.path().join("folder")).unwrap();
    symlink("mine.rss", dir.path().join("inner.rss")).unwrap();
    let shelf = Shelf::new(dir.path().to_owned(), 1 << 20);
    assert_eq!(text(&shelf, "mine.rss").await.as_deref(), Some("mine"));
    for path in ["link.rss", "folder/x.rss", "inner.rss", "folder", "mine.rss/x", "none/x.rss"] {
        assert_eq!(text(&shelf, path).await, None, "{path}");
    }
}

#[tokio::test]
async fn p33_a_folder_that_cannot_be_read_leaves_the_last_content() {
    let dir = TempDir::new().unwrap();
    let root = dir.path().join("feeds");
    fs::create_dir(&root).unwrap();
    put(&root, "x.rss", "one");
    let shelf = Shelf::new(root.clone(), 1 << 20);
    assert_eq!(text(&shelf, "x.rss").await.as_deref(), Some("one"));
    fs::rename(&root, dir.path().join("away")).unwrap();
    symlink("feeds", &root).unwrap();
    assert_eq!(text(&shelf, "x.rss").await.as_deref(), Some("one"));
    assert!(shelf.get("never.rss").await.is_err());
}

#[tokio::test]
async fn p33_a_file_that_cannot_be_read_leaves_the_last_content() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "x.rss", "one");
    let shelf = Shelf::new(dir.path().to_owned(), 1 << 20);
    assert_eq!(text(&shelf, "x.rss").await.as_deref(), Some("one"));
    // A file with a hole larger than anything that is read.
    let hole = fs::File::create(dir.path().join("hole")).unwrap();
    hole.set_len(1 << 40).unwrap();
    fs::rename(dir.path().join("hole"), dir.path().join("x.rss")).unwrap();
    for _ in 0..3 {
        assert_eq!(text(&shelf, "x.rss").await.as_deref(), Some("one"));
    }
    put(dir.path(), "x.rss", "two");
    assert_eq!(text(&shelf, "x.rss").await.as_deref(), Some("two"));
}

#[tokio::test]
async fn each_coding_is_made_once_and_counts() {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "x.rss", &"one ".repeat(1000));
    let shelf = Shelf::new(dir.path().to_owned(), 1 << 20);
    let content = shelf.get("x.rss").await.unwrap().unwrap();
    assert_eq!(content.weight(), 4000);
    let mut weight = 4000;
    for coding in [Coding::Gzip, Coding::Zstd, Coding::Brotli] {
        let forms = join_all((0..50).map(|_| shelf.form("x.rss", &content, coding))).await;
        let first = forms[0].bytes.as_ptr();
        assert!(forms.iter().all(|form| form.bytes.as_ptr() == first), "{coding:?}");
        assert_eq!(forms[0].coding, coding);
        weight += forms[0].bytes.len();
        assert_eq!(content.weight(), weight);
    }
    let again = shelf.get("x.rss").await.unwrap().unwrap();
    assert!(Arc::ptr_eq(&content, &again));
}

#[tokio::test]
async fn compressed_forms_take_room_from_other_files() {
    let dir = TempDir::new().unwrap();
    for n in 0..20 {
        let text: Vec<String> = (0..400).map(|m| (n * 1000 + m * m).to_string()).collect();
        let text = text.join(" ");
        put(dir.path(), &format!("{n}.rss"), &text);
    }
    let shelf = Shelf::new(dir.path().to_owned(), 30_000);
    let mut all = Vec::new();
    for n in 0..20 {
        let path = format!("{n}.rss");
        let content = shelf.get(&path).await.unwrap().unwrap();
        for coding in [Coding::Gzip, Coding::Zstd, Coding::Brotli] {
            shelf.form(&path, &content, coding).await;
        }
        all.push((content.weight(), Arc::downgrade(&content)));
    }
    let kept = all.iter().filter(|(_, content)| content.strong_count() > 0);
    let bytes: usize = kept.map(|(weight, _)| weight).sum();
    assert!((10_000..=30_000).contains(&bytes), "{bytes}");
}
