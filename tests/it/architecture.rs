//! Guards the map: imports go down only, named crates stay in their rooms, the settings that are
//! handed out hold, every fixture is used.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::house::walk;

/// The rooms by floor, in the order of `lib.rs`.
const VALUES: &[&str] = &["model", "template", "date", "charset", "html", "slug"];
const PURE: &[&str] = &[
    "listing",
    "article",
    "normalize",
    "identity",
    "story",
    "category",
    "route",
    "search",
    "schedule",
    "health",
    "jekyll",
    "publish",
    "websub",
    "discover",
    "config",
    "robots",
];
const SHELL: &[&str] = &["fetch", "render", "store", "output", "serve"];
const JOINTS: &[&str] = &["edition", "refresh", "daemon", "push", "cli"];

/// Who may know a room of its own floor, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("model", "html"),     // an item can hold only safe markup
    ("date", "model"),     // the nouns are everybody's
    ("config", "listing"), // settings are compiled once, by the room that uses them
    ("config", "article"),
    ("config", "category"),
    ("render", "fetch"), // what a page in a browser asks for leaves by the one door, too
    ("config", "schedule"),
    ("config", "websub"),
    ("config", "route"),
    ("search", "route"), // what is looked for is the same in an index and in a rule
    ("config", "story"),
    ("discover", "listing"), // candidates are read by the reader that they are made for
];

/// Crates that belong to certain rooms.
const CRATES: &[(&str, &[&str])] = &[
    ("rss", &["listing/feed", "publish/rss"]),
    ("atom_syndication", &["listing/feed", "publish/atom"]),
    (
        "scraper",
        &[
            "html",
            "listing/page",
            "listing/plan",
            "listing/wrapped",
            "listing/alternate",
            "article",
            "config/list",
            "discover",
        ],
    ),
    ("reqwest", &["fetch"]),
    ("tokio_tungstenite", &["render"]),
    ("rusqlite", &["store"]),
    ("axum", &["serve"]),
    ("hmac", &["websub"]),
    ("sha1", &["websub"]),
    ("getrandom", &["push"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("minijinja", &["publish"]),
    ("ammonia", &["html"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file that is not a test, with its path below `src` and its text.
fn sources() -> Vec<(String, String)> {
    let src = root().join("src");
    let mut files = Vec::new();
    walk(&src, &mut |path| {
        let name = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        if path.extension().is_some_and(|ext| ext == "rs") && !name.contains("tests") {
            files.push((name, std::fs::read_to_string(path).unwrap()));
        }
    });
    files
}

fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap()
}

fn floor(room: &str) -> usize {
    let floors = [VALUES, PURE, SHELL, JOINTS];
    floors
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("`{room}` stands on no floor: add it to the map"))
}

/// The rooms that a file names by `crate::room`, without its unit tests.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut rooms = BTreeSet::new();
    for line in lines {
        for (at, _) in line.match_indices("crate::") {
            let name = line[at + 7..].split(|c: char| !(c.is_alphanumeric() || c == '_')).next();
            rooms.extend(name.filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }
    rooms
}

#[test]
fn imports_go_down_only() {
    let mut faults = Vec::new();
    for (file, text) in sources() {
        let from = room(&file);
        if matches!(from, "lib" | "main") {
            continue;
        }
        for to in imports(&text) {
            let (own, other) = (floor(from), floor(&to));
            let joints = own == 3 && other == 3;
            let exception =
                EXCEPTIONS.contains(&(from, to.as_str())) || (own == 0 && to == "model");
            if from != to && own <= other && !joints && !exception {
                faults.push(format!("`{from}` imports `{to}` (in src/{file})"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn crates_stay_in_their_rooms() {
    let mut faults = Vec::new();
    for (file, text) in sources() {
        for (name, rooms) in CRATES {
            let used = text.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("//")
                    && !text.contains(&format!("mod {name};"))
                    && (line.contains(&format!("use {name}::"))
                        || line.contains(&format!(" {name}::")))
            });
            if used && !rooms.iter().any(|room| file.starts_with(room)) {
                faults.push(format!("`{name}` is used in src/{file}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pure_rooms_have_no_clock_disk_socket_or_environment() {
    let forbidden = ["std::fs", "std::env", "std::net::Tcp", "tokio::", "Utc::now", "SystemTime"];
    let mut faults = Vec::new();
    for (file, text) in sources() {
        if !VALUES.contains(&room(&file)) && !PURE.contains(&room(&file)) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in forbidden.iter().filter(|word| code.contains(**word)) {
            faults.push(format!("`{word}` in src/{file}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_begins_with_its_charter() {
    let bare = sources().into_iter().filter(|(_, text)| !text.starts_with("//! "));
    let bare: Vec<_> = bare.map(|(file, _)| file).collect();
    assert!(bare.is_empty(), "no `//!` line: {bare:?}");
}

#[test]
fn files_hold_one_room_each() {
    let long = sources().into_iter().map(|(file, text)| (text.lines().count(), file));
    let long: Vec<_> = long.filter(|(lines, _)| *lines > 500).collect();
    assert!(long.is_empty(), "over 500 lines: {long:?}");
}

#[test]
fn the_settings_that_are_handed_out_hold() {
    for name in ["config/finews.toml", "config/predecessor.toml"] {
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        let settings = finews::config::parse(&text, &finews::config::Outside::NOTHING);
        assert!(settings.is_ok(), "{name}: {}", settings.unwrap_err());
    }
}

#[test]
fn the_commented_sources_hold_too() {
    let text = std::fs::read_to_string(root().join("config/finews.toml")).unwrap();
    let start = text.find("# [[source]]").unwrap();
    let more = text[start..].lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    let more: Vec<_> = more.filter(|line| *line != "#").collect();
    let whole = format!("{}\n{}", &text[..start], more.join("\n"));
    let outside = finews::config::Outside {
        env: &|_| Some("token".to_owned()),
        ..finews::config::Outside::NOTHING
    };
    let settings = finews::config::parse(&whole, &outside).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(settings.sources.len(), 5);
}

#[test]
fn every_fixture_is_used() {
    let root = root();
    let mut tests = String::new();
    for dir in ["tests/it", "src"] {
        walk(&root.join(dir), &mut |path| {
            if path.extension().is_some_and(|ext| ext == "rs") {
                tests.push_str(&std::fs::read_to_string(path).unwrap());
            }
        });
    }
    let fixtures = root.join("tests/fixtures");
    let mut unused = Vec::new();
    walk(&fixtures, &mut |path| {
        let below = path.strip_prefix(&fixtures).unwrap();
        // A folder that is walked, or a file that is named, is used.
        let mut names = below.ancestors().filter_map(Path::file_name);
        if !names.any(|name| tests.contains(&*name.to_string_lossy())) {
            unused.push(below.display().to_string());
        }
    });
    assert!(unused.is_empty(), "{unused:?}");
}
