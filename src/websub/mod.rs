//! WebSub (W3C Recommendation, 23 January 2018) without a network: who pushes, who may be pushed
//! to, what is believed, and when something is tried again.

mod discovery;
mod form;
mod intent;
mod ladder;
mod lease;
mod signature;
mod topic;
mod trust;
#[cfg(test)]
mod tests;

pub use discovery::{Found, discover};
pub use form::{Asked, Intent, Mode, Refusal, asked, intent, ping, subscription, verification};
pub use intent::{Standing, State, Verdict, judge};
pub use ladder::{ask_again, deliver_again, verify_again};
pub use lease::{granted, offered, renewal};
pub use signature::{Method, hex, holds, sign};
pub use topic::{host, is_topic, link, path_of, url_of};
pub use trust::{Push, Verdict as Trust, backup, missed, overdue};
