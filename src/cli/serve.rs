//! `finews serve`: polls on schedule and serves the published folder.

mod asked;
mod documents;
mod mailbox;
mod metrics;
mod reload;
mod shared;
mod signals;
mod upkeep;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use sd_notify::NotifyState;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;

use super::args::{Args, Health, Serve};
use super::ask::{self, Counter, Reply};
use super::exit::Exit;
use super::moved::Moved;
use super::{fetch, out, setup};
use crate::config::Settings;
use crate::daemon;
use crate::edition;
use crate::html;
use crate::push::Push;
use crate::refresh::{self, Forgotten, News, World};
use crate::serve::{self, Inside, Place, Rules, Site, Topics};
use crate::store::Store;
use documents::Documents;
use mailbox::Mailbox;
use reload::Reload;
use shared::Shared;
use signals::Stops;

/// How long answers under way may take when the daemon ends.
const GRACE: Duration = Duration::from_secs(4);

/// The most that a connection may send of a letter, with its framing: above a delivery's limit, so
/// that what is too large is answered, and not cut off.
const LETTER: usize = 5 << 20;

pub(super) async fn run(args: &Args, own: &Serve) -> anyhow::Result<Exit> {
    let stops = Stops::new().context("cannot listen to signals")?;
    let mut settings = setup::settings(args)?;
    let reload = Reload::new(args, &settings)?;
    settings.serve.listen = own.listen.unwrap_or(settings.serve.listen);
    settings.serve.admin = own.admin.or(settings.serve.admin);
    let held = setup::hold(settings, "serve").await?;
    let doors = Doors::open(&held.settings).await?;
    let counter = Counter::open(&held.settings.store);
    let counter = counter.inspect_err(|why| tracing::warn!("`finews fetch` cannot ask: {why:#}"));
    let setup::Held { store, settings, authority, mut lock } = held;
    let (shared, news) = Shared::new(store, settings, authority, doors.site.local_addr()?)?;
    let work = async {
        let (served, polled, (), (), (), (), ()) = tokio::join!(
            doors.serve(&shared),
            poll(&shared, reload),
            listen(&shared, news),
            attend(&shared, counter.ok()),
            upkeep::back_up(&shared),
            asked::heed(&shared),
            upkeep::copy(&shared),
        );
        served.and(polled)
    };
    let ended = tokio::select! {
        ended = work => ended,
        () = stops.heed(&shared) => Ok(()),
        never = upkeep::beat(&shared, &mut lock) => match never {},
    };
    let closing = shared.store.clone().close();
    let _ = tokio::time::timeout(Duration::from_millis(500), closing).await;
    drop(lock);
    ended.map(|()| Exit::Well)
}

/// The listening sockets.
struct Doors {
    site: TcpListener,
    admin: Option<TcpListener>,
}

impl Doors {
    async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let site = bind(settings.serve.listen).await?;
        let admin = match settings.serve.admin {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        if let Some(admin) = &admin {
            tracing::info!("status and metrics at http://{}", admin.local_addr()?);
        }
        tracing::info!("serving at http://{}", site.local_addr()?);
        Ok(Self { site, admin })
    }

    /// Serves until the daemon is over; when a socket fails, the daemon ends.
    async fn serve(self, shared: &Shared) -> anyhow::Result<()> {
        let inside = |place| inside(shared, place);
        let place = if self.admin.is_some() { Place::Elsewhere } else { Place::Beside };
        let public = door(self.site, shared, inside(place));
        let admin = async {
            let Some(listener) = self.admin else { return Ok(()) };
            let near = listener.local_addr().is_ok_and(|address| address.ip().is_loopback());
            door(listener, shared, inside(Place::Alone { near })).await
        };
        let (public, admin) = tokio::join!(public, admin);
        public.and(admin)
    }
}

async fn door(listener: TcpListener, shared: &Shared, inside: Inside) -> anyhow::Result<()> {
    let settings = shared.settings();
    let now = shared.clone();
    let moved = Moved::new(shared.store.clone(), Arc::new(move || now.settings()));
    let moved = Arc::new(moved);
    let inbox = Arc::new(Mailbox(shared.clone()));
    let site = Site::with(rules(&settings), moved, Some(inbox), inside, shared.ready.clone());
    let served = serve::run(listener, site, shared.over()).await;
    shared.end();
    Ok(served?)
}

fn inside(shared: &Shared, place: Place) -> Inside {
    let open = shared.settings().serve.status;
    Inside {
        lookup: Arc::new(Documents(shared.clone())),
        paths: documents::PATHS.map(str::to_owned).to_vec(),
        open: if open { vec!["/status.".to_owned()] } else { Vec::new() },
        place,
    }
}

/// Polls, with one settings after the other, until the daemon is told to end.
async fn poll(shared: &Shared, mut reload: Reload<'_>) -> anyhow::Result<()> {
    let clock: daemon::Clock = Arc::new(setup::now);
    let polled = loop {
        let world = match shared.world() {
            Ok(world) => world,
            Err(why) => break Err(why),
        };
        let mut new = None;
        let until = async {
            tokio::select! {
                () = shared.ended() => {}
                settings = reload.next(shared) => new = Some(settings),
            }
        };
        let (push, inbox) = Push::new(&world, &shared.store, &clock);
        shared.take_letters(inbox);
        let visits = async {
            let filled = refresh::fill(&world, &shared.store, setup::now()).await;
            let ended = match filled {
                Ok(()) => tokio::select! {
                    ended = daemon::run(&world, &shared.store, &clock, until) => ended,
                    never = forgetting(&world, &shared.store) => match never {},
                },
                Err(why) => Err(why.into()),
            };
            world.stop.say();
            ended
        };
        if let (Err(why), ()) = tokio::join!(visits, push.run()) {
            break Err(why);
        }
        let Some(new) = new else { break Ok(()) };
        shared.renew(new);
        reload::tell(false);
        tracing::info!("going on with the new settings");
    };
    shared.end();
    shared.finish();
    polled
}

/// Hears how journeys go, for those who count.
async fn listen(shared: &Shared, mut news: UnboundedReceiver<News>) {
    loop {
        let one = tokio::select! {
            one = news.recv() => one,
            () = shared.over() => None,
        };
        match one {
            Some(News::Started(_)) => shared.metrics.began(),
            Some(News::Done(report)) => shared.metrics.visited(&report),
            Some(News::Broke(_)) => shared.metrics.broke(),
            Some(News::Published(printed)) => {
                shared.metrics.published(printed.written, printed.took);
                shared.printed.notify_one();
                if printed.written.is_some() && !shared.ready.is_ready() && !shared.is_ended() {
                    shared.ready.set(true);
                    upkeep::tell(&[NotifyState::Ready]);
                    tracing::info!("ready");
                }
            }
            Some(_) => {}
            None => return,
        }
    }
}

/// Does what `finews fetch` asks for, one wish after the other.
async fn attend(shared: &Shared, counter: Option<Counter>) {
    let Some(counter) = counter else { return };
    loop {
        let (wish, stream) = tokio::select! {
            asked = counter.next() => asked,
            () = shared.ended() => return,
        };
        let reply = match grant(shared, &wish).await {
            Ok(outcome) => Reply::Done(outcome),
            Err(why) => Reply::Failed(format!("{why:#}")),
        };
        ask::answer(stream, &reply).await;
    }
}

async fn grant(shared: &Shared, wish: &ask::Wish) -> anyhow::Result<serde_json::Value> {
    let world = shared.world()?;
    fetch::known(&world.settings, wish)?;
    let sources = fetch::chosen(&world.settings, &shared.store, wish).await?;
    let work = fetch::within(&world, &shared.store, &sources);
    let outcome = shared.heeding(&world, work).await?;
    shared.printed.notify_one();
    for source in &sources {
        world.bells.call(&source.id);
    }
    Ok(serde_json::to_value(outcome)?)
}

/// Forgets, every hour, what the settings do not want to be kept.
async fn forgetting(world: &World, store: &Store) -> Infallible {
    loop {
        match refresh::retain(world, store, setup::now()).await {
            Ok(done) if done == Forgotten::default() => {}
            Ok(done) => tracing::info!(items = done.items, places = done.places, "forgotten"),
            Err(why) => tracing::error!(%why, "cannot forget what is old"),
        }
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
}

/// Takes an address to listen at.
pub(super) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen at `{address}`"))
}

/// The published folder as a site, with the addresses that things once had.
pub(super) fn site(settings: &Arc<Settings>, store: &Store) -> Site {
    let own = Arc::clone(settings);
    let moved = Moved::new(store.clone(), Arc::new(move || Arc::clone(&own)));
    Site::new(rules(settings), Arc::new(moved))
}

pub(super) fn rules(settings: &Arc<Settings>) -> Rules {
    let mut rules = Rules::new(settings.publish.dir.clone());
    let minutes = u64::from(edition::site(settings, "").ttl_minutes);
    rules.max_age = Duration::from_secs(minutes * 60);
    settings.site.url.path().trim_end_matches('/').clone_into(&mut rules.base);
    rules.lasting = vec!["archive/".to_owned()];
    rules.secret = vec!["/private/".to_owned()];
    if settings.cleaning.frames {
        rules.frame(html::PLAYERS);
    }
    let hubs = settings.websub.named(&settings.site.url);
    rules.topics = Some(Topics { site: settings.site.url.clone(), hubs });
    rules.limits.body = LETTER;
    rules.limits.grace = GRACE;
    rules
}

/// Asks a daemon on this machine whether it is well.
pub(super) async fn health(own: &Health) -> anyhow::Result<Exit> {
    let mut address = own.address;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let asked = tokio::time::timeout(Duration::from_secs(3), inquire(address)).await;
    let answer = asked.map_err(|_| anyhow!("`{address}` does not answer"))??;
    if answer.starts_with("HTTP/1.1 200") {
        return Ok(Exit::Well);
    }
    let line = answer.lines().next().unwrap_or("nothing");
    out::note(format!("`{address}` answers `{line}`"));
    Ok(Exit::SomeFailed)
}

async fn inquire(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address).await.context("cannot connect")?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4_096).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
