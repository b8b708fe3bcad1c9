//! The hours and days in which a list asks not to be visited (`skipHours`, `skipDays`).

use std::time::Duration;

use chrono::{Datelike as _, TimeDelta, Timelike as _};

use super::later;
use crate::model::{Instant, Quiet};

/// No list puts off a visit for longer by its hours and days.
const MOST: Duration = Duration::from_hours(24);

/// The visit planned for `earliest`, a little later, or moved to an hour in which the list may be
/// visited: a later one within a day from now; else an earlier one that is still behind `floor`,
/// before which the server wishes none. A list that is always quiet, is not.
pub(super) fn outside(
    quiet: Quiet,
    now: Instant,
    floor: Instant,
    earliest: Instant,
    jitter: Duration,
) -> Instant {
    let planned = later(earliest, jitter);
    if allows(quiet, planned) {
        return planned;
    }
    if allows(quiet, earliest) {
        return earliest;
    }
    let Some(slot) = following(quiet, earliest) else { return planned };
    let bound = earliest.max(later(now, MOST));
    if slot <= bound {
        return later(slot, jitter.min(MOST / 48)).min(bound);
    }
    let floor = floor.max(later(now, Duration::from_hours(1)));
    preceding(quiet, floor, earliest).unwrap_or(bound)
}

fn allows(quiet: Quiet, at: Instant) -> bool {
    let hour = quiet.hours >> at.hour() & 1;
    let day = u32::from(quiet.days) >> at.weekday().num_days_from_monday() & 1;
    hour == 0 && day == 0
}

/// The next full hour that is allowed, within a week.
fn following(quiet: Quiet, at: Instant) -> Option<Instant> {
    let start = hour_of(at)?;
    let hours = (1..=8 * 24).map(|hours| start.checked_add_signed(TimeDelta::hours(hours)));
    hours.flatten().find(|hour| allows(quiet, *hour))
}

/// The last full hour that is allowed, behind `floor`.
fn preceding(quiet: Quiet, floor: Instant, at: Instant) -> Option<Instant> {
    let start = hour_of(at)?;
    let hours = (0..=8 * 24).map(|hours| start.checked_sub_signed(TimeDelta::hours(hours)));
    let hours = hours.flatten().take_while(|hour| *hour >= floor);
    hours.filter(|hour| *hour < at).find(|hour| allows(quiet, *hour))
}

fn hour_of(at: Instant) -> Option<Instant> {
    let second = i64::from(at.minute() * 60 + at.second());
    at.checked_sub_signed(TimeDelta::seconds(second))
}
