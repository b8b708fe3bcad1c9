//! Whether a page is what a wall against robots shows instead of the page that was asked for.

/// Words that stand in such pages and nowhere in a feed; lower case.
const MARKS: [&str; 13] = [
    "cf-browser-verification",
    "cf-challenge",
    "/cdn-cgi/challenge-platform/",
    "<title>just a moment",
    "<title>attention required! | cloudflare",
    "geo.captcha-delivery.com",
    "datadome",
    "px-captcha",
    "_incapsula_resource",
    "sucuri website firewall",
    "ddos-guard",
    "awswafintegration",
    "hcaptcha.com/1/api.js",
];

/// No more of a page is looked at, in bytes.
const LOOKED_AT: usize = 64 << 10;

/// Whether the text of a page that is no list is a wall's.
pub fn is_wall(bytes: &[u8]) -> bool {
    let start = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    MARKS.iter().any(|mark| text.contains(mark))
}
