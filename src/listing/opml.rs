//! A list of subscriptions (OPML 1.0 and 2.0), as readers export it: feeds in groups in groups.

use super::feed::references::References;
use super::feed::scan::{Scanner, Token};

/// A feed that a list names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// Its address, as it stands there.
    pub url: String,
    /// What it is called.
    pub title: String,
    /// Its site.
    pub home: Option<String>,
    /// The groups that it stands in, the outermost first.
    pub groups: Vec<String>,
}

/// What a list holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscriptions {
    /// What it calls itself.
    pub title: Option<String>,
    /// The feeds, in its order.
    pub feeds: Vec<Subscription>,
    /// Whether there were more than are read.
    pub is_cut: bool,
}

/// More feeds of a list are not read.
const MOST: usize = 50_000;
/// Groups that are deeper count as the one above them.
const DEEPEST: usize = 16;
/// The longest name or address, in characters.
const LONGEST: usize = 4_096;

/// Reads a list, however badly it is written; `None` where it is none.
pub fn read(text: &str) -> Option<Subscriptions> {
    let mut list = Subscriptions::default();
    let mut references = References::default();
    // Of each open outline: whether it is a group that has a name.
    let mut open: Vec<bool> = Vec::new();
    let mut groups: Vec<String> = Vec::new();
    let (mut is_list, mut in_title) = (false, false);
    for token in Scanner::new(text) {
        match token {
            Token::Doctype(doctype) => references.declare(doctype),
            Token::Start { name, attributes, closed } if is(name, "outline") => {
                is_list = true;
                let value = |name: &str| {
                    let raw = attributes.get(name)?;
                    let plain = references.decode(raw);
                    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
                    let plain: String = plain.chars().take(LONGEST).collect();
                    Some(plain).filter(|plain| !plain.is_empty())
                };
                let title = value("title").or_else(|| value("text"));
                let group = match value("xmlUrl") {
                    Some(url) if list.feeds.len() < MOST => {
                        list.feeds.push(Subscription {
                            title: title.unwrap_or_else(|| url.clone()),
                            url,
                            home: value("htmlUrl"),
                            groups: groups.clone(),
                        });
                        None
                    }
                    Some(_) => {
                        list.is_cut = true;
                        None
                    }
                    None => title.filter(|_| groups.len() < DEEPEST),
                };
                if !closed && open.len() < MOST {
                    open.push(group.is_some());
                    groups.extend(group);
                }
            }
            Token::End(name) if is(name, "outline") => {
                let named = open.pop() == Some(true);
                groups.truncate(groups.len().saturating_sub(usize::from(named)));
            }
            Token::Start { name, .. } if is(name, "opml") => is_list = true,
            Token::Start { name, closed, .. } => in_title = is(name, "title") && !closed,
            Token::End(_) => in_title = false,
            Token::Text(text) | Token::Literal(text) if in_title && list.title.is_none() => {
                let title = references.decode(text).trim().chars().take(LONGEST).collect();
                list.title = Some(title).filter(|title: &String| !title.is_empty());
            }
            _ => {}
        }
    }
    is_list.then_some(list)
}

/// Whether a tag has this name, in any case.
fn is(name: &str, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

#[cfg(test)]
mod tests {
    use super::{MOST, Subscription, read};

    fn one(url: &str, title: &str, home: Option<&str>, groups: &[&str]) -> Subscription {
        Subscription {
            url: url.to_owned(),
            title: title.to_owned(),
            home: home.map(str::to_owned),
            groups: groups.iter().map(|&group| group.to_owned()).collect(),
        }
    }

    #[test]
    fn p45_groups_titles_and_addresses_are_read() {
        let list = read(
            "\u{feff}<?xml version=\"1.0\"?><opml version=\"2.0\"><head><title>我的订阅</title>\
             </head><body><outline text=\"财经 &amp; 科技\"><outline text='芯片'>\
             <outline type=\"rss\" text=\"河边\" title=\"河边的钟\" xmlUrl=\"https://a.example/f?x=1&amp;y=2\" \
             htmlUrl=\"https://a.example/\"/></outline>\
             <outline type=\"rss\" text=\"B&#x26;B\" xmlUrl='https://b.example/feed'></outline>\
             </outline><outline text=\"empty\"/><OUTLINE XMLURL=\"https://c.example/feed\">\
             <outline text=\"in a feed\" xmlUrl=\"https://d.example/\"/></OUTLINE></body></opml>",
        )
        .unwrap();
        assert_eq!(list.title.as_deref(), Some("我的订阅"));
        let expect = [
            one(
                "https://a.example/f?x=1&y=2",
                "河边的钟",
                Some("https://a.example/"),
                &["财经 & 科技", "芯片"],
            ),
            one("https://b.example/feed", "B&B", None, &["财经 & 科技"]),
            one("https://c.example/feed", "https://c.example/feed", None, &[]),
            one("https://d.example/", "in a feed", None, &[]),
        ];
        assert_eq!(list.feeds, expect);
        assert!(!list.is_cut);
    }

    #[test]
    fn p45_what_is_no_list_is_none_and_a_broken_one_gives_what_it_has() {
        for none in ["", "hello", "<html><body>no</body></html>", "{\"a\":1}"] {
            assert_eq!(read(none), None, "{none}");
        }
        assert!(read("<opml/>").unwrap().feeds.is_empty());
        let broken = "<opml><body><outline text=\"x\"><outline xmlUrl=\"https://a.example/\"><outl";
        assert_eq!(read(broken).unwrap().feeds.len(), 1);
        let odd = "</outline></outline><outline xmlUrl=\"https://a.example/\"/>";
        assert_eq!(read(odd).unwrap().feeds.len(), 1);
    }

    #[test]
    fn p45_s07_hostile_lists_are_bounded() {
        let laughs = "<!DOCTYPE opml [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">\
            <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>\
            <opml><outline text=\"&c;&c;&x;\" xmlUrl=\"https://a.example/\"/></opml>";
        let list = read(laughs).unwrap();
        assert!(list.feeds[0].title.len() <= 4_096);
        assert!(!list.feeds[0].title.contains("root:"));
        let deep =
            "<outline text=\"g\">".repeat(200_000) + "<outline xmlUrl=\"https://a.example/\"/>";
        assert!(read(&deep).unwrap().feeds[0].groups.len() <= 16);
        let many = "<outline xmlUrl=\"https://a.example/\"/>".repeat(MOST + 10);
        let many = read(&many).unwrap();
        assert!(many.feeds.len() == MOST && many.is_cut);
    }
}
