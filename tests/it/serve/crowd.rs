//! Guards that nobody can keep the others out, and that serving ends when it shall.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use finews::serve::{Finding, Found, Lookup, Rules};
use tokio::sync::oneshot;

use super::client::{request, serve_with};

/// Tells when it was asked, and answers when it is told to.
struct Slow {
    asked: Mutex<Option<oneshot::Sender<()>>>,
    answer: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Lookup for Slow {
    fn find<'a>(&'a self, _: &'a str, _: Option<&'a str>) -> Finding<'a> {
        let (asked, answer) =
            (self.asked.lock().unwrap().take(), self.answer.lock().unwrap().take());
        Box::pin(async {
            if let (Some(asked), Some(answer)) = (asked, answer) {
                asked.send(()).unwrap();
                let _ = answer.await;
            }
            Found::Gone
        })
    }
}

fn slow() -> (Arc<Slow>, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let (asked, was_asked) = oneshot::channel();
    let (tell, answer) = oneshot::channel();
    let slow = Slow { asked: Mutex::new(Some(asked)), answer: Mutex::new(Some(answer)) };
    (Arc::new(slow), was_asked, tell)
}

#[tokio::test]
async fn s58_the_silent_and_the_slow_are_shown_out() {
    let hurry = |rules: &mut Rules| {
        rules.limits.request = Duration::from_millis(50);
        rules.limits.idle = Duration::from_millis(50);
    };
    let served = serve_with(&[("all.rss", "one")], hurry, Arc::new(())).await;
    for said in ["", "GET /all.rss HTT", "GET /all.rss HTTP/1.1\r\nHost: x\r\nX: "] {
        let mut connection = served.connect().await;
        connection.say(said).await;
        assert_eq!(connection.rest().await, "", "{said:?}");
    }
    let mut connection = served.connect().await;
    connection.say(&request("GET", "/all.rss", &[], "keep-alive")).await;
    assert_eq!(connection.answer(false).await.text(), "one");
    assert_eq!(connection.rest().await, "");
}

#[tokio::test]
async fn s58_a_crowd_that_says_nothing_keeps_nobody_out() {
    let few = |rules: &mut Rules| rules.limits.connections = 8;
    let served = serve_with(&[("all.rss", "one")], few, Arc::new(())).await;
    let mut crowd = Vec::new();
    for _ in 0..100 {
        let mut silent = served.connect().await;
        silent.say("GET /").await;
        crowd.push(silent);
        assert_eq!(served.get("/all.rss", &[]).await.text(), "one");
    }
    assert_eq!(crowd[0].rest().await, "");
}

#[tokio::test]
async fn s60_an_answer_under_way_is_finished() {
    let (slow, was_asked, tell) = slow();
    let mut served = serve_with(&[], |_| {}, slow).await;
    let mut resting = served.connect().await;
    resting.say(&request("GET", "/healthz", &[], "keep-alive")).await;
    assert_eq!(resting.answer(false).await.status, 200);
    let mut waiting = served.connect().await;
    waiting.say(&request("GET", "/x", &[], "keep-alive")).await;
    was_asked.await.unwrap();
    served.stop();
    assert_eq!(resting.rest().await, "");
    tell.send(()).unwrap();
    assert_eq!(waiting.answer(false).await.status, 410);
    assert_eq!(waiting.rest().await, "");
    served.ended().await;
}

#[tokio::test]
async fn s60_an_answer_that_never_comes_holds_nothing_up() {
    let (slow, was_asked, _tell) = slow();
    let brief = |rules: &mut Rules| rules.limits.grace = Duration::from_millis(50);
    let mut served = serve_with(&[], brief, slow).await;
    let mut waiting = served.connect().await;
    waiting.say(&request("GET", "/x", &[], "keep-alive")).await;
    was_asked.await.unwrap();
    let mut half = served.connect().await;
    half.say("GET /x HTTP/1.1\r\n").await;
    let started = Instant::now();
    served.stop();
    served.ended().await;
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(waiting.rest().await, "");
    assert_eq!(half.rest().await, "");
}

#[tokio::test]
async fn after_the_end_nobody_comes_in() {
    let mut served = serve_with(&[], |_| {}, Arc::new(())).await;
    let address = served.address;
    served.stop();
    served.ended().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
