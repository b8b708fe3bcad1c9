//! Where sources move to.

use super::*;

const OLD: &str = "https://old.example/feed";
const NEW: &str = "https://new.example/feed";

fn led(to: &str) -> Sight<'_> {
    Sight::Led { to, kin: true }
}

/// What is known after seeing this every day for so many days, and when.
fn daily(from: &str, sight: Sight<'_>, days: i64) -> Option<Move> {
    (0..days).fold(None, |known, day| observe(from, known, sight, monday() + TimeDelta::days(day)))
}

fn adopted(known: Option<&Move>) -> Option<&str> {
    known.filter(|moved| moved.adopted).map(|moved| moved.to.as_str())
}

#[test]
fn f22_one_permanent_redirect_is_no_move() {
    let known = daily(OLD, led(NEW), 1);
    assert_eq!(adopted(known.as_ref()), None);
    assert_eq!(known.map(|moved| moved.to).as_deref(), Some(NEW));
}

#[test]
fn f23_the_same_for_eight_days_is() {
    assert_eq!(adopted(daily(OLD, led(NEW), 7).as_ref()), None);
    let known = daily(OLD, led(NEW), 8);
    assert_eq!(adopted(known.as_ref()), Some(NEW));
    assert_eq!(known.map(|moved| moved.days), Some(8));
}

#[test]
fn many_in_a_week_on_two_days_only_are_not() {
    let times = [0, 1, 2, 7 * 24, 7 * 24 + 1].map(|hours| monday() + TimeDelta::hours(hours));
    let known = times.iter().fold(None, |known, now| observe(OLD, known, led(NEW), *now));
    assert_eq!(adopted(known.as_ref()), None);
}

#[test]
fn f24_a_target_that_is_no_list_of_ours_is_not() {
    assert_eq!(daily(OLD, Sight::Otherwise, 30), None);
    let strange = Sight::Led { to: NEW, kin: false };
    assert_eq!(adopted(daily(OLD, strange, 30).as_ref()), None);
}

#[test]
fn f25_f26_a_break_begins_anew() {
    // A temporary hop, another target, and no redirect at all each end the row.
    for broken in [Sight::Otherwise, led("https://other.example/")] {
        let known = (0..8).fold(None, |known, day| {
            let sight = if day == 6 { broken } else { led(NEW) };
            observe(OLD, known, sight, monday() + TimeDelta::days(day))
        });
        assert_eq!(known.map(|moved| (moved.days, moved.adopted)), Some((1, false)));
    }
    let known = daily(OLD, led(NEW), 6);
    let silent = observe(OLD, known.clone(), Sight::Silent, monday() + TimeDelta::days(9));
    assert_eq!(silent, known, "a failure is no break");
}

#[test]
fn f27_the_same_address_by_https_is_adopted_at_once() {
    let check = |from, to, expect| {
        let known = observe(from, None, Sight::Led { to, kin: false }, monday());
        assert_eq!(known.unwrap().adopted, expect, "{from} {to}");
    };
    check("http://a.example/feed?x=1", "https://a.example/feed?x=1", true);
    check("http://a.example/feed", "https://a.example/feed/", false);
    check("http://a.example/feed", "https://www.a.example/feed", false);
    check("https://a.example/feed", "http://a.example/feed", false);
}

#[test]
fn an_address_that_is_lost_is_followed_where_it_led() {
    let known = daily(OLD, led(NEW), 2);
    let lost = observe(OLD, known, Sight::Lost, monday() + TimeDelta::days(3));
    assert_eq!(adopted(lost.as_ref()), Some(NEW));
    // And back, when the new one is lost in its turn.
    assert_eq!(observe(OLD, lost, Sight::Lost, monday() + TimeDelta::days(4)), None);
    let unproven = daily(OLD, Sight::Led { to: NEW, kin: false }, 2);
    assert_eq!(observe(OLD, unproven, Sight::Lost, monday() + TimeDelta::days(3)), None);
    assert_eq!(observe(OLD, None, Sight::Lost, monday()), None);
}

#[test]
fn an_adopted_address_stays() {
    let known = daily(OLD, led(NEW), 8);
    for sight in [Sight::Otherwise, Sight::Silent, led("https://third.example/")] {
        assert_eq!(observe(OLD, known.clone(), sight, monday() + TimeDelta::days(30)), known);
    }
}
