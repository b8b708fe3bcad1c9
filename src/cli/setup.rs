//! What verbs need before they begin: settings, state, the way out, the clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::UnboundedSender;

use super::args::Args;
use super::exit::Usage;
use crate::config::{self, Faults, Outside, Settings};
use crate::edition::{self, Care};
use crate::fetch::{Fetcher, Limits, Manners};
use crate::model::Instant;
use crate::refresh::{News, World};
use crate::render::{self, Renderer};
use crate::store::{self, Lock, Store};

/// The time, in whole seconds: the only clock of the program.
#[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
pub(super) fn now() -> Instant {
    let now = chrono::Utc::now();
    chrono::DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now)
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What the environment says of stores of objects, credentials among it.
pub(super) fn storage() -> Vec<(String, String)> {
    let is_of_one = |name: &str| {
        ["AWS_", "AZURE_", "GOOGLE_"].iter().any(|beginning| name.starts_with(beginning))
    };
    // What is no UTF-8 is no key.
    let all = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    all.filter(|(name, _)| is_of_one(name)).collect()
}

/// The settings of the command line.
pub(super) fn settings(args: &Args) -> anyhow::Result<Settings> {
    let path = config(args);
    parsed(args, &text(&path)?, &path.display().to_string())
}

/// Where the settings are.
pub(super) fn config(args: &Args) -> PathBuf {
    args.config.clone().unwrap_or_else(|| PathBuf::from("config/finews.toml"))
}

/// The text of a file of settings.
pub(super) fn text(path: &Path) -> anyhow::Result<String> {
    Ok(std::fs::read_to_string(path).map_err(|why| {
        let hint = "name one with `--config FILE`, or see `finews demo`";
        Usage(format!("cannot read the settings `{}`: {why}\nhint: {hint}", path.display()))
    })?)
}

/// Settings from a text, with what the command line overrides.
pub(super) fn parsed(args: &Args, text: &str, name: &str) -> anyhow::Result<Settings> {
    let file = |path: &str| std::fs::read_to_string(path);
    let outside = Outside { env: &env, file: &file, folder: &folder };
    let mut settings = config::parse(text, &outside).map_err(|faults| named(&faults, name))?;
    if let Some(state) = &args.state {
        settings.store = state.join("finews.db");
    }
    if let Some(feeds) = &args.feeds {
        settings.publish.dir.clone_from(feeds);
    }
    settings.secrets = Arc::new(settings.secrets.with(&storage()));
    super::log::hide(&settings.secrets);
    Ok(settings)
}

/// The rule files and templates of a folder, in the order of their names; what is no UTF-8 in them
/// is replaced.
fn folder(path: &str) -> std::io::Result<Vec<config::File>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let known = ["txt", "html", "css"];
        let is_known = path.extension().is_some_and(|ext| known.iter().any(|one| ext == *one));
        if is_known && path.is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
            files.push(config::File { name, text });
        }
    }
    files.sort();
    Ok(files)
}

/// Faults with the file's name before each.
fn named(faults: &Faults, name: &str) -> anyhow::Error {
    let lines: Vec<_> = faults.0.iter().map(|fault| format!("{name}:{fault}")).collect();
    let many = if lines.len() == 1 { "a fault" } else { "faults" };
    Usage(format!("the settings have {many}\n{}", lines.join("\n"))).into()
}

/// The state, held by this process alone.
pub(super) struct Held {
    pub store: Store,
    pub settings: Arc<Settings>,
    pub authority: String,
    pub lock: Lock,
}

/// Takes and opens the state for a verb.
pub(super) async fn hold(settings: Settings, verb: &str) -> anyhow::Result<Held> {
    let lock = Lock::take(&settings.store, verb, now())?;
    if let Some(other) = lock.taken_over() {
        tracing::warn!("another process ended without a word: {other}; its lock is taken over");
    }
    open(settings, lock).await
}

/// Opens the state that this process holds already, and looks it through where it may be damaged;
/// who stays for long does so always.
pub(super) async fn open(settings: Settings, mut lock: Lock) -> anyhow::Result<Held> {
    if lock.verb() == "serve" || lock.doubts(now()) {
        Store::check(&settings.store).await?;
        lock.trust(now());
    }
    let store = Store::open(&settings.store).await?;
    store.unite(&settings.stories);
    let authority = edition::authority(&store, &settings, now()).await?;
    Ok(Held { store, settings: Arc::new(settings), authority, lock })
}

/// Whether a daemon, or another verb, holds the state.
pub(super) fn is_held(why: &anyhow::Error) -> bool {
    matches!(why.downcast_ref(), Some(store::Error::Held(_)))
}

/// Opens the state to look at it, whoever holds it.
pub(super) async fn look(settings: &Settings) -> anyhow::Result<Store> {
    if !settings.store.exists() {
        let path = settings.store.display();
        return Err(Usage(format!("there is no state in `{path}` yet")).into());
    }
    Ok(Store::open(&settings.store).await?)
}

/// Changes the state and publishes that; where somebody else holds the state, they publish it.
/// `tidy` is left to whoever holds it.
pub(super) async fn change(
    settings: Settings,
    verb: &str,
    change: impl AsyncFn(&Store) -> anyhow::Result<()>,
    tidy: impl AsyncFn(&Store) -> Result<(), store::Error>,
) -> anyhow::Result<Store> {
    let path = settings.store.clone();
    match hold(settings, verb).await {
        Ok(held) => {
            change(&held.store).await?;
            tidy(&held.store).await?;
            let (settings, authority) = (&held.settings, &held.authority);
            edition::publish(&held.store, settings, authority, Care::Changes).await?;
            super::copies::all(&held.store, settings).await?;
            Ok(held.store)
        }
        Err(why) if is_held(&why) => {
            let store = Store::open(&path).await?;
            change(&store).await?;
            super::out::note(
                "the process that holds the state publishes it; a daemon does so at once",
            );
            Ok(store)
        }
        Err(why) => Err(why),
    }
}

/// All that journeys need.
pub(super) fn world(
    settings: &Arc<Settings>,
    authority: &str,
    news: Option<UnboundedSender<News>>,
) -> anyhow::Result<World> {
    Ok(World {
        settings: Arc::clone(settings),
        fetcher: Arc::new(fetcher(settings)?),
        renderer: settings.render.as_ref().map(|own| Arc::new(renderer(own))),
        authority: authority.to_owned(),
        stop: crate::refresh::Stop::default(),
        bells: crate::refresh::Bells::default(),
        news,
    })
}

/// The way out, as the settings ask for it.
pub(super) fn fetcher(settings: &Settings) -> anyhow::Result<Fetcher> {
    let own = format!("finews/{} (+{})", env!("CARGO_PKG_VERSION"), settings.site.url);
    let fetch = &settings.fetch;
    let limits = Limits {
        connect: fetch.connect,
        idle: fetch.idle,
        total: fetch.total,
        head: fetch.idle,
        wire: fetch.wire,
        bytes: fetch.bytes,
        ..Limits::default()
    };
    let mut manners = Manners::new(fetch.user_agent.clone().unwrap_or(own));
    manners.gap = fetch.gap;
    manners.at_once = fetch.at_once;
    manners.rest_together.clone_from(&fetch.rest_together);
    manners.limits = limits;
    Fetcher::new(manners).context("cannot make requests")
}

fn renderer(own: &config::Render) -> Renderer {
    let limits = render::Limits {
        time: own.time,
        requests: own.requests,
        bytes: own.bytes,
        at_once: own.at_once,
        ..render::Limits::default()
    };
    Renderer::new(own.endpoint.clone(), limits)
}

/// Comes with the next Ctrl-C or SIGTERM from the moment of this call on, whenever it is awaited.
pub(super) fn stop_asked() -> impl Future<Output = ()> {
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async {
        let (Ok(mut interrupt), Ok(mut terminate)) = signals else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

/// Does some work, which is told to come home when the stop is asked for.
pub(super) async fn until_stopped<T>(world: &World, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        done = &mut work => return done,
        () = stop_asked() => {}
    }
    world.stop.say();
    super::out::note("stopping: what is at hand is kept (once more to end at once)");
    tokio::select! {
        done = &mut work => done,
        () = stop_asked() => std::process::exit(130),
    }
}

/// Whether an argument is an address and no name.
pub(super) fn is_address(text: &str) -> bool {
    text.contains("://")
}

/// A path for people.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
