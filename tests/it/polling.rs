//! Guards how often servers are asked: what they wish, what they refuse, where they move to, and
//! that nobody is asked too soon, in weeks that pass in seconds.

mod manners;
mod month;
mod moves;
mod refusals;
mod sim;
mod wishes;

/// A feed with these items, named by their keys, and more in its head.
fn feed(head: &str, items: impl IntoIterator<Item = usize>) -> String {
    let items = items.into_iter().map(|n| {
        format!(
            "<item><title>Item {n}</title><guid>g{n}</guid><link>https://e.example/{n}</link>\
             <description>text</description></item>"
        )
    });
    let items: String = items.collect();
    format!(
        "<rss version=\"2.0\" xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\">\
         <channel><title>T</title>{head}{items}</channel></rss>"
    )
}

/// The settings of a source.
fn source(id: &str, url: impl std::fmt::Display, every: &str) -> String {
    let every = if every == "auto" { String::new() } else { format!("every = \"{every}\"\n") };
    format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\n{every}")
}
