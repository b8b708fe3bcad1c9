use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Timelike as _};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{Cron, LONGEST_WISH, Move, Next, Rhythm, Sight, Situation, Trouble, Visit, Wishes};
use super::{is_gone, next, observe};
use crate::model::{Instant, Quiet};

mod moves;
mod rhythms;

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// A Monday.
fn monday() -> Instant {
    at("2026-11-23T10:20:30Z")
}

fn every(seconds: u64) -> Rhythm {
    Rhythm::Every(Duration::from_secs(seconds))
}

#[expect(clippy::unnecessary_wraps, reason = "as fields take it")]
fn seconds(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds))
}

fn situation(rhythm: &Rhythm, wishes: Wishes) -> Situation<'_> {
    let (now, longest_wish) = (monday(), LONGEST_WISH);
    Situation { now, source: "s", rhythm, history: &[], wishes, longest_wish }
}

const GOOD: Visit = Visit::Good { retry_after: None };

fn failed(trouble: Trouble, failures: u32, retry_after: Option<Duration>) -> Visit {
    Visit::Failed { trouble, failures, retry_after }
}

/// The wait is the one expected, and at most a tenth or half an hour longer.
fn check(rhythm: &Rhythm, wishes: Wishes, visit: Visit, expect: u64) -> Next {
    let next = next(&situation(rhythm, wishes), visit);
    let wait = (next.at - monday()).num_seconds() as u64;
    let most = expect + (expect / 10).clamp(1, 30 * MINUTE);
    assert!((expect + 1..=most).contains(&wait), "{wait} is not {expect}: {wishes:?} {visit:?}");
    next
}

#[test]
fn f13_f16_the_longer_of_our_rhythm_and_the_servers_wish() {
    let fresh = |fresh| Wishes { fresh, ..Wishes::default() };
    check(&every(HOUR), fresh(None), GOOD, HOUR);
    check(&every(HOUR), fresh(seconds(60)), GOOD, HOUR);
    check(&every(HOUR), fresh(seconds(6_600)), GOOD, 6_600);
    check(&every(2 * DAY), fresh(seconds(6_600)), GOOD, 2 * DAY);
    let next = check(&every(HOUR), fresh(seconds(500_000_000)), GOOD, DAY);
    assert_eq!(next.cut, seconds(500_000_000), "the wish is cut, and that is told");
    assert_eq!(check(&every(HOUR), fresh(seconds(DAY)), GOOD, DAY).cut, None);
}

#[test]
fn f16_the_longest_wish_can_be_set() {
    let rhythm = every(HOUR);
    let wishes = Wishes { ttl: seconds(3 * DAY), ..Wishes::default() };
    let patient =
        Situation { longest_wish: Duration::from_secs(2 * DAY), ..situation(&rhythm, wishes) };
    assert!(next(&patient, GOOD).at - monday() > TimeDelta::days(2));
}

#[test]
fn f32_f34_what_the_list_asks_for_is_a_floor_up_to_a_day() {
    let ttl = |ttl| Wishes { ttl, ..Wishes::default() };
    check(&every(MINUTE), ttl(seconds(120 * MINUTE)), GOOD, 120 * MINUTE);
    check(&every(30 * MINUTE), ttl(seconds(MINUTE)), GOOD, 30 * MINUTE);
    check(&every(HOUR), ttl(seconds(7 * DAY)), GOOD, DAY);
    check(&every(6 * HOUR), ttl(seconds(HOUR)), GOOD, 6 * HOUR);
}

#[test]
fn f17_f18_f20_a_refusal_is_heeded_up_to_seven_days() {
    let none = Wishes::default();
    check(&every(HOUR), none, failed(Trouble::Refused, 1, seconds(5_400)), 5_400);
    check(&every(HOUR), none, failed(Trouble::Broken, 1, seconds(2 * DAY)), 2 * DAY);
    check(&every(HOUR), none, failed(Trouble::Refused, 1, seconds(u64::MAX)), 7 * DAY);
    check(&every(HOUR), none, Visit::Good { retry_after: seconds(5_400) }, 5_400);
    check(&every(HOUR), none, Visit::PutOff { wait: Duration::from_secs(90) }, 90);
}

#[test]
fn f19_a_refusal_that_does_not_say_for_how_long_doubles() {
    for (failures, hours) in [(1, 1), (2, 2), (3, 4), (5, 16), (6, 24), (u32::MAX, 24)] {
        let visit = failed(Trouble::Refused, failures, None);
        check(&every(5 * MINUTE), Wishes::default(), visit, hours * HOUR);
    }
}

#[test]
fn failures_climb_a_ladder_of_their_own() {
    let check = |trouble, failures, minutes: u64| {
        check(&every(5 * MINUTE), Wishes::default(), failed(trouble, failures, None), minutes * 60);
    };
    for trouble in [Trouble::Broken, Trouble::Unreachable] {
        check(trouble, 1, 30);
        check(trouble, 2, 60);
        check(trouble, 6, 960);
        check(trouble, 7, 1_440);
        check(trouble, 4_000_000_000, 1_440);
    }
    check(Trouble::Denied, 1, 60);
    check(Trouble::Denied, 20, 1_440);
    check(Trouble::Missing, 1, 60);
    check(Trouble::Missing, 40, 7 * 1_440);
    check(Trouble::Gone, 1, 1_440);
}

#[test]
fn f31_404_for_thirty_days_costs_few_requests_and_never_ends() {
    for rhythm in [every(MINUTE), every(15 * MINUTE), Rhythm::Auto] {
        let mut now = monday();
        let mut requests = 0;
        while now < monday() + TimeDelta::days(30) {
            requests += 1;
            let situation = Situation { now, ..situation(&rhythm, Wishes::default()) };
            now = next(&situation, failed(Trouble::Missing, requests, None)).at;
        }
        assert!((8..=15).contains(&requests), "{requests} requests");
    }
}

#[test]
fn f30_a_second_410_is_believed_a_day_later() {
    assert!(!is_gone(None, monday()));
    assert!(!is_gone(Some(monday()), monday() + TimeDelta::hours(23)));
    assert!(is_gone(Some(monday()), monday() + TimeDelta::hours(24)));
}

/// All hours but these.
fn only(hours: &[u32]) -> Quiet {
    Quiet { hours: hours.iter().fold(0xff_ffff, |bits, hour| bits & !(1 << hour)), days: 0 }
}

#[test]
fn f33_a_list_is_visited_in_the_hours_that_it_allows() {
    let quick = (0..20).map(|n| monday() - TimeDelta::minutes(30 * n)).collect::<Vec<_>>();
    for (rhythm, history) in [
        (every(15 * MINUTE), &[][..]),
        (every(7 * HOUR), &[]),
        (every(DAY), &[]),
        (Rhythm::Auto, &quick),
        (Rhythm::Auto, &[monday() - TimeDelta::days(90)]),
    ] {
        let wishes = Wishes { quiet: only(&[23]), ..Wishes::default() };
        let mut now = monday();
        for _ in 0..30 {
            let situation = Situation { now, history, ..situation(&rhythm, wishes) };
            let next = next(&situation, GOOD).at;
            assert_eq!(next.hour(), 23, "{rhythm:?}: {next} after {now}");
            assert!(next - now <= TimeDelta::hours(25));
            now = next;
        }
    }
}

#[test]
fn f33_a_list_that_is_always_quiet_is_visited_all_the_same() {
    for quiet in [Quiet { hours: 0, days: 0x7f }, only(&[])] {
        let wishes = Wishes { quiet, ..Wishes::default() };
        check(&every(HOUR), wishes, GOOD, HOUR);
    }
    // On Friday evening, with a quiet weekend: not later than in a day.
    let (rhythm, quiet) = (every(HOUR), Quiet { hours: 0, days: 0b110_0000 });
    let friday = at("2026-11-27T23:30:00Z");
    let wishes = Wishes { quiet, ..Wishes::default() };
    let situation = Situation { now: friday, ..situation(&rhythm, wishes) };
    let wait = next(&situation, GOOD).at - friday;
    assert!(wait > TimeDelta::hours(23) && wait <= TimeDelta::hours(24), "{wait}");
}

#[test]
fn the_measure_of_lateness_depends_on_source_and_time_alone() {
    let rhythm = every(HOUR);
    let situation = situation(&rhythm, Wishes::default());
    assert_eq!(next(&situation, GOOD), next(&situation, GOOD));
    let names = ["a", "b", "c", "d", "e", "f"];
    let mut times: Vec<_> =
        names.iter().map(|source| next(&Situation { source, ..situation }, GOOD).at).collect();
    times.sort_unstable();
    times.dedup();
    assert!(times.len() > 3, "sources of one rhythm do not come all at once");
}

fn any_visit() -> impl Strategy<Value = Visit> {
    let trouble = prop::sample::select(vec![
        Trouble::Broken,
        Trouble::Unreachable,
        Trouble::Denied,
        Trouble::Refused,
    ]);
    prop_oneof![
        Just(GOOD),
        (trouble, any::<u32>()).prop_map(|(trouble, failures)| failed(trouble, failures, None)),
    ]
}

fn any_wait() -> impl Strategy<Value = Option<Duration>> {
    prop_oneof![
        Just(None),
        (0..2 * DAY).prop_map(|seconds| Some(Duration::from_secs(seconds))),
        any::<u64>().prop_map(|seconds| Some(Duration::from_secs(seconds))),
    ]
}

fn any_rhythm() -> impl Strategy<Value = Rhythm> {
    prop_oneof![
        Just(Rhythm::Auto),
        (MINUTE..=DAY).prop_map(every),
        prop::sample::select(vec!["*/15 * * * *", "0 7 * * *", "30 6,18 * * *"]).prop_map(|text| {
            Rhythm::Cron(Arc::new(Cron::parse(text, Tz::Asia__Shanghai).unwrap()))
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 100_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn f36_never_before_the_floor_and_never_much_later_than_a_day(
        now in -10_000_000_000_i64..10_000_000_000,
        source in "[a-z]{0,8}",
        rhythm in any_rhythm(),
        ages in prop::collection::vec(any::<i32>(), 0..20),
        (fresh, ttl) in (any_wait(), any_wait()),
        (hours, days) in (any::<u32>(), any::<u8>()),
        visit in any_visit(),
    ) {
        let now = chrono::DateTime::from_timestamp(now, 0).unwrap();
        let history: Vec<_> = ages.iter().map(|age| now - TimeDelta::seconds(i64::from(*age))).collect();
        let wishes = Wishes { fresh, ttl, quiet: Quiet { hours, days } };
        let (source, longest_wish) = (source.as_str(), LONGEST_WISH);
        let situation = Situation { now, source, rhythm: &rhythm, history: &history, wishes, longest_wish };
        let at = next(&situation, visit).at;
        let wish = fresh.unwrap_or_default().max(ttl.unwrap_or_default()).min(LONGEST_WISH);
        let floor = match (&rhythm, visit) {
            (Rhythm::Every(_), Visit::Failed { .. }) => rhythm.shortest(),
            // A clock may strike at once, and quiet hours may bring our own rhythm forward; but
            // never the server's wish.
            (Rhythm::Cron(_), Visit::Good { .. }) => wish,
            (_, Visit::Good { .. }) => wish.max(Duration::from_mins(1)),
            _ => Duration::from_mins(30),
        };
        prop_assert!(at >= now + TimeDelta::from_std(floor).unwrap(), "{} is too early", at - now);
        let most = match rhythm {
            // The next time of a clock may be a day behind the wish, and move a day for its hours.
            Rhythm::Cron(_) => TimeDelta::minutes(48 * 60 + 31),
            _ => TimeDelta::seconds((24.0 * 1.1 * 3_600.0) as i64),
        };
        prop_assert!(at <= now + most, "{} is too late", at - now);
    }

    #[test]
    fn f36_nothing_breaks_at_the_ends_of_time(
        now in prop::sample::select(vec![Instant::MIN_UTC, Instant::MAX_UTC, monday()]),
        rhythm in any_rhythm(),
        (fresh, retry_after) in (any_wait(), any_wait()),
        failures in any::<u32>(),
        (hours, days) in (any::<u32>(), any::<u8>()),
    ) {
        let wishes = Wishes { fresh, ttl: None, quiet: Quiet { hours, days } };
        let longest_wish = Duration::MAX;
        let situation =
            Situation { now, source: "s", rhythm: &rhythm, history: &[now], wishes, longest_wish };
        for trouble in [Trouble::Missing, Trouble::Gone] {
            let at = next(&situation, failed(trouble, failures, retry_after)).at;
            prop_assert!(at >= now);
        }
        prop_assert!(next(&situation, GOOD).at >= now);
    }
}
