//! How long an answer may be used without asking again: `Cache-Control`, ready to be sent.

use http::HeaderValue;

use super::Rules;

const LASTING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The values of `Cache-Control` that the rules ask for.
pub(super) struct Freshness {
    usual: HeaderValue,
    plain: HeaderValue,
    lasting: Vec<String>,
}

impl Freshness {
    /// As the rules have it.
    pub(super) fn new(rules: &Rules) -> Self {
        let age = rules.max_age.as_secs();
        Self {
            usual: value(&format!(
                "public, max-age={age}, stale-while-revalidate={age}, stale-if-error=86400"
            )),
            plain: value(&format!("public, max-age={age}")),
            lasting: rules.lasting.clone(),
        }
    }

    /// For a file, which is one of a row of numbered ones and not the last, or not.
    pub(super) fn of(&self, file: &str, is_followed: bool) -> HeaderValue {
        let lasts = || self.lasting.iter().any(|beginning| file.starts_with(beginning.as_str()));
        if is_followed && lasts() { LASTING } else { self.usual.clone() }
    }

    /// For what is no document.
    pub(super) fn plain(&self) -> HeaderValue {
        self.plain.clone()
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("no-cache"))
}
