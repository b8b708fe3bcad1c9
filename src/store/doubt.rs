//! Validators as they are kept, and when they are doubted: some servers say for ever that nothing
//! is new.

use std::time::Duration;

use super::Error;
use super::rows::Given;
use super::sql::{self, Connection};
use crate::model::SourceId;

/// Whole answers that nobody but our own doubt asks for are at least so far apart.
const BETWEEN_DOUBTS: Duration = Duration::from_hours(31 * 24);
/// Fewer answers without content are no reason to doubt.
const LEAST_UNCHANGED: u32 = 20;
/// The gap between items of a source that has too few to tell.
const UNKNOWN_GAP: i64 = 7 * 24 * 3600;

/// Keeps what servers gave in a visit. What was doubted before it is doubted no more, whatever
/// came of it: a server that is down is not asked for everything again and again.
pub(super) async fn keep(
    tx: &mut Connection,
    source: &SourceId,
    at: i64,
    all: &[Given],
) -> Result<(), Error> {
    sql::query("UPDATE validator SET doubted = 0 WHERE source = ? AND doubted <> 0")
        .bind(source.as_str())
        .execute(&mut *tx)
        .await?;
    for given in all {
        let query = "INSERT INTO validator (source, address, asked, given_by, etag, \
             last_modified, unchanged, full_at) VALUES (?, ?, ?, ?, ?, ?, 0, ?) \
             ON CONFLICT (source, address) DO UPDATE SET asked = excluded.asked, \
             given_by = excluded.given_by, etag = excluded.etag, \
             last_modified = excluded.last_modified, \
             unchanged = CASE WHEN ? THEN 0 ELSE unchanged + 1 END, \
             full_at = CASE WHEN ? THEN excluded.full_at ELSE full_at END \
             RETURNING unchanged, full_at";
        let (unchanged, full_at) = sql::query_as(query)
            .bind(source.as_str())
            .bind(&given.address)
            .bind(&given.asked[..])
            .bind(&given.given_by)
            .bind(&given.validators.etag)
            .bind(&given.validators.last_modified)
            .bind(at)
            .bind(given.full)
            .bind(given.full)
            .fetch_one(&mut *tx)
            .await?;
        if !given.full && might_doubt(unchanged, full_at, at) {
            doubt(tx, source, at, &given.address).await?;
        }
    }
    Ok(())
}

async fn doubt(
    tx: &mut Connection,
    source: &SourceId,
    at: i64,
    address: &str,
) -> Result<(), Error> {
    let query = "SELECT first_seen FROM item WHERE source = ? ORDER BY first_seen DESC LIMIT 20";
    let seen: Vec<i64> = sql::query_scalar(query).bind(source.as_str()).fetch_all(&mut *tx).await?;
    if is_silent(&seen, at) {
        let query = "UPDATE validator SET doubted = 1, unchanged = 0, full_at = ? \
             WHERE source = ? AND address = ?";
        sql::query(query).bind(at).bind(source.as_str()).bind(address).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Whether validators are old enough to be doubted; times are seconds since 1970.
pub(super) fn might_doubt(unchanged: u32, full_at: i64, now: i64) -> bool {
    let age = now.saturating_sub(full_at);
    unchanged >= LEAST_UNCHANGED && age >= BETWEEN_DOUBTS.as_secs() as i64
}

/// Whether a source has been silent for more than four times as long as nearly all of its gaps
/// were; `seen` are the times of its newest items, the newest first.
pub(super) fn is_silent(seen: &[i64], now: i64) -> bool {
    let Some(newest) = seen.first() else { return true };
    let mut gaps: Vec<_> = seen.windows(2).map(|pair| pair[0].saturating_sub(pair[1])).collect();
    gaps.sort_unstable();
    let place = (gaps.len() * 95).div_ceil(100).saturating_sub(1);
    let usual = if gaps.len() < 3 { UNKNOWN_GAP } else { gaps.get(place).copied().unwrap_or(0) };
    now.saturating_sub(*newest) > usual.saturating_mul(4)
}
