//! finews turns sources (feeds, list pages, JSON APIs) into clean full-text feeds by category.
//!
//! The rooms stand in reading order; imports go down only: values, then pure rooms, then the
//! shell, then the joints. `ARCHITECTURE.md` is the map.

// values
pub mod model;
pub mod template;
pub mod date;
pub mod charset;
pub mod html;
pub mod slug;
// pure
pub mod listing;
pub mod article;
pub mod normalize;
pub mod identity;
pub mod story;
pub mod category;
pub mod route;
pub mod search;
pub mod schedule;
pub mod health;
pub mod jekyll;
pub mod publish;
pub mod websub;
pub mod pass;
pub mod discover;
pub mod config;
pub mod robots;
// shell
pub mod fetch;
pub mod render;
pub mod store;
pub mod output;
pub mod serve;
// joints
pub mod edition;
pub mod refresh;
pub mod daemon;
pub mod push;
pub mod cli;
