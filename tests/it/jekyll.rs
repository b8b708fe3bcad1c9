//! Guards that the predecessor's posts are read in every form and come back byte for byte.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what it skips, and fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use finews::jekyll::{self, Form, Post, Repaired};
use finews::model::Original;

/// File names with folders, relative to a root, and the texts.
type Files = BTreeMap<String, String>;

fn files(root: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

fn read_all(files: &Files) -> Repaired {
    let zone = Form::default().zone;
    let posts = files.iter().filter_map(|(name, text)| jekyll::read(name, text, zone).ok());
    jekyll::repair(posts.collect(), zone)
}

/// Through the very text in which the store keeps an original.
fn kept(post: &Post) -> Post {
    let stored = serde_json::to_string(&jekyll::to_original(post)).unwrap();
    let original: Original = serde_json::from_str(&stored).unwrap();
    jekyll::from_original(&original).unwrap()
}

fn write_all(posts: &[Post]) -> Files {
    posts.iter().map(|post| jekyll::write(&kept(post), &Form::default())).collect()
}

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/jekyll");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let folders: Vec<_> = folders.filter(|path| path.is_dir()).collect();
    assert!(!folders.is_empty());
    folders
}

#[test]
fn every_form_becomes_the_final_one() {
    for fixture in fixtures() {
        let written = write_all(&read_all(&files(&fixture.join("in"))).posts);
        assert_eq!(written, files(&fixture.join("out")), "{}", fixture.display());
    }
}

#[test]
fn what_was_written_comes_back_as_it_was() {
    for fixture in fixtures() {
        let out = files(&fixture.join("out"));
        let again = read_all(&out);
        assert_eq!(write_all(&again.posts), out, "{}", fixture.display());
        assert_eq!(again.repaired, vec![], "{}", fixture.display());
    }
}

/// The predecessor's posts, if they are there; they must be where `FINEWS_CORPUS` is set.
fn corpus() -> Option<Files> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let named = std::env::var_os("FINEWS_CORPUS").map(PathBuf::from);
    let required = named.is_some();
    let files = files(&named.unwrap_or(beside).join("origin"));
    assert!(!(required && files.is_empty()), "`FINEWS_CORPUS` has no posts in `origin`");
    if files.is_empty() {
        println!("skipped: no corpus");
    }
    (!files.is_empty()).then_some(files)
}

/// Each file read and written by itself.
fn each_alone(files: &Files) -> Vec<(String, String, (String, String))> {
    let form = Form::default();
    let read = |(name, text): (&String, &String)| {
        let post = jekyll::read(name, text, form.zone).ok()?;
        Some((name.clone(), text.clone(), jekyll::write(&kept(&post), &form)))
    };
    files.iter().filter_map(read).collect()
}

#[test]
fn posts_of_the_last_forms_come_back_byte_for_byte() {
    let Some(files) = corpus() else { return };
    let mut alike = 0;
    for (name, text, (new_name, new_text)) in each_alone(&files) {
        let dated = name.starts_with("2022-") && text.contains("\n\n<http");
        if dated {
            assert_eq!((&new_name, &new_text), (&name, &text));
            alike += 1;
        }
    }
    assert!(alike > 0, "the corpus has no post of 2022");
    println!("{alike} posts of 2022 came back byte for byte");
}

#[test]
fn earlier_posts_differ_by_zone_footer_and_blank_line_alone() {
    let Some(files) = corpus() else { return };
    let body = |text: &str| {
        let (_, body) = text.split_once("\n---\n\n").unwrap();
        body.split("\n\n<http").next().unwrap().to_owned()
    };
    for (name, text, (_, new_text)) in each_alone(&files) {
        if !name.contains("2021-12-08") {
            continue;
        }
        assert_eq!(body(&new_text), body(&text), "{name}");
        if text.contains("//finews.withounder.com/emnews/)｜[") {
            assert_eq!(new_text.replace(" +0800\n", "\n"), text.replace(" +0800\n", "\n"));
        }
    }
}

#[test]
fn the_whole_corpus_is_read_and_nothing_is_lost() {
    let Some(files) = corpus() else { return };
    let repaired = read_all(&files);
    let posts = files.keys().filter(|name| !name.ends_with("README.md")).count();
    assert_eq!(repaired.posts.len() + repaired.aside.len() + repaired.superseded.len(), posts);
    assert_eq!(repaired.aside, vec![]);
    let written = write_all(&repaired.posts);
    assert_eq!(written.len(), repaired.posts.len(), "two posts have one name");
    assert_eq!(write_all(&read_all(&written).posts), written);
    assert!(written["2021-12-01-init.md"].contains("categories: sitenews\n"));
}
