//! Where a document stands in the history of its feed: archived feeds (RFC 5005 §4), complete
//! ones (§2), and tombstones (RFC 6721).

use crate::publish::atom::date;
use crate::publish::xml::Xml;
use crate::publish::{Format, Sheet, Withdrawn};

/// The namespace of `fh:archive` and `fh:complete`.
pub(super) const NAMESPACE: (&str, &str) = ("xmlns:fh", "http://purl.org/syndication/history/1.0");
/// The namespace of `at:deleted-entry`.
pub(super) const TOMBSTONES: (&str, &str) = ("xmlns:at", "http://purl.org/atompub/tombstones/1.0");

/// What a document says of the others; addresses are without their suffixes.
#[derive(Debug, Default)]
pub(super) struct History<'a> {
    /// Whether it is an archive document; its number.
    pub page: Option<u32>,
    /// Whether it holds everything that its feed ever had.
    pub is_complete: bool,
    /// The document of the newest items, seen from an archive.
    pub current: Option<String>,
    /// The archive document before it.
    pub older: Option<String>,
    /// The archive document after it.
    pub newer: Option<String>,
    /// What was taken down.
    pub withdrawn: &'a [Withdrawn],
    /// The forms in which there are archive documents.
    pub forms: &'static [Format],
}

impl<'a> History<'a> {
    /// The place of a sheet; `current` is the address of its feed's current document, `archive`
    /// that of its archive as a folder.
    pub(super) fn of(
        sheet: Sheet<'a>,
        current: &str,
        archive: &str,
        forms: &'static [Format],
    ) -> Self {
        let Sheet { page, last, withdrawn, .. } = sheet;
        let at = |page: u32| Some(format!("{archive}{page}")).filter(|_| page > 0);
        if page == 0 {
            let older = at(last);
            return Self { is_complete: last == 0, older, withdrawn, forms, ..Self::default() };
        }
        Self {
            page: Some(page),
            is_complete: false,
            current: Some(current.to_owned()),
            older: at(page - 1),
            newer: at(page + 1).filter(|_| page < last),
            withdrawn,
            forms,
        }
    }

    /// The element that says so, where there is something to say.
    pub(super) fn mark(&self, xml: &mut Xml) {
        match (self.page, self.is_complete) {
            (Some(_), _) => xml.empty("fh:archive", &[]),
            (None, true) => xml.empty("fh:complete", &[]),
            (None, false) => {}
        }
    }

    /// Whether the document needs the namespace of [`Self::mark`].
    pub(super) fn is_marked(&self) -> bool {
        self.page.is_some() || self.is_complete
    }

    /// The links to other documents in a format: relation and address.
    pub(super) fn links(&self, format: Format) -> Vec<(&'static str, String)> {
        if !self.forms.contains(&format) {
            return Vec::new();
        }
        let links = [
            ("current", &self.current),
            ("prev-archive", &self.older),
            ("next-archive", &self.newer),
        ];
        let links = links.into_iter().filter_map(|(rel, address)| Some((rel, address.as_ref()?)));
        links.map(|(rel, address)| (rel, format!("{address}.{}", format.extension()))).collect()
    }

    /// The tombstones.
    pub(super) fn tombstones(&self, xml: &mut Xml) {
        for one in self.withdrawn {
            let when = date(one.since);
            xml.empty("at:deleted-entry", &[("ref", &one.uri), ("when", &when)]);
        }
    }
}
