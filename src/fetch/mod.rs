//! An address to bytes, politely: conditional, bounded, patient, never to a private address.

mod request;
mod fetcher;
mod route;
mod guard;
mod names;
mod clients;
mod manners;
mod answer;
mod body;
mod error;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Wishes};
pub use error::{Blocked, Detour, Error};
pub use fetcher::Fetcher;
pub use manners::Manners;
pub use names::Lookup;
pub use request::{Accept, Limits, Method, Request};
pub(crate) use route::base64;
pub use route::shown;
