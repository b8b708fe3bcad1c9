use std::time::Duration;

use super::{Visit, next};

const HOUR: u64 = 3_600;

fn check(every: u64, visit: Visit, expect: u64) {
    let now = chrono::DateTime::from_timestamp(1_000_000, 0).unwrap();
    let wait = next(now, Duration::from_secs(every), visit) - now;
    assert_eq!(wait.num_seconds(), expect as i64, "{every} {visit:?}");
}

#[expect(clippy::unnecessary_wraps, reason = "as fields take it")]
fn seconds(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds))
}

#[test]
fn the_longer_of_our_rhythm_and_the_servers_wish() {
    check(HOUR, Visit::Good { wish: None }, HOUR);
    check(HOUR, Visit::Good { wish: seconds(60) }, HOUR);
    check(HOUR, Visit::Good { wish: seconds(7_200) }, 7_200);
    check(HOUR, Visit::Good { wish: seconds(500_000_000) }, 24 * HOUR);
    check(48 * HOUR, Visit::Good { wish: None }, 48 * HOUR);
}

#[test]
fn failures_back_off_up_to_a_day() {
    let failed = |failures, retry_after| Visit::Failed { failures, retry_after };
    check(HOUR, failed(1, None), HOUR);
    check(HOUR, failed(2, None), 2 * HOUR);
    check(HOUR, failed(3, None), 4 * HOUR);
    check(HOUR, failed(40, None), 24 * HOUR);
    check(60, failed(1, None), 300);
    check(48 * HOUR, failed(9, None), 48 * HOUR);
    check(HOUR, failed(1, seconds(5_400)), 5_400);
    check(HOUR, failed(1, seconds(u64::MAX)), 7 * 24 * HOUR);
}
