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

/// Fetches the article at an address with all its pages. `None` where the stop came before the
/// last of them: half an article is none.
pub async fn read(
    world: &World,
    source: &Arc<Source>,
    url: &Url,
    by: By,
) -> Option<Result<Found, String>> {
    let page = match ask(world, source, url).await? {
        Ok(page) => page,
        Err(why) => return Some(Err(why)),
    };
    let site = match by {
        By::Settings => world.settings.sites.of(&page.url),
        By::Site(site) => Some(site),
    };
    let mut read = off_thread(source, Reading::on(site), page).await;
    while let Ok((reading, Some(url))) = read {
        read = match ask(world, source, &url).await? {
            Ok(page) => off_thread(source, reading, page).await,
            Err(why) => Ok(without(reading, &why)),
        };
    }
    let whole = |reading: Reading| reading.end().map_err(|why| why.to_string());
    Some(read.and_then(|(reading, _)| whole(reading)))
}

fn without(mut reading: Reading, why: &str) -> (Reading, Option<Url>) {
    let next = reading.failed(why);
    (reading, next)
}

async fn ask(world: &World, source: &Source, url: &Url) -> Option<Result<Page, String>> {
    let request = Request {
        headers: with_rules(headers_for(source, url), world.settings.sites.headers(url)),
        obey_robots: source.access.obey_robots,
        ..lists::asking::from(source, Request::get(url.clone(), Accept::Page))
    };
    Some(match world.ask(&request).await? {
        Ok(Answer::Fresh { page, .. }) => Ok(page),
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
