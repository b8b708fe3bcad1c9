use std::time::Duration;

use tokio::time::{advance, timeout};

use super::{SLOW, Turns};

const MOMENT: Duration = Duration::from_millis(1);

/// Turns at so many at once, with hosts that took long for their last answer.
async fn with_slow(at_once: usize, hosts: &[&str]) -> Turns {
    let turns = Turns::new(Duration::ZERO, at_once);
    for host in hosts {
        let turn = turns.take(host).await.unwrap();
        advance(SLOW).await;
        drop(turn);
    }
    turns
}

#[tokio::test(start_paused = true)]
async fn f38_slow_hosts_cannot_fill_the_pool() {
    let turns = with_slow(4, &["a", "b", "c", "d"]).await;
    let (_a, _b) = (turns.take("a").await.unwrap(), turns.take("b").await.unwrap());
    assert!(timeout(MOMENT, turns.take("c")).await.is_err(), "two of four are for slow hosts");
    let (_x, _y) = (turns.take("x").await.unwrap(), turns.take("y").await.unwrap());
    assert!(timeout(MOMENT, turns.take("z")).await.is_err(), "four at once");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_answers_quickly_is_slow_no_more() {
    let turns = with_slow(2, &["a", "b"]).await;
    assert!(turns.is_slow("a") && !turns.is_slow("x"));
    drop(turns.take("a").await.unwrap());
    assert!(!turns.is_slow("a") && turns.is_slow("b"));
}

#[tokio::test(start_paused = true)]
async fn f38_whoever_waits_for_its_host_takes_no_slot() {
    let turns = Turns::new(Duration::from_secs(1), 2);
    let first = turns.take("a").await.unwrap();
    let waiting = async {
        let _second = turns.take("a").await;
        std::future::pending::<()>().await;
    };
    let others = async {
        let one = turns.take("b").await.unwrap();
        drop(first);
        // Now the second request waits for the gap, and still takes no slot.
        let two = timeout(MOMENT, turns.take("c")).await.unwrap();
        (one, two.unwrap())
    };
    tokio::select! {
        () = waiting => unreachable!(),
        _ = others => {}
    }
}
