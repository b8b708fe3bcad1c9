use std::io::Write as _;

use super::{Holder, Lock};
use crate::model::Instant;
use crate::store::Error;

fn at(seconds: i64) -> Instant {
    chrono::DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

/// What a process left in the lock's file, and whether the lock can be had at that time.
fn check(left: &str, now: Instant, taken: bool, over: bool) {
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("finews.db");
    let mut file = std::fs::File::create(dir.path().join("finews.db.lock")).unwrap();
    file.write_all(left.as_bytes()).unwrap();
    match Lock::take(&database, "serve", now) {
        Ok(lock) => {
            assert!(taken, "{left}");
            assert_eq!(lock.taken_over().is_some(), over, "{left}");
        }
        Err(Error::Held(holder)) => {
            assert!(!taken, "{left}");
            assert!(holder.to_string().contains("pid 17 on `far`"), "{holder}");
        }
        Err(why) => panic!("{why}"),
    }
}

fn holder(host: &str, boot: &str, beat: Instant) -> String {
    let other = Holder {
        database: "x".into(),
        pid: 17,
        verb: "serve".into(),
        host: host.into(),
        boot: boot.into(),
        since: at(-1_000),
        beat,
    };
    serde_json::to_string(&other).unwrap()
}

#[test]
fn s45_the_heartbeat_counts_between_machines_and_the_lock_on_one() {
    let own = Holder::own(std::path::Path::new("x"), "serve", at(0));
    check("", at(0), true, false);
    check("what no finews wrote", at(0), true, false);
    // Nobody holds the lock, so a process of this machine is dead, however fresh its sign.
    check(&holder(&own.host, &own.boot, at(0)), at(1), true, true);
    check(&holder(&own.host, "the run before", at(0)), at(1), true, true);
    // Another machine may not share locks: its sign of life counts.
    check(&holder("far", "another", at(0)), at(60), false, false);
    check(&holder("far", "another", at(0)), at(91), true, true);
    check(&holder("far", "another", at(5_000)), at(0), true, true);
}

#[test]
fn s45_who_holds_it_is_named_and_gives_signs_of_life() {
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("finews.db");
    let mut lock = Lock::take(&database, "serve", at(0)).unwrap();
    lock.beat(at(30)).unwrap();
    let Err(Error::Held(holder)) = Lock::take(&database, "fetch", at(31)) else { panic!("free") };
    assert_eq!((holder.pid, holder.verb.as_str()), (std::process::id(), "serve"));
    assert_eq!((holder.since, holder.beat), (at(0), at(30)));
    drop(lock);
    assert!(Lock::take(&database, "fetch", at(32)).unwrap().taken_over().is_none());
}

#[test]
fn s43_a_database_is_trusted_while_it_is_as_its_last_holder_left_it() {
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("finews.db");
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    let take = |now: i64| Lock::take(&database, "fetch", at(now)).unwrap();
    write("finews.db", "whole");
    let mut lock = take(0);
    assert!(lock.doubts(at(0)), "nobody ever looked");
    lock.trust(at(0));
    write("finews.db", "whole, and more");
    drop(lock);
    let lock = take(60);
    assert!(!lock.doubts(at(60)) && lock.doubts(at(86_400)) && lock.doubts(at(-86_400)));
    drop(lock);
    // Who only held it passes on what was known; who was killed does not.
    assert!(!take(70).doubts(at(70)));
    write("finews.db-wal", "what was not folded in");
    assert!(take(80).doubts(at(80)));
    write("finews.db-wal", "");
    let mut lock = take(90);
    lock.trust(at(90));
    drop(lock);
    write("finews.db", "another one");
    assert!(take(100).doubts(at(100)));
}
