//! Logs: to stderr, in one form, without secrets.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, PoisonError, RwLock};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::args::{Args, Verb};
use super::setup;
use crate::config::{self, Log, LogForm, Secrets};

/// What no line of the log may hold. The log is one for the whole process, and so is this.
static SECRETS: RwLock<Option<Arc<Secrets>>> = RwLock::new(None);

/// Begins to log: what the daemon does, and of one-shot verbs only what is amiss.
pub(super) fn begin(args: &Args) {
    let Log { form, level } = wanted(args);
    let usual = if matches!(args.verb, Verb::Serve(_)) { "finews=info,warn" } else { "error" };
    let filter = level.as_deref().map_or_else(|| EnvFilter::new(usual), filter);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Discreet);
    let _ = match form {
        LogForm::Text => log.with_ansi(io::stderr().is_terminal()).with_target(false).try_init(),
        LogForm::Json => log.json().flatten_event(true).with_current_span(false).try_init(),
    };
}

/// From now on these are left out.
pub(super) fn hide(secrets: &Arc<Secrets>) {
    let mut hidden = SECRETS.write().unwrap_or_else(PoisonError::into_inner);
    *hidden = Some(Arc::clone(secrets));
}

/// What the command line says, and else the settings, if they can be read that far.
fn wanted(args: &Args) -> Log {
    let mut log = Log::default();
    if matches!(args.verb, Verb::Serve(_)) {
        let text = std::fs::read_to_string(setup::config(args)).unwrap_or_default();
        log = config::log(&text);
    }
    if let Some(said) = &args.log {
        let (forms, levels): (Vec<_>, Vec<_>) =
            said.split(',').map(str::trim).partition(|word| matches!(*word, "json" | "text"));
        match forms.last() {
            Some(&"json") => log.form = LogForm::Json,
            Some(_) => log.form = LogForm::Text,
            None => {}
        }
        if !levels.is_empty() {
            log.level = Some(levels.join(","));
        }
    }
    log
}

fn filter(text: &str) -> EnvFilter {
    if text.contains(['=', ',']) {
        EnvFilter::try_new(text).unwrap_or_else(|_| EnvFilter::new("info"))
    } else {
        EnvFilter::new(format!("finews={text},warn"))
    }
}

/// Writes to stderr what is no secret.
struct Discreet;

impl<'w> MakeWriter<'w> for Discreet {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        Self
    }
}

impl Write for Discreet {
    /// A whole event at a time, as the subscriber writes it.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut stderr = io::stderr().lock();
        match secrets {
            Some(secrets) => {
                let text = String::from_utf8_lossy(event).into_owned();
                stderr.write_all(secrets.hidden(text).as_bytes())?;
            }
            None => stderr.write_all(event)?,
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
