//! A source's own rhythm: how long it may be silent before that is odd.

use chrono::TimeDelta;

use crate::model::Instant;

/// Fewer arrivals say nothing of a rhythm.
const LEAST: usize = 5;
/// No source is stale before this.
const SHORTEST: TimeDelta = TimeDelta::days(2);

/// How long a source may be silent, by when its last items appeared: three times its longest
/// pause and eight times its usual one, two days at least. `None` where there is no rhythm yet.
pub fn patience(arrivals: &[Instant]) -> Option<TimeDelta> {
    let mut times = arrivals.to_vec();
    times.sort_unstable();
    times.dedup();
    if times.len() < LEAST {
        return None;
    }
    let mut gaps: Vec<_> =
        times.iter().zip(times.iter().skip(1)).map(|(one, next)| *next - *one).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() / 2).copied()?;
    let longest = gaps.last().copied()?;
    let patience = (usual.checked_mul(8)?).max(longest.checked_mul(3)?);
    Some(patience.max(SHORTEST))
}
