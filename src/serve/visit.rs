//! The connections: each in a task of its own, in HTTP/1.1 or HTTP/2, until it is told to end.

use std::convert::Infallible;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::door::{Door, Visitor};
use super::inside::Peer;
use super::{Error, Site, answer};

/// Answers that a connection in HTTP/2 may wait for at a time.
const STREAMS: u32 = 128;

type Protocol = Builder<TokioExecutor>;

/// Serves until `shutdown` is there, then lets answers under way end, at most for the grace.
pub async fn run(
    listener: TcpListener,
    site: Site,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    let limits = site.0.rules.limits.clone();
    let mut door = Door::new(listener, limits.clone());
    let seats = door.seats();
    let mut visits = JoinSet::new();
    let (stop, stopped) = watch::channel(false);
    let protocol = protocol(limits.head);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            came = door.next() => {
                let (visitor, peer) = came.map_err(Error::Accept)?;
                let (protocol, site) = (protocol.clone(), site.clone());
                visits.spawn(visit(protocol, visitor, Peer(peer), site, stopped.clone()));
            }
            Some(_) = visits.join_next() => {}
            () = &mut shutdown => break,
        }
    }
    drop(door);
    stop.send_replace(true);
    if timeout(limits.grace, gone(&mut visits)).await.is_err() {
        seats.clear();
        let _ = timeout(Duration::from_secs(1), gone(&mut visits)).await;
    }
    Ok(())
}

fn protocol(head: usize) -> Protocol {
    let mut protocol = Builder::new(TokioExecutor::new());
    protocol.http2().max_concurrent_streams(STREAMS).max_header_list_size(head as u32);
    protocol
}

async fn gone(visits: &mut JoinSet<()>) {
    while visits.join_next().await.is_some() {}
}

async fn visit(
    protocol: Protocol,
    visitor: Visitor<TcpStream>,
    peer: Peer,
    site: Site,
    stopped: watch::Receiver<bool>,
) {
    let service = service_fn(|request| {
        let site = site.clone();
        async move { Ok::<_, Infallible>(answer::answer(&site, peer, request).await) }
    });
    let talk = protocol.serve_connection(TokioIo::new(visitor), service);
    let mut talk = std::pin::pin!(talk);
    let ended = tokio::select! {
        biased;
        ended = talk.as_mut() => ended,
        () = told(stopped) => {
            talk.as_mut().graceful_shutdown();
            talk.await
        }
    };
    if let Err(cause) = ended {
        tracing::debug!(%cause, "a connection broke");
    }
}

async fn told(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}
