//! A tab for one page, shut off from the network before anything is in it.

use serde_json::{Value, json};

use super::Error;
use super::wire::Wire;

/// A tab in a context of its own, which ends with our connection.
#[derive(Debug)]
pub(super) struct Tab {
    /// The context's name.
    pub context: String,
    /// The tab's name, which is also that of its main frame.
    pub target: String,
    /// The name under which commands for it go.
    pub session: String,
}

/// The proxy of all requests that do not pass by us, such as those of WebSockets, for the sake of
/// a connection that may be wanted later, or for a name: port 9 (discard) of the browser's machine.
const DEAD_END: &str = "http://127.0.0.1:9";

/// What goes out by UDP, where no proxy is, must not be there. The rest is for pages that would
/// wait for it: it cannot work anyway.
const BEFORE_ALL: &str = "for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', \
    'RTCDataChannel', 'WebTransport', 'SharedWorker']) \
    try { delete window[name]; Object.defineProperty(window, name, { value: undefined }) } catch {}";

/// Opens a tab.
pub(super) async fn open(wire: &mut Wire) -> Result<Tab, Error> {
    let shut = json!({
        "disposeOnDetach": true,
        "proxyServer": DEAD_END,
        // Not even this machine is asked past the proxy.
        "proxyBypassList": "<-loopback>",
    });
    let context = name(wire, "Target.createBrowserContext", shut, "browserContextId").await?;
    let deny = json!({ "behavior": "deny", "browserContextId": context });
    wire.call("Browser.setDownloadBehavior", deny, None).await?;
    let blank = json!({
        "url": "about:blank", "browserContextId": context, "width": 1280, "height": 1600,
    });
    let target = name(wire, "Target.createTarget", blank, "targetId").await?;
    let flat = json!({ "targetId": target, "flatten": true });
    let session = name(wire, "Target.attachToTarget", flat, "sessionId").await?;
    let tab = Tab { context, target, session };
    tab.shut(wire).await?;
    Ok(tab)
}

async fn name(
    wire: &mut Wire,
    method: &'static str,
    params: Value,
    field: &str,
) -> Result<String, Error> {
    let result = wire.call(method, params, None).await?;
    let name = result[field].as_str().map(str::to_owned);
    name.ok_or_else(|| Error::Refused { method, why: format!("it names no `{field}`") })
}

impl Tab {
    /// Whatever the page asks for from now on comes to us, and waits.
    async fn shut(&self, wire: &mut Wire) -> Result<(), Error> {
        let all = json!({ "patterns": [{ "urlPattern": "*", "requestStage": "Request" }] });
        // Frames and workers of their own are held before they begin, and never let go.
        let held = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
        let musts = [
            ("Fetch.enable", all),
            ("Target.setAutoAttach", held),
            ("Network.enable", json!({})),
            ("Network.setBypassServiceWorker", json!({ "bypass": true })),
            ("Page.enable", json!({})),
            ("Inspector.enable", json!({})),
            ("Page.addScriptToEvaluateOnNewDocument", json!({ "source": BEFORE_ALL })),
        ];
        for (method, params) in musts {
            wire.call(method, params, Some(&self.session)).await?;
        }
        // Browsers that do not know these have nothing to be held back from, or no need of them.
        let wishes = [
            ("Page.setPrerenderingAllowed", json!({ "isAllowed": false })),
            ("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })),
        ];
        for (method, params) in wishes {
            match wire.call(method, params, Some(&self.session)).await {
                Err(Error::Refused { .. }) | Ok(_) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }
}
