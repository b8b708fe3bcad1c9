//! What holds for any bytes, and for feeds damaged anywhere.

use proptest::prelude::*;

use super::*;

/// Whole items before the damage, and their titles.
fn whole(count: usize) -> (String, Vec<String>) {
    let item = |number| {
        format!(
            "<item><title>Item {number}</title><link>http://e.org/{number}</link><description>&lt;p&gt;x &amp;amp; y&lt;/p&gt;</description></item>\n"
        )
    };
    let head = "<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>";
    (
        format!("{head}{}", (0..count).map(item).collect::<String>()),
        (0..count).map(|number| format!("Item {number}")).collect(),
    )
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        _ = read(&bytes, &context(None));
    }

    #[test]
    fn any_soup_is_read_or_refused(parts in proptest::collection::vec(proptest::sample::select(SOUP), 0..60)) {
        _ = read(parts.concat().as_bytes(), &context(None));
        _ = read(format!("<rss><channel><item>{}", parts.concat()).as_bytes(), &context(None));
    }

    #[test]
    fn no_entry_before_the_damage_is_lost(count in 1..5_usize, damage in proptest::collection::vec(proptest::sample::select(SOUP), 0..12), bytes: Vec<u8>) {
        let (text, expect) = whole(count);
        let damaged = [text.as_bytes(), damage.concat().as_bytes(), &bytes].concat();
        // Bytes that make the whole file another encoding are another matter.
        let context = Context { content_type: None, charset: Some("utf-8"), ..context(None) };
        let listing = read(&damaged, &context).unwrap();
        let found: Vec<&str> = titles(&listing).into_iter().take(count).collect();
        prop_assert_eq!(found, expect);
    }

    #[test]
    fn a_feed_cut_anywhere_keeps_what_was_whole(count in 1..5_usize, cut in 0.0..1.0_f64) {
        let (text, expect) = whole(count);
        let at = text.floor_char_boundary((text.len() as f64 * cut) as usize);
        let kept = text[..at].matches("</item>").count();
        if let Ok(listing) = read(&text.as_bytes()[..at], &context(None)) {
            prop_assert_eq!(&titles(&listing)[..kept], &expect[..kept]);
        } else {
            prop_assert_eq!(kept, 0);
        }
    }
}

/// Pieces that feeds and their accidents are made of.
const SOUP: &[&str] = &[
    "<",
    ">",
    "&",
    "\"",
    "'",
    "/",
    "=",
    "<item>",
    "</item>",
    "<entry>",
    "</entry>",
    "<title>",
    "</title>",
    "<link href='",
    "<description>",
    "</description>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE x [",
    "]>",
    "<!ENTITY a '&a;'>",
    "&a;",
    "&#0;",
    "&#xffffffff;",
    "&nbsp;",
    "<br>",
    "<a b=",
    " xmlns='u' ",
    "xml:base='//'",
    "<media:group>",
    "<media:content url='x'>",
    "<content type='xhtml'>",
    "<div>",
    "</div>",
    "</channel>",
    "</rss>",
    "<rss>",
    "<?xml",
    "?>",
    "\0",
    "中文",
    "\u{feff}",
    "<pubDate>",
    "昨天",
    "12:00",
    "</a></b></c>",
];
