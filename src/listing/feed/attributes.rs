//! A tag's attributes, quoted or not, read when somebody asks.

/// The attributes of a tag as they stand; read on demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::listing) struct Attributes<'a>(&'a str);

impl<'a> Attributes<'a> {
    /// More attributes of a tag are ignored.
    const MOST: usize = 256;

    /// What stands in a tag after its name.
    pub(super) fn new(written: &'a str) -> Self {
        Self(written)
    }

    /// As written.
    pub(in crate::listing) fn raw(self) -> &'a str {
        self.0
    }

    /// Names and values with their references undecoded; unquoted and missing values are read.
    pub(super) fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (name, value, after) = attribute(rest)?;
            rest = after;
            Some((name, value))
        })
        .take(Self::MOST)
    }

    /// The first value of this name, in any case and with any prefix.
    pub(in crate::listing) fn get(self, name: &str) -> Option<&'a str> {
        let local = |full: &'a str| full.rsplit_once(':').map_or(full, |(_, local)| local);
        self.iter().find(|(full, _)| local(full).eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// The first attribute and what follows it.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.trim_start_matches(|c: char| {
        c.is_ascii_whitespace() || matches!(c, '/' | '"' | '\'' | '=' | ',')
    });
    if text.is_empty() {
        return None;
    }
    let end = text
        .find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let Some(value) = rest.trim_start().strip_prefix('=') else { return Some((name, "", rest)) };
    let value = value.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let value = value.get(1..).unwrap_or_default();
        let (value, rest) = value.split_once(quote).unwrap_or((value, ""));
        return Some((name, value, rest));
    }
    let end = value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len());
    let (value, rest) = value.split_at(end);
    Some((name, value, rest))
}
