//! Guards the process that polls and serves: its addresses, its end, and what a kill leaves.

use std::collections::BTreeMap;
use std::io::{BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::house::{House, walk};
use crate::origin::{Origin, reply};

/// A running `finews serve`; killed when dropped.
pub struct Daemon {
    child: Child,
    address: String,
    log: BufReader<std::process::ChildStderr>,
}

impl Daemon {
    pub fn start(house: &House) -> Self {
        let mut command = house.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let line = line_with(&mut log, "serving at http://");
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        Self { child, address, log }
    }

    /// Waits for a line of the log.
    fn wait_for(&mut self, word: &str) -> String {
        line_with(&mut self.log, word)
    }

    pub fn get(&self, target: &str, headers: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    /// Asks until an answer is as wished.
    pub fn until(&self, target: &str, wish: impl Fn(&str, &str) -> bool) -> (String, String) {
        for _ in 0..6_000 {
            let (head, body) = self.get(target, "");
            if wish(&head, &body) {
                return (head, body);
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("it did not come: {target}");
    }

    /// Where it serves.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits until everything is published.
    pub fn ready(&self) {
        self.until("/readyz", |head, _| head.starts_with("HTTP/1.1 200"));
    }

    /// Ends it; gives the rest of its log.
    pub fn log(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        log
    }

    fn end(mut self) -> i32 {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line_with(log: &mut impl std::io::BufRead, word: &str) -> String {
    let mut seen = String::new();
    loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).unwrap() > 0, "the log ended without `{word}`:\n{seen}");
        if line.contains(word) {
            return line;
        }
        seen.push_str(&line);
    }
}

pub fn header(head: &str, name: &str) -> String {
    let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
    line.unwrap_or_else(|| panic!("no {name}: {head}"))[name.len() + 1..].trim().to_owned()
}

const FEED: &str = "<rss version=\"2.0\"><channel><title>Bell</title><item><title>河边的钟</title>\
    <guid>202203092303042960</guid><link>https://bell.example/1</link>\
    <pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate><description>x</description></item>\
    </channel></rss>";

#[test]
fn the_daemon_polls_serves_and_ends_well() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(FEED)])]);
    let house = House::new(&format!(
        "[[category]]\nid = \"bells\"\n[[source]]\nid = \"bell\"\nurl = \"{}\"\n\
         categories = [\"bells\"]\n",
        origin.url("/feed")
    ));
    let mut daemon = Daemon::start(&house);
    daemon.wait_for("visited");
    daemon.wait_for("published");
    let (head, body) = daemon.get("/category/bells.atom", "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(header(&head, "content-type"), "application/atom+xml; charset=utf-8");
    assert_eq!(body, house.feed("category/bells.atom"), "the same bytes as on disk");
    assert!(!body.contains("evil.example"), "links come from the settings alone");
    assert!(header(&head, "last-modified").ends_with(" GMT"));
    let etag = header(&head, "etag");
    let (head, body) = daemon.get("/category/bells.atom", &format!("If-None-Match: {etag}\r\n"));
    assert!(head.starts_with("HTTP/1.1 304") && body.is_empty(), "{head}");

    // The predecessor's addresses lead to the item's page.
    let (head, _) = daemon.get("/html_News/NewsShare.html?infoCode=NW202203092303042960", "");
    assert!(head.starts_with("HTTP/1.1 301"), "{head}");
    let share = header(&head, "location");
    assert!(share.starts_with("/share/"), "{share}");
    let (_, body) = daemon.get(&share, "");
    assert!(body.contains("河边的钟"), "{body}");
    let (head, _) = daemon.get("/bell/2022/03/09/NW202203092303042960.html", "");
    assert_eq!(header(&head, "location"), share);
    let (head, _) = daemon.get("/bells/", "");
    assert_eq!(header(&head, "location"), "/category/bells.html");

    let health = house.run(&["health", &daemon.address]);
    assert_eq!(health.code, 0, "{health:?}");
    assert_eq!(house.run(&["fetch"]).code, 0, "the daemon is asked, and nothing is due");
    assert_eq!(daemon.end(), 0);
    assert_eq!(origin.requests().len(), 1);

    // A restart causes no request.
    let daemon = Daemon::start(&house);
    let (head, _) = daemon.get("/all.rss", "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(daemon.end(), 0);
    assert_eq!(origin.requests().len(), 1);
}

#[test]
fn health_without_a_daemon_fails() {
    let house = House::new("");
    assert_eq!(house.run(&["health", "127.0.0.1:1"]).code, 1);
}

#[test]
fn s39_a_kill_while_publishing_leaves_whole_files_and_loses_nothing() {
    let items = (0..300).map(|n| {
        format!(
            "<item><title>Item {n}</title><guid>g{n}</guid><link>https://b.example/{n}</link>\
                 <description>{}</description></item>",
            "text ".repeat(200)
        )
    });
    let feed =
        format!("<rss><channel><title>B</title>{}</channel></rss>", items.collect::<String>());
    let origin = Origin::start([("GET /feed", vec![reply(200).body(feed)])]);
    let house = House::new(&format!("[[source]]\nid = \"b\"\nurl = \"{}\"\n", origin.url("/feed")));
    house.good(&["fetch"]);
    let expect = contents(&house);
    for files in [1, 40, 130, 260] {
        std::fs::remove_dir_all(house.path("feeds")).unwrap();
        let mut child = house.command(&["publish"]).stderr(Stdio::null()).spawn().unwrap();
        while count(&house) < files && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        child.wait().unwrap();
        for (path, bytes) in contents(&house) {
            let whole = expect.get(&path);
            let temporary = path.starts_with(".finews-tmp/");
            assert!(temporary || whole == Some(&bytes), "{path} is half there");
        }
        house.good(&["publish"]);
        assert!(contents(&house) == expect, "after a kill at {files} files");
    }
}

fn contents(house: &House) -> BTreeMap<String, Vec<u8>> {
    house.tree().into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
}

/// Published files so far, whatever is still in the making.
fn count(house: &House) -> usize {
    let root = house.path("feeds");
    let mut files = 0;
    if root.is_dir() {
        walk(&root, &mut |path| {
            files += usize::from(path.extension().is_some_and(|ext| ext == "html"));
        });
    }
    files
}

#[test]
fn searches_and_old_addresses_are_answered() {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(FEED)])]);
    let settings = |more: &str| {
        format!(
            "{more}[[source]]\nid = \"bell\"\nurl = \"{}\"\nmedium = \"Wind资讯\"\n\
             categories = [\"{{medium}}\"]\n",
            origin.url("/feed")
        )
    };
    let house = House::new(&settings(""));
    house.good(&["fetch"]);
    house.reconfigure(&settings("[[category]]\nid = \"Wind\"\naliases = [\"Wind资讯\"]\n"));
    house.good(&["publish"]);
    let daemon = Daemon::start(&house);
    let (head, _) = daemon.get("/category/windzixun.atom", "");
    assert!(head.starts_with("HTTP/1.1 301"), "{head}");
    assert_eq!(header(&head, "location"), "/category/wind.atom");
    let (head, body) = daemon.get("/search.html?q=%E6%B2%B3%E8%BE%B9", "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(header(&head, "content-security-policy").contains("default-src 'none'"), "{head}");
    assert_eq!(header(&head, "cache-control"), "no-store");
    assert!(body.contains("河边的钟") && body.contains("href=\"share/"), "{body}");
    let (_, body) = daemon.get("/search.html?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%22", "");
    assert!(body.contains("&lt;script&gt;") && !body.contains("<script>"), "{body}");
    let (head, body) = daemon.get("/search.html", "");
    assert!(head.starts_with("HTTP/1.1 200") && body.contains("name=\"q\""), "{body}");
    let (head, _) = daemon.get("/search.html?q=-x&page=99999999999999", "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let long = format!("/search.html?q={}", "%E6%B2%B3".repeat(900));
    assert!(daemon.get(&long, "").0.starts_with("HTTP/1.1 200"));
    assert_eq!(daemon.end(), 0);
}
