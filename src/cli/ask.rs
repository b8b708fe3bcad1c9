//! `finews fetch` beside a daemon: the daemon is asked for it, by a socket in the state's folder
//! that nobody else on this machine may use.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

/// A request is never longer, in bytes.
const LONGEST: u64 = 1 << 20;
/// How long who asks may take to say what.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the daemon is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wish {
    /// Sources by their names.
    pub sources: Vec<String>,
    /// Every source, due or not.
    pub all: bool,
    /// Whether it is forgotten that they are gone.
    pub revive: bool,
}

/// What the daemon says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Reply {
    /// The outcome, as `finews fetch --json` prints it.
    Done(serde_json::Value),
    /// It could not be done.
    Failed(String),
}

/// The socket of a database's daemon.
pub(super) fn place(database: &Path) -> PathBuf {
    database.with_extension("sock")
}

/// Asks the daemon; `None` where nobody listens.
pub(super) async fn ask(database: &Path, wish: &Wish) -> anyhow::Result<Option<serde_json::Value>> {
    let Ok(mut stream) = UnixStream::connect(place(database)).await else { return Ok(None) };
    let mut text = serde_json::to_string(wish)?;
    text.push('\n');
    stream.write_all(text.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.context("the daemon went away")?;
    if answer.is_empty() {
        bail!("the daemon stopped before it was done; what it had is kept");
    }
    match serde_json::from_str(&answer).context("the daemon's answer cannot be read")? {
        Reply::Done(outcome) => Ok(Some(outcome)),
        Reply::Failed(why) => Err(anyhow!("the daemon: {why}")),
    }
}

/// The daemon's end. Who holds the state's lock owns the socket: one that is there is left over.
pub(super) struct Counter {
    listener: UnixListener,
    path: PathBuf,
    owner: u32,
}

impl Counter {
    /// Opens the socket for this user alone.
    pub(super) fn open(database: &Path) -> anyhow::Result<Self> {
        let path = place(database);
        match std::fs::remove_file(&path) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(why.into()),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        let owner = std::fs::metadata(&path)?.uid();
        Ok(Self { listener, path, owner })
    }

    /// The next wish, and who waits for its outcome. Strangers and nonsense get no answer.
    pub(super) async fn next(&self) -> (Wish, UnixStream) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => match tokio::time::timeout(PATIENCE, self.hear(stream)).await {
                    Ok(Ok(asked)) => return asked,
                    Ok(Err(why)) => tracing::warn!("the socket was asked in vain: {why:#}"),
                    Err(_) => tracing::warn!("the socket was opened, and nothing was asked"),
                },
                Err(cause) => {
                    tracing::error!(%cause, "the socket in the state's folder");
                    tokio::time::sleep(PATIENCE).await;
                }
            }
        }
    }

    async fn hear(&self, stream: UnixStream) -> anyhow::Result<(Wish, UnixStream)> {
        let user = stream.peer_cred()?.uid();
        if user != self.owner && user != 0 {
            bail!("user {user} may not ask");
        }
        let mut line = String::new();
        let mut reader = BufReader::new(stream);
        (&mut reader).take(LONGEST).read_line(&mut line).await?;
        Ok((serde_json::from_str(&line)?, reader.into_inner()))
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Tells the outcome to who waits for it, if somebody does.
pub(super) async fn answer(mut stream: UnixStream, reply: &Reply) {
    let text = serde_json::to_string(reply).unwrap_or_default();
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}
