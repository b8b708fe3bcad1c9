//! The integration tests; each module says what it guards.

mod origin;

mod feeds;
mod fetch;
mod jekyll;
