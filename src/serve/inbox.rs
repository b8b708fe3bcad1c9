//! What is sent to the site instead of asked of it: letters, bounded in size, time and number.

use std::pin::Pin;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use super::Site;
use super::media::Kind;
use super::reply::Reply;

/// Letters above [`SMALL`] that are read at a time; further ones are asked to come again.
pub(super) const AT_ONCE: usize = 16;

/// Letters of so many bytes cost nothing.
const SMALL: usize = 64 << 10;

/// A letter as it came.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The path, decoded, beginning with `/`.
    pub path: String,
    /// The query, as it came, without its `?`.
    pub query: Option<String>,
    /// What it carries; `None` where it is a mere question (GET).
    pub body: Option<Vec<u8>>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `X-Hub-Signature`, the last one.
    pub signature: Option<String>,
}

/// What is answered to a letter: a line of plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// HTTP status.
    pub status: u16,
    /// The body, to the byte.
    pub text: String,
}

impl Receipt {
    /// A receipt.
    pub fn new(status: u16, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }

    /// Where nobody takes letters any more.
    pub fn nobody() -> Self {
        Self::new(404, "nobody lives here\n")
    }
}

/// A receipt that is being written.
pub type Receiving<'a> = Pin<Box<dyn Future<Output = Receipt> + Send + 'a>>;
/// A room that is being looked for.
pub type Looking<'a> = Pin<Box<dyn Future<Output = Option<usize>> + Send + 'a>>;

/// Takes letters.
pub trait Inbox: Send + Sync + 'static {
    /// Whether letters are taken at a path at all.
    fn takes(&self, path: &str) -> bool;
    /// How many bytes a letter to a path may have, before any is read; `None` where nobody
    /// lives: the letter is then taken without its body.
    fn room<'a>(&'a self, path: &'a str) -> Looking<'a>;
    /// Takes a letter.
    fn take(&self, letter: Letter) -> Receiving<'_>;
}

/// Answers a request to a path where letters are taken.
pub(super) async fn answer(
    site: &Site,
    inbox: &dyn Inbox,
    path: String,
    head: &Parts,
    body: Incoming,
) -> Reply {
    let body = match head.method {
        Method::GET | Method::HEAD => None,
        Method::POST => match read(site, inbox, &path, &head.headers, body).await {
            Ok(body) => Some(body),
            Err(reply) => return *reply,
        },
        _ => return Reply::refusal_but("GET, HEAD, POST"),
    };
    let text = |name: &str| {
        let value = head.headers.get_all(name).iter().next_back()?;
        value.to_str().ok().map(str::to_owned)
    };
    let letter = Letter {
        path,
        query: head.uri.query().map(str::to_owned),
        body,
        content_type: text("content-type"),
        signature: text("x-hub-signature"),
    };
    let receipt = inbox.take(letter).await;
    let status = StatusCode::from_u16(receipt.status).unwrap_or(StatusCode::OK);
    let mut reply = Reply::line(status, Kind::Part, "");
    reply.body = Bytes::from(receipt.text);
    if matches!(receipt.status, 429 | 503) {
        reply.set(RETRY_AFTER, "60");
    }
    reply
}

/// The whole body, or the answer to a client that sends too much, too slowly, or too often.
async fn read(
    site: &Site,
    inbox: &dyn Inbox,
    path: &str,
    headers: &HeaderMap,
    body: Incoming,
) -> Result<Vec<u8>, Box<Reply>> {
    let line = |status, text| Box::new(Reply::line(status, Kind::Part, text));
    let too_large = || line(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large\n");
    let Some(room) = inbox.room(path).await else { return Ok(Vec::new()) };
    let said = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if said.is_some_and(|length: usize| length > room) {
        return Err(too_large());
    }
    let seat = (room > SMALL).then(|| site.0.letters.try_acquire());
    let Ok(_seat) = seat.transpose() else {
        let mut reply = line(StatusCode::SERVICE_UNAVAILABLE, "too many at once\n");
        reply.set(RETRY_AFTER, "5");
        return Err(reply);
    };
    match timeout(site.0.rules.limits.request, whole(body, room)).await {
        Ok(Some(Ok(bytes))) => Ok(bytes),
        Ok(Some(Err(_))) => Err(line(StatusCode::BAD_REQUEST, "the body was cut off\n")),
        Ok(None) => Err(too_large()),
        Err(_) => Err(line(StatusCode::REQUEST_TIMEOUT, "the body took too long\n")),
    }
}

/// `None` for a body that is larger than there is room for.
async fn whole(body: Incoming, room: usize) -> Option<Result<Vec<u8>, hyper::Error>> {
    let mut body = std::pin::pin!(body);
    let mut bytes = Vec::new();
    loop {
        let frame = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await;
        match frame {
            None => return Some(Ok(bytes)),
            Some(Err(why)) => return Some(Err(why)),
            Some(Ok(frame)) => {
                let Ok(piece) = frame.into_data() else { continue };
                if bytes.len() + piece.len() > room {
                    return None;
                }
                bytes.extend_from_slice(&piece);
            }
        }
    }
}
