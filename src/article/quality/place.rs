//! Where the answer came from: an article's address that leads to the front page, to a log-in or
//! to an error page.

use url::Url;

use super::gist::Gist;
use super::{Own, PageFacts, Reason};
use crate::article::words;

/// Parts of a path, or the first label of a host, that tell what a page is for.
const PLACES: &[(Reason, &[&str])] = &[
    (
        Reason::LogIn,
        &[
            "login",
            "log-in",
            "signin",
            "sign-in",
            "sign_in",
            "passport",
            "sso",
            "oauth",
            "oauth2",
            "denglu",
            "account",
            "accounts",
            "auth",
            "anmelden",
            "connexion",
            "logon",
            "user-login",
        ],
    ),
    (Reason::Consent, &["consent", "collectconsent", "cookie-consent", "privacy-consent", "cmp"]),
    (
        Reason::Robot,
        &[
            "captcha",
            "antispider",
            "punish",
            "wappass",
            "verify",
            "validate",
            "sorry",
            "botcheck",
            "challenge",
            "security-check",
            "robot",
            "robots-check",
            "deny",
        ],
    ),
    (
        Reason::Gone,
        &[
            "404",
            "404.html",
            "404.htm",
            "404.shtml",
            "404.php",
            "404.aspx",
            "error404",
            "notfound",
            "not-found",
            "not_found",
            "page-not-found",
            "error",
            "error.html",
            "error.htm",
            "error.shtml",
            "error.jsp",
            "error.aspx",
            "notfound.html",
            "errorpage",
        ],
    ),
    (Reason::Paywall, &["subscribe", "paywall", "subscription", "abo", "subscribe.html"]),
    (Reason::Denied, &["403", "403.html", "451", "blocked", "denied", "gdpr"]),
];

/// Why the place where the answer came from cannot be the article's, if it cannot.
pub(super) fn elsewhere(page: &PageFacts<'_>, gist: &Gist, own: Own<'_>) -> Option<Reason> {
    match page.status {
        200..=299 => {}
        404 | 410 => return Some(Reason::Gone),
        401 | 403 | 451 => return Some(Reason::Denied),
        429 => return Some(Reason::Robot),
        _ => return Some(Reason::Down),
    }
    if page.asked == page.url || is_about(gist, own) {
        return None;
    }
    let (from, to) = (parts(page.asked), parts(page.url));
    let new = |part: &String| !from.contains(part);
    let known = |places: &&(Reason, &[&str])| {
        to.iter().filter(|part| new(part)).any(|part| places.1.contains(&part.as_str()))
    };
    if let Some((reason, _)) = PLACES.iter().find(known) {
        return Some(reason.clone());
    }
    (!is_front(page.asked) && is_front(page.url)).then_some(Reason::Home)
}

/// Whether the title that the source listed stands in the body, or most words of it.
fn is_about(gist: &Gist, own: Own<'_>) -> bool {
    let title = own.title.map(words::of).unwrap_or_default();
    // A front page links to it, and is not it.
    let lines = gist.lines.iter().filter(|line| !line.is_link()).map(|line| line.text.as_str());
    let text = lines.collect::<Vec<_>>().join("\n");
    title.len() >= 3 && words::share(&title, &words::of(&text)) >= 0.6
}

/// The host's first label and the parts of the path, in lower case.
fn parts(url: &Url) -> Vec<String> {
    let host = url.host_str().and_then(|host| host.split('.').next());
    let path = url.path().split('/').filter(|part| !part.is_empty());
    host.into_iter().chain(path).map(str::to_ascii_lowercase).collect()
}

fn is_front(url: &Url) -> bool {
    let path = url.path().trim_matches('/').to_ascii_lowercase();
    let name = path.split('.').next().unwrap_or_default();
    let front = matches!(name, "" | "index" | "home" | "default" | "main");
    front && !path.contains('/') && url.query().is_none_or(|query| query.len() < 12)
}
