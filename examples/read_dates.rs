//! Reads the date strings of a corpus and prints what each was taken for, a JSON object a line.
//!
//! `cargo run --release --example read_dates -- FILE.jsonl`

use std::error::Error;
use std::io::Write;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: read_dates FILE.jsonl")?;
    let now = DateTime::<Utc>::from_timestamp(1_790_000_000, 0).ok_or("no such time")?;
    let mut out = std::io::stdout().lock();
    for line in std::fs::read_to_string(file)?.lines() {
        let case: Value = serde_json::from_str(line)?;
        let input = case["input"].as_str().unwrap_or_default();
        let read = finews::date::parse(input, now, chrono_tz::Tz::UTC);
        let read = read.map(|instant| instant.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        let right = match (&case["expect"], &read) {
            (Value::String(expect), Some(read)) => expect == read,
            (Value::Null, read) => read.is_some() == case["must_parse"].as_bool().unwrap_or(false),
            _ => false,
        };
        writeln!(
            out,
            "{}",
            json!({ "input": input, "date": read, "expect": case["expect"], "right": right })
        )?;
    }
    Ok(())
}
