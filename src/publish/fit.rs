//! A document that is too long for readers: its longest texts are cut, and lead on to the whole.

use std::borrow::Cow;

use crate::html;
use crate::publish::feed::{Feed, FeedItem};
use crate::publish::words::Words;

/// How long a document of a feed may be where nobody says otherwise, in bytes.
pub(super) const LONGEST: usize = 512 << 10;
/// No text is cut to less, in bytes.
const LEAST: usize = 1 << 10;

/// Writes the forms of a feed, shortening the longest texts until every form fits. How short is a
/// power of two: so the texts of a feed that is always long do not change with each new item.
pub(super) fn fit<T>(
    feed: &mut Feed<'_>,
    words: &Words,
    longest: usize,
    write: impl Fn(&Feed<'_>) -> Vec<T>,
    length: impl Fn(&T) -> usize,
) -> Vec<T> {
    let longest_text = feed.items.iter().map(|item| item.body.len()).max().unwrap_or(0);
    let mut most = longest_text.next_power_of_two();
    let whole: Vec<Cow<'_, str>> = feed.items.iter().map(|item| item.body.clone()).collect();
    loop {
        let written = write(feed);
        if most <= LEAST || written.iter().all(|one| length(one) <= longest) {
            return written;
        }
        most /= 2;
        for (item, whole) in feed.items.iter_mut().zip(&whole) {
            if whole.len() > most {
                item.body = Cow::Owned(shortened(item, whole, words, most));
            }
        }
    }
}

fn shortened(item: &FeedItem<'_>, whole: &str, words: &Words, most: usize) -> String {
    let mut text = html::beginning(whole, most);
    if let Some(page) = item.share.as_deref().or(item.link.as_deref()) {
        let page = html::escape(page);
        text.extend(["<p><a href=\"", &page, "\">", words.read_more, "</a></p>"]);
    }
    text
}
