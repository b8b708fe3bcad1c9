//! New settings for a daemon that runs: by SIGHUP, and when their file changes.
//!
//! The file is looked at every other second instead of being watched by the kernel: such a watch
//! is on an inode, and settings are replaced by rename (editors), by a symbolic link to another
//! folder (orchestrators) or on a network drive, where it stays silent. A look is one `stat`.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Shared;
use crate::cli::args::Args;
use crate::cli::setup;
use crate::config::{self, Settings};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// A file as a look shows it: device, inode, length, time of change.
type Look = Option<(u64, u64, u64, i64, i64)>;

/// Waits for new settings.
pub(super) struct Reload<'a> {
    args: &'a Args,
    path: PathBuf,
    hangup: Signal,
    seen: Look,
    text: String,
    /// As the file has it, without what the command line overrides.
    serve: config::Serve,
}

impl<'a> Reload<'a> {
    pub(super) fn new(args: &'a Args, settings: &Settings) -> anyhow::Result<Self> {
        let path = setup::config(args);
        let hangup = signal(SignalKind::hangup())?;
        let (seen, text) = (look(&path), setup::text(&path)?);
        Ok(Self { args, path, hangup, seen, text, serve: settings.serve.clone() })
    }

    /// Comes with settings that hold; those that do not are told of, and the old ones stay.
    pub(super) async fn next(&mut self, shared: &Shared) -> Settings {
        loop {
            let asked = tokio::select! {
                _ = self.hangup.recv() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            if !asked && !self.changed().await {
                continue;
            }
            tell(true);
            match self.read(asked) {
                Ok(Some(settings)) => {
                    shared.settings_hold();
                    return self.merged(&shared.settings(), settings);
                }
                Ok(None) => shared.settings_hold(),
                Err(why) => shared.settings_fail(&why),
            }
            tell(false);
        }
    }

    /// Whether the file is another, and whoever writes it is done.
    async fn changed(&mut self) -> bool {
        if look(&self.path) == self.seen {
            return false;
        }
        let mut last = look(&self.path);
        loop {
            tokio::time::sleep(LOOK / 4).await;
            let now = look(&self.path);
            if now == last {
                self.seen = now;
                return true;
            }
            last = now;
        }
    }

    /// The settings as they are now; `None` where the text is the same and nobody asked.
    fn read(&mut self, asked: bool) -> anyhow::Result<Option<Settings>> {
        self.seen = look(&self.path);
        let text = setup::text(&self.path)?;
        if text == self.text && !asked {
            return Ok(None);
        }
        let settings = setup::parsed(self.args, &text, &self.path.display().to_string())?;
        self.text = text;
        Ok(Some(settings))
    }

    /// New settings beside the old: what only a restart can change stays as it is.
    fn merged(&self, old: &Arc<Settings>, new: Settings) -> Settings {
        let same = [
            (old.store == new.store, "store.url"),
            (old.publish.dir == new.publish.dir, "publish.dir"),
            (self.serve == new.serve, "[serve]"),
            (old.log == new.log, "[log]"),
            (old.site.url.path() == new.site.url.path(), "the path of site.url"),
        ];
        let left: Vec<_> = same.into_iter().filter(|(same, _)| !same).map(|(_, key)| key).collect();
        if !left.is_empty() {
            tracing::warn!("these settings need a restart: {}", left.join(", "));
        }
        let mut new = Settings { store: old.store.clone(), serve: old.serve.clone(), ..new };
        new.publish.dir.clone_from(&old.publish.dir);
        new
    }
}

/// Tells the service manager that a reload begins, or that it is over.
pub(super) fn tell(begins: bool) {
    let told = if begins {
        NotifyState::monotonic_usec_now()
            .and_then(|now| sd_notify::notify(&[NotifyState::Reloading, now]))
    } else {
        sd_notify::notify(&[NotifyState::Ready])
    };
    if let Err(cause) = told {
        tracing::debug!(%cause, "the service manager cannot be told");
    }
}

fn look(path: &std::path::Path) -> Look {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.dev(), meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec()))
}
