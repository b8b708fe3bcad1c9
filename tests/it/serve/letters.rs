//! Guards what may be sent to the site: where, how much, how slowly, and how many at once.

use std::sync::Arc;
use std::time::Duration;

use finews::output::Folder;
use finews::serve::{self, Inbox, Letter, Looking, Receipt, Receiving, Rules, Site};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::client::{Connection, request};

/// Takes letters at `/in/small` and `/in/large`, and says what came.
struct Desk;

impl Inbox for Desk {
    fn takes(&self, path: &str) -> bool {
        path.starts_with("/in/")
    }

    fn room<'a>(&'a self, path: &'a str) -> Looking<'a> {
        let room = match path {
            "/in/small" => Some(100),
            "/in/large" => Some(1 << 20),
            _ => None,
        };
        Box::pin(async move { room })
    }

    fn take(&self, letter: Letter) -> Receiving<'_> {
        let body = letter.body.map(|body| String::from_utf8(body).unwrap());
        let text = format!("{} {:?} {:?} {:?}", letter.path, letter.query, body, letter.signature);
        Box::pin(async move { Receipt::new(202, text) })
    }
}

struct Served {
    address: std::net::SocketAddr,
    _dir: tempfile::TempDir,
    _running: JoinSet<Result<(), serve::Error>>,
}

async fn served(change: impl FnOnce(&mut Rules)) -> Served {
    let dir = tempfile::tempdir().unwrap();
    Folder::open(dir.path()).unwrap();
    let mut rules = Rules::new(dir.path());
    rules.base = "/news".into();
    rules.limits.body = 2 << 20;
    change(&mut rules);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let site = Site::with_inbox(rules, Arc::new(()), Some(Arc::new(Desk)));
    let mut running = JoinSet::new();
    running.spawn(serve::run(listener, site, std::future::pending()));
    Served { address, _dir: dir, _running: running }
}

impl Served {
    async fn say(&self, text: &str) -> Connection {
        let mut connection =
            Connection(tokio::net::TcpStream::connect(self.address).await.unwrap());
        connection.say(text).await;
        connection
    }

    async fn check(&self, text: &str, status: u16, body: &str) {
        let answer = self.say(text).await.answer(false).await;
        assert_eq!((answer.status, answer.text()), (status, body), "{text}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

fn post(path: &str, headers: &[&str], body: &str) -> String {
    let length = format!("Content-Length: {}", body.len());
    let headers: Vec<&str> = headers.iter().copied().chain([length.as_str()]).collect();
    format!("{}{body}", request("POST", path, &headers, "close"))
}

#[tokio::test]
async fn letters_arrive_as_they_were_sent() {
    let served = served(|_| {}).await;
    let signed = ["X-Hub-Signature: sha1=0", "X-Hub-Signature: sha256=1"];
    let expect = "/in/small Some(\"a=b&c\") Some(\"body\") Some(\"sha256=1\")";
    served.check(&post("/in/small?a=b&c", &signed, "body"), 202, expect).await;
    served.check(&post("/news/in/small?a=b&c", &signed, "body"), 202, expect).await;
    let question = request("GET", "/in/small?q", &[], "close");
    served.check(&question, 202, "/in/small Some(\"q\") None None").await;
    // Where nobody lives no body is read; elsewhere letters are refused as ever.
    served.check(&post("/in/nobody", &[], "body"), 202, "/in/nobody None Some(\"\") None").await;
    let answer = served.say(&post("/all.atom", &[], "body")).await.answer(false).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
    let put = request("PUT", "/in/small", &[], "close");
    let answer = served.say(&put).await.answer(false).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, POST")));
}

#[tokio::test]
async fn s58_large_letters_are_refused_with_and_without_a_word_of_it() {
    let served = served(|_| {}).await;
    served.check(&post("/in/small", &[], &"x".repeat(101)), 413, "the body is too large\n").await;
    let chunked = ["Transfer-Encoding: chunked"];
    let head = request("POST", "/in/small", &chunked, "close");
    let chunks = "32\r\n".to_owned() + &"x".repeat(50) + "\r\n";
    let text = format!("{head}{}0\r\n\r\n", chunks.repeat(3));
    served.check(&text, 413, "the body is too large\n").await;
    let answer =
        served.say(&format!("{head}{}0\r\n\r\n", chunks.repeat(2))).await.answer(false).await;
    assert_eq!(answer.status, 202);
}

#[tokio::test]
async fn s58_slow_letters_are_shown_out() {
    let hurry = |rules: &mut Rules| rules.limits.request = Duration::from_millis(50);
    let served = served(hurry).await;
    let text = post("/in/large", &[], &"x".repeat(100_000));
    let mut connection = served.say(&text[..5_000]).await;
    let rest = connection.rest().await;
    // Either the door or the desk lost patience first.
    let refused = ["HTTP/1.1 408", "HTTP/1.1 400"].iter().any(|head| rest.starts_with(head));
    assert!(rest.is_empty() || refused, "{rest}");
}

#[tokio::test]
async fn s58_many_large_letters_at_once_keep_no_small_one_out() {
    let served = served(|_| {}).await;
    let large = post("/in/large", &[], &"x".repeat(100_000));
    let mut crowd = Vec::new();
    // The seventeenth is asked to come again, so that the sixteen before it are being read.
    let refused = loop {
        let mut connection = served.say(&large[..5_000]).await;
        let answered = tokio::select! {
            biased;
            answer = connection.answer(false) => Some(answer),
            () = many_turns() => None,
        };
        if let Some(answer) = answered {
            break answer;
        }
        crowd.push(connection);
        assert!(crowd.len() < 1_000, "all are read at once");
    };
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("5")));
    assert!(crowd.len() >= 16, "{}", crowd.len());
    served.check(&post("/in/small", &[], "x"), 202, "/in/small None Some(\"x\") None").await;
    drop(crowd);
}

/// Long enough for an answer that is at hand.
async fn many_turns() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}
