//! The one door through which foreign markup becomes safe markup with absolute links.

/// Markup that is safe to publish under our own origin. Only [`clean`] and [`from_text`] make one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Markup that was safe when it was stored; for `store` alone.
    pub(crate) fn stored(markup: String) -> Self {
        Self(markup)
    }
}
