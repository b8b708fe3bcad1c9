//! The state: checked at start, copied, put back.

use super::{Daemon, feed, row, source};
use crate::house::House;
use crate::origin::{Origin, reply};

fn collected() -> (Origin, House) {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(feed(40))])]);
    let house = House::new(&source("bell", &origin.url("/feed")));
    house.good(&["fetch"]);
    (origin, house)
}

#[test]
fn s43_a_damaged_state_is_refused_left_alone_and_restored() {
    let (_origin, house) = collected();
    house.good(&["backup"]);
    let database = house.path("state/finews.db");
    let whole = std::fs::read(&database).unwrap();
    let published = house.tree();
    let mut refused = 0;
    for place in 0..20 {
        let mut bytes = whole.clone();
        // The head of a page, each time another one.
        let at = (place * whole.len() / 20) / 4_096 * 4_096 + if place == 0 { 0 } else { 3 };
        for byte in bytes.iter_mut().skip(at).take(12) {
            *byte ^= 0xff;
        }
        std::fs::write(&database, &bytes).unwrap();
        for verb in [&["fetch"][..], &["serve", "--listen", "127.0.0.1:0"]] {
            let ended = house.run(verb);
            if ended.code == 3 {
                refused += 1;
                assert!(ended.err.contains("finews restore"), "the cure: {}", ended.err);
            } else {
                assert_eq!(verb[0], "fetch", "a page that nobody uses: {ended:?}");
                break;
            }
            assert!(std::fs::read(&database).unwrap() == bytes, "never overwritten: {ended:?}");
        }
    }
    assert!(refused >= 30, "{refused} of 40 refused");
    assert!(house.tree() == published, "the published folder is untouched");
    house.good(&["restore"]);
    assert_eq!(row(&house, "bell")["items"], 40);
    house.good(&["publish"]);
    assert_eq!(house.titles("all.json").len(), 40);
}

#[test]
fn backups_are_kept_in_number_and_come_back() {
    let (origin, house) = collected();
    let made = house.good(&["backup"]).out;
    let made = house.path(made.trim());
    assert!(made.is_file());
    origin.on("GET /feed", [reply(200).body(feed(45))]);
    house.good(&["fetch", "bell"]);
    assert_eq!(row(&house, "bell")["items"], 45);
    let ended = house.good(&["restore", &made.display().to_string()]);
    assert!(ended.err.contains("what was there before"), "{}", ended.err);
    assert_eq!(row(&house, "bell")["items"], 40);
    let names = std::fs::read_dir(house.path("state")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    assert!(names.into_iter().any(|name| name.starts_with("finews.db.replaced-")));
    // What came since the backup comes again.
    house.good(&["fetch", "bell"]);
    assert_eq!(house.titles("all.json").len(), 45);

    // What is no backup is refused before anything is moved.
    std::fs::write(house.path("odd.db"), "no database").unwrap();
    assert_eq!(house.run(&["restore", "odd.db"]).code, 2);
    assert_eq!(house.run(&["restore", "nowhere.db"]).code, 2);
    assert_eq!(row(&house, "bell")["items"], 45);
}

#[test]
fn a_daemon_backs_up_and_keeps_seven() {
    let (_origin, house) = collected();
    std::fs::create_dir(house.path("state/backups")).unwrap();
    for day in 1..=9 {
        let name = format!("state/backups/finews-202611{day:02}T000000Z.db");
        std::fs::write(house.path(&name), "old").unwrap();
    }
    std::fs::write(house.path("state/backups/notes.txt"), "mine").unwrap();
    std::fs::write(house.path("state/backups/finews-20261101T000000Z.db.new"), "half").unwrap();
    let mut daemon = Daemon::start(&house);
    daemon.wait_for("backed up");
    assert_eq!(daemon.end().0, 0);
    let names = std::fs::read_dir(house.path("state/backups")).unwrap();
    let mut names: Vec<_> =
        names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names.iter().filter(|name| ends(name, "db")).count(), 7, "{names:?}");
    assert!(names.contains(&"notes.txt".to_owned()), "what is not ours stays: {names:?}");
    assert!(!names.iter().any(|name| ends(name, "new")), "{names:?}");
}

fn ends(name: &str, extension: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|own| own == extension)
}

#[test]
fn restore_without_a_backup_says_so() {
    let house = House::new("");
    let ended = house.run(&["restore"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("there is no backup"), "{}", ended.err);
}
