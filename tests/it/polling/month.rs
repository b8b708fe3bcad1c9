//! A month of polling one feed, with all that happens in a month: nobody is asked too soon, nothing
//! is asked twice without a condition, and no condition is stale.

use chrono::TimeDelta;

use super::sim::{Instant, Sim, start};
use super::{feed, source};
use crate::origin::{Origin, Record, Reply, reply};

/// How the server feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Well,
    /// 429 with `Retry-After`.
    Busy,
    /// 503 without a word.
    Down,
    /// Closes without an answer.
    Mute,
    /// Half a document, with a validator of its own.
    Broken,
    /// The same document under a new validator, 200 each time.
    Fickle,
    /// 404.
    Missing,
}

impl Mood {
    fn at(hour: i64) -> Self {
        match hour {
            70..96 => Self::Busy,
            150..156 => Self::Down,
            200..212 => Self::Mute,
            280..290 => Self::Broken,
            340..360 => Self::Fickle,
            430..440 => Self::Missing,
            _ => Self::Well,
        }
    }
}

/// What the server does, and what may be asked of it next.
#[derive(Default)]
struct Server {
    /// The validators that a client must send, once it has some.
    given: Option<(String, String)>,
    /// The first moment at which it may be asked again.
    not_before: Option<Instant>,
    answers: usize,
}

const MAX_AGE: i64 = 5_400;
const RETRY_AFTER: i64 = 90_000;

impl Server {
    /// Items come every six hours.
    fn items(hour: i64) -> usize {
        usize::try_from(hour / 6).unwrap() + 1
    }

    /// The answer at an hour, and what it means for the next request.
    fn answer(&mut self, hour: i64, now: Instant, least: i64) -> Reply {
        self.answers += 1;
        let items = Self::items(hour);
        let body = feed("", items.saturating_sub(15)..items);
        let version = match Mood::at(hour) {
            Mood::Fickle => format!("fickle-{}", self.answers),
            _ => format!("v{items}"),
        };
        // As a proxy writes them: odd, and to be sent back as they are.
        let etag = format!("W/\"{version}-gzip\"");
        let date = format!("Thu,  1 Jan 1970 00:{:02}:01 +0000", items % 60);
        let polite = |reply: Reply| reply.header("Cache-Control", format!("max-age={MAX_AGE}"));
        let wait = match Mood::at(hour) {
            Mood::Busy => RETRY_AFTER,
            Mood::Well | Mood::Fickle => MAX_AGE,
            _ => least,
        };
        self.not_before = Some(now + TimeDelta::seconds(wait));
        match Mood::at(hour) {
            Mood::Busy => reply(429).header("Retry-After", RETRY_AFTER.to_string()),
            Mood::Down => reply(503),
            Mood::Mute => Reply::raw(""),
            Mood::Missing => reply(404),
            Mood::Broken => {
                let half = body[..body.len() / 3].to_owned();
                reply(200).body(half).header("ETag", "\"half\"")
            }
            Mood::Well if self.given.as_ref().is_some_and(|(known, _)| *known == etag) => {
                polite(reply(304))
            }
            Mood::Well | Mood::Fickle => {
                self.given = Some((etag.clone(), date.clone()));
                polite(reply(200).body(body).header("ETag", etag).header("Last-Modified", date))
            }
        }
    }
}

/// The request carries what the server gave last, byte for byte, and nothing else.
fn check(asked: &Record, given: Option<&(String, String)>, hour: i64) {
    let sent = asked.text("If-None-Match").zip(asked.text("If-Modified-Since"));
    assert_eq!(sent.as_ref(), given, "in hour {hour}");
    assert!(asked.header("Cookie").is_none() && asked.header("Referer").is_none());
    assert_eq!(asked.target, "/feed?a=1&b=%20x");
}

#[tokio::test]
async fn f39_a_month_of_polling_with_all_that_happens() {
    for (every, least) in [("auto", 3_600), ("15m", 900), ("1h", 3_600)] {
        let origin = Origin::start([]);
        let url = origin.url("/feed?a=1&b=%20x");
        let mut sim = Sim::new(&source("s", &url, every)).await;
        let mut server = Server::default();
        let mut moods = Vec::new();
        let end = start() + TimeDelta::days(30);
        let mut at = start();
        while at < end {
            let hour = (at - start()).num_hours();
            let (given, not_before) = (server.given.clone(), server.not_before);
            let before = origin.requests().len();
            origin.on("GET /feed?a=1&b=%20x", [server.answer(hour, at, least)]);
            assert!(sim.next(end).await);
            assert_eq!(sim.now, at);
            let asked = origin.requests();
            assert_eq!(asked.len(), before + 1, "a visit is a request ({:?})", Mood::at(hour));
            check(&asked[before], given.as_ref(), hour);
            assert!(
                not_before.is_none_or(|soonest| at >= soonest),
                "{every}: too soon in hour {hour}"
            );
            moods.push(Mood::at(hour));
            if asked.len().is_multiple_of(5) {
                sim.restart().await;
            }
            at = sim.health("s").await.next_visit;
        }
        let seen = |mood| moods.iter().filter(|one| **one == mood).count();
        for mood in [Mood::Well, Mood::Busy, Mood::Down, Mood::Mute, Mood::Broken, Mood::Fickle] {
            assert!(seen(mood) > 0, "{every}: {mood:?} was never met");
        }
        // Fifteen items are shown at a time, and none of the longest silence is longer.
        let health = sim.health("s").await;
        let hour = (at.min(end) - start()).num_hours();
        let last = Server::items(hour);
        assert!(health.items as usize + 2 >= last, "{every}: {} of {last} items", health.items);
        assert!(origin.requests().len() < 720, "{every}: {}", origin.requests().len());
    }
}
