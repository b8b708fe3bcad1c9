//! An HTML list page to the entries it lists, by the selectors of the settings.

use scraper::{ElementRef, Html};

use super::plan::{Builder, Locate, Plan};
use super::{Context, Error};
use crate::charset;
use crate::model::Listing;

/// No list has more elements than this; what follows is left for the next visit.
const MOST: usize = 5_000;

/// Reads a list page. Links are resolved against the page's address, or its `<base href>`.
pub fn read(bytes: &[u8], plan: &Plan, context: &Context<'_>) -> Result<Listing, Error> {
    let decoded = charset::decode(bytes, context.content_type, context.charset);
    let page = Html::parse_document(&decoded.text);
    let base = base(&page, context);
    let context = Context { base: base.as_ref(), ..*context };
    let Locate::Select { selector: Some(items), .. } = &plan.items.locate else {
        return Err(Error::NoItems { locator: format!("`{}`", plan.items.typed) });
    };
    let mut builder = Builder::new(plan, &context);
    let mut any = false;
    for element in page.select(items).take(MOST) {
        any = true;
        builder.record(&|place, markup| find(element, place, markup));
    }
    if !any {
        return Err(Error::NoItems { locator: format!("selector `{}`", plan.items.typed) });
    }
    let (entries, faults) = builder.faults();
    let root = page.root_element();
    let language = root.value().attr("lang").map(str::to_owned);
    let title = first(&page, "title").map(|title| flat(&title.text().collect::<String>()));
    let home = base.map(String::from);
    Ok(Listing { title, home, language, entries, faults, ..Listing::default() })
}

fn base(page: &Html, context: &Context<'_>) -> Option<url::Url> {
    let href = first(page, "base[href]").and_then(|element| element.value().attr("href"));
    match (href, context.base) {
        (Some(href), Some(base)) => base.join(href).ok().or_else(|| Some(base.clone())),
        (Some(href), None) => url::Url::parse(href).ok(),
        (None, base) => base.cloned(),
    }
}

fn first<'p>(page: &'p Html, css: &str) -> Option<ElementRef<'p>> {
    let selector = scraper::Selector::parse(css).ok()?;
    page.select(&selector).next()
}

fn find(element: ElementRef<'_>, place: &Locate, markup: bool) -> Vec<String> {
    let Locate::Select { selector, attribute } = place else { return Vec::new() };
    let read = |found: ElementRef<'_>| match attribute {
        Some(name) => found.value().attr(name).map(str::to_owned),
        None if markup => Some(found.inner_html()),
        None => Some(flat(&found.text().collect::<String>())),
    };
    match selector {
        Some(selector) => element.select(selector).filter_map(read).collect(),
        None => read(element).into_iter().collect(),
    }
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
