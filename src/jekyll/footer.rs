//! The end of a post: the link to its article, and links back to its category and home.

/// What [`split`] finds.
pub(super) struct Footer<'a> {
    pub(super) body: &'a str,
    pub(super) link: Option<&'a str>,
    /// How late its form is, 0 to 6.
    pub(super) rank: u8,
}

/// Parts body and footer, looking from the end, since a body may hold the like of a footer.
/// A post without a code was written by hand: a link alone at its end is its own.
pub(super) fn split(text: &str, coded: bool) -> Footer<'_> {
    let end = text.trim_end_matches(['\n', ' ']);
    let back = back_links(end);
    let (above, rank) = back.unwrap_or((end, 0));
    match article_link(above) {
        Some((body, link)) if coded || back.is_some() => Footer { body, link, rank },
        _ => Footer { body: if back.is_some() { above } else { text }, link: None, rank },
    }
}

/// A footer of the last form.
pub(super) fn write(link: Option<&str>, tag: &str, category: &str, site: &str) -> String {
    let link = link.map(|link| format!("\n\n<{link}>")).unwrap_or_default();
    format!("{link}\n\n[返回{tag}]({category})｜[返回首页]({site})")
}

/// Whether this stands between `<` and `>` as a link: a web address on one line.
pub(super) fn is_link(text: &str) -> bool {
    let web = ["http://", "https://", "//"].iter().any(|start| text.starts_with(start));
    web && !text.contains(|c: char| matches!(c, '<' | '>') || c.is_control())
}

/// What stands above the links back, and how late their form is.
fn back_links(text: &str) -> Option<(&str, u8)> {
    let (above, home) = last_line(text);
    let home = home.strip_suffix(')')?;
    if home.starts_with("[返回首页](") {
        let (above, category) = last_line(above.strip_suffix('\n')?);
        let category = category.strip_prefix("[返回")?.strip_suffix(')')?;
        return Some((without_gap(above), two_lines_rank(category)));
    }
    let (category, _) = home.strip_prefix("[返回")?.rsplit_once(")｜[返回首页](")?;
    Some((without_gap(above), if category.contains("/category/") { 6 } else { 5 }))
}

/// Relative links came first, then those to the site's older host.
fn two_lines_rank(category: &str) -> u8 {
    let (_, address) = category.rsplit_once("](").unwrap_or(("", category));
    match address {
        _ if address.starts_with("./") => 1,
        _ if address.starts_with("../") => 2,
        _ if address.contains(".zning.me/") => 3,
        _ => 4,
    }
}

/// The body above a last line `<…>`, and the address in it if there is one.
fn article_link(text: &str) -> Option<(&str, Option<&str>)> {
    let (above, line) = last_line(text);
    let link = line.strip_prefix('<')?.strip_suffix('>')?;
    match link {
        "" => Some((without_gap(above), None)),
        _ => is_link(link).then_some((without_gap(above), Some(link))),
    }
}

/// All before the last line, with the line break, and the last line.
fn last_line(text: &str) -> (&str, &str) {
    text.split_at(text.rfind('\n').map_or(0, |at| at + 1))
}

/// Without the line break and the blank line that part a footer from what is above: no more, the
/// rest is the body's.
fn without_gap(above: &str) -> &str {
    above.strip_suffix("\n\n").or_else(|| above.strip_suffix('\n')).unwrap_or(above)
}
