//! Whether a refusal comes from a wall against robots instead of the server itself, by the
//! headers that such walls set.

use reqwest::header::HeaderMap;

/// Headers that walls set on the pages they show instead, with the word in their value.
const MARKS: [(&str, &str); 6] = [
    ("cf-mitigated", "challenge"),
    ("x-datadome", ""),
    ("x-amzn-waf-action", ""),
    ("x-sucuri-block", ""),
    ("x-px-block", ""),
    ("server", "ddos-guard"),
];

/// Whether an answer with this status is a wall's.
pub(super) fn answers(status: u16, head: &HeaderMap) -> bool {
    let marked = |(name, word): &(&str, &str)| {
        let value = head.get(*name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.to_ascii_lowercase().contains(word))
    };
    matches!(status, 401 | 403 | 405 | 429 | 503) && MARKS.iter().any(marked)
}
