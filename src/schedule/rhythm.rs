//! Our own rhythm: a length of time, a cron expression, or as the source's own history asks.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike as _, TimeDelta};
use chrono_tz::Tz;
use croner::parser::{CronParser, Seconds, Year};

use crate::model::Instant;

/// A source of which nothing is known yet.
const UNKNOWN: Duration = Duration::from_hours(1);
/// The pace of a source with a single item.
const ONE_ITEM: Duration = Duration::from_hours(6);
/// A source that is quicker than this is visited more often than once an hour.
const QUICK: Duration = Duration::from_mins(150);
/// How often at the most: a quick source whose server calls its answers fresh for less than half
/// an hour, another quick one, all others.
const LEAST: [Duration; 3] =
    [Duration::from_mins(10), Duration::from_mins(30), Duration::from_hours(1)];
/// How seldom at the most.
const MOST: Duration = Duration::from_hours(24);

/// The newest items that tell the pace.
const NEWEST: usize = 20;
/// An item that came later than its date by more than this was dated wrongly.
const LATE: TimeDelta = TimeDelta::days(1);

/// When an item came: by its date, but one that is dated long before it was seen, by when it was.
/// What was there at the first visit came before.
pub fn arrival(published: Instant, first_seen: Instant, at_first_visit: bool) -> Instant {
    let late = first_seen.signed_duration_since(published) > LATE;
    if late && !at_first_visit { first_seen } else { published }
}

/// How often we would like to come.
#[derive(Clone, Debug)]
pub enum Rhythm {
    /// As the source's own history asks.
    Auto,
    /// At most so often.
    Every(Duration),
    /// At certain times.
    Cron(Arc<Cron>),
}

impl Rhythm {
    /// How long we would wait by ourselves; nothing where a clock decides.
    pub(super) fn own(
        &self,
        now: Instant,
        history: &[Instant],
        fresh: Option<Duration>,
    ) -> Duration {
        match self {
            Self::Auto => adaptive(now, history, fresh),
            Self::Every(every) => *every,
            Self::Cron(_) => Duration::ZERO,
        }
    }

    /// The shortest time between two visits.
    pub fn shortest(&self) -> Duration {
        match self {
            Self::Auto => LEAST[1],
            Self::Every(every) => *every,
            Self::Cron(cron) => cron.shortest,
        }
    }
}

/// A quarter of the usual time between two items, or of the time since the last one if that is
/// longer: a source that posts is met within half its interval, one that fell asleep once a day.
fn adaptive(now: Instant, history: &[Instant], fresh: Option<Duration>) -> Duration {
    let mut times: Vec<i64> = history.iter().map(DateTime::timestamp).collect();
    times.retain(|time| *time <= now.timestamp());
    times.sort_unstable();
    times.dedup();
    times.drain(..times.len().saturating_sub(NEWEST));
    let Some(newest) = times.last() else { return UNKNOWN };
    let idle = Duration::from_secs(now.timestamp().abs_diff(*newest));
    let gap = median_gap(&times);
    let impatient = fresh.is_some_and(|fresh| fresh < LEAST[1]);
    let least = match gap < QUICK {
        true if impatient => LEAST[0],
        true => LEAST[1],
        false => LEAST[2],
    };
    (gap.max(idle) / 4).clamp(least, MOST)
}

fn median_gap(sorted: &[i64]) -> Duration {
    let pairs = sorted.iter().zip(sorted.iter().skip(1));
    let mut gaps: Vec<u64> = pairs.map(|(a, b)| b.abs_diff(*a)).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).map_or(ONE_ITEM, |gap| Duration::from_secs(*gap))
}

/// The years that cron expressions are worked out for.
const YEARS: std::ops::Range<i32> = 1900..4900;

/// A cron expression of five fields in a zone.
#[derive(Clone)]
pub struct Cron {
    times: croner::Cron,
    zone: Tz,
    shortest: Duration,
}

impl Cron {
    /// Reads `minute hour day month weekday`; the error says what is wrong with it.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, String> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
        let times = parser.build().parse(text).map_err(|why| why.to_string().to_lowercase())?;
        let mut cron = Self { times, zone, shortest: MOST };
        let mut at = DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default();
        for turn in 0..32 {
            let Some(next) = cron.after(at) else { return Err("it never comes".to_owned()) };
            if turn > 0 {
                cron.shortest = cron.shortest.min((next - at).to_std().unwrap_or(MOST));
            }
            at = next;
        }
        Ok(cron)
    }

    /// The next time, later than `now`.
    pub fn after(&self, now: Instant) -> Option<Instant> {
        if !YEARS.contains(&now.year()) {
            return None;
        }
        let local = now.with_timezone(&self.zone);
        let next = self.times.find_next_occurrence(&local, false).ok()?.to_utc();
        // A time in the hour that a clock repeats may come out behind.
        Some(if next > now { next } else { now + TimeDelta::minutes(1) })
    }

    pub(super) fn shortest(&self) -> Duration {
        self.shortest
    }
}

impl fmt::Debug for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` in {}", self.times.as_str(), self.zone)
    }
}
