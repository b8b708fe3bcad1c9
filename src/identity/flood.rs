//! How many new entries of a known source are believed at once.

use chrono::TimeDelta;

use crate::model::Instant;

/// What is known of a list's habits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Habits {
    /// New entries a day.
    pub daily: f64,
    /// Entries in the list, when it was last read.
    pub size: u32,
}

/// The most new entries that are published of one visit; what is over is held. A source that was
/// not asked for long may bring three times what its habits say, or its whole list.
pub fn most_new(setting: u32, habits: Habits, last_good: Option<Instant>, now: Instant) -> usize {
    let away = last_good.map_or(TimeDelta::zero(), |last| now - last);
    let days = (away.num_seconds().max(0) as f64 / 86_400.0).min(60.0);
    let usual = 3.0 * habits.daily * days;
    let turnover = f64::from(habits.size) * days.min(1.0);
    (setting as usize).max(usual as usize).max(turnover as usize)
}
