//! Who may come in, how many at once, and how long they may stay without saying anything.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep};

use super::Limits;

/// Bytes that a client may send while none of ours went out: several times the largest head.
const UNANSWERED: usize = 4;

/// How often, and after how long, a listener is asked again that fails.
const TRIES: usize = 60;
const AGAIN: Duration = Duration::from_secs(1);

/// A listening socket that keeps count of its visitors.
pub(super) struct Door {
    listener: TcpListener,
    seats: Arc<Seats>,
    limits: Limits,
}

impl Door {
    pub(super) fn new(listener: TcpListener, limits: Limits) -> Self {
        Self { listener, seats: Arc::new(Seats::new(limits.connections)), limits }
    }

    /// The visitors, for who has to send them all away.
    pub(super) fn seats(&self) -> Arc<Seats> {
        Arc::clone(&self.seats)
    }

    /// The next visitor, and from where it comes. An error that lasts is the listener's own end.
    pub(super) async fn next(&mut self) -> io::Result<(Visitor<TcpStream>, SocketAddr)> {
        let mut tries = 0;
        let (stream, from) = loop {
            match self.listener.accept().await {
                Ok(came) => break came,
                Err(cause) if is_theirs(&cause) => {}
                Err(cause) if tries == TRIES => return Err(cause),
                Err(cause) => {
                    // Open files or memory may be used up; they come back.
                    tracing::warn!(%cause, "cannot accept a connection");
                    tries += 1;
                    sleep(AGAIN).await;
                }
            }
        };
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "cannot set TCP_NODELAY");
        }
        Ok((Visitor::new(stream, &self.seats, &self.limits), from))
    }
}

/// Whether a connection broke before it was taken.
fn is_theirs(cause: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(cause.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// All visitors. Whoever comes when every seat is taken gets that of the one who was quiet
/// longest, so that many who say nothing cannot keep the others out.
pub(super) struct Seats {
    most: usize,
    opened: Instant,
    numbers: AtomicU64,
    taken: Mutex<HashMap<u64, Seat>>,
}

struct Seat {
    heard: Arc<AtomicU64>,
    /// Dropped to send the visitor away.
    _stay: oneshot::Sender<()>,
}

impl Seats {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            opened: Instant::now(),
            numbers: AtomicU64::new(0),
            taken: Mutex::default(),
        }
    }

    /// Sends everybody away.
    pub(super) fn clear(&self) {
        self.taken().clear();
    }

    fn take(&self) -> (u64, Arc<AtomicU64>, oneshot::Receiver<()>) {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let heard = Arc::new(AtomicU64::new(self.now()));
        let (stay, leave) = oneshot::channel();
        let mut taken = self.taken();
        if taken.len() >= self.most {
            let quietest = taken.iter().min_by_key(|(number, seat)| (seat.last(), **number));
            let quietest = quietest.map(|(number, _)| *number);
            quietest.and_then(|number| taken.remove(&number));
        }
        taken.insert(number, Seat { heard: Arc::clone(&heard), _stay: stay });
        (number, heard, leave)
    }

    /// Milliseconds since the door was opened.
    fn now(&self) -> u64 {
        self.opened.elapsed().as_millis() as u64
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<u64, Seat>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    fn last(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }
}

/// A connection that ends when its client is slow, silent, talks without listening, or when its
/// seat is taken away.
pub(super) struct Visitor<S> {
    stream: S,
    seats: Arc<Seats>,
    number: u64,
    /// When we last got something out, as the seats count time.
    heard: Arc<AtomicU64>,
    /// `None` once the visitor was sent away.
    leave: Option<oneshot::Receiver<()>>,
    timer: Pin<Box<Sleep>>,
    unanswered: usize,
    most_unanswered: usize,
    request: Duration,
    idle: Duration,
}

impl<S> Visitor<S> {
    pub(super) fn new(stream: S, seats: &Arc<Seats>, limits: &Limits) -> Self {
        let (number, heard, leave) = seats.take();
        Self {
            stream,
            seats: Arc::clone(seats),
            number,
            heard,
            leave: Some(leave),
            timer: Box::pin(sleep(limits.request)),
            unanswered: 0,
            most_unanswered: limits.head.saturating_mul(UNANSWERED).saturating_add(limits.body),
            request: limits.request,
            idle: limits.idle,
        }
    }

    fn sent_away(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.leave.as_mut().is_some_and(|leave| Pin::new(leave).poll(cx).is_pending()) {
            return Ok(());
        }
        self.leave = None;
        Err(io::ErrorKind::ConnectionAborted.into())
    }

    /// Whether time is up for a client that keeps us waiting.
    fn waited<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        ready!(self.timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn received(&mut self, bytes: usize) -> io::Result<()> {
        if bytes > 0 && self.unanswered == 0 {
            self.timer.as_mut().reset(Instant::now() + self.request);
        }
        self.unanswered += bytes;
        let patient = self.unanswered <= self.most_unanswered;
        if patient { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    fn sent(&mut self, bytes: usize) {
        if bytes > 0 {
            self.unanswered = 0;
            self.heard.store(self.seats.now(), Ordering::Relaxed);
            self.timer.as_mut().reset(Instant::now() + self.idle);
        }
    }

    fn after_write(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => self.waited(cx),
            Poll::Ready(Ok(bytes)) => {
                self.sent(bytes);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(cause)) => Poll::Ready(Err(cause)),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Visitor<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.sent_away(cx)?;
        let before = buf.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Pending => self.waited(cx),
            Poll::Ready(Ok(())) => Poll::Ready(self.received(buf.filled().len() - before)),
            Poll::Ready(Err(cause)) => Poll::Ready(Err(cause)),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Visitor<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.sent_away(cx)?;
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.after_write(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.sent_away(cx)?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.after_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S> Drop for Visitor<S> {
    fn drop(&mut self) {
        self.seats.taken().remove(&self.number);
    }
}
