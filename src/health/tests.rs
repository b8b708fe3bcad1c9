use chrono::TimeDelta;

use super::{Cause, Facts, Flaw, Standing, State, is_wall, judge, patience};
use crate::model::Instant;

fn now() -> Instant {
    chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// Arrivals so many hours ago.
fn hours(ago: &[i64]) -> Vec<Instant> {
    ago.iter().map(|hours| now() - TimeDelta::hours(*hours)).collect()
}

fn calm(arrivals: &[Instant]) -> Facts<'_> {
    Facts {
        now: now(),
        visited: true,
        failed: None,
        failures: 0,
        empties: 0,
        by_rules: false,
        arrivals,
        moved: false,
        held: 0,
    }
}

fn check(facts: Facts<'_>, state: State, cause: Option<Cause>) {
    assert_eq!(judge(&facts), Standing { state, cause }, "{facts:?}");
}

fn failed(cause: Cause, arrivals: &[Instant]) -> Facts<'_> {
    Facts { failed: Some(cause), failures: 1, ..calm(arrivals) }
}

#[test]
fn a_state_follows_from_the_facts() {
    let daily = hours(&[5, 29, 53, 77, 101, 125]);
    let none = hours(&[]);
    check(calm(&daily), State::Well, None);
    check(Facts { visited: false, ..calm(&none) }, State::New, Some(Cause::New));
    check(Facts { held: 2, ..calm(&daily) }, State::Well, Some(Cause::Held));
    check(Facts { moved: true, held: 2, ..calm(&daily) }, State::Well, Some(Cause::Moved));

    // What fails, fails with its cause.
    for cause in [
        Cause::Dns,
        Cause::Connect,
        Cause::Timeout,
        Cause::Wall,
        Cause::NotAFeed,
        Cause::Crash,
        Cause::Status(503),
        Cause::Tls(Flaw::Expired),
    ] {
        check(failed(cause, &daily), State::Failing, Some(cause));
    }

    // A 410 is believed when it is heard twice; a 404 never.
    check(failed(Cause::Status(410), &daily), State::Failing, Some(Cause::Status(410)));
    let twice = Facts { failures: 2, ..failed(Cause::Status(410), &daily) };
    check(twice, State::Gone, Some(Cause::Gone));
    let often = Facts { failures: 30, ..failed(Cause::Status(404), &daily) };
    check(often, State::Failing, Some(Cause::Status(404)));

    // Rules that never found anything are wrong; rules that did have drifted.
    check(failed(Cause::NoEntries, &none), State::Failing, Some(Cause::NoEntries));
    check(failed(Cause::NoEntries, &daily), State::Failing, Some(Cause::Drift));
}

#[test]
fn an_empty_list_is_odd_at_once_only_where_there_never_was_an_entry() {
    let daily = hours(&[5, 29, 53, 77, 101, 125]);
    let none = hours(&[]);
    let empty = |empties, arrivals| Facts { empties, ..calm(arrivals) };
    check(empty(1, &none), State::Ailing, Some(Cause::Empty));
    check(empty(2, &daily), State::Well, None);
    check(empty(3, &daily), State::Ailing, Some(Cause::Empty));
    let rules = Facts { by_rules: true, ..empty(3, &daily) };
    check(rules, State::Ailing, Some(Cause::Drift));
}

#[test]
fn a_source_is_stale_against_its_own_rhythm() {
    let check = |ago: &[i64], stale: bool| {
        let arrivals = hours(ago);
        let standing = judge(&calm(&arrivals));
        assert_eq!(standing.cause == Some(Cause::Stale), stale, "{ago:?}: {standing:?}");
    };
    // Several an hour: two days of silence are allowed to everybody.
    check(&[40, 40, 41, 41, 42, 42, 43, 44], false);
    check(&[60, 60, 61, 61, 62, 62, 63, 64], true);
    // Daily: eight days.
    check(&[180, 204, 228, 252, 276, 300], false);
    check(&[200, 224, 248, 272, 296, 320], true);
    // One long pause before: three times as long is allowed.
    check(&[200, 224, 248, 272, 296, 600], false);
    // Too few to tell, or all at once.
    check(&[9_000, 9_001, 9_002, 9_003], false);
    check(&[9_000; 20], false);
    check(&[], false);
}

#[test]
fn patience_holds_on_any_times() {
    assert_eq!(patience(&[Instant::MIN_UTC, Instant::MAX_UTC]), None);
    let odd: Vec<_> = [i64::MIN / 2, -1, 0, 1, i64::MAX / 2, 5]
        .into_iter()
        .filter_map(|at| chrono::DateTime::from_timestamp(at, 0))
        .chain([Instant::MIN_UTC, Instant::MAX_UTC])
        .collect();
    let _ = patience(&odd);
}

#[test]
fn codes_stay_and_come_back() {
    let check = |cause: Cause, code: &str, words: &str| {
        assert_eq!(cause.code(), code);
        assert_eq!(Cause::of(code), cause);
        assert_eq!(cause.to_string(), words);
        assert!(!cause.action().is_empty() && !cause.action().contains('\n'));
    };
    check(Cause::Dns, "dns", "dns");
    check(Cause::Status(503), "status:503", "status 503");
    check(Cause::Tls(Flaw::Name), "tls:name", "tls: certificate for another name");
    check(Cause::Wall, "bot_wall", "blocked by a bot wall");
    check(Cause::Drift, "drift", "selector drift");
    check(Cause::NotAFeed, "not_a_feed", "not a feed");
    check(Cause::Answer, "refused", "error in the answer");
    assert_eq!(Cause::of("something of a newer finews"), Cause::Other);
    assert_eq!(Cause::of("status:no"), Cause::Other);
    assert!(State::ALL.into_iter().all(|state| State::of(state.word()) == Some(state)));
}

#[test]
fn a_wall_is_told_from_a_page() {
    assert!(is_wall(b"<html><head><TITLE>Just a moment...</TITLE></head>"));
    assert!(is_wall(b"<script src='https://geo.captcha-delivery.com/captcha.js'></script>"));
    assert!(!is_wall(b"<html><title>News of the day</title><p>Just a moment of peace"));
    assert!(!is_wall(b""));
    assert!(!is_wall(&vec![0xff; 200_000]));
}
