//! A feed as Markdown (`CommonMark`), to be read in a terminal or pasted into a note.

use crate::html;
use crate::publish::atom::date;
use crate::publish::feed::{Feed, FeedItem};

/// The document.
pub(super) fn write(feed: &Feed<'_>) -> Vec<u8> {
    let mut out = format!("# {}\n", plain(&feed.title));
    for item in &feed.items {
        out.push('\n');
        out.push_str(&section(item));
    }
    out.into_bytes()
}

fn section(item: &FeedItem<'_>) -> String {
    let title = plain(&item.title);
    let heading = match item.link.as_deref() {
        Some(link) => format!("## [{title}](<{link}>)"),
        None => format!("## {title}"),
    };
    let outlet = item.medium.as_deref().unwrap_or(item.source.title);
    let mut about = vec![plain(outlet)];
    about.extend(item.authors.iter().filter(|who| !who.is_medium).map(|who| plain(&who.name)));
    about.push(date(item.published));
    let body = html::markdown(item.safe);
    let text = if body.is_empty() { item.summary.as_deref().map(plain) } else { Some(body) };
    let text = text.map(|text| format!("\n{text}\n")).unwrap_or_default();
    format!("{heading}\n\n{}\n{text}", about.join(" · "))
}

/// Plain text in which no character is markup.
fn plain(text: &str) -> String {
    html::markdown(&html::from_text(text)).replace("\\\n", " ")
}
