//! The rules of RSS 2.0 with its profile, Atom 1.0, JSON Feed 1.1 and OPML 2.0, as the strictest
//! validator puts them, on documents of our own writer: a tag a line.

use std::collections::BTreeSet;

use chrono::DateTime;

/// What XML 1.0 cannot hold.
pub fn is_illegal(c: char) -> bool {
    matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// The text of each element of a name, as it is written.
fn all<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let (start, end) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    for rest in text.split(&start).skip(1) {
        if !rest.starts_with(['>', ' ', '\n']) {
            continue;
        }
        let Some((_, inside)) = rest.split_once('>') else { continue };
        found.extend(inside.split_once(&end).map(|(inside, _)| inside));
    }
    found
}

/// The values of an attribute.
fn values<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let start = format!(" {name}=\"");
    text.split(&start).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect()
}

/// Whether a tag has an attribute that runs at an event.
fn listens(tag: &str) -> bool {
    let names = tag.split('"').step_by(2);
    names.flat_map(str::split_whitespace).any(|name| name.starts_with("on") && name.ends_with('='))
}

struct Check(Vec<String>);

impl Check {
    fn that(&mut self, good: bool, what: impl Into<String>) {
        if !good {
            self.0.push(what.into());
        }
    }

    /// A web address, absolute and of ASCII alone.
    fn web(&mut self, address: &str, what: &str) {
        let good = (address.starts_with("https://") || address.starts_with("http://"))
            && address
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte));
        self.that(good, format!("{what}: `{address}`"));
    }

    /// The namespaces that are declared, and no others, are used.
    fn namespaces(&mut self, text: &str) {
        let root = text.lines().find(|line| line.contains("xmlns")).unwrap_or("");
        let outside: String = text
            .split("<![CDATA[")
            .enumerate()
            .map(|(at, part)| if at == 0 { part } else { part.rsplit("]]>").next().unwrap() })
            .collect();
        for prefix in ["atom", "content", "dc", "media", "fh", "at", "itunes"] {
            let declared = root.contains(&format!(" xmlns:{prefix}="));
            let used = outside.contains(&format!("<{prefix}:"));
            self.that(declared == used, format!("{prefix}: declared {declared}, used {used}"));
        }
    }

    /// Markup within which no address is relative, and nothing runs.
    fn markup(&mut self, markup: &str, what: &str) {
        let lower = markup.to_lowercase();
        for word in ["<script", "<style", "<object", "<embed", "<form", "<meta", "<base", "<link"] {
            self.that(!lower.contains(word), format!("{what}: {word}"));
        }
        for name in ["href", "src", "poster", "cite"] {
            for address in values(&lower, name) {
                let good = address.starts_with("https://")
                    || address.starts_with("http://")
                    || address.starts_with("mailto:");
                self.that(good, format!("{what}: {name}=`{address}`"));
            }
        }
        for tag in lower.split('<').skip(1) {
            let tag = tag.split('>').next().unwrap_or_default();
            self.that(!listens(tag), format!("{what}: `{tag}`"));
        }
    }
}

pub fn rss(text: &str) -> Vec<String> {
    let mut check = Check(Vec::new());
    check.namespaces(text);
    let channel = text.split("<item>").next().unwrap();
    for name in ["title", "link", "description", "language", "docs", "image", "ttl"] {
        check.that(!all(channel, name).is_empty(), format!("channel without {name}"));
    }
    check.that(channel.contains("<atom:link rel=\"self\""), "no self");
    let titles = all(channel, "title");
    check.that(titles.iter().all(|title| *title == titles[0]), "the image's title differs");
    let mut guids = BTreeSet::new();
    for item in all(text, "item") {
        let one = |name: &str| all(item, name).first().copied().unwrap_or_default();
        let guid = one("guid");
        check.that(item.contains("<guid isPermaLink=\"false\">"), "guid without isPermaLink");
        check.that(!guid.is_empty() && guids.insert(guid.to_owned()), format!("guid `{guid}`"));
        check.web(&one("link").replace("&amp;", "&"), "link");
        let title = one("title");
        check.that(!title.contains("&amp;") && !title.contains("&lt;"), format!("title `{title}`"));
        let date = one("pubDate");
        check.that(DateTime::parse_from_rfc2822(date).is_ok(), format!("pubDate `{date}`"));
        check.that(date.ends_with(" +0000") && date.len() == 31, format!("pubDate `{date}`"));
        check.that(all(item, "author").is_empty(), "author");
        check.that(item.matches("<enclosure ").count() <= 1, "several enclosures");
        for enclosure in item.split("<enclosure ").skip(1) {
            let tag = enclosure.split("/>").next().unwrap();
            let three = ["url=\"", "length=\"", "type=\""].iter().all(|name| tag.contains(name));
            check.that(three, format!("enclosure {tag}"));
        }
        let places = [item.find("<description>"), item.find("<content:encoded>")];
        if let [Some(description), Some(content)] = places {
            check.that(description < content, "content:encoded before description");
        }
        let markup = one("content:encoded");
        let markup = markup.trim_start_matches("<![CDATA[").trim_end_matches("]]>");
        check.markup(&markup.replace("]]]]><![CDATA[>", "]]>"), "content:encoded");
        for category in item.split("<category").skip(1) {
            let bare = category.starts_with('>') || category.starts_with(" domain=\"http");
            check.that(bare, "category");
        }
    }
    let built = all(channel, "lastBuildDate");
    check.that(built.is_empty() == guids.is_empty(), "lastBuildDate");
    check.0
}

pub fn atom(text: &str) -> Vec<String> {
    let mut check = Check(Vec::new());
    check.namespaces(text);
    let head = text.split("<entry").next().unwrap();
    for name in ["id", "title", "updated", "author"] {
        check.that(all(head, name).len() == 1, format!("feed without {name}"));
    }
    check.that(head.contains("<link rel=\"self\""), "no self");
    let mut ids = BTreeSet::new();
    for entry in all(text, "entry") {
        let one = |name: &str| all(entry, name).first().copied().unwrap_or_default();
        let id = one("id");
        let scheme = id.split(':').next().unwrap();
        check.that(["http", "https", "tag", "urn"].contains(&scheme), format!("id `{id}`"));
        check.that(ids.insert(id.to_owned()), format!("id twice `{id}`"));
        for name in ["updated", "published"] {
            let date = one(name);
            let good = DateTime::parse_from_rfc3339(date).is_ok() && date.ends_with('Z');
            check.that(good, format!("{name} `{date}`"));
            check.that(date <= "2026-11-22T10:00:00Z", format!("{name} in the future: {date}"));
        }
        check.that(one("updated") >= one("published"), "updated before published");
        let source = one("source");
        for name in ["id", "title", "updated"] {
            check.that(all(source, name).len() == 1, format!("source without {name}"));
        }
        check.that(!one("title").trim().is_empty(), "no title");
        check.that(entry.matches("rel=\"alternate\" type=").count() == 1, "alternate");
        for href in values(entry, "href") {
            check.web(&href.replace("&amp;", "&"), "href");
        }
        check.that(!entry.contains("<name></name>"), "an author without a name");
        for uri in all(entry, "uri") {
            check.web(&uri.replace("&amp;", "&"), "uri");
        }
        if let Some(content) = entry.split("<content ").nth(1) {
            check
                .that(content.starts_with("type=\"html\" xml:base=\"http"), "content without base");
        }
        let plain = ["&lt;", "&gt;", "&amp;"].iter().zip(["<", ">", "&"]);
        let markup = plain.fold(one("content").to_owned(), |text, (a, b)| text.replace(a, b));
        check.markup(&markup, "content");
    }
    check.0
}

pub fn json(text: &str) -> Vec<String> {
    let mut check = Check(Vec::new());
    check.that(text.starts_with("{\"version\":\"https://jsonfeed.org/version/1.1\","), "version");
    let Ok(feed) = serde_json::from_str::<serde_json::Value>(text) else {
        return vec!["not JSON".to_owned()];
    };
    for name in ["title", "home_page_url", "feed_url", "language"] {
        check.that(feed[name].is_string(), format!("no {name}"));
    }
    check.that(feed["next_url"] != feed["feed_url"], "next_url");
    let mut ids = BTreeSet::new();
    for item in feed["items"].as_array().into_iter().flatten() {
        let id = item["id"].as_str().unwrap_or_default();
        check.that(!id.is_empty() && ids.insert(id.to_owned()), format!("id `{id}`"));
        check.that(item["content_html"].is_string(), "no content");
        check.web(item["url"].as_str().unwrap_or_default(), "url");
        for name in ["date_published", "date_modified"] {
            let date = item[name].as_str().unwrap_or_default();
            check.that(DateTime::parse_from_rfc3339(date).is_ok(), format!("{name} `{date}`"));
        }
        for author in item["authors"].as_array().into_iter().flatten() {
            check.that(author["name"].as_str().is_some_and(|name| !name.is_empty()), "author");
        }
        for file in item["attachments"].as_array().into_iter().flatten() {
            let kind = file["mime_type"].as_str().unwrap_or_default();
            check.that(kind.contains('/'), format!("mime_type `{kind}`"));
            check.web(file["url"].as_str().unwrap_or_default(), "attachment");
        }
        check.that(
            item["tags"].as_array().is_none_or(|tags| tags.iter().all(|tag| tag != "")),
            "tag",
        );
    }
    check.0
}

pub fn opml(text: &str) -> Vec<String> {
    let mut check = Check(Vec::new());
    check.that(text.contains("<opml version=\"2.0\">"), "version");
    check.that(all(text, "title").len() == 1, "title");
    for outline in text.split("<outline ").skip(1) {
        let tag = outline.split('>').next().unwrap();
        check
            .that(tag.contains("text=\"") && !tag.contains("text=\"\""), "an outline without text");
        if tag.contains("type=\"rss\"") {
            for name in ["xmlUrl", "htmlUrl"] {
                let value = tag.split(&format!("{name}=\"")).nth(1).unwrap_or_default();
                check.web(value.split('"').next().unwrap(), name);
            }
        }
    }
    check.0
}

/// A page for people: nothing that runs but our one script, our own data, and no word of the site's
/// in other tags.
pub fn page(text: &str) -> Vec<String> {
    let mut check = Check(Vec::new());
    let ours = ["", "../"].map(|up| format!("<script src=\"{up}finews.js\" defer></script>"));
    let count: usize = ours.iter().map(|own| text.matches(own.as_str()).count()).sum();
    check.that(count == 1, "not our one script");
    let text = &ours.iter().fold(text.to_owned(), |text, own| text.replace(own, ""));
    let scripts = text.matches("<script").count();
    let data = text.matches("<script type=\"application/ld+json\">").count();
    check.that(scripts == data && data <= 1, format!("{scripts} scripts"));
    for tag in text.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let runs = tag.contains("href=\"javascript:") || tag.contains("src=\"javascript:");
        check.that(!runs && !listens(tag), format!("it runs: `{tag}`"));
    }
    for data in all(text, "script") {
        let good = serde_json::from_str::<serde_json::Value>(data).is_ok() && !data.contains('<');
        check.that(good, "the data are not JSON");
    }
    check.that(text.matches("<h1").count() == 1, "not one h1");
    check.0
}
