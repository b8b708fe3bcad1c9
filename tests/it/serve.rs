//! Guards what is told over HTTP: over real connections, byte for byte.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod client;
mod crowd;
mod documents;
mod letters;
mod refusals;
