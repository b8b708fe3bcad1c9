//! Our own rhythm.

use super::*;

/// Twenty items, one each `gap` minutes, the last one `idle` minutes ago.
fn posts(gap: i64, idle: i64) -> Vec<Instant> {
    (0..20).map(|n| monday() - TimeDelta::minutes(idle + n * gap)).collect()
}

fn minutes(history: &[Instant], fresh: Option<Duration>) -> i64 {
    let wishes = Wishes { fresh, ..Wishes::default() };
    let situation = Situation { history, ..situation(&Rhythm::Auto, wishes) };
    (next(&situation, GOOD).at - monday()).num_minutes()
}

#[track_caller]
fn check(history: &[Instant], expect: std::ops::RangeInclusive<i64>) {
    let minutes = minutes(history, None);
    assert!(expect.contains(&minutes), "{minutes} is not in {expect:?}");
}

#[test]
fn f35_a_quick_source_is_met_within_its_half_interval_and_an_idle_one_daily() {
    check(&posts(30, 5), 30..=35);
    check(&posts(5, 1), 30..=35);
    check(&posts(60, 5), 30..=35);
    check(&posts(4 * 60, 10), 60..=66);
    check(&posts(12 * 60, 10), 180..=198);
    check(&posts(24 * 60, 10), 360..=390);
    check(&posts(7 * 24 * 60, 10), 1_440..=1_470);
    check(&posts(30, 90 * 24 * 60), 1_440..=1_470);
    check(&[monday() - TimeDelta::days(90)], 1_440..=1_470);
    check(&[], 60..=66);
    check(&[monday()], 90..=99);
    // A quick source that sleeps at night is met less often then.
    check(&posts(30, 8 * 60), 120..=132);
}

#[test]
fn f35_half_of_every_interval() {
    for gap in (66..10_000).step_by(7) {
        let (wait, half) = (minutes(&posts(gap, 0), None), (gap / 2).clamp(33, 24 * 60 + 30));
        assert!(wait <= half, "{wait} of {gap}");
    }
}

#[test]
fn a_server_whose_answers_are_soon_stale_is_asked_sooner_if_it_posts_so_often() {
    assert!((10..=11).contains(&minutes(&posts(10, 1), seconds(300))));
    assert!((60..=66).contains(&minutes(&posts(240, 1), seconds(300))));
    assert!((30..=33).contains(&minutes(&posts(10, 1), seconds(1_800))));
}

#[test]
fn items_of_the_future_say_nothing() {
    let future: Vec<_> = (1..20).map(|n| monday() + TimeDelta::days(n)).collect();
    check(&future, 60..=66);
}

fn cron(text: &str) -> Rhythm {
    Rhythm::Cron(Arc::new(Cron::parse(text, Tz::Asia__Shanghai).unwrap()))
}

#[test]
fn a_cron_expression_counts_in_the_sites_zone() {
    let check = |text: &str, fresh: Option<Duration>, from: &str, expect: &str, late: i64| {
        let rhythm = cron(text);
        let wishes = Wishes { fresh, ..Wishes::default() };
        let situation = Situation { now: at(from), ..situation(&rhythm, wishes) };
        let next = next(&situation, GOOD).at;
        let late = TimeDelta::seconds(late);
        assert!(next > at(expect) && next <= at(expect) + late, "{text}: {next}");
    };
    let from = "2026-11-23T10:20:30Z";
    check("0 7 * * *", None, from, "2026-11-23T23:00:00Z", 1_800);
    check("0 7 * * 1-5", None, "2026-11-27T00:00:00Z", "2026-11-29T23:00:00Z", 1_800);
    check("*/15 * * * *", None, from, "2026-11-23T10:30:00Z", 90);
    check("*/15 * * * *", seconds(3_000), from, "2026-11-23T11:15:00Z", 90);
}

#[test]
fn a_cron_expression_that_cannot_be_is_told() {
    for text in ["61 * * * *", "0 0 30 2 *", "a b c d e", "* * * *"] {
        let began = std::time::Instant::now();
        assert!(Cron::parse(text, Tz::UTC).is_err(), "{text}");
        assert!(began.elapsed() < Duration::from_secs(5), "{text}");
    }
    assert_eq!(cron("0 6,18 * * *").shortest(), Duration::from_hours(12));
    assert_eq!(cron("*/20 * * * *").shortest(), Duration::from_mins(20));
}
