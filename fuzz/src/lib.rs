//! What the targets share: a moment, an address, and lists with every kind of rule.

use chrono::{DateTime, Utc};
use chrono_tz::Asia::Shanghai;
use finews::config::{self, List, Outside};
use finews::listing::Context;
use url::Url;

/// The moment at which everything is read.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_850_000, 0).expect("a moment")
}

/// Calls with the circumstances of a page.
pub fn with_context<T>(call: impl FnOnce(&Context<'_>) -> T) -> T {
    let base = Url::parse("https://bell.example/news/index.html").expect("an address");
    let context = Context {
        base: Some(&base),
        now: now(),
        zone: Shanghai,
        content_type: None,
        charset: None,
    };
    call(&context)
}

/// The list of a source that is written in the settings.
pub fn list(source: &str) -> List {
    let site = "[site]\ntitle = \"t\"\nurl = \"https://news.example\"\n";
    let settings = config::parse(&format!("{site}{source}"), &Outside::NOTHING);
    let mut settings = settings.unwrap_or_else(|why| panic!("{why}"));
    settings.sources.remove(0).lists.remove(0)
}
