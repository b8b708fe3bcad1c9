//! Which files say in their head who pushes them.

use url::Url;

use crate::websub;

/// The hubs of the site's feeds.
#[derive(Clone, Debug)]
pub struct Topics {
    /// The site's own address; ends with `/`.
    pub site: Url,
    /// Where readers may subscribe.
    pub hubs: Vec<Url>,
}

impl Topics {
    /// The value of `Link` for a file that a hub pushes.
    pub(super) fn link(&self, file: &str) -> Option<String> {
        if self.hubs.is_empty() || !websub::is_topic(file) {
            return None;
        }
        Some(websub::link(&self.site, file, &self.hubs))
    }
}
