//! An address to bytes, politely: conditional, bounded, patient, never to a private address.

mod request;
mod fetcher;
mod route;
mod guard;
mod names;
mod clients;
mod manners;
mod rests;
mod permits;
mod answer;
mod links;
mod coding;
mod body;
mod error;
mod cause;
mod wall;
mod witness;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Raw, Wishes};
pub use error::{Blocked, Detour, Error};
pub use fetcher::Fetcher;
pub use guard::vet_url as vet;
pub use manners::{Manners, host_of};
pub use names::Lookup;
pub use permits::NotForRobots;
pub use request::{Accept, Limits, Method, Request};
pub use rests::Rest;
pub(crate) use route::base64;
pub use route::shown;
pub use witness::{Asked, Witness};
