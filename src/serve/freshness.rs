//! How long an answer may be used without asking again: `Cache-Control`, ready to be sent.

use std::time::Duration;

use http::HeaderValue;

use super::Rules;

const LASTING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// What is about to change may still be used for so long.
const LEAST: Duration = Duration::from_mins(1);

/// The values of `Cache-Control` that the rules ask for.
pub(super) struct Freshness {
    most: Duration,
    usual: HeaderValue,
    plain: HeaderValue,
    lasting: Vec<String>,
}

impl Freshness {
    /// As the rules have it.
    pub(super) fn new(rules: &Rules) -> Self {
        let age = rules.max_age.as_secs();
        Self {
            most: rules.max_age,
            usual: usual(age),
            plain: value(format!("public, max-age={age}")),
            lasting: rules.lasting.clone(),
        }
    }

    /// For a file, which is one of a row of numbered ones and not the last, or not; and for how
    /// long it will hardly change, where that is known.
    pub(super) fn of(&self, file: &str, is_followed: bool, rest: Option<Duration>) -> HeaderValue {
        let lasts = || self.lasting.iter().any(|beginning| file.starts_with(beginning.as_str()));
        match rest {
            _ if is_followed && lasts() => LASTING,
            Some(rest) if rest < self.most => usual(rest.max(LEAST).min(self.most).as_secs()),
            _ => self.usual.clone(),
        }
    }

    /// For what is no document.
    pub(super) fn plain(&self) -> HeaderValue {
        self.plain.clone()
    }
}

fn usual(age: u64) -> HeaderValue {
    value(format!("public, max-age={age}, stale-while-revalidate={age}, stale-if-error=86400"))
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("no-cache"))
}
