//! A browser that follows a script: it speaks just enough of the DevTools protocol.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};
use url::Url;

/// What happens when a page's document is there.
#[derive(Clone, Debug)]
pub enum Act {
    /// It asks for these, and when all are answered, it has loaded as this markup.
    Loads(Vec<Ask>, String),
    /// Its process dies.
    Crashes,
    /// The whole browser does.
    Leaves,
    /// Nothing, for ever.
    Hangs,
}

/// Something that a page asks for.
#[derive(Clone, Debug)]
pub struct Ask {
    pub kind: &'static str,
    pub method: &'static str,
    pub url: String,
}

/// The browser; it ends when dropped.
pub struct Fake {
    url: Url,
    log: Arc<Mutex<Vec<Value>>>,
    _tasks: JoinSet<()>,
}

impl Act {
    pub fn loads(asks: Vec<Ask>, markup: &str) -> Self {
        Self::Loads(asks, markup.to_owned())
    }
}

impl Fake {
    pub async fn start(act: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = JoinSet::new();
        let kept = Arc::clone(&log);
        tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // One page after the other.
                let _ = converse(stream, &act, &kept).await;
            }
        });
        let url = format!("ws://{address}/devtools/browser/fake").parse().unwrap();
        Self { url, log, _tasks: tasks }
    }

    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// The commands that came so far.
    pub fn methods(&self) -> Vec<String> {
        let log = self.log.lock().unwrap();
        log.iter().map(|one| one["method"].as_str().unwrap().to_owned()).collect()
    }

    /// How a request was answered: by its number in the script, or `doc`.
    pub fn reply_to(&self, id: &str) -> Value {
        let log = self.log.lock().unwrap();
        let found = log.iter().find(|one| one["params"]["requestId"] == id);
        found.unwrap_or_else(|| panic!("no answer to `{id}`"))["params"].clone()
    }
}

type Socket = WebSocketStream<TcpStream>;

async fn converse(stream: TcpStream, act: &Act, log: &Mutex<Vec<Value>>) -> Option<()> {
    let mut socket = accept_async(stream).await.ok()?;
    let mut open = 0;
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let command: Value = serde_json::from_str(&text).unwrap();
        log.lock().unwrap().push(command.clone());
        let method = command["method"].as_str().unwrap();
        say(&mut socket, json!({ "id": command["id"], "result": result(method, act) })).await?;
        let params = &command["params"];
        match method {
            "Page.navigate" => {
                let url = params["url"].as_str().unwrap();
                let ask = Ask { kind: "Document", method: "GET", url: url.to_owned() };
                paused(&mut socket, "doc", &ask).await?;
            }
            "Fetch.fulfillRequest" if params["responseCode"] == 302 => {
                let id = params["requestId"].as_str().unwrap();
                let headers = params["responseHeaders"].as_array().unwrap();
                let to = headers.iter().find(|header| header["name"] == "Location").unwrap();
                let url = to["value"].as_str().unwrap().to_owned();
                let ask = Ask { kind: "Script", method: "GET", url };
                paused(&mut socket, &format!("{id}+"), &ask).await?;
            }
            "Fetch.fulfillRequest" | "Fetch.failRequest" | "Fetch.continueRequest" => {
                if params["requestId"] == "doc" {
                    open = begin(&mut socket, act).await?;
                } else {
                    open -= 1;
                }
                if open == 0 && matches!(act, Act::Loads(..)) {
                    event(&mut socket, "Page.loadEventFired", json!({})).await?;
                }
            }
            _ => {}
        }
    }
    Some(())
}

/// The document is there; gives the number of requests that wait.
async fn begin(socket: &mut Socket, act: &Act) -> Option<usize> {
    match act {
        Act::Loads(asks, _) => {
            for (number, ask) in asks.iter().enumerate() {
                paused(socket, &number.to_string(), ask).await?;
            }
            Some(asks.len())
        }
        Act::Crashes => {
            event(socket, "Inspector.targetCrashed", json!({})).await?;
            Some(0)
        }
        Act::Leaves => None,
        Act::Hangs => Some(0),
    }
}

fn result(method: &str, act: &Act) -> Value {
    match (method, act) {
        ("Target.createBrowserContext", _) => json!({ "browserContextId": "C" }),
        ("Target.createTarget", _) => json!({ "targetId": "T" }),
        ("Target.attachToTarget", _) => json!({ "sessionId": "S" }),
        ("DOM.getDocument", _) => json!({ "root": { "nodeId": 1 } }),
        ("DOM.getOuterHTML", Act::Loads(_, markup)) => json!({ "outerHTML": markup }),
        _ => json!({}),
    }
}

async fn paused(socket: &mut Socket, id: &str, ask: &Ask) -> Option<()> {
    let request = json!({ "url": ask.url, "method": ask.method, "headers": { "sec-x": "1" } });
    let params = json!({
        "requestId": id, "request": request, "frameId": "T", "resourceType": ask.kind,
    });
    event(socket, "Fetch.requestPaused", params).await
}

async fn event(socket: &mut Socket, method: &str, params: Value) -> Option<()> {
    say(socket, json!({ "method": method, "params": params, "sessionId": "S" })).await
}

async fn say(socket: &mut Socket, value: Value) -> Option<()> {
    socket.send(Message::text(value.to_string())).await.ok()
}
