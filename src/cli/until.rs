//! When something ends, as it is said on the command line: after a time, or at the end of a day.

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone as _};
use chrono_tz::Tz;

use super::exit::Usage;
use crate::config;
use crate::model::Instant;

/// The instant that is meant, which must be yet to come.
pub(super) fn read(text: &str, now: Instant, zone: Tz) -> anyhow::Result<Instant> {
    let meant = after(text, now).or_else(|| day(text, zone));
    let Some(meant) = meant else {
        let hint = "write a time such as `30d` or `12h`, at most 366 days, or a day: `2027-01-31`";
        return Err(Usage(format!("`{text}` is no time\nhint: {hint}")).into());
    };
    if meant <= now {
        return Err(Usage(format!("`{text}` is over already")).into());
    }
    Ok(meant)
}

fn after(text: &str, now: Instant) -> Option<Instant> {
    let span = config::duration(text)?;
    let span = TimeDelta::seconds(i64::try_from(span.as_secs()).ok()?);
    now.checked_add_signed(span)
}

/// The end of a day in the site's zone: the first moment of the next one.
fn day(text: &str, zone: Tz) -> Option<Instant> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?.succ_opt()?;
    let noon = NaiveTime::from_hms_opt(12, 0, 0)?;
    // Where the clocks are put forward at midnight there is none.
    let start = zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
    let noon = || zone.from_local_datetime(&day.and_time(noon)).earliest();
    Some(start.or_else(noon)?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::Instant;

    #[test]
    fn a_time_or_a_day_to_come() {
        let now: Instant = "2026-11-23T12:00:00Z".parse().unwrap();
        let check = |text: &str, expect: Option<&str>| {
            let read = read(text, now, chrono_tz::Asia::Shanghai).ok();
            assert_eq!(read, expect.map(|text| text.parse().unwrap()), "{text}");
        };
        check("30d", Some("2026-12-23T12:00:00Z"));
        check("12h", Some("2026-11-24T00:00:00Z"));
        check("2026-11-23", Some("2026-11-23T16:00:00Z"));
        check("2027-01-31", Some("2027-01-31T16:00:00Z"));
        check("2026-11-22", None);
        check("0s", None);
        check("soon", None);
        check("2026-02-30", None);
        check("9999-12-31", Some("9999-12-31T16:00:00Z"));
        check("99999999999999999999d", None);
    }
}
