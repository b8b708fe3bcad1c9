//! What subscribers and hubs say to each other, as forms and queries (§5 of the Recommendation).

use url::{Url, form_urlencoded};

/// Longest secret, in bytes; the Recommendation wants less than 200.
const LONGEST_SECRET: usize = 199;
/// Longest callback and topic, in bytes.
const LONGEST_ADDRESS: usize = 2_048;
/// Longest challenge that is echoed, in bytes.
const LONGEST_CHALLENGE: usize = 1_024;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To be pushed to.
    Subscribe,
    /// Not to be pushed to any more.
    Unsubscribe,
}

impl Mode {
    /// The value of `hub.mode`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
        }
    }

    /// The mode of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Subscribe, Self::Unsubscribe].into_iter().find(|mode| mode.name() == name)
    }
}

/// A subscriber's request to a hub, as a form.
pub fn subscription(mode: Mode, callback: &str, topic: &str, lease: u64, secret: &str) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("hub.callback", callback);
    form.append_pair("hub.mode", mode.name());
    form.append_pair("hub.topic", topic);
    if mode == Mode::Subscribe {
        form.append_pair("hub.lease_seconds", &lease.to_string());
        form.append_pair("hub.secret", secret);
    }
    form.finish()
}

/// A publisher's word to a hub that a topic changed, as hubs understand it (PubSubHubbub 0.3
/// §7.1; the Recommendation leaves it open).
pub fn ping(topic: &str) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("hub.mode", "publish").append_pair("hub.url", topic);
    form.finish()
}

/// What a hub was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To push, or to push no more.
    Subscription {
        /// Which of the two.
        mode: Mode,
        /// Where to push; its query stays as it is.
        callback: Url,
        /// What.
        topic: String,
        /// For how many seconds.
        lease: Option<u64>,
        /// What to sign with.
        secret: Option<String>,
    },
    /// To look at a topic that changed; whoever publishes here knows that already.
    Publish,
}

/// Why a hub does not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No mode, or one that is not known.
    #[error("hub.mode must be subscribe or unsubscribe")]
    Mode,
    /// No callback, or one that nobody can push to.
    #[error("hub.callback must be an http or https address without user name and fragment")]
    Callback,
    /// No topic.
    #[error("hub.topic is missing")]
    Topic,
    /// A secret that is too long.
    #[error("hub.secret must have less than 200 bytes")]
    Secret,
}

/// Reads what a hub was asked. A lease that is no number is none (§5.1: the hub decides anyway).
pub fn asked(form: &[u8]) -> Result<Asked, Refusal> {
    let field = |name: &str| {
        let pair = form_urlencoded::parse(form).find(|(key, _)| key == name);
        pair.map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
    };
    let mode = match field("hub.mode").as_deref() {
        Some("publish") => return Ok(Asked::Publish),
        mode => mode.and_then(Mode::named).ok_or(Refusal::Mode)?,
    };
    let callback = field("hub.callback").and_then(|text| callback(&text));
    let callback = callback.ok_or(Refusal::Callback)?;
    let topic = field("hub.topic").filter(|topic| topic.len() <= LONGEST_ADDRESS);
    let topic = topic.ok_or(Refusal::Topic)?;
    let secret = field("hub.secret");
    if secret.as_ref().is_some_and(|secret| secret.len() > LONGEST_SECRET) {
        return Err(Refusal::Secret);
    }
    let lease = field("hub.lease_seconds").and_then(|seconds| seconds.parse().ok());
    Ok(Asked::Subscription { mode, callback, topic, lease, secret })
}

fn callback(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= LONGEST_ADDRESS)?;
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (bare && matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// The address with which a hub asks a subscriber whether it meant it; the callback's own query
/// stays in front.
pub fn verification(callback: &Url, mode: Mode, topic: &str, challenge: &str, lease: u64) -> Url {
    let mut url = callback.clone();
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("hub.mode", mode.name());
        query.append_pair("hub.topic", topic);
        query.append_pair("hub.challenge", challenge);
        if mode == Mode::Subscribe {
            query.append_pair("hub.lease_seconds", &lease.to_string());
        }
    }
    url
}

/// What a hub says to a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// It asks whether we meant it.
    Verify {
        /// What it thinks we asked for.
        mode: Mode,
        /// The topic.
        topic: String,
        /// What we have to say back.
        challenge: String,
        /// For how many seconds it will push.
        lease: Option<u64>,
    },
    /// It does not push, or does so no longer.
    Denied {
        /// The topic.
        topic: String,
        /// Why, if it says so.
        reason: Option<String>,
    },
}

/// Reads a hub's query; `None` where it is not one.
pub fn intent(query: &str) -> Option<Intent> {
    let field = |name: &str| {
        let pair = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        pair.map(|(_, value)| value.into_owned())
    };
    let (mode, topic) = (field("hub.mode")?, field("hub.topic")?);
    if mode == "denied" {
        let reason = field("hub.reason").map(|text| text.chars().take(200).collect());
        return Some(Intent::Denied { topic, reason });
    }
    let mode = Mode::named(&mode)?;
    let fits = |text: &String| (1..=LONGEST_CHALLENGE).contains(&text.len());
    let challenge = field("hub.challenge").filter(fits)?;
    let lease = field("hub.lease_seconds").and_then(|seconds| seconds.parse().ok());
    Some(Intent::Verify { mode, topic, challenge, lease })
}
