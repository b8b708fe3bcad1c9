//! A daemon in this process: it polls, serves and pushes by a clock that is moved by hand.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use finews::config::{self, Outside};
use finews::daemon::{self, Clock};
use finews::fetch::{Fetcher, Manners};
use finews::push::Push;
use finews::refresh::{Bells, Stop, World};
use finews::serve::{self, Rules, Site, Topics};
use finews::store::{Store, Subscription};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::origin::{Origin, Record};

/// When every test begins, in seconds since 1970.
pub const START: i64 = 1_800_000_000;
/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Folder and clock: what outlives a daemon.
pub struct Ground {
    pub dir: TempDir,
    pub clock: Arc<AtomicI64>,
}

impl Ground {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), clock: Arc::new(AtomicI64::new(START)) }
    }
}

/// A running daemon.
pub struct Town<'g> {
    ground: &'g Ground,
    pub store: Store,
    pub world: World,
    pub address: String,
    pub settings: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    running: JoinSet<()>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl<'g> Town<'g> {
    /// Starts with settings behind those of the site.
    pub async fn start(ground: &'g Ground, settings: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::start_at(ground, listener, settings).await
    }

    /// The same on a port that was taken already.
    pub async fn start_at(ground: &'g Ground, listener: TcpListener, settings: &str) -> Self {
        let (dir, address) = (ground.dir.path(), listener.local_addr().unwrap().to_string());
        let text = format!(
            "[site]\ntitle = \"T\"\nurl = \"http://{address}/\"\nauthority = \"t.example,2026\"\n\
             [publish]\ndir = \"{}\"\n[store]\nurl = \"sqlite:{}\"\n[fetch]\ngap = \"0s\"\n\
             [defaults]\nallow_private = [\"127.0.0.1/32\"]\n{settings}",
            dir.join("feeds").display(),
            dir.join("state.db").display(),
        );
        let path = dir.join("finews.toml");
        std::fs::write(&path, &text).unwrap();
        let settings = Arc::new(config::parse(&text, &Outside::NOTHING).unwrap());
        let mut manners = Manners::new("finews/0.1.0 (+https://t.example/)");
        manners.gap = Duration::ZERO;
        let world = World {
            settings: Arc::clone(&settings),
            fetcher: Arc::new(Fetcher::new(manners).unwrap()),
            renderer: None,
            authority: "t.example,2026".into(),
            stop: Stop::default(),
            bells: Bells::default(),
            news: None,
        };
        let store = Store::open(&settings.store).await.unwrap();
        let (stop, running) = run(ground, listener, &world, &store);
        let stop = Some(stop);
        Self { ground, store, world, address, settings: path, stop, running }
    }

    /// Lets everything come to its end.
    pub async fn end(mut self) {
        self.stop.take();
        while let Some(ended) = self.running.join_next().await {
            ended.unwrap();
        }
        self.store.close().await;
    }

    /// Lets time pass, and everybody look at the clock.
    pub fn pass(&self, seconds: i64) {
        self.ground.clock.fetch_add(seconds, Ordering::SeqCst);
        self.world.bells.daemon.notify_one();
        self.world.bells.push.notify_one();
    }

    /// Seconds since the start.
    pub fn time(&self) -> i64 {
        self.ground.clock.load(Ordering::SeqCst) - START
    }

    /// A callback as seen from this machine.
    fn target(&self, url: &str) -> String {
        let target = url.strip_prefix(&format!("http://{}", self.address)).unwrap_or(url);
        assert!(target.starts_with('/'), "{url} is not here");
        target.to_owned()
    }

    pub async fn get(&self, url: &str) -> Answer {
        self.send("GET", url, &[], b"").await
    }

    pub async fn post(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.send("POST", url, headers, body).await
    }

    async fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head =
            format!("{method} {} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n", self.target(url));
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if method == "POST" {
            head.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        self.say(&head, body).await
    }

    /// A POST with a head and a body of one's own.
    pub async fn raw(&self, url: &str, lines: &str, body: &[u8]) -> Answer {
        let target = self.target(url);
        let head = format!("POST {target} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{lines}");
        self.say(&head, body).await
    }

    async fn say(&self, head: &str, body: &[u8]) -> Answer {
        let head = format!("{head}\r\n");
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // The server may answer and close before it has everything.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).unwrap_or("0").parse().unwrap();
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// Titles in a published JSON feed, newest first; none where it is not there.
    pub fn titles(&self) -> Vec<String> {
        let path = self.ground.dir.path().join("feeds/all.json");
        let Ok(bytes) = std::fs::read(path) else { return Vec::new() };
        let feed: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let items = feed["items"].as_array().unwrap().iter();
        items.map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    }

    /// The only subscription.
    pub async fn subscription(&self) -> Option<Subscription> {
        self.store.subscriptions(None).await.unwrap().pop()
    }

    /// When a source is visited next, in seconds since the start.
    pub async fn next_visit(&self, source: &str) -> Option<i64> {
        let source = finews::model::SourceId::new(source);
        let next = self.store.next_visit(&source).await.unwrap();
        next.map(|next| next.timestamp() - START)
    }

    /// What `finews status` says.
    pub fn status(&self) -> String {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_finews"));
        let output =
            command.arg("--config").arg(&self.settings).args(["status", "--json"]).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    }
}

/// Polls, serves and pushes until the word to stop.
fn run(
    ground: &Ground,
    listener: TcpListener,
    world: &World,
    store: &Store,
) -> (oneshot::Sender<()>, JoinSet<()>) {
    let hand = Arc::clone(&ground.clock);
    let clock: Clock =
        Arc::new(move || chrono::DateTime::from_timestamp(hand.load(Ordering::SeqCst), 0).unwrap());
    let (push, inbox) = Push::new(world, store, &clock);
    let mut rules = Rules::new(&world.settings.publish.dir);
    let site = world.settings.site.url.clone();
    rules.topics = Some(Topics { hubs: world.settings.websub.named(&site), site });
    rules.limits.body = 5 << 20;
    let site = Site::with_inbox(rules, Arc::new(()), inbox);
    let (stop, stopped) = oneshot::channel::<()>();
    let mut running = JoinSet::new();
    let word = world.stop.clone();
    running.spawn(async move {
        serve::run(listener, site, async { word.said().await }).await.unwrap();
    });
    running.spawn(push.run());
    let (world, store) = (world.clone(), store.clone());
    running.spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        daemon::run(&world, &store, &clock, stopped).await.unwrap();
    });
    (stop, running)
}

/// Waits until something is there, without a nap.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        tokio::task::yield_now().await;
    }
}

/// The requests that an origin was sent with a method, once there are so many.
pub async fn asked(origin: &Origin, method: &str, path: &str, count: usize) -> Vec<Record> {
    let what = format!("{count} × {method} {path}");
    until(&what, || async {
        let all = requests(origin, method, path);
        (all.len() >= count).then_some(all)
    })
    .await
}

/// Those that were sent so far.
pub fn requests(origin: &Origin, method: &str, path: &str) -> Vec<Record> {
    let of_path = |one: &Record| one.target.split('?').next() == Some(path);
    origin.requests().into_iter().filter(|one| one.method == method && of_path(one)).collect()
}

/// A field of a form or of a query.
pub fn field(form: &[u8], name: &str) -> String {
    let pair = url::form_urlencoded::parse(form).find(|(key, _)| key == name);
    pair.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// An RSS document with these titles, dated a day before the start; the first is the newest.
pub fn feed(head: &str, titles: &[&str]) -> String {
    let items = titles.iter().map(|title| {
        format!(
            "<item><title>{title}</title><guid>{title}</guid>\
             <link>https://s.example/{title}</link><description>x</description>\
             <pubDate>Thu, 14 Jan 2027 08:00:00 GMT</pubDate></item>"
        )
    });
    let items: String = items.collect();
    format!(
        "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>\
         <title>S</title>{head}{items}</channel></rss>"
    )
}
