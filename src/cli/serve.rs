//! `finews serve`: polls on schedule and serves the published folder.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::args::{Args, Health, Serve};
use super::exit::Exit;
use super::moved::Moved;
use super::{out, setup};
use crate::config::Settings;
use crate::daemon;
use crate::edition;
use crate::serve::{self, Rules, Site};
use crate::store::Store;

pub(super) async fn run(args: &Args, own: &Serve) -> anyhow::Result<Exit> {
    let stop_asked = setup::stop_asked();
    let settings = setup::settings(args)?;
    let address = own.listen.unwrap_or(settings.listen);
    let held = setup::hold(settings).await?;
    let listener = bind(address).await?;
    let served = listener.local_addr()?;
    tracing::info!("serving at http://{served}");
    let world = setup::world(&held.settings, &held.authority, None)?;
    world.fetcher.mind_site(&held.settings.site.url);
    world.fetcher.mind_listener(served);
    let clock: daemon::Clock = Arc::new(setup::now);
    let site = site(&held.settings, &held.store);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = serve::run(listener, site, async {
        let _ = stopped.await;
    });
    let polling = async {
        let ended = daemon::run(&world, &held.store, &clock, stop_asked).await;
        drop(stop);
        ended
    };
    let (served, polled) = tokio::join!(serving, polling);
    held.store.close().await;
    served?;
    polled?;
    Ok(Exit::Well)
}

/// Takes an address to listen at.
pub(super) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen at `{address}`"))
}

/// The published folder as a site, with the addresses that things once had.
pub(super) fn site(settings: &Arc<Settings>, store: &Store) -> Site {
    let mut rules = Rules::new(settings.publish.dir.clone());
    let minutes = u64::from(edition::site(settings, "").ttl_minutes);
    rules.max_age = Duration::from_secs(minutes * 60);
    settings.site.url.path().trim_end_matches('/').clone_into(&mut rules.base);
    rules.lasting = vec!["archive/".to_owned()];
    Site::new(rules, Arc::new(Moved::new(store.clone(), settings)))
}

/// Asks a daemon on this machine whether it is well.
pub(super) async fn health(own: &Health) -> anyhow::Result<Exit> {
    let mut address = own.address;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let asked = tokio::time::timeout(Duration::from_secs(3), ask(address)).await;
    let answer = asked.map_err(|_| anyhow!("`{address}` does not answer"))??;
    if answer.starts_with("HTTP/1.1 200") {
        return Ok(Exit::Well);
    }
    let line = answer.lines().next().unwrap_or("nothing");
    out::note(format!("`{address}` answers `{line}`"));
    Ok(Exit::SomeFailed)
}

async fn ask(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address).await.context("cannot connect")?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4_096).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
