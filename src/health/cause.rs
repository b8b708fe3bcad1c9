//! Why a source is as it is, in codes that stay and words for people.

use std::fmt;

/// Why a source is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The host's name has no address.
    Dns,
    /// No connection.
    Connect,
    /// No safe connection.
    Tls(Flaw),
    /// A limit of time was reached.
    Timeout,
    /// What came back is no HTTP.
    Protocol,
    /// The server answers with this status.
    Status(u16),
    /// A wall against robots answers instead of the server.
    Wall,
    /// The host asked to be left alone, and is.
    CoolingDown,
    /// The answer is longer than the limit.
    TooLarge,
    /// The answer was cut off or cannot be decoded.
    Body,
    /// The redirects lead nowhere good.
    Redirects,
    /// `robots.txt` keeps programs out.
    Robots,
    /// The guard refused the address.
    Refused,
    /// The settings ask for what cannot be sent.
    Settings,
    /// The page is no feed, no sitemap, no JSON.
    NotAFeed,
    /// The server answers with an error of its own.
    Answer,
    /// The rules find nothing, and never did.
    NoEntries,
    /// The rules find nothing where they found entries before.
    Drift,
    /// The list has no entry.
    Empty,
    /// Nothing came for much longer than usual.
    Stale,
    /// It has another address for good.
    Moved,
    /// It is no more.
    Gone,
    /// Entries came that cannot be published.
    Held,
    /// The operator wants no visits.
    Paused,
    /// It was not visited yet.
    New,
    /// The program failed.
    Crash,
    /// Anything else.
    Other,
}

/// What is wrong with a server's TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// The certificate is out of date.
    Expired,
    /// The certificate is for another name.
    Name,
    /// Nobody known vouches for the certificate.
    Issuer,
    /// The server speaks no version that is safe.
    Version,
    /// Anything else.
    Other,
}

/// Causes without a part of their own, with their codes.
const PLAIN: [(Cause, &str); 25] = [
    (Cause::Dns, "dns"),
    (Cause::Connect, "connect"),
    (Cause::Timeout, "timeout"),
    (Cause::Protocol, "protocol"),
    (Cause::Wall, "bot_wall"),
    (Cause::CoolingDown, "cooling_down"),
    (Cause::TooLarge, "too_large"),
    (Cause::Body, "body"),
    (Cause::Redirects, "redirects"),
    (Cause::Robots, "robots"),
    (Cause::Refused, "blocked_address"),
    (Cause::Settings, "settings"),
    (Cause::NotAFeed, "not_a_feed"),
    (Cause::Answer, "refused"),
    (Cause::NoEntries, "no_entries"),
    (Cause::Drift, "drift"),
    (Cause::Empty, "empty"),
    (Cause::Stale, "stale"),
    (Cause::Moved, "moved"),
    (Cause::Gone, "gone"),
    (Cause::Held, "held"),
    (Cause::Paused, "paused"),
    (Cause::New, "new"),
    (Cause::Crash, "crash"),
    (Cause::Other, "other"),
];

const FLAWS: [(Flaw, &str); 5] = [
    (Flaw::Expired, "expired"),
    (Flaw::Name, "name"),
    (Flaw::Issuer, "issuer"),
    (Flaw::Version, "version"),
    (Flaw::Other, "other"),
];

impl Cause {
    /// The word that stays, without what is special to one source: `status`, `tls`, `dns`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Tls(_) => "tls",
            Self::Status(_) => "status",
            plain => {
                PLAIN.iter().find(|(cause, _)| *cause == plain).map_or("other", |(_, code)| code)
            }
        }
    }

    /// The whole code, for the store: `status:503`, `tls:expired`, `dns`.
    pub fn code(self) -> String {
        match self {
            Self::Tls(flaw) => {
                let word = FLAWS.iter().find(|(one, _)| *one == flaw).map_or("other", |(_, w)| w);
                format!("tls:{word}")
            }
            Self::Status(status) => format!("status:{status}"),
            plain => plain.kind().to_owned(),
        }
    }

    /// The cause of a code; one that is not known is some other cause.
    pub fn of(code: &str) -> Self {
        match code.split_once(':') {
            Some(("status", status)) => status.parse().map_or(Self::Other, Self::Status),
            Some(("tls", word)) => {
                let flaw = FLAWS.iter().find(|(_, one)| *one == word);
                Self::Tls(flaw.map_or(Flaw::Other, |(flaw, _)| *flaw))
            }
            _ => {
                PLAIN.iter().find(|(_, one)| *one == code).map_or(Self::Other, |(cause, _)| *cause)
            }
        }
    }

    /// The status, where the server answered with one.
    pub fn status(self) -> Option<u16> {
        if let Self::Status(status) = self { Some(status) } else { None }
    }

    /// What an operator may do.
    pub fn action(self) -> &'static str {
        match self {
            Self::Dns => "check the host's name; if all sources say so, check this machine's DNS",
            Self::Connect => "nothing listens there: wait, or check the address",
            Self::Tls(flaw) => flaw.action(),
            Self::Timeout => "wait; if it lasts, raise `fetch.total` or ask less often",
            Self::Protocol => "check the scheme and the port of the address",
            Self::Status(status) => of_status(status),
            Self::Wall => {
                "ask the site for access, or look for another feed of it: \
                           `finews discover URL`"
            }
            Self::CoolingDown => "nothing to do: the host is left alone as it asked",
            Self::TooLarge => "raise `fetch.bytes`, or ask for a shorter list",
            Self::Body => "wait; if it lasts, the server or a proxy cuts answers off",
            Self::Redirects => {
                "open the address in a browser and put its new address in the settings"
            }
            Self::Refused => "if the address is meant, permit its network with `allow_private`",
            Self::Robots => "ask the site for leave, or look for another feed of it",
            Self::Settings => "mend the source's `url` or `headers`: `finews check`",
            Self::NotAFeed => "find the feed's address: `finews discover URL`",
            Self::Answer => "look at what it says: `finews preview SOURCE`",
            Self::NoEntries => "mend the list's rules: `finews preview SOURCE`",
            Self::Drift => {
                "the page was rebuilt: mend the list's rules, `finews discover URL --rules`"
            }
            Self::Empty => "look at what it lists: `finews preview SOURCE`",
            Self::Stale => "see whether the site goes on elsewhere: `finews discover URL`",
            Self::Moved => "put the new address in the settings",
            Self::Gone => "remove it from the settings, or set `paused = true`",
            Self::Held => "look at the entries that are held: `finews status SOURCE`",
            Self::Paused => "take `paused` out of the settings to go on",
            Self::New => "nothing to do: its turn will come",
            Self::Crash => "please report this; the other sources go on",
            Self::Other => "look at the log and at `finews preview SOURCE`",
        }
    }
}

impl Flaw {
    fn action(self) -> &'static str {
        match self {
            Self::Expired => "its certificate is out of date: tell the site; check this clock",
            Self::Name => "its certificate is for another name: check the host in the address",
            Self::Issuer => "nobody known vouches for its certificate: tell the site",
            Self::Version => "the server speaks only old TLS: look for another address",
            Self::Other => "look at the log; try the address in a browser",
        }
    }
}

fn of_status(status: u16) -> &'static str {
    match status {
        401 | 407 => "give credentials by `headers`, or check them",
        402 | 403 | 451 => {
            "ask the site for access, or look for another feed: `finews discover URL`"
        }
        404 => "look for its new address: `finews discover URL`",
        410 => "the server says it is no more; asked once again before that is believed",
        429 => "ask less often: raise `every`",
        400..=499 => "check the address and the `headers`",
        _ => "wait: the trouble is on their side",
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "status {status}"),
            Self::Tls(Flaw::Expired) => f.write_str("tls: certificate expired"),
            Self::Tls(Flaw::Name) => f.write_str("tls: certificate for another name"),
            Self::Tls(Flaw::Issuer) => f.write_str("tls: unknown issuer"),
            Self::Tls(Flaw::Version) => f.write_str("tls: version too old"),
            Self::Wall => f.write_str("blocked by a bot wall"),
            Self::NotAFeed => f.write_str("not a feed"),
            Self::NoEntries => f.write_str("no entries"),
            Self::Drift => f.write_str("selector drift"),
            Self::Refused => f.write_str("address refused"),
            Self::Answer => f.write_str("error in the answer"),
            Self::Body => f.write_str("body cut off"),
            Self::TooLarge => f.write_str("too large"),
            Self::CoolingDown => f.write_str("cooling down"),
            plain => f.write_str(plain.kind()),
        }
    }
}
