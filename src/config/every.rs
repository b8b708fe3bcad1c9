//! The key `every`: a length of time, a cron expression, or `auto`.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;

use super::read::{At, Table, duration};
use crate::schedule::{Cron, Rhythm};

/// The rhythm that a table asks for; times of a cron expression are in the site's zone.
pub(super) fn every(table: &mut Table<'_>, zone: Tz) -> Option<Rhythm> {
    let text = table.string("every")?;
    if text.value.trim() == "auto" {
        return Some(Rhythm::Auto);
    }
    if text.value.split_whitespace().count() == 5 {
        return cron(table, &text, zone);
    }
    let every = duration(&text.value);
    let Some(every) = every else {
        let what = format!("`every` is no length of time: `{}`", text.value);
        let hint = "write `15m`, `2h`, `1d`, `auto`, or a cron expression: `0 7 * * 1-5`";
        table.marks().add_hint(&text.span, what, hint);
        return None;
    };
    if every < Duration::from_mins(1) {
        let what = "`every` is under a minute: no server deserves that";
        table.marks().add_hint(&text.span, what, "write `5m`, or `1m` if you must");
    }
    Some(Rhythm::Every(every))
}

fn cron(table: &Table<'_>, text: &At<String>, zone: Tz) -> Option<Rhythm> {
    match Cron::parse(&text.value, zone) {
        Ok(cron) => Some(Rhythm::Cron(Arc::new(cron))),
        Err(why) => {
            let what = format!("`every` is no cron expression: `{}`: {why}", text.value);
            let hint = "minute, hour, day, month, weekday: `30 6,18 * * 1-5`";
            table.marks().add_hint(&text.span, what, hint);
            None
        }
    }
}
