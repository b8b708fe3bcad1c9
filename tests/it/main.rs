//! The integration tests; each module says what it guards.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod corpus;
mod house;
mod origin;

mod architecture;
mod article;
mod browser;
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
mod objects;
mod operation;
mod opml;
mod pages;
mod polling;
mod polls;
mod private;
mod publish;
mod render;
mod routing;
mod rows;
mod rules;
mod search;
mod serve;
mod shares;
mod sinks;
mod stories;
mod tellers;
mod templates;
mod twins;
mod websub;
