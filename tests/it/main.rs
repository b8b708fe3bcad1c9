//! The integration tests; each module says what it guards.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod corpus;
mod house;
mod origin;

mod architecture;
mod article;
mod cleaning;
mod cli;
mod contents;
mod daemon;
mod discover;
mod faults;
mod feeds;
mod fetch;
mod gate;
mod histories;
mod history;
mod hostile;
mod jekyll;
mod journey;
mod keeping;
mod listing;
mod moving;
mod operation;
mod pages;
mod polling;
mod polls;
mod publish;
mod render;
mod routing;
mod rows;
mod rules;
mod search;
mod serve;
mod sinks;
mod stories;
mod websub;
