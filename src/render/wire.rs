//! The Chrome DevTools Protocol over a WebSocket: commands out, answers and events in.

use std::collections::VecDeque;
use std::error::Error as StdError;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::Url;

use super::Error;
use crate::fetch;

/// A connection to a browser.
pub(super) struct Wire {
    socket: WebSocketStream<TcpStream>,
    last: u64,
    /// Events that came while an answer was waited for.
    put_by: VecDeque<Event>,
    /// Most bytes of a page.
    bytes: usize,
}

/// Something that the browser says.
#[derive(Debug)]
pub(super) enum Said {
    Answer { id: u64, result: Result<Value, String> },
    Event(Event),
}

/// Something that happened in the browser.
#[derive(Debug)]
pub(super) struct Event {
    pub method: String,
    pub params: Value,
    pub session: Option<String>,
}

impl Wire {
    /// `bytes`: of the largest page that may come over it.
    pub(super) async fn open(address: &Url, bytes: usize) -> Result<Self, Error> {
        match connect(address, bytes).await {
            Ok(socket) => Ok(Self { socket, last: 0, put_by: VecDeque::new(), bytes }),
            Err(source) => Err(Error::Absent { endpoint: fetch::shown(address), source }),
        }
    }

    /// Sends a command, and gives the number that its answer will have.
    pub(super) async fn send(
        &mut self,
        method: &str,
        params: Value,
        session: Option<&str>,
    ) -> Result<u64, Error> {
        self.last += 1;
        let mut command = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let sent = self.socket.send(Message::text(command.to_string())).await;
        sent.map_err(|why| self.broken(&why))?;
        Ok(self.last)
    }

    /// Sends a command and waits for its answer; events are put by.
    pub(super) async fn call(
        &mut self,
        method: &'static str,
        params: Value,
        session: Option<&str>,
    ) -> Result<Value, Error> {
        let own = self.send(method, params, session).await?;
        loop {
            match self.listen().await? {
                Said::Answer { id, result } if id == own => {
                    return result.map_err(|why| Error::Refused { method, why });
                }
                Said::Answer { .. } => {}
                Said::Event(event) => self.put_by.push_back(event),
            }
        }
    }

    /// What comes next. Nothing is lost where the wait is given up.
    pub(super) async fn hear(&mut self) -> Result<Said, Error> {
        match self.put_by.pop_front() {
            Some(event) => Ok(Said::Event(event)),
            None => self.listen().await,
        }
    }

    async fn listen(&mut self) -> Result<Said, Error> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    if let Some(said) = read(&text) {
                        return Ok(said);
                    }
                }
                Some(Ok(Message::Close(_))) | None => return Err(Error::Crashed),
                Some(Ok(_)) => {}
                Some(Err(why)) => return Err(self.broken(&why)),
            }
        }
    }

    fn broken(&self, why: &tungstenite::Error) -> Error {
        if matches!(why, tungstenite::Error::Capacity(_)) {
            return Error::Bytes(self.bytes);
        }
        tracing::debug!(%why, "the connection to the browser broke");
        Error::Crashed
    }
}

async fn connect(
    address: &Url,
    bytes: usize,
) -> Result<WebSocketStream<TcpStream>, Box<dyn StdError + Send + Sync>> {
    let host = address.host_str().ok_or("no host")?.trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, address.port_or_known_default().unwrap_or(80))).await?;
    stream.set_nodelay(true)?;
    // JSON writes a few characters as up to six bytes, most as they are.
    let most = Some(bytes.saturating_mul(2).saturating_add(1 << 20));
    let config = WebSocketConfig::default().max_message_size(most).max_frame_size(most);
    let (socket, _) = client_async_with_config(address.as_str(), stream, Some(config)).await?;
    Ok(socket)
}

/// One message; none where it is neither an answer nor an event.
fn read(text: &str) -> Option<Said> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    if let Some(id) = value["id"].as_u64() {
        let result = match value.get_mut("error") {
            Some(error) => Err(error["message"].as_str().unwrap_or("it does not say why").into()),
            None => Ok(value["result"].take()),
        };
        return Some(Said::Answer { id, result });
    }
    let method = value["method"].as_str()?.to_owned();
    let session = value["sessionId"].as_str().map(str::to_owned);
    Some(Said::Event(Event { method, params: value["params"].take(), session }))
}
