//! The body of an article where the page holds it as data beside its text.

mod json;
pub(super) mod ld;
pub(super) mod micro;
pub(super) mod state;
#[cfg(test)]
mod tests;
mod whole;

pub(super) use self::whole::{is_cut, lost, wider};
