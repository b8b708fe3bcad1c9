//! An article's pages, each through the same fetch, to what they say together.

use std::sync::Arc;

use url::Url;

use super::articles::headers_for;
use super::{World, lists};
use crate::article::{self, Found, Reading, Site};
use crate::charset;
use crate::config::Source;
use crate::fetch::{Accept, Answer, Request};
use crate::listing::{plan::Wrap, wrapped};
use crate::model::Page;

/// Whose rules read a page.
#[derive(Clone, Debug)]
pub enum By {
    /// The settings': those for the site that the page is on, if there are any.
    Settings,
    /// These alone.
    Site(Arc<Site>),
}

/// Fetches the article at an address with all its pages.
pub async fn read(world: &World, source: &Arc<Source>, url: &Url, by: By) -> Result<Found, String> {
    let page = ask(world, source, url).await?;
    let site = match by {
        By::Settings => world.settings.sites.of(&page.url),
        By::Site(site) => Some(site),
    };
    let (mut reading, mut next) = off_thread(source, Reading::on(site), page).await?;
    while let Some(url) = next {
        // Half an article is none: it will be asked for again.
        if world.stopping() {
            return Err("the stop came before its last page".to_owned());
        }
        let page = ask(world, source, &url).await;
        (reading, next) = match page {
            Ok(page) => off_thread(source, reading, page).await?,
            Err(why) => {
                let next = reading.failed(&why);
                (reading, next)
            }
        };
    }
    reading.end().map_err(|why| why.to_string())
}

async fn ask(world: &World, source: &Source, url: &Url) -> Result<Page, String> {
    let request = Request {
        headers: with_rules(headers_for(source, url), world.settings.sites.headers(url)),
        allow_private: source.access.allow_private.clone(),
        ..Request::get(url.clone(), Accept::Page)
    };
    match world.fetcher.fetch(&request).await {
        Ok(Answer::Fresh { page, .. }) => Ok(page),
        Ok(Answer::Unchanged { .. }) => Err("an answer without content".to_owned()),
        Err(why) => Err(lists::chain(&why)),
    }
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

/// Reads a page off the runtime's threads, and gives the address that is wanted next.
async fn off_thread(
    source: &Arc<Source>,
    mut reading: Reading,
    page: Page,
) -> Result<(Reading, Option<Url>), String> {
    let source = Arc::clone(source);
    let read = tokio::task::spawn_blocking(move || {
        let next = take(&mut reading, &source, &page)?;
        Ok((reading, next))
    });
    read.await.unwrap_or_else(|_panic| Err("reading it failed; please report this".to_owned()))
}

fn take(reading: &mut Reading, source: &Source, page: &Page) -> Result<Option<Url>, String> {
    let content_type = page.content_type.as_deref();
    let decoded = charset::decode(&page.bytes, content_type, source.charset.as_deref());
    if source.article.json.is_some() {
        let value = wrapped::unwrap(&decoded.text, &Wrap::Auto).map_err(|why| why.to_string())?;
        let found = article::read_json(&value, &source.article).map_err(|why| why.to_string())?;
        reading.whole(found);
        return Ok(None);
    }
    Ok(reading.page(&decoded.text, &page.url, &source.article))
}
