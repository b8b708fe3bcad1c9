//! Text with `{names}` in it, filled in by whoever knows the names.

use std::fmt::Write as _;

/// A checked template: literal text and `{name}` places; `{{` and `}}` stand for braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

/// Why a text is no template.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A brace is opened and never closed, or the other way round.
    #[error("a brace without its partner (write `{{{{` for a brace that is meant as such)")]
    Unbalanced,
    /// What stands between the braces is no name.
    #[error("`{{{0}}}` is no name: letters, digits and `_` only")]
    NotAName(String),
}

impl Template {
    /// Reads a template. Names are letters, digits, `_`, `.` and `-`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let tail = &rest[at..];
            if tail.starts_with("{{") || tail.starts_with("}}") {
                literal.push_str(&tail[..1]);
                rest = &tail[2..];
                continue;
            }
            let end = tail.find('}').filter(|end| *end > 0).ok_or(Error::Unbalanced)?;
            let name = &tail[1..end];
            if !is_name(name) {
                return Err(Error::NotAName(name.to_owned()));
            }
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Name(name.to_owned()));
            rest = &tail[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Ok(Self { parts })
    }

    /// The names it asks for, in order, repeated where they repeat.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// Fills in every name; the error is the first name that nobody knows.
    pub fn fill(&self, know: impl Fn(&str) -> Option<String>) -> Result<String, String> {
        self.fill_with(know, |value, out| out.push_str(value))
    }

    /// As [`Template::fill`], for an address: values are percent-encoded, unless the address
    /// begins with the value itself (then it is taken for an address of its own).
    pub fn fill_url(&self, know: impl Fn(&str) -> Option<String>) -> Result<String, String> {
        self.fill_with(know, |value, out| {
            if out.is_empty() { out.push_str(value) } else { push_encoded(value, out) }
        })
    }

    fn fill_with(
        &self,
        know: impl Fn(&str) -> Option<String>,
        push: impl Fn(&str, &mut String),
    ) -> Result<String, String> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Name(name) => push(&know(name).ok_or_else(|| name.clone())?, &mut out),
            }
        }
        Ok(out)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c))
}

/// RFC 3986 §2.3: everything but unreserved characters is encoded.
fn push_encoded(value: &str, out: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, Template};

    fn know(name: &str) -> Option<String> {
        match name {
            "code" => Some("20 22/1".into()),
            "url" => Some("https://a.example/x?y=1".into()),
            _ => None,
        }
    }

    #[test]
    fn fills_names_and_keeps_braces() {
        let check = |text: &str, expect: Result<&str, &str>| {
            let got = Template::parse(text).unwrap().fill(know);
            assert_eq!(got.as_deref().map_err(String::as_str), expect, "{text}");
        };
        check("plain", Ok("plain"));
        check("", Ok(""));
        check("a{code}b", Ok("a20 22/1b"));
        check("{{x}}{code}", Ok("{x}20 22/1"));
        check("{missing}", Err("missing"));
    }

    #[test]
    fn encodes_values_in_addresses() {
        let check = |text: &str, expect: &str| {
            assert_eq!(Template::parse(text).unwrap().fill_url(know).unwrap(), expect, "{text}");
        };
        check("https://b.example/{code}.html", "https://b.example/20%2022%2F1.html");
        check("{url}", "https://a.example/x?y=1");
    }

    #[test]
    fn refuses_what_is_no_template() {
        for text in ["{", "}", "a{b", "a}b", "{}", "{a b}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
        assert_eq!(Template::parse("{a b}"), Err(Error::NotAName("a b".into())));
    }
}
