//! Marks for robots on single pages: `X-Robots-Tag` and `<meta name="robots">`.

/// Bytes of a page in which marks are looked for.
const HEAD: usize = 64 << 10;

/// Whether a page asks a robot not to keep its text: `noarchive` in a header field
/// (`noarchive`, `finews: noarchive`) or in a `meta` element of its head.
pub fn keeps_out_of_archives(fields: &[String], page: &[u8], product: &str) -> bool {
    fields.iter().any(|field| field_says(field, product)) || page_says(page, product)
}

/// A field speaks to all robots, or from a name on to the one that is named.
fn field_says(field: &str, product: &str) -> bool {
    let mut to_us = true;
    field.split(',').any(|part| {
        let rule = match part.split_once(':') {
            Some((name, rule)) if !HAVE_VALUES.contains(&lower(name).as_str()) => {
                to_us = name.trim().eq_ignore_ascii_case(product);
                rule
            }
            _ => part,
        };
        to_us && is_mark(rule)
    })
}

/// Rules that have a colon themselves.
const HAVE_VALUES: &[&str] =
    &["unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"];

fn is_mark(rule: &str) -> bool {
    rule.trim().eq_ignore_ascii_case("noarchive")
}

fn page_says(page: &[u8], product: &str) -> bool {
    let head = lower(&String::from_utf8_lossy(page.get(..HEAD).unwrap_or(page)));
    let head = head.split("<body").next().unwrap_or_default();
    head.split("<meta").skip(1).any(|tag| {
        let tag = tag.split('>').next().unwrap_or_default();
        let name = attribute(tag, "name").unwrap_or_default();
        let to_us = name == "robots" || name.eq_ignore_ascii_case(product);
        to_us && attribute(tag, "content").is_some_and(|it| it.split(',').any(is_mark))
    })
}

/// The value of an attribute, quoted or not.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = tag;
    loop {
        let (key, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let (value, next) = match behind.chars().next()? {
            quote @ ('"' | '\'') => behind.get(1..)?.split_once(quote)?,
            _ => behind.split_once(char::is_whitespace).unwrap_or((behind, "")),
        };
        if key.split_whitespace().next_back() == Some(name) {
            return Some(value.trim());
        }
        rest = next;
    }
}

fn lower(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}
