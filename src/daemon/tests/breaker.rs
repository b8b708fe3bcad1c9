//! When we are offline, and when it is the others.

use chrono::TimeDelta;

use super::start;
use crate::daemon::breaker::{Breaker, Sighting, Verdict};

/// One journey a second, each to a host of its own.
fn seen(breaker: &mut Breaker, second: i64, reached: bool) -> Verdict {
    let number = second as usize;
    let at = start() + TimeDelta::seconds(second);
    breaker.note(Sighting { at, source: number, host: number, reached, failed_before: false })
}

#[test]
fn most_hosts_failing_within_a_minute_means_that_we_are_offline() {
    let mut breaker = Breaker::new(100);
    for second in 0..4 {
        assert_eq!(seen(&mut breaker, second, false), Verdict::Fine);
    }
    assert_eq!(seen(&mut breaker, 4, false), Verdict::Fell(vec![4, 3, 2, 1, 0]));
    assert_eq!(seen(&mut breaker, 5, false), Verdict::Down, "one line in the log is enough");
    let at = |second| start() + TimeDelta::seconds(second);
    assert_eq!(breaker.probe(), Some(at(64)));
    breaker.probing(at(64));
    assert_eq!(breaker.probe(), Some(at(124)));
    assert_eq!(seen(&mut breaker, 70, true), Verdict::Up);
    assert_eq!(breaker.probe(), None);
}

#[test]
fn some_hosts_failing_means_that_they_are_down() {
    let mut breaker = Breaker::new(100);
    for second in 0..50 {
        assert_eq!(seen(&mut breaker, second, second % 3 == 0), Verdict::Fine);
    }
    // The same few hosts again and again are no proof.
    let mut breaker = Breaker::new(100);
    for second in 0..50 {
        let at = start() + TimeDelta::seconds(second);
        let host = second as usize % 4;
        let one = Sighting { at, source: host, host, reached: false, failed_before: false };
        assert_eq!(breaker.note(one), Verdict::Fine);
    }
}

#[test]
fn failures_that_are_no_news_or_long_ago_prove_nothing() {
    let mut breaker = Breaker::new(100);
    for second in 0..50 {
        assert_eq!(seen(&mut breaker, second * 20, false), Verdict::Fine);
    }
    let mut breaker = Breaker::new(100);
    for number in 0..50 {
        let one = Sighting {
            at: start(),
            source: number,
            host: number,
            reached: false,
            failed_before: true,
        };
        assert_eq!(breaker.note(one), Verdict::Fine);
    }
}

#[test]
fn after_coming_back_hosts_that_are_down_are_believed_to_be() {
    let mut breaker = Breaker::new(100);
    (0..5).for_each(|second| drop(seen(&mut breaker, second, false)));
    assert_eq!(seen(&mut breaker, 60, true), Verdict::Up);
    for second in 61..100 {
        assert_eq!(seen(&mut breaker, second, false), Verdict::Fine);
    }
}

#[test]
fn three_hosts_are_enough_where_there_are_no_more() {
    let mut breaker = Breaker::new(3);
    assert_eq!(seen(&mut breaker, 0, false), Verdict::Fine);
    assert_eq!(seen(&mut breaker, 1, false), Verdict::Fine);
    assert_eq!(seen(&mut breaker, 2, false), Verdict::Fell(vec![2, 1, 0]));
    let mut breaker = Breaker::new(1);
    for second in 0..9 {
        let at = start() + TimeDelta::seconds(second);
        let one = Sighting { at, source: 0, host: 0, reached: false, failed_before: false };
        assert_eq!(breaker.note(one), Verdict::Fine);
    }
}
