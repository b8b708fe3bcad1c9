//! The integration tests; each module says what it guards.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod corpus;
mod house;
mod origin;

mod architecture;
mod article;
mod cli;
mod daemon;
mod discover;
mod feeds;
mod fetch;
mod gate;
mod jekyll;
mod journey;
mod listing;
mod moving;
mod pages;
mod publish;
mod render;
mod rules;
mod serve;
