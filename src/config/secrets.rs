//! What the settings hold that nobody shall be shown, and how it is hidden in any text.

use std::cell::RefCell;

use percent_encoding::percent_decode_str;
use url::Url;

use super::Source;
use crate::template::Template;

/// Shorter words are part of too many others, in characters.
const SHORTEST: usize = 4;
/// What stands in a secret's place.
const HIDDEN: &str = "***";
/// Parts of names whose values are secret, in headers and in addresses.
const NAMES: [&str; 14] = [
    "auth",
    "token",
    "key",
    "secret",
    "pass",
    "pwd",
    "cookie",
    "sig",
    "session",
    "credential",
    "jwt",
    "apikey",
    "signature",
    "access",
];

/// What must not be shown to anybody.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(Vec<String>);

/// Never shows what it holds.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

/// What came from outside while the settings were read: `${NAME}` and `…_file`.
#[derive(Default)]
pub(super) struct Heard(RefCell<Vec<String>>);

impl Heard {
    pub(super) fn note(&self, value: Option<String>) -> Option<String> {
        value.inspect(|value| self.add(value))
    }

    pub(super) fn add(&self, value: &str) {
        self.0.borrow_mut().push(value.trim().to_owned());
    }
}

impl Secrets {
    /// The secrets of sources: what came from outside, and what stands in headers and addresses
    /// under names of secrets.
    pub(super) fn new(heard: Heard, sources: &[Source]) -> Self {
        let mut all = heard.0.into_inner();
        for source in sources {
            let lists = source.lists.iter();
            let headers = lists.clone().flat_map(|list| &list.headers);
            for (name, value) in source.access.headers.iter().chain(headers) {
                if is_secret(name) {
                    all.extend(parts_of(value));
                }
            }
            let firsts = lists.clone().filter_map(|list| list.first.as_ref()).map(|one| &one.url);
            for template in lists.flat_map(|list| &list.urls).chain(firsts) {
                in_address(template, &mut all);
            }
        }
        Self::sorted(all)
    }

    /// The same with what else the environment holds, by name.
    #[must_use]
    pub fn with(&self, variables: &[(String, String)]) -> Self {
        let secret = variables.iter().filter(|(name, _)| is_secret(name));
        let secret = secret.map(|(_, value)| value.clone());
        Self::sorted(self.0.iter().cloned().chain(secret).collect())
    }

    fn sorted(mut all: Vec<String>) -> Self {
        all.retain(|word| word.chars().count() >= SHORTEST);
        // Longer ones first: one may be part of another.
        all.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        all.dedup();
        Self(all)
    }

    /// A text with every secret hidden.
    pub fn hidden(&self, text: String) -> String {
        if !self.are_in(&text) {
            return text;
        }
        self.0.iter().fold(text, |text, secret| text.replace(secret.as_str(), HIDDEN))
    }

    /// Whether a text holds a secret.
    pub fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(secret.as_str()))
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|part| name.contains(part))
}

/// A value, and its parts: the scheme before a token, and a cookie's name, are no secrets.
fn parts_of(value: &str) -> Vec<String> {
    let parts = value.split([' ', ';', '=']).map(str::to_owned);
    let parts = parts.filter(|part| part.chars().count() >= 8);
    parts.chain([value.to_owned()]).collect()
}

fn in_address(template: &Template, all: &mut Vec<String>) {
    let Ok(address) = template.fill(|_| Some(String::new())) else { return };
    let Ok(url) = Url::parse(&address) else { return };
    if let Some(password) = url.password() {
        both(password, all);
    }
    for pair in url.query().unwrap_or_default().split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if is_secret(name) {
            both(value, all);
        }
    }
}

/// As it is written in the address, and what it stands for.
fn both(written: &str, all: &mut Vec<String>) {
    all.push(written.to_owned());
    all.push(percent_decode_str(written).decode_utf8_lossy().into_owned());
}

#[cfg(test)]
mod tests;
