//! What is asked for a list: the request of one page, and its print.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::config::{Form, List, Source};
use crate::fetch::{Accept, Method, Request};
use crate::model::{Egress, Instant};
use crate::template::Template;

/// The values that a first page told, by name.
pub(super) type Values = BTreeMap<String, String>;

/// Which page of a list is asked for.
pub(super) enum Target<'t> {
    /// The address of the settings, with its places filled in.
    Made { template: &'t Template, number: u64, cursor: &'t str },
    /// An address that a page of the list gave. It gets the configured headers only where the
    /// list itself is.
    Given { url: &'t Url, home: &'t Url },
}

/// The request for one page.
pub(super) fn request(
    source: &Source,
    list: &List,
    values: &Values,
    target: &Target<'_>,
    now: Instant,
) -> Result<Request, String> {
    let (url, number, cursor) = match target {
        Target::Given { url, home } => {
            let own = url.origin() == home.origin();
            let headers = if own { headers(source, list, values) } else { Vec::new() };
            let plain = plain(source, Url::clone(url), accept(list));
            // Nobody configured this address.
            return Ok(Request { headers, obey_robots: source.access.obey_robots, ..plain });
        }
        Target::Made { template, number, cursor } => (template, number, cursor),
    };
    let know = |name: &str| match name {
        "page" => Some(number.to_string()),
        "cursor" => Some((*cursor).to_owned()),
        "now" => Some(now.timestamp_millis().to_string()),
        _ => values.get(name).cloned(),
    };
    let url = address(url, know)?;
    let body = list.body.as_ref().map(|body| filled_body(body, know)).transpose()?;
    Ok(Request {
        method: if body.is_some() { Method::Post } else { Method::Get },
        headers: headers(source, list, values),
        body,
        ..plain(source, url, accept(list))
    })
}

/// The request for the first page of a list in two steps.
pub(super) fn first(source: &Source, url: &Template, now: Instant) -> Result<Request, String> {
    let url = address(url, |_| Some(now.timestamp_millis().to_string()))?;
    Ok(Request { headers: source.access.headers.clone(), ..plain(source, url, Accept::Page) })
}

/// A request in the manner of a source: by its way out, under its name, with its permissions.
pub(in crate::refresh) fn from(source: &Source, request: Request) -> Request {
    let access = &source.access;
    Request {
        allow_private: access.allow_private.clone(),
        egress: access.egress.clone(),
        user_agent: access.user_agent.clone(),
        ..request
    }
}

fn plain(source: &Source, url: Url, accept: Accept) -> Request {
    from(source, Request::get(url, accept))
}

fn accept(list: &List) -> Accept {
    match list.form {
        Form::Feed | Form::Sitemap(_) => Accept::Feed,
        Form::Api(_) => Accept::Json,
        Form::Page(_) => Accept::Page,
    }
}

fn address(template: &Template, know: impl Fn(&str) -> Option<String>) -> Result<Url, String> {
    let address = template.fill_url(know).map_err(|name| format!("`{{{name}}}` is not known"))?;
    Url::parse(&address).map_err(|why| format!("`{address}`: {why}"))
}

/// Values are written as the body needs them: escaped in JSON, else percent-encoded as in a form.
fn filled_body(body: &Template, know: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let literal = body.fill(|_| Some(String::new())).unwrap_or_default();
    let is_json = literal.trim_start().starts_with(['{', '[']);
    let written = |value: String| {
        if is_json {
            let quoted = serde_json::Value::from(value).to_string();
            quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
        } else {
            utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string()
        }
    };
    let filled = body.fill(|name| know(name).map(written));
    filled.map_err(|name| format!("`{{{name}}}` is not known"))
}

fn headers(source: &Source, list: &List, values: &Values) -> Vec<(String, String)> {
    let own = list.headers.iter().map(|(name, value)| {
        // Only the names of the first page stand for something: other braces are meant as such.
        let fill = |text: String, (name, value): (&String, &String)| {
            text.replace(&format!("{{{name}}}"), value)
        };
        (name.clone(), values.iter().fold(value.clone(), fill))
    });
    source.access.headers.iter().cloned().chain(own).collect()
}

/// The print of a request: whatever changes what the server is asked.
pub(super) fn print(request: &Request) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(request.url.as_str());
    for (name, value) in &request.headers {
        hash.update([0]);
        hash.update(name.to_ascii_lowercase());
        hash.update([1]);
        hash.update(value);
    }
    hash.update([2]);
    hash.update(request.body.as_deref().unwrap_or_default());
    let Egress { proxy, allow_invalid_tls, http1_only } = &request.egress;
    // Only where there is something to tell: the prints of plain requests stay what they were.
    if request.egress != Egress::default() || request.user_agent.is_some() {
        hash.update([3, u8::from(*allow_invalid_tls), u8::from(*http1_only)]);
        hash.update(proxy.as_ref().map_or("", |proxy| proxy.as_str()));
        hash.update([4]);
        hash.update(request.user_agent.as_deref().unwrap_or_default());
    }
    let mut print = [0; 16];
    print.copy_from_slice(&hash.finalize()[..16]);
    print
}
