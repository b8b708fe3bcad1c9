//! A served folder, and a client that says and shows exactly what goes over the wire.

use std::io::Read;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use finews::model::File;
use finews::output::Folder;
use finews::serve::{self, Finding, Found, Lookup, Rules, Site};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

pub const PAGE: &str = "<!doctype html><title>nothing here</title>";

/// A file of the folder, changed on 1 March 2026 at ten.
pub fn file(path: &str, text: &str) -> File {
    let modified = Some("2026-03-01T10:00:00Z".parse().unwrap());
    File { path: path.into(), media_type: "", bytes: text.into(), modified }
}

/// A text worth compressing.
pub fn long(text: &str) -> String {
    format!("{text} ").repeat(500)
}

/// The addresses that no file has, as the predecessor had them.
pub struct Old;

impl Lookup for Old {
    fn find<'a>(&'a self, path: &'a str, query: Option<&'a str>) -> Finding<'a> {
        let found = match (path, query) {
            ("/html_News/NewsShare.html", Some("infoCode=NW1"))
            | ("/新华/2024/01/02/a1.html", _) => Found::Moved("/share/a1.html".into()),
            ("/leaves.html", _) => Found::Moved("//evil.example/".into()),
            ("/category/closed.rss" | "/category/closed.html", _) => Found::Gone,
            ("/status.json", _) => {
                Found::Made { media_type: "application/json".into(), bytes: b"{}".into() }
            }
            _ => Found::Nothing,
        };
        Box::pin(async { found })
    }
}

/// A site on a port of its own, until it is dropped.
pub struct Served {
    /// Holds the served folder and nothing else.
    pub dir: TempDir,
    pub root: PathBuf,
    pub folder: Folder,
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    pub running: JoinSet<Result<(), serve::Error>>,
}

/// Serves some files with the usual rules.
pub async fn serve(files: &[(&str, &str)]) -> Served {
    serve_with(files, |_| {}, Arc::new(Old)).await
}

/// Serves some files with rules and a lookup of one's own.
pub async fn serve_with(
    files: &[(&str, &str)],
    change: impl FnOnce(&mut Rules),
    lookup: Arc<dyn Lookup>,
) -> Served {
    let dir = TempDir::new().unwrap();
    let root = dir.path().join("feeds");
    let folder = Folder::open(&root).unwrap();
    for (path, text) in files {
        folder.write(&file(path, text), None).unwrap();
    }
    let mut rules = Rules::new(&root);
    change(&mut rules);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let mut running = JoinSet::new();
    running.spawn(serve::run(listener, Site::new(rules, lookup), async {
        let _ = stopped.await;
    }));
    Served { dir, root, folder, address, stop: Some(stop), running }
}

impl Served {
    /// Gives the word to stop.
    pub fn stop(&mut self) {
        self.stop.take();
    }

    /// Waits until serving has ended.
    pub async fn ended(mut self) {
        self.running.join_next().await.unwrap().unwrap().unwrap();
    }

    /// A new connection.
    pub async fn connect(&self) -> Connection {
        Connection(TcpStream::connect(self.address).await.unwrap())
    }

    /// Asks on a connection of its own; headers are lines such as `Accept: */*`.
    pub async fn ask(&self, method: &str, path: &str, headers: &[&str]) -> Answer {
        let mut connection = self.connect().await;
        connection.say(&request(method, path, headers, "close")).await;
        connection.answer(method == "HEAD").await
    }

    pub async fn get(&self, path: &str, headers: &[&str]) -> Answer {
        self.ask("GET", path, headers).await
    }
}

/// A request as text.
pub fn request(method: &str, path: &str, headers: &[&str], connection: &str) -> String {
    let headers: String = headers.iter().flat_map(|line| [line, "\r\n"]).collect();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\n{headers}\r\n"
    )
}

pub struct Connection(pub TcpStream);

impl Connection {
    pub async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next answer: its head, then as many bytes as it announces.
    pub async fn answer(&mut self, head_only: bool) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap());
        }
        let mut answer = Answer::read(&String::from_utf8(head).unwrap());
        let empty = head_only || matches!(answer.status, 204 | 304);
        let length = answer.header("content-length").filter(|_| !empty);
        answer.body.resize(length.map_or(0, |length| length.parse().unwrap()), 0);
        self.0.read_exact(&mut answer.body).await.unwrap();
        answer
    }

    /// Everything up to the end of the connection, however it ends.
    pub async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        let _ = self.0.read_to_end(&mut rest).await;
        String::from_utf8_lossy(&rest).into_owned()
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    fn read(head: &str) -> Self {
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let pairs = lines.filter_map(|line| line.split_once(": "));
        let headers = pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Self { status, headers, body: Vec::new() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn unpacked(&self) -> String {
        let mut bytes = Vec::new();
        let body = &*self.body;
        match self.header("content-encoding") {
            Some("gzip") => flate2::read::GzDecoder::new(body).read_to_end(&mut bytes),
            Some("zstd") => zstd::Decoder::new(body).unwrap().read_to_end(&mut bytes),
            Some("br") => {
                brotli_decompressor::Decompressor::new(body, 4096).read_to_end(&mut bytes)
            }
            _ => return self.text().to_owned(),
        }
        .unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Compares some headers; `-` is for one that must be absent.
    #[track_caller]
    pub fn assert_headers(&self, expect: &[(&str, &str)]) {
        for (name, value) in expect {
            assert_eq!(self.header(name).unwrap_or("-"), *value, "{name}");
        }
    }
}
