//! A decoded page: its text, and what of it takes work, for those who ask.

use std::cell::OnceCell;

use memchr::memmem;
use scraper::Html;

use super::extract;
use crate::html::dom;

/// A page. Most are read without the tree that a browser would build of them.
pub struct Paper<'a> {
    /// The page as it came.
    pub text: &'a str,
    tree: OnceCell<Html>,
    title: OnceCell<Option<String>>,
}

impl<'a> Paper<'a> {
    /// A page that nobody looked at yet.
    pub fn new(text: &'a str) -> Self {
        Self { text, tree: OnceCell::new(), title: OnceCell::new() }
    }

    /// The page as a browser reads it, within bounds.
    pub fn tree(&self) -> &Html {
        self.tree.get_or_init(|| dom::page(self.text))
    }

    /// The text of the first `title`.
    pub fn title(&self) -> Option<&str> {
        let title = || elements(self.text, "title").next().map(|(_, text)| extract::plain(text));
        self.title.get_or_init(title).as_deref()
    }

    /// The start tags and contents of all scripts.
    pub(super) fn scripts(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        elements(self.text, "script")
    }
}

/// The start tags and contents of all elements of a name that hold text and nothing else.
fn elements<'a>(page: &'a str, name: &'static str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let mut rest = page;
    std::iter::from_fn(move || {
        let begin = tag(rest, "<", name)?;
        let behind = rest.get(begin..)?;
        let inside = behind.find('>')? + 1;
        let (start, behind) = behind.split_at_checked(inside)?;
        let end = tag(behind, "</", name).unwrap_or(behind.len());
        let (content, behind) = behind.split_at_checked(end)?;
        rest = behind;
        Some((start, content))
    })
}

/// Where a tag of a name begins.
fn tag(text: &str, open: &str, name: &str) -> Option<usize> {
    let mut places = memmem::find_iter(text.as_bytes(), open);
    places.find(|at| {
        let bytes = text.as_bytes().get(at + open.len()..).unwrap_or_default();
        let named =
            bytes.get(..name.len()).is_some_and(|b| b.eq_ignore_ascii_case(name.as_bytes()));
        let next = bytes.get(name.len());
        named && next.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
    })
}

#[cfg(test)]
mod tests {
    use super::Paper;

    #[test]
    fn titles_and_scripts_are_found_without_a_tree() {
        let check = |page: &str, title: Option<&str>, scripts: &[(&str, &str)]| {
            let paper = Paper::new(page);
            assert_eq!(paper.title(), title, "{page}");
            assert_eq!(paper.scripts().collect::<Vec<_>>(), scripts, "{page}");
        };
        check("", None, &[]);
        check("<titles>a</titles><TITLE\n>钟 &amp;\n楼</Title>", Some("钟 & 楼"), &[]);
        check(
            "<script>a<b</script><SCRIPT src=x></SCRIPT >",
            None,
            &[("<script>", "a<b"), ("<SCRIPT src=x>", "")],
        );
        check("<script>never ended", None, &[("<script>", "never ended")]);
        check("<script", None, &[]);
        check("<title>", Some(""), &[]);
    }
}
