//! Guards what an operator lives by: states with causes, signals, the lock, new settings, backups,
//! and that nothing secret is shown. Names with a number (`s45_…`) play that row of the checklist.

mod backups;
mod inside;
mod process;
mod proxies;
mod secrets;
mod states;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::house::House;

/// Nothing that a test waits for takes longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running `finews serve`; killed when dropped.
struct Daemon {
    child: Child,
    address: String,
    lines: Receiver<String>,
    /// The log so far.
    log: String,
}

impl Daemon {
    /// Starts it and waits until it serves.
    fn start(house: &House) -> Self {
        Self::with(house, &["serve", "--listen", "127.0.0.1:0"])
    }

    fn with(house: &House, args: &[&str]) -> Self {
        Self::spawn(house.command(args))
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut daemon = Self { child, address: String::new(), lines, log: String::new() };
        let line = daemon.wait_for("serving at http://");
        let address = line.split("serving at http://").nth(1).unwrap();
        let end = address.find(|c: char| c != ':' && c != '.' && !c.is_ascii_digit());
        address[..end.unwrap_or(address.len())].clone_into(&mut daemon.address);
        daemon
    }

    /// Waits for a line of the log.
    fn wait_for(&mut self, word: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("the log has no `{word}`:\n{}", self.log);
            };
            self.log.push_str(&line);
            self.log.push('\n');
            if line.contains(word) {
                return line;
            }
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Its exit and how long it took to end; the rest of the log is in `log`.
    fn ended(&mut self) -> (i32, Duration) {
        let began = Instant::now();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let took = began.elapsed();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(1)) {
            self.log.push_str(&line);
            self.log.push('\n');
        }
        (code, took)
    }

    fn end(mut self) -> (i32, String) {
        self.signal("-TERM");
        let (code, _) = self.ended();
        (code, std::mem::take(&mut self.log))
    }

    fn get(&self, path: &str) -> (u16, String) {
        get(&self.address, path, "Host: localhost\r\n")
    }

    /// Asks until an answer is as wished.
    fn until(&self, path: &str, wish: impl Fn(u16, &str) -> bool) -> String {
        until(|| Some(self.get(path)).filter(|(status, body)| wish(*status, body)).map(|got| got.1))
    }

    fn status(&self) -> serde_json::Value {
        serde_json::from_str(&self.get("/status.json").1).unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status and the body of an answer.
fn get(address: &str, path: &str, headers: &str) -> (u16, String) {
    ask(address, &format!("GET {path} HTTP/1.1\r\n{headers}"))
}

/// A request as it is written, without its last lines.
fn ask(address: &str, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(format!("{request}Connection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

/// Tries until something is there.
fn until<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(there) = attempt() {
            return there;
        }
        assert!(Instant::now() < end, "it did not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A feed of so many entries.
fn feed(count: usize) -> String {
    let item = |n| {
        format!(
            "<item><title>Bell {n}</title><guid>bell-{n}</guid>\
             <link>https://bell.example/{n}</link><description>dong {n}</description></item>"
        )
    };
    let items: String = (0..count).map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>Bells</title>{items}</channel></rss>")
}

/// A source at an address.
fn source(id: &str, url: &url::Url) -> String {
    format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\n")
}

/// The row of a source in what `finews status --json` prints.
fn row(house: &House, source: &str) -> serde_json::Value {
    let ended = house.run(&["status", "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let found = rows.as_array().unwrap().iter().find(|row| row["source"] == source);
    found.unwrap_or_else(|| panic!("no `{source}` in {rows}")).clone()
}
