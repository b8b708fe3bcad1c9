//! stub
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeHtml(String);
impl SafeHtml {
    pub fn as_str(&self) -> &str { &self.0 }
    pub fn is_empty(&self) -> bool { self.0.is_empty() }
    pub(crate) fn stored(markup: String) -> Self { Self(markup) }
}
pub fn clean(markup: &str, _base: Option<&url::Url>) -> SafeHtml { SafeHtml(markup.into()) }
pub fn from_text(markup: &str) -> SafeHtml { SafeHtml(markup.into()) }
pub fn text(markup: &str) -> String { markup.into() }
pub fn line(markup: &str) -> String { markup.into() }
pub fn markdown(m: &SafeHtml) -> String { m.0.clone() }
pub fn excerpt(markup: &str, _m: usize) -> String { markup.into() }
pub fn first_image(_m: &SafeHtml) -> Option<String> { None }
