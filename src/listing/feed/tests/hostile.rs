//! Input that is made to cost time or memory.

use super::*;
use crate::listing::Error;

/// Reads hostile input; it must end soon, and say what was left out.
fn hostile(text: &str, what: &str) -> Result<Listing, Error> {
    let start = std::time::Instant::now();
    let read = read(text.as_bytes(), &context(None));
    // Unoptimised builds are slower by an order of magnitude.
    let limit = if cfg!(debug_assertions) { 15 } else { 1 };
    assert!(start.elapsed().as_secs() < limit, "{what}: {:?}", start.elapsed());
    read
}

fn filled(start: &str, unit: &str, bytes: usize) -> String {
    format!("{start}{}", unit.repeat(bytes / unit.len()))
}

const HOSTILE: usize = if cfg!(debug_assertions) { 2 << 20 } else { 50 << 20 };

#[test]
fn hostile_markup_ends_soon() {
    let starts = [
        "<rss><channel><item>",
        "<rss><channel>",
        "",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>",
    ];
    let units = [
        "<a>",
        "<a",
        "</a>",
        "<a></b>",
        "<",
        "&",
        "&amp",
        "<!--",
        "<![CDATA[",
        "<!DOCTYPE [",
        "<!DOCTYPE \"",
        "<?",
        "<item>",
        "<item><title>",
        "<entry/>",
        "<a b=\"",
        "<a b='<c d=\"",
        "<a xml:base='x/'>",
        "<x:a xmlns:x='u'>",
        "<title>x",
        "x",
        "中",
        "\u{1}",
        "]]>",
        "<a b=c d=e f>",
        "<p><b><i></p>",
    ];
    for start in starts {
        for unit in units {
            let size = if cfg!(debug_assertions) { HOSTILE / 4 } else { HOSTILE };
            _ = hostile(&filled(start, unit, size), &format!("{start}{unit}…"));
        }
    }
}

#[test]
fn bounds_hold_and_are_told() {
    let listing = hostile(&rss_text(&"<item/>".repeat(6_000)), "entries").unwrap();
    assert_eq!(listing.entries.len(), 5_000);
    assert!(listing.faults.iter().any(|fault| fault.what.starts_with("more entries")));

    let listing = hostile(
        &rss_text(&format!(
            "<item><title>{}</title></item><item><title>b</title></item>",
            "x".repeat(10 << 20)
        )),
        "title",
    )
    .unwrap();
    assert_eq!(listing.entries[0].title.as_ref().unwrap().raw().len(), 2 << 20);
    assert_eq!(titles(&listing)[1], "b");
    assert_eq!(
        listing.faults[0].to_string(),
        "entry 1: text: longer than 2 MiB; the rest was left out"
    );

    let deep = format!(
        "<item><description>{}x{}</description><title>t</title></item>",
        "<b>".repeat(100_000),
        "</b>".repeat(100_000)
    );
    let listing = hostile(&rss_text(&deep), "depth").unwrap();
    assert_eq!(titles(&listing), ["t"]);
    assert!(listing.faults.iter().any(|fault| fault.what.contains("nested too deep")));

    let many = format!("<item {}><title>t</title></item>", "a='b' ".repeat(800_000));
    assert_eq!(titles(&hostile(&rss_text(&many), "attributes").unwrap()), ["t"]);
    let spaces: Vec<String> = (0..100_000).map(|number| format!("xmlns:n{number}='u'")).collect();
    let spaces = spaces.join(" ");
    let listing =
        hostile(&rss_text(&format!("<item {spaces}><title>t</title></item>")), "namespaces")
            .unwrap();
    assert_eq!(titles(&listing), ["t"]);
    let labels = "<category>a</category><enclosure url='http://e.org/a'/>".repeat(100_000);
    let listing = hostile(&rss_text(&format!("<item>{labels}</item>")), "labels").unwrap();
    assert!(listing.entries[0].labels.len() <= 256 && listing.entries[0].enclosures.len() <= 256);
}

fn rss_text(inside: &str) -> String {
    format!("<rss><channel>{inside}</channel></rss>")
}

#[test]
fn entities_that_grow_without_bound() {
    let mut laughs = String::from("<!DOCTYPE rss [<!ENTITY l0 'lol'>");
    for level in 1..20 {
        let ten = format!("&l{};", level - 1).repeat(10);
        laughs.extend(["<!ENTITY l", &level.to_string(), " '", &ten, "'>"]);
    }
    let text = format!("{laughs}]>{}", rss_text("<item><title>&l19;</title></item>"));
    let listing = hostile(&text, "billion laughs").unwrap();
    assert!(titles(&listing)[0].len() <= 4_096);

    let quadratic = format!(
        "<!DOCTYPE rss [<!ENTITY a '{}'>]>{}",
        "a".repeat(4_000),
        rss_text(&format!("<item><title>{}</title></item>", "&a;".repeat(100_000)))
    );
    let listing = hostile(&quadratic, "quadratic").unwrap();
    assert!(listing.entries[0].title.as_ref().unwrap().raw().len() <= 2 << 20);
    assert!(listing.faults.iter().any(|fault| fault.what.starts_with("entities")));
}
