//! Addresses that things once had, and where they are now: the predecessor's share links, posts
//! and pages.

use std::sync::Arc;

use super::embed::Embeds;
use super::horizon::Horizon;
use super::private::{Current, Readers};
use super::search::Searcher;
use crate::model::ItemId;
use crate::serve::{Finding, Found, Lasting, Lookup};
use crate::store::{self, Store};

/// Knows the predecessor's addresses by the codes in them, and the page of searches.
pub(super) struct Moved {
    store: Store,
    searcher: Searcher,
    readers: Readers,
    embeds: Embeds,
    horizon: Horizon,
    base: String,
}

impl Moved {
    pub(super) fn new(store: Store, current: Current) -> Self {
        let settings = current();
        let base = settings.site.url.path().trim_end_matches('/').to_owned();
        let searcher = Searcher::new(store.clone(), Arc::clone(&current));
        let readers = Readers::new(store.clone(), Arc::clone(&current));
        let embeds = Embeds::new(store.clone(), current);
        let horizon = Horizon::new(store.clone());
        Self { store, searcher, readers, embeds, horizon, base }
    }

    async fn of_key(&self, key: &str) -> Found {
        let bare = key.strip_prefix("NW").unwrap_or(key);
        for key in [bare, key] {
            if let Ok(Some(id)) = self.store.item_of_key(key).await
                && let Ok(false) = self.store.is_private(&id).await
            {
                return Found::Moved(format!("{}/share/{id}.html", self.base));
            }
        }
        for key in [bare, key] {
            if let Ok(true) = self.store.is_withdrawn(key).await {
                return Found::Gone;
            }
        }
        Found::Nothing
    }

    /// A share page that is not there: of an item that was taken down or forgotten, for which
    /// another one stands, or of none.
    async fn of_item(&self, file: &str) -> Found {
        if let Ok(Some(file)) = self.respelt(file).await {
            return Found::Moved(format!("{}/share/{file}", self.base));
        }
        let id = file.strip_suffix(".html").unwrap_or(file);
        if let Ok(Some(head)) = self.store.head_of(id).await {
            return Found::Moved(format!("{}/share/{head}.html", self.base));
        }
        let withdrawn = self.store.is_withdrawn(id).await.unwrap_or(false);
        if withdrawn || self.store.is_forgotten(id).await.unwrap_or(false) {
            return Found::Gone;
        }
        Found::Nothing
    }

    /// The page that is meant by another spelling of its name: letters in the wrong case, those
    /// that are taken for digits, words behind it, or nothing.
    async fn respelt(&self, file: &str) -> Result<Option<String>, store::Error> {
        let lower = file.to_ascii_lowercase();
        let bare = lower.strip_suffix(".html").unwrap_or(&lower);
        let bare = bare.split('-').next().unwrap_or(bare).to_owned();
        let alike = |c| match c {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        for name in [bare.clone(), bare.chars().map(alike).collect()] {
            let page = format!("{name}.html");
            if page != file && self.store.is_public(&ItemId::new(&name)).await? {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    async fn of_slug(&self, slug: &str) -> Found {
        let known = self.store.has_slug(slug).await.unwrap_or(false);
        if !known {
            return Found::Nothing;
        }
        Found::Moved(format!("{}/category/{slug}.html", self.base))
    }

    /// A document of a category: `before` and `after` stand round the category's address.
    async fn of_alias(&self, before: &str, slug: &str, after: &str) -> Found {
        if let Ok(true) = self.store.is_gone(slug).await {
            return Found::Gone;
        }
        match self.store.alias(slug).await {
            Ok(Some(now)) => Found::Moved(format!("{}/{before}{now}{after}", self.base)),
            _ => Found::Nothing,
        }
    }

    async fn look(&self, path: &str, query: Option<&str>) -> Found {
        if path == "/search.html" {
            return self.searcher.page(query).await;
        }
        if let Some(part) = path.strip_prefix("/private/") {
            return self.readers.document(part).await;
        }
        if let Some(found) = self.embeds.find(path, query).await {
            return found;
        }
        match asked(path, query) {
            Some(Asked::Key(key)) => self.of_key(&key).await,
            Some(Asked::Slug(slug)) => self.of_slug(&slug).await,
            Some(Asked::Item(id)) => self.of_item(&id).await,
            Some(Asked::Document(slug, extension)) => {
                self.of_alias("category/", &slug, &format!(".{extension}")).await
            }
            Some(Asked::Archive(slug, file)) => {
                self.of_alias("archive/", &slug, &format!("/{file}")).await
            }
            Some(Asked::Everything) => Found::Moved(format!("{}/all.atom", self.base)),
            None => Found::Nothing,
        }
    }
}

impl Lookup for Moved {
    fn find<'a>(&'a self, path: &'a str, query: Option<&'a str>) -> Finding<'a> {
        Box::pin(self.look(path, query))
    }

    fn lasts<'a>(&'a self, file: &'a str) -> Lasting<'a> {
        Box::pin(self.horizon.of(file))
    }
}

/// What an old address asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// The item of a key: `/html_News/NewsShare.html?infoCode=NW…`, `/<slug>/2022/03/09/NW….html`.
    Key(String),
    /// A category: `/emnews/`.
    Slug(String),
    /// A document of a category that had another address: `/category/Techweb.atom`.
    Document(String, String),
    /// An archive document of such a category: `/archive/Techweb/1.atom`.
    Archive(String, String),
    /// An item's page, by its file: `/share/0c1d2e3f4g5h6j7k.html`.
    Item(String),
    /// The one feed there was: `/feed.xml`.
    Everything,
}

fn asked(path: &str, query: Option<&str>) -> Option<Asked> {
    if path == "/html_News/NewsShare.html" {
        let code = url::form_urlencoded::parse(query?.as_bytes())
            .find(|(name, _)| name == "infoCode")
            .map(|(_, code)| code.into_owned())?;
        return Some(Asked::Key(code));
    }
    if path == "/feed.xml" {
        return Some(Asked::Everything);
    }
    let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    match parts.as_slice() {
        [slug, ""] | [slug] | ["category", slug] if !slug.is_empty() && !slug.contains('.') => {
            Some(Asked::Slug((*slug).to_owned()))
        }
        ["category", file] => {
            let (slug, extension) = file.rsplit_once('.')?;
            Some(Asked::Document(slug.to_owned(), extension.to_owned()))
        }
        ["share", file] => Some(Asked::Item((*file).to_owned())),
        ["archive", slug, file] => Some(Asked::Archive((*slug).to_owned(), (*file).to_owned())),
        [.., year, month, day, file] if is_date(year, month, day) => {
            Some(Asked::Key(file.strip_suffix(".html")?.to_owned()))
        }
        _ => None,
    }
}

fn is_date(year: &str, month: &str, day: &str) -> bool {
    let digits =
        |text: &str, many: usize| text.len() == many && text.bytes().all(|c| c.is_ascii_digit());
    digits(year, 4) && digits(month, 2) && digits(day, 2)
}

#[cfg(test)]
mod tests {
    use super::{Asked, asked};

    #[test]
    fn knows_what_old_addresses_ask_for() {
        let check = |path: &str, query: Option<&str>, expect: Option<Asked>| {
            assert_eq!(asked(path, query), expect, "{path}");
        };
        let key = |key: &str| Some(Asked::Key(key.into()));
        let share = "/html_News/NewsShare.html";
        check(share, Some("a=1&infoCode=NW202203092303042960"), key("NW202203092303042960"));
        check(share, Some("a=1"), None);
        check(share, None, None);
        check(
            "/xinhuaribao/2022/03/09/NW202203092303042960.html",
            None,
            key("NW202203092303042960"),
        );
        check("/career/in/touxing/2022/03/09/NW1.html", None, key("NW1"));
        check("/emnews/", None, Some(Asked::Slug("emnews".into())));
        check("/category/emnews", None, Some(Asked::Slug("emnews".into())));
        let document = Asked::Document("Techweb".into(), "atom".into());
        check("/category/Techweb.atom", None, Some(document));
        let archive = Asked::Archive("Techweb".into(), "1.atom".into());
        check("/archive/Techweb/1.atom", None, Some(archive));
        check("/share/0c1d.html", None, Some(Asked::Item("0c1d.html".into())));
        check("/share/0C1D-a-title.html", None, Some(Asked::Item("0C1D-a-title.html".into())));
        check("/share/0c1d", None, Some(Asked::Item("0c1d".into())));
        check("/feed.xml", None, Some(Asked::Everything));
        check("/a/b/c/d.html", None, None);
        check("/x.html", None, None);
        check("/", None, None);
    }
}
