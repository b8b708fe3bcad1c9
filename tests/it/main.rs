//! The integration tests; each module says what it guards.
mod feeds;
