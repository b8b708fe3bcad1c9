//! The judge of articles: what stands where an article should is known for what it is, and short
//! news passes.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use finews::article::quality::{self, Candidate, Own, PageFacts, Reason, Verdict};
use finews::article::{self, Error, Judged, Paper, Rules, Visit};
use finews::{charset, html};
use url::Url;

use crate::corpus;
use crate::house::walk;

fn judged(page: &str, url: &Url, own: Own<'_>) -> Judged {
    article::judged(page, &Visit { own, ..Visit::to(url) }, &Rules::default(), None)
}

/// The fixtures of a folder: reason, name, page.
fn fixtures(folder: &str) -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/article").join(folder);
    let mut all = Vec::new();
    walk(&root, &mut |path| {
        let part = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        let page = std::fs::read_to_string(path).unwrap();
        all.push((part(path.parent().unwrap()), part(path), page));
    });
    all
}

fn folder_of(reason: &Reason) -> &'static str {
    match reason {
        Reason::Consent => "consent",
        Reason::Robot => "robot",
        Reason::Script => "script",
        Reason::LogIn => "login",
        Reason::Paywall => "paywall",
        Reason::Gone => "gone",
        Reason::Down => "down",
        Reason::Denied => "denied",
        Reason::Links => "links",
        Reason::Boilerplate => "boilerplate",
        Reason::Empty => "empty",
        _ => "another",
    }
}

#[test]
fn stubs_are_refused_for_what_they_are() {
    let url = Url::parse("https://gazette.example/2026/a/1.html").unwrap();
    let stubs = fixtures("stubs");
    assert!(stubs.len() >= 60);
    let mut wrong = Vec::new();
    let mut passed = Vec::new();
    for (folder, name, page) in &stubs {
        match judged(page, &url, Own::default()).found {
            Err(Error::Refused(reason)) if folder_of(&reason) == folder => {}
            Err(Error::NoArticle) if folder == "empty" => {}
            Err(why) => wrong.push(format!("{folder}/{name}: {why}")),
            Ok(found) => passed.push(format!("{folder}/{name}: {}", found.fragment.html)),
        }
    }
    println!("{} stubs, {} passed, {} for another reason", stubs.len(), passed.len(), wrong.len());
    println!("{}\n{}", passed.join("\n"), wrong.join("\n"));
    assert!(passed.is_empty());
    assert!(wrong.len() * 20 <= stubs.len(), "too many for another reason");
}

#[test]
fn short_news_passes() {
    let url = Url::parse("https://gazette.example/2026/a/1.html").unwrap();
    for (_, name, page) in fixtures("short-news") {
        let found = judged(&page, &url, Own::default()).found;
        assert!(found.is_ok(), "{name}: {found:?}");
    }
}

/// A page of the corpus: its text, its address, what is known of it.
struct Annotated {
    name: String,
    page: String,
    url: Url,
    title: Option<String>,
    body: Option<String>,
}

/// Every page of the corpus in turn.
fn each(root: &Path, call: &mut dyn FnMut(&Annotated)) {
    walk(root, &mut |path: &Path| {
        let Some(known) = path.to_str().and_then(|path| path.strip_suffix(".html.gz")) else {
            return;
        };
        let known = PathBuf::from(format!("{known}.json"));
        let known: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(known).unwrap()).unwrap();
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).unwrap();
        flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
        let text = |name: &str| known[name].as_str().map(str::to_owned);
        let anywhere = || Url::parse("https://gazette.example/2026/a/1.html").unwrap();
        call(&Annotated {
            name: path.strip_prefix(root).unwrap().display().to_string(),
            page: charset::decode(&bytes, None, None).text.into_owned(),
            url: text("url").and_then(|url| Url::parse(&url).ok()).unwrap_or_else(anywhere),
            title: text("title"),
            body: text("body_text"),
        });
    });
}

#[test]
fn what_is_found_on_good_pages_is_not_refused() {
    let Some(corpus) = corpus::folder("pages") else { return };
    let (mut all, mut refused) = (0, Vec::new());
    each(&corpus.join("dev"), &mut |one| {
        all += 1;
        let own = Own { title: one.title.as_deref(), text: None };
        if let Err(why @ Error::Refused(_)) = judged(&one.page, &one.url, own).found {
            refused.push(format!("{}: {why}", one.name));
        }
    });
    println!("{} of {all} pages refused\n{}", refused.len(), refused.join("\n"));
    // Some pages of the corpus are teasers before a wall, or lists: those are refused rightly.
    assert!(refused.len() * 50 <= all, "more than 2 % refused");
}

#[test]
fn annotated_articles_are_not_refused() {
    let Some(corpus) = corpus::folder("pages") else { return };
    let paper = Paper::new("");
    let (mut all, mut refused) = (0, Vec::new());
    each(&corpus.join("dev"), &mut |one| {
        let Some(body) = &one.body else { return };
        all += 1;
        let page = PageFacts { paper: &paper, status: 200, asked: &one.url, url: &one.url };
        let own = Own { title: one.title.as_deref(), text: None };
        let found = Candidate::new(html::from_text(body).as_str().to_owned());
        if let Verdict::Refused(why) = quality::judge(&found, &page, own) {
            refused.push(format!("{}: {why}", one.name));
        }
    });
    println!("{} of {all} annotated articles refused\n{}", refused.len(), refused.join("\n"));
    assert!(all > 1_000 && refused.len() * 200 <= all, "more than 0.5 % refused");
}
