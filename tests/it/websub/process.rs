//! The built program: that the parts are joined.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::house::House;
use crate::origin::{Origin, reply};

use super::town::{asked, feed, field};

/// Killed when dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn say(address: &str, text: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn f53_p47_serve_subscribes_and_is_a_hub() {
    let origin = Origin::start([("POST /hub", vec![reply(202)])]);
    let hub = format!("<{}>; rel=hub", origin.url("/hub"));
    origin.on("GET /feed", [reply(200).header("Link", hub).body(feed("", &["one"]))]);
    let house = House::new(&format!(
        "[websub]\nsubscribe = true\nhub = true\n[[source]]\nid = \"s\"\nurl = \"{}\"\n",
        origin.url("/feed")
    ));
    let mut command = house.command(&["serve", "--listen", "127.0.0.1:0"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut child = Killed(child);
    let mut log = BufReader::new(child.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let line = log.find(|line| line.contains("serving at http://")).unwrap();
    let address = line.rsplit("http://").next().unwrap().trim().to_owned();

    let told = &asked(&origin, "POST", "/hub", 1).await[0].body;
    assert_eq!(field(told, "hub.topic"), origin.url("/feed").as_str());
    let callback = field(told, "hub.callback");
    let path = callback.strip_prefix("https://news.example/websub/").unwrap();
    let target = format!(
        "/websub/{path}?hub.mode=subscribe&hub.topic={}&hub.challenge=c",
        origin.url("/feed")
    );
    let head = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    let answer = say(&address, &format!("GET {target} {head}\r\n"));
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\nc"), "{answer}");
    assert!(log.any(|line| line.contains("subscribed")));

    let answer = say(&address, &format!("POST /hub {head}Content-Length: 0\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let answer = say(&address, &format!("GET /all.atom {head}\r\n"));
    let link = "link: <https://news.example/hub>; rel=\"hub\", <https://news.example/all.atom>; rel=\"self\"";
    assert!(answer.contains(link), "{answer}");
}
