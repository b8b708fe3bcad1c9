//! A page in a browser, by the Chrome DevTools Protocol.

use std::path::PathBuf;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};
use url::Url;

/// One tab.
pub struct Page {
    socket: WebSocketStream<TcpStream>,
    session: Option<String>,
    last: u64,
    complaints: Vec<String>,
    asked: Vec<String>,
    loaded: bool,
}

impl Page {
    pub async fn open(endpoint: &Url) -> Self {
        let host = format!("{}:{}", endpoint.host_str().unwrap(), endpoint.port().unwrap());
        let stream = TcpStream::connect(&host).await.unwrap();
        let (socket, _) = client_async(endpoint.as_str(), stream).await.unwrap();
        let (complaints, asked) = (Vec::new(), Vec::new());
        let mut page = Self { socket, session: None, last: 0, complaints, asked, loaded: false };
        let target = page.call("Target.createTarget", json!({ "url": "about:blank" })).await;
        let id = target["targetId"].as_str().unwrap().to_owned();
        let attach = json!({ "targetId": id, "flatten": true });
        let session = page.call("Target.attachToTarget", attach).await;
        page.session = Some(session["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Network", "Log", "DOM"] {
            page.call(&format!("{domain}.enable"), json!({})).await;
        }
        page
    }

    async fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut command = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = &self.session {
            command["sessionId"] = session.as_str().into();
        }
        let own = self.last;
        self.socket.send(Message::text(command.to_string())).await.unwrap();
        loop {
            let said = self.hear().await;
            if said["id"] == own {
                assert!(said["error"].is_null(), "{method}: {said}");
                return said["result"].clone();
            }
        }
    }

    async fn hear(&mut self) -> Value {
        loop {
            let message = self.socket.next().await.unwrap().unwrap();
            let Ok(text) = message.to_text() else { continue };
            let Ok(said) = serde_json::from_str::<Value>(text) else { continue };
            let params = &said["params"];
            match said["method"].as_str().unwrap_or_default() {
                "Network.requestWillBeSent" => {
                    self.asked.push(params["request"]["url"].as_str().unwrap().to_owned());
                }
                "Log.entryAdded" => self.complaints.push(params["entry"].to_string()),
                "Runtime.exceptionThrown" => {
                    self.complaints.push(params["exceptionDetails"].to_string());
                }
                "Runtime.consoleAPICalled" => self.complaints.push(params["args"].to_string()),
                "Page.loadEventFired" => self.loaded = true,
                _ => {}
            }
            return said;
        }
    }

    /// Goes to an address and waits until all of it is there.
    pub async fn go(&mut self, url: &str) {
        self.complaints.clear();
        self.asked.clear();
        self.loaded = false;
        self.call("Page.navigate", json!({ "url": url })).await;
        while !self.loaded {
            self.hear().await;
        }
    }

    /// What was complained about since then.
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.clone()
    }

    /// What was asked for since then.
    pub fn asked(&self) -> Vec<String> {
        self.asked.clone()
    }

    pub async fn screen(&mut self, width: u32, height: u32, scheme: &str) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size).await;
        let media = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.call("Emulation.setEmulatedMedia", media).await;
    }

    pub async fn scripts(&mut self, on: bool) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": !on })).await;
    }

    /// Runs a script before those of the pages to come.
    pub async fn before(&mut self, script: &str) {
        let script = json!({ "source": script });
        self.call("Page.addScriptToEvaluateOnNewDocument", script).await;
    }

    pub async fn permit(&mut self, name: &str, setting: &str) {
        let session = self.session.take();
        let permission = json!({ "permission": { "name": name }, "setting": setting });
        self.call("Browser.setPermission", permission).await;
        self.session = session;
    }

    /// The value of an expression.
    pub async fn value(&mut self, script: &str) -> Value {
        let ask = json!({
            "expression": script, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let said = self.call("Runtime.evaluate", ask).await;
        assert!(said["exceptionDetails"].is_null(), "{script}: {said}");
        said["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub async fn wait(&mut self, script: &str) {
        for _ in 0..2_000 {
            if self.value(&format!("Boolean({script})")).await == true {
                return;
            }
        }
        panic!("it did not come: {script}");
    }

    pub async fn click(&mut self, css: &str) {
        self.click_at(css, 0).await;
    }

    pub async fn click_at(&mut self, css: &str, at: usize) {
        let script = format!(
            "(() => {{ const e = document.querySelectorAll('{css}')[{at}]; \
             e.scrollIntoView({{ block: 'center', behavior: 'instant' }}); \
             const b = e.getBoundingClientRect(); \
             return [b.x + b.width / 2, b.y + b.height / 2]; }})()"
        );
        let place = self.value(&script).await;
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({
                "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1,
            });
            self.call("Input.dispatchMouseEvent", event).await;
        }
    }

    pub async fn tab(&mut self) {
        for kind in ["keyDown", "keyUp"] {
            let event = json!({
                "type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9,
            });
            self.call("Input.dispatchKeyEvent", event).await;
        }
    }

    /// How many elements take room, scripts or not.
    pub async fn shown(&mut self, css: &str) -> usize {
        let document = self.call("DOM.getDocument", json!({})).await;
        let all = json!({ "nodeId": document["root"]["nodeId"], "selector": css });
        let found = self.call("DOM.querySelectorAll", all).await;
        let mut count = 0;
        for node in found["nodeIds"].as_array().unwrap() {
            let object = json!({ "nodeId": node });
            let quads = self.quads(object).await;
            count += usize::from(quads);
        }
        count
    }

    async fn quads(&mut self, node: Value) -> bool {
        self.last += 1;
        let own = self.last;
        let mut command = json!({ "id": own, "method": "DOM.getContentQuads", "params": node });
        command["sessionId"] = self.session.clone().into();
        self.socket.send(Message::text(command.to_string())).await.unwrap();
        loop {
            let said = self.hear().await;
            if said["id"] == own {
                let quads = said["result"]["quads"].as_array();
                return quads.is_some_and(|quads| !quads.is_empty());
            }
        }
    }

    /// Keeps a picture of the whole page, where somebody wants to look at it.
    pub async fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("FINEWS_SCREENSHOTS").map(PathBuf::from) else {
            return;
        };
        let shot = json!({ "format": "png", "captureBeyondViewport": true });
        let shot = self.call("Page.captureScreenshot", shot).await;
        let bytes = base64(shot["data"].as_str().unwrap());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut held, mut bits, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.bytes().filter(|byte| *byte != b'=') {
        let value = LETTERS.iter().position(|one| *one == letter).unwrap();
        held = (held << 6) | u32::try_from(value).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    bytes
}
