//! The signals that a daemon listens to, from its first moment on.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Shared;
use crate::cli::out;

/// How long the daemon may take to end after the first signal; with what the runtime takes
/// besides, it is gone within ten seconds.
const LONGEST: Duration = Duration::from_millis(8_500);

/// Ctrl-C and SIGTERM.
pub(super) struct Stops {
    interrupt: Signal,
    terminate: Signal,
}

impl Stops {
    pub(super) fn new() -> std::io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    /// The next one.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Passes the first signal on; with the second, everything ends at once. Comes when the time
    /// for an orderly end is over.
    pub(super) async fn heed(mut self, shared: &Shared) {
        tokio::select! {
            () = self.next() => shared.end(),
            () = shared.ended() => {}
        }
        out::note("stopping: what is at hand is kept (once more to end at once)");
        tokio::select! {
            () = self.next() => std::process::exit(130),
            () = tokio::time::sleep(LONGEST) => {}
        }
        tracing::warn!(
            "not everything came home in time; what is missing is done at the next start"
        );
    }
}
