//! How long what servers said is taken as said, and how much of it is kept.

use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::{Key, MOST_SERVERS, Permits, Said, Server, Verdict, read};
use crate::fetch::answer::{Answer, Raw, Wishes};
use crate::fetch::{Accept, Error, Request};
use crate::model::{Egress, Page, Validators};

fn file(text: &str, max_age: Option<Duration>) -> Answer {
    let page = Page {
        url: Url::parse("https://a.example/robots.txt").unwrap(),
        status: 200,
        content_type: None,
        bytes: text.into(),
        links: Vec::new(),
        robots: Vec::new(),
        faults: Vec::new(),
    };
    let wait = Wishes { max_age, moved_to: None, raw: Raw::default() };
    Answer::Fresh { page, validators: Validators::default(), wait }
}

fn status(status: u16) -> Error {
    Error::Status { status, retry_after: None }
}

#[test]
fn f52_what_was_said_holds_for_a_day_at_the_most() {
    fn check(answer: Result<Answer, Error>, minutes: u64) {
        let said = read(answer, "finews").ok().unwrap();
        assert_eq!(said.kept, Duration::from_mins(minutes));
        let (born, kept) = (Instant::now(), said.kept);
        let server = Server { born, said: said.into() };
        let second = Duration::from_secs(1);
        assert!(server.holds(born + kept - second) && !server.holds(born + kept));
    }
    check(Ok(file("", None)), 24 * 60);
    check(Ok(file("", Some(Duration::from_hours(6)))), 6 * 60);
    check(Ok(file("", Some(Duration::from_secs(5)))), 60);
    check(Ok(file("", Some(Duration::from_hours(9999)))), 24 * 60);
    check(Err(status(404)), 24 * 60);
    check(Err(status(503)), 10);
    check(Err(status(429)), 10);
}

#[test]
fn a_refusal_of_the_guard_says_nothing_of_the_server() {
    let blocked = crate::fetch::Blocked { place: "x".into(), why: "loopback".into() };
    assert!(read(Err(Error::Blocked(blocked)), "finews").is_err());
    let resting = Error::CoolingDown { host: "x".into(), wait: Duration::from_secs(9) };
    assert!(read(Err(resting), "finews").is_err());
}

#[tokio::test]
async fn f52_another_name_or_way_out_asks_for_itself() {
    let permits = Permits::default();
    let url = Url::parse("https://a.example/x").unwrap();
    let plain = Request::get(url.clone(), Accept::Page);
    let mut proxied = plain.clone();
    proxied.egress.proxy = Some(Url::parse("http://127.0.0.1:3128").unwrap());
    let mut asked = 0;
    for (request, name) in [(&plain, "a"), (&plain, "a"), (&plain, "b"), (&proxied, "a")] {
        let ask = |robots: Request| {
            asked += 1;
            assert_eq!(robots.egress, request.egress);
            async { Ok(file("User-agent: a\nDisallow: /x", None)) }
        };
        let verdict = permits.check(&url, "a.example", request, name, ask).await;
        assert_eq!(verdict.is_err(), name == "a");
    }
    assert_eq!(asked, 3);
}

#[test]
fn no_number_of_servers_fills_the_memory() {
    let permits = Permits::default();
    let now = Instant::now();
    let rules = format!("User-agent: *\n{}", "Disallow: /some/long/path/of/a/page\n".repeat(4000));
    for number in 0..MOST_SERVERS + 100 {
        let authority = format!("https://{number}.example");
        let key = Key { authority, egress: Egress::default(), product: "finews".into() };
        let server = permits.server(key, now + Duration::from_millis(number as u64));
        if number < 300 {
            let said = read(Ok(file(&rules, None)), "finews").ok().unwrap();
            assert!(matches!(said, Said { verdict: Verdict::Rules(_), .. }));
            assert!(server.said.set(said).is_ok());
        }
    }
    let servers = permits.servers.lock().unwrap();
    assert!(servers.len() <= MOST_SERVERS);
    assert!(servers.values().map(|it| it.weight()).sum::<usize>() <= super::MOST_WEIGHT);
}
