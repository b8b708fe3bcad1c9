//! An article's pages, each through the same fetch, to what they say together.

use std::sync::Arc;

use url::Url;

use super::articles::headers_for;
use super::{World, lists};
use crate::article::quality::Own;
use crate::article::{self, Found, Reading, Site, Trace, Visit};
use crate::charset;
use crate::config::Source;
use crate::fetch::{Accept, Answer, Request};
use crate::html;
use crate::listing::{plan::Wrap, wrapped};
use crate::model::{Entry, Page, Text};

/// Whose rules read a page.
#[derive(Clone, Debug)]
pub enum By {
    /// The settings': those for the site that the page is on, if there are any.
    Settings,
    /// These alone.
    Site(Arc<Site>),
}

/// What the source said itself of an article, as plain text.
#[derive(Clone, Debug, Default)]
pub struct OwnText {
    title: Option<String>,
    text: Option<String>,
    /// Whether somebody wants to see how the article was found.
    closely: bool,
}

/// An article with all its pages.
#[derive(Debug)]
pub struct Read {
    /// What it is, or why it cannot be had.
    pub found: Result<Found, String>,
    /// How its first page was read.
    pub trace: Trace,
    /// The first page as text, if it came.
    pub page: Option<String>,
}

impl OwnText {
    /// Of an entry: the longest text that its list gave.
    pub fn of(entry: &Entry) -> Self {
        let texts = [plain(entry.body.as_ref()), plain(entry.summary.as_ref())];
        let text = texts.into_iter().flatten().max_by_key(String::len);
        Self { title: plain(entry.title.as_ref()), text, closely: false }
    }

    /// The same, for a trace with times and scores.
    #[must_use]
    pub fn closely(self) -> Self {
        Self { closely: true, ..self }
    }
}

impl Read {
    fn failed(why: String) -> Self {
        Self { found: Err(why), trace: Trace::default(), page: None }
    }
}

fn plain(text: Option<&Text>) -> Option<String> {
    match text? {
        Text::Plain(plain) => Some(plain.clone()),
        Text::Html(markup) => Some(html::text(markup)),
    }
}

/// An article that is being read, off the runtime's threads.
struct Desk {
    source: Arc<Source>,
    asked: Url,
    own: Arc<OwnText>,
    reading: Reading,
    /// The first page as text.
    first: Option<String>,
}

/// Fetches the article at an address with all its pages. `None` where the stop came before the
/// last of them: half an article is none.
pub async fn read(
    world: &World,
    source: &Arc<Source>,
    url: &Url,
    by: By,
    own: Arc<OwnText>,
) -> Option<Read> {
    let page = match ask(world, source, url).await? {
        Ok(page) => page,
        Err(why) => return Some(Read::failed(why)),
    };
    let site = match by {
        By::Settings => world.settings.sites.of(&page.url),
        By::Site(site) => Some(site),
    };
    let (source, asked) = (Arc::clone(source), url.clone());
    let desk = Desk { source, asked, own, reading: Reading::on(site), first: None };
    let mut turn = desk.page(page).await;
    while let Ok((desk, Some(url))) = turn {
        turn = match ask(world, &desk.source, &url).await? {
            Ok(page) => desk.page(page).await,
            Err(why) => Ok(desk.without(&why)),
        };
    }
    Some(match turn {
        Ok((desk, _)) => desk.end(),
        Err(why) => Read::failed(why),
    })
}

async fn ask(world: &World, source: &Source, url: &Url) -> Option<Result<Page, String>> {
    let request = Request {
        headers: with_rules(headers_for(source, url), world.settings.sites.headers(url)),
        obey_robots: source.access.obey_robots,
        ..lists::asking::from(source, Request::get(url.clone(), Accept::Page))
    };
    Some(match world.ask_page(source, &request).await? {
        Ok(Answer::Fresh { page, .. }) if world.may_keep(source, &page) => Ok(page),
        Ok(Answer::Fresh { .. }) => Err("its page asks robots not to keep its text".to_owned()),
        Ok(Answer::Unchanged { .. }) => Err("an answer without content".to_owned()),
        Err(why) => Err(lists::chain(&why)),
    })
}

/// What the source says of a header wins over what a rule file says.
fn with_rules(
    mut own: Vec<(String, String)>,
    rules: Vec<(String, String)>,
) -> Vec<(String, String)> {
    for (name, value) in rules {
        if !own.iter().any(|(other, _)| other.eq_ignore_ascii_case(&name)) {
            own.push((name, value));
        }
    }
    own
}

impl Desk {
    /// Reads a page, and gives the address that is wanted next.
    async fn page(mut self, page: Page) -> Result<(Self, Option<Url>), String> {
        let read = tokio::task::spawn_blocking(move || {
            let next = self.take(&page)?;
            Ok((self, next))
        });
        read.await.unwrap_or_else(|_panic| Err("reading it failed; please report this".to_owned()))
    }

    fn take(&mut self, page: &Page) -> Result<Option<Url>, String> {
        let start = std::time::Instant::now();
        let clock = || u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let own = Own { title: self.own.title.as_deref(), text: self.own.text.as_deref() };
        let visit = Visit {
            asked: &self.asked,
            url: &page.url,
            status: page.status,
            own,
            closely: self.own.closely,
            clock: &clock,
        };
        let rules = &self.source.article;
        let content_type = page.content_type.as_deref();
        let decoded = charset::decode(&page.bytes, content_type, self.source.charset.as_deref());
        let next = if rules.json.is_some() {
            let value = wrapped::unwrap(&decoded.text, &Wrap::Auto);
            let value = value.map_err(|why| why.to_string())?;
            self.reading.whole(article::judged_json(&value, &visit, rules));
            None
        } else {
            self.reading.page(&decoded.text, &visit, rules)
        };
        self.first.get_or_insert_with(|| decoded.text.into_owned());
        Ok(next)
    }

    /// Goes on without a page that could not be had.
    fn without(mut self, why: &str) -> (Self, Option<Url>) {
        let next = self.reading.failed(why);
        (self, next)
    }

    fn end(self) -> Read {
        let (found, trace) = self.reading.end();
        Read { found: found.map_err(|why| why.to_string()), trace, page: self.first }
    }
}
