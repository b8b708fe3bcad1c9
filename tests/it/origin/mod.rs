//! A scripted web server: it replies in order, records what it was asked, and misbehaves on demand.
//!
//! It lives on a thread of its own, so that tests with and without a runtime can use it.

#![expect(clippy::expect_used, reason = "a test instrument fails by panicking")]

mod h2;
mod record;
mod reply;
mod tls;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use url::Url;

pub use record::Record;
pub use reply::{Reply, reply};
pub use tls::{Authority, Cert};

/// A server on a free port; it stops when dropped.
pub struct Origin {
    scheme: &'static str,
    address: SocketAddr,
    stage: Arc<Stage>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the connections share.
#[derive(Default)]
struct Stage {
    script: Mutex<HashMap<String, VecDeque<Reply>>>,
    log: Mutex<Vec<Record>>,
    names: Mutex<Vec<String>>,
    connections: AtomicUsize,
}

impl Origin {
    /// Starts on 127.0.0.1. A script has a line for each `GET /path?query` with its replies,
    /// which are played in order; the last one repeats. `GET /path?*` stands for any query. What is not in the script gets a 404.
    pub fn start<'a>(script: impl IntoIterator<Item = (&'a str, Vec<Reply>)>) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST, script)
    }

    /// Starts on another address of this machine, such as 127.0.0.2.
    pub fn start_at<'a>(
        ip: impl Into<IpAddr>,
        script: impl IntoIterator<Item = (&'a str, Vec<Reply>)>,
    ) -> Self {
        Self::perform_at(ip.into(), None, script)
    }

    /// Starts on 127.0.0.1 with TLS, and with HTTP/2 for those who offer it.
    pub fn start_tls<'a>(
        cert: &Cert,
        script: impl IntoIterator<Item = (&'a str, Vec<Reply>)>,
    ) -> Self {
        Self::perform_at(Ipv4Addr::LOCALHOST.into(), Some(cert.acceptor()), script)
    }

    fn perform_at<'a>(
        ip: IpAddr,
        tls: Option<TlsAcceptor>,
        script: impl IntoIterator<Item = (&'a str, Vec<Reply>)>,
    ) -> Self {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let listener = std::net::TcpListener::bind((ip, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let address = listener.local_addr().expect("the listener's address");
        let stage = Arc::new(Stage::default());
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn({
            let stage = stage.clone();
            move || perform(listener, tls, stage, stopped)
        });
        let origin = Self { scheme, address, stage, stop: Some(stop), thread: Some(thread) };
        for (line, replies) in script {
            origin.on(line, replies);
        }
        origin
    }

    /// Writes or replaces a line of the script, for replies that name this or another origin.
    pub fn on(&self, line: &str, replies: impl IntoIterator<Item = Reply>) {
        locked(&self.stage.script).insert(line.to_owned(), replies.into_iter().collect());
    }

    /// An absolute address here; `path` begins with `/`.
    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}://{}{path}", self.scheme, self.address))
            .expect("a path that makes an address")
    }

    /// The same address under another name for this machine.
    pub fn url_as(&self, host: &str, path: &str) -> Url {
        let url = format!("{}://{host}:{}{path}", self.scheme, self.address.port());
        Url::parse(&url).expect("a host that makes an address")
    }

    /// Everything that was asked so far, but for a `robots.txt` that is not in the script.
    pub fn requests(&self) -> Vec<Record> {
        locked(&self.stage.log).clone()
    }

    /// The host, as `127.0.0.1:1234`.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// What was asked so far, as `GET /path`, without what was asked of robots.
    pub fn lines(&self) -> Vec<String> {
        let requests = self.requests();
        let lines = requests.iter().map(|it| format!("{} {}", it.method, it.target));
        lines.filter(|line| line != "GET /robots.txt").collect()
    }

    /// The names by which TLS clients asked for this server.
    pub fn names(&self) -> Vec<String> {
        locked(&self.stage.names).clone()
    }

    /// Connections that were accepted so far.
    pub fn connections(&self) -> usize {
        self.stage.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the origin panicked");
        }
    }
}

/// Accepts until told to stop; connections end with it.
fn perform(
    listener: std::net::TcpListener,
    tls: Option<TlsAcceptor>,
    stage: Arc<Stage>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime for the origin");
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener).expect("a listener in the runtime");
        tokio::select! {
            _ = stopped => {}
            () = accept(listener, tls, stage) => {}
        }
    });
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, stage: Arc<Stage>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        stage.connections.fetch_add(1, Ordering::SeqCst);
        connections.spawn(greet(stream, tls.clone(), stage.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn greet(stream: TcpStream, tls: Option<TlsAcceptor>, stage: Arc<Stage>) -> io::Result<()> {
    let Some(tls) = tls else { return converse(stream, stage).await };
    let stream = tls.accept(stream).await?;
    let (_, session) = stream.get_ref();
    locked(&stage.names).extend(session.server_name().map(str::to_owned));
    if session.alpn_protocol() == Some(b"h2") {
        return h2::converse(stream, stage).await;
    }
    converse(stream, stage).await
}

/// A connection that can be broken off.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {
    /// Makes the end of the connection a reset.
    fn abort(&self) -> io::Result<()>;
}

impl Stream for TcpStream {
    fn abort(&self) -> io::Result<()> {
        self.set_zero_linger()
    }
}

impl Stream for TlsStream<TcpStream> {
    fn abort(&self) -> io::Result<()> {
        self.get_ref().0.set_zero_linger()
    }
}

/// One connection: requests and replies until either side is tired of it.
async fn converse(stream: impl Stream, stage: Arc<Stage>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(record) = record::read(&mut stream).await? {
        let reply = stage.next(&record).said_back(&record.target);
        stage.note(record);
        if !reply.play(stream.get_mut()).await? {
            break;
        }
    }
    Ok(())
}

impl Stage {
    /// Nobody counts who asks for a `robots.txt` that there is not.
    fn note(&self, record: Record) {
        let scripted = locked(&self.script).contains_key("GET /robots.txt");
        if scripted || record.target != "/robots.txt" {
            locked(&self.log).push(record);
        }
    }

    fn next(&self, record: &Record) -> Reply {
        let line = format!("{} {}", record.method, record.target);
        let mut script = locked(&self.script);
        let path = record.target.split('?').next().unwrap_or_default();
        let any = format!("{} {path}?*", record.method);
        let line = if script.contains_key(&line) { line } else { any };
        let Some(replies) = script.get_mut(&line) else {
            return reply(404).body(format!("nothing in the script for `{line}`"));
        };
        let last = replies.len() <= 1;
        let next = if last { replies.front().cloned() } else { replies.pop_front() };
        next.unwrap_or_else(|| reply(500).body("an empty line in the script")).to(record)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
