//! Guards WebSub on both sides, between a daemon with a clock of ours, scripted hubs and scripted
//! subscribers.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod hub;
mod process;
mod subscriber;
mod town;
