//! Letters to whoever takes them at the moment: a reload puts another in the place.

use super::shared::Shared;
use crate::serve::{Inbox, Letter, Looking, Receipt, Receiving};

/// The inbox of the settings of the moment.
pub(super) struct Mailbox(pub Shared);

impl Inbox for Mailbox {
    fn takes(&self, path: &str) -> bool {
        self.0.inbox().is_some_and(|inbox| inbox.takes(path))
    }

    fn room<'a>(&'a self, path: &'a str) -> Looking<'a> {
        let inbox = self.0.inbox();
        Box::pin(async move { inbox?.room(path).await })
    }

    fn take(&self, letter: Letter) -> Receiving<'_> {
        let inbox = self.0.inbox();
        Box::pin(async move {
            match inbox {
                Some(inbox) => inbox.take(letter).await,
                None => Receipt::nobody(),
            }
        })
    }
}
