//! `/oembed?url=…`: what other sites show for a link to one of our share pages. Nothing is fetched
//! for it, and nothing is said of addresses that are not ours.

use url::Url;

use super::private::Current;
use super::setup;
use crate::edition;
use crate::model::ItemId;
use crate::publish::Embed;
use crate::serve::{Found, Reach};
use crate::store::Store;

/// Answers questions for our own addresses.
pub(super) struct Embeds {
    store: Store,
    settings: Current,
}

/// What is asked.
struct Asked {
    url: String,
    form: Option<Embed>,
    /// The least of the width and the height that there is room for.
    most: Option<u32>,
}

impl Embeds {
    pub(super) fn new(store: Store, settings: Current) -> Self {
        Self { store, settings }
    }

    /// The answer; `None` where the path asks for something else.
    pub(super) async fn find(&self, path: &str, query: Option<&str>) -> Option<Found> {
        let form = match path {
            "/oembed" => None,
            "/oembed.json" => Some(Embed::Json),
            "/oembed.xml" => Some(Embed::Xml),
            _ => return None,
        };
        match self.answer(&asked(form, query.unwrap_or_default())).await {
            Ok(found) => Some(found),
            Err(why) => {
                tracing::error!("oembed: {why:#}");
                Some(Found::Nothing)
            }
        }
    }

    async fn answer(&self, asked: &Asked) -> anyhow::Result<Found> {
        let settings = (self.settings)();
        let (Some(form), Some(id)) = (asked.form, page(&settings.site.url, &asked.url)) else {
            return Ok(Found::Nothing);
        };
        let id = ItemId::new(id);
        if !self.store.is_public(&id).await? {
            return Ok(Found::Nothing);
        }
        let items = self.store.items_by_id(&[id]).await?;
        let Some(item) = items.into_iter().next() else { return Ok(Found::Nothing) };
        let press = edition::press(&self.store, &settings, setup::now()).await?;
        let bytes = press.embed(&item, form, asked.most);
        Ok(Found::Document {
            media_type: form.media_type().to_owned(),
            bytes,
            reach: Reach::Everybody,
        })
    }
}

fn asked(form: Option<Embed>, query: &str) -> Asked {
    let mut asked = Asked { url: String::new(), form: form.or(Some(Embed::Json)), most: None };
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "url" => asked.url = value.into_owned(),
            "format" => {
                asked.form = [Embed::Json, Embed::Xml].into_iter().find(|f| f.name() == value);
            }
            "maxwidth" | "maxheight" => {
                let room = value.parse().ok();
                asked.most = asked.most.into_iter().chain(room).min();
            }
            _ => {}
        }
    }
    asked
}

/// The id in the address of one of our share pages.
fn page(site: &Url, address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    let id = url.as_str().strip_prefix(site.as_str())?.strip_prefix("share/")?;
    let id = id.strip_suffix(".html")?;
    id.bytes().all(|byte| byte.is_ascii_alphanumeric()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{Embed, asked, page};

    #[test]
    fn p39_s33_only_pages_of_ours_are_known() {
        let site = Url::parse("https://news.example/a/").unwrap();
        let check = |address: &str, expect: Option<&str>| {
            assert_eq!(page(&site, address).as_deref(), expect, "{address}");
        };
        check("https://news.example/a/share/0c1d.html", Some("0c1d"));
        check("https://news.example/a/share/0c1d.html?utm_source=x#y", Some("0c1d"));
        check("HTTPS://NEWS.example:443/a/share/0c1d.html", Some("0c1d"));
        check("https://evil.example/a/share/0c1d.html", None);
        check("https://news.example.evil.example/a/share/0c1d.html", None);
        check("https://news.example@evil.example/a/share/0c1d.html", None);
        check("https://news.example/a/share/../x.html", None);
        check("https://news.example/a/share/a%2fb.html", None);
        check("https://news.example/a/category/tech.html", None);
        check("http://news.example/a/share/0c1d.html", None);
        check("file:///etc/passwd", None);
        check("share/0c1d.html", None);
        check("", None);
    }

    #[test]
    fn p39_the_form_and_the_room_are_heard() {
        let check = |query: &str, form: Option<Embed>, most: Option<u32>| {
            let asked = asked(None, query);
            assert_eq!((asked.form, asked.most), (form, most), "{query}");
        };
        check("url=x", Some(Embed::Json), None);
        check("url=x&format=xml&maxwidth=300&maxheight=200", Some(Embed::Xml), Some(200));
        check("format=json&maxwidth=-1", Some(Embed::Json), None);
        check("format=yaml", None, None);
    }
}
