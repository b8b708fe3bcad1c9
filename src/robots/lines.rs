//! The lines of a `robots.txt` that mean something to us.

use std::time::Duration;

/// A line.
pub(super) enum Line<'l> {
    /// Begins a group, or names one more robot for it.
    Agent(&'l str),
    /// A path with its wildcards; never empty.
    Rule { allow: bool, path: &'l str },
    /// A pause between requests: no part of RFC 9309, and asked for all the same.
    Delay(Duration),
}

/// The lines in their order; comments, blanks and other records are left out.
pub(super) fn of(text: &str) -> impl Iterator<Item = Line<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.split(['\n', '\r', '\0']).filter_map(line)
}

fn line(text: &str) -> Option<Line<'_>> {
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    let (key, value) = text.split_once(':')?;
    let (key, value) = (key.trim(), value.trim());
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    if is("user-agent") || is("useragent") {
        return Some(Line::Agent(value));
    }
    if is("crawl-delay") {
        let seconds = value.parse().ok().filter(|it: &f64| it.is_finite() && *it > 0.0)?;
        return Some(Line::Delay(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)));
    }
    let allow = is("allow");
    // An empty rule forbids nothing, and allows nothing that is forbidden.
    ((allow || is("disallow")) && !value.is_empty()).then_some(Line::Rule { allow, path: value })
}

/// The token that a robot is named by; `*` is all of them.
pub(super) fn token(agent: &str) -> &str {
    if agent == "*" || agent.starts_with("* ") {
        return "*";
    }
    let end = agent.find(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '-' | '_')));
    agent.get(..end.unwrap_or(agent.len())).unwrap_or_default()
}
