//! Guards the table of rows in `tests/README.md`: every row has its line, and every test that a
//! line names is there.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::house::walk;

/// The names of all tests that play a row: `f08_…`, `s05_…`, alone or several in one.
fn tests() -> BTreeSet<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut names = BTreeSet::new();
    for dir in ["src", "tests/it"] {
        walk(&root.join(dir), &mut |path| {
            if path.extension().is_some_and(|ext| ext == "rs") {
                let text = std::fs::read_to_string(path).unwrap();
                let called = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
                names.extend(called.filter(|name| row_of(name).is_some()).map(str::to_owned));
            }
        });
    }
    names
}

/// The row that a name begins with, as `F08`.
fn row_of(name: &str) -> Option<String> {
    let (row, _) = name.split_once('_')?;
    let digits = row.strip_prefix(['f', 's', 'p'])?;
    let good = digits.len() == 2 && digits.bytes().all(|it| it.is_ascii_digit());
    good.then(|| row.to_uppercase())
}

fn lines() -> Vec<(String, String)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let cells = text.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    cells.map(|(row, rest)| (row.to_owned(), rest.to_owned())).collect()
}

#[test]
fn every_row_has_a_line() {
    let rows: BTreeSet<_> = lines().into_iter().map(|(row, _)| row).collect();
    let f = (1..=56).map(|n| format!("F{n:02}"));
    let s = (1..=11).chain(39..=62).map(|n| format!("S{n:02}"));
    let p = (1..=55).map(|n| format!("P{n:02}"));
    let missing: Vec<_> = f.chain(s).chain(p).filter(|row| !rows.contains(row)).collect();
    assert!(missing.is_empty(), "no line in tests/README.md: {missing:?}");
}

#[test]
fn every_test_that_is_named_is_there() {
    let tests = tests();
    let mut gone = Vec::new();
    for (row, rest) in lines() {
        let named = rest.split('`').skip(1).step_by(2).filter(|name| row_of(name).is_some());
        gone.extend(
            named.filter(|name| !tests.contains(*name)).map(|name| format!("{row}: {name}")),
        );
    }
    assert!(gone.is_empty(), "named in tests/README.md, and not there: {gone:?}");
}
