//! What goes with each request to a source.

use ipnet::IpNet;
use url::Url;

use super::read::{At, Table};
use super::render;
use crate::model::Egress;

/// What goes with each request to a source.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Extra headers.
    pub headers: Vec<(String, String)>,
    /// Private networks it may be in.
    pub allow_private: Vec<IpNet>,
    /// Through what, and how trustingly.
    pub egress: Egress,
    /// `User-Agent`, if not that of all requests.
    pub user_agent: Option<String>,
    /// Whether `robots.txt` is obeyed where pages are asked for that the settings do not name.
    pub obey_robots: bool,
    /// Whether a browser puts its pages together.
    pub render: bool,
}

impl Access {
    /// What a source has that says nothing of it.
    pub(super) fn plain() -> Self {
        Self { obey_robots: true, ..Self::default() }
    }

    /// The keys of a table laid over what is inherited.
    pub(super) fn overlay(&mut self, table: &mut Table<'_>) {
        self.headers.extend(headers(table));
        if let Some(nets) = table.strings("allow_private") {
            self.allow_private = nets.iter().filter_map(|net| network(table, net)).collect();
        }
        if let Some(text) = table.string("proxy") {
            self.egress.proxy = proxy(table, &text);
        }
        let flags = [
            ("allow_invalid_tls", &mut self.egress.allow_invalid_tls),
            ("http1_only", &mut self.egress.http1_only),
        ];
        for (key, place) in flags {
            *place = table.flag(key).unwrap_or(*place);
        }
        if let Some(name) = user_agent(table) {
            self.user_agent = Some(name);
        }
        self.render = render::wish(table).unwrap_or(self.render);
        if let Some(text) = table.string("robots") {
            self.obey_robots = robots(table, &text);
        }
    }
}

/// `none` undoes what is inherited.
fn proxy(table: &Table<'_>, text: &At<String>) -> Option<Url> {
    let typed = text.value.trim();
    if typed == "none" {
        return None;
    }
    let url = Url::parse(typed).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() {
        // The text itself may hold a password.
        let what = "`proxy` is no address of an HTTP proxy";
        table.marks().add_hint(&text.span, what, "write `http://127.0.0.1:3128`, or `none`");
    }
    url
}

/// A name that can stand in a header: one line of ASCII.
pub(super) fn user_agent(table: &mut Table<'_>) -> Option<String> {
    let text = table.string("user_agent")?;
    let odd = text.value.chars().find(|c| !matches!(c, ' '..='~'));
    let (what, hint) = match odd {
        Some(c) if c.is_control() => (
            format!("`user_agent` holds the control character {}", c.escape_default()),
            "write it in one line, without tabs",
        ),
        Some(c) => (format!("`user_agent` holds `{c}`"), "letters of ASCII alone go in a header"),
        None if text.value.trim().is_empty() => (
            "`user_agent` is empty".to_owned(),
            "leave it out to be `finews/<version> (+<site.url>)`",
        ),
        None => return Some(text.value),
    };
    table.marks().add_hint(&text.span, what, hint);
    None
}

fn robots(table: &Table<'_>, text: &At<String>) -> bool {
    if !matches!(text.value.as_str(), "obey" | "ignore") {
        let what = format!("`robots` is not `{}`", text.value);
        table.marks().add_hint(&text.span, what, "write `obey` or `ignore`");
    }
    text.value != "ignore"
}

pub(super) fn network(table: &Table<'_>, text: &At<String>) -> Option<IpNet> {
    let net = text.value.parse().ok();
    let net = net.or_else(|| text.value.parse::<std::net::IpAddr>().ok().map(IpNet::from));
    if net.is_none() {
        let what = format!("`{}` is no network", text.value);
        table.marks().add_hint(&text.span, what, "write `10.1.2.0/24` or `127.0.0.1/32`");
    }
    net
}

pub(super) fn headers(table: &mut Table<'_>) -> Vec<(String, String)> {
    let pairs = table.pairs("headers");
    for (name, value) in &pairs {
        let good = |c: u8| c.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(&c);
        if name.is_empty() || !name.bytes().all(good) || value.value.contains(['\r', '\n', '\0']) {
            table.marks().add(&value.span, format!("`{name}` is no header of one line"));
        }
    }
    pairs.into_iter().map(|(name, value)| (name, value.value)).collect()
}
