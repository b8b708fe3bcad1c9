//! What a visit's answers mean for the next one.

use std::time::Duration;

use chrono::TimeDelta;

use super::lists::Gathered;
use crate::config::Source;
use crate::model::{Instant, Quiet};
use crate::schedule::{self, Next, Rhythm, Situation, Trouble, Visit, Wishes};
use crate::store::{self, Aftermath, Course, Saved, Store};

/// A source that is gone is visited when somebody revives it; this is never.
const NEVER: TimeDelta = TimeDelta::days(3_650);

/// The next visit, and what is remembered for it.
pub(super) struct Outlook {
    pub next_visit: Instant,
    pub after: Aftermath,
}

/// What is to be remembered of a visit whose last answer came at `now`.
pub(super) async fn outlook(
    store: &Store,
    source: &Source,
    now: Instant,
    gathered: &[Gathered],
    items: &[Saved],
    longest_wish: Duration,
) -> Result<Outlook, store::Error> {
    let (before, failures) = store.course(&source.id).await?;
    let visit = judge(gathered, failures);
    let course = proceed(&before, visit, gathered, now);
    let history = match source.every {
        Rhythm::Auto => with(store.history(&source.id).await?, items),
        Rhythm::Every(_) | Rhythm::Cron(_) => Vec::new(),
    };
    let next = schedule::next(
        &Situation {
            now,
            source: source.id.as_str(),
            rhythm: &source.every,
            history: &history,
            wishes: Wishes { fresh: course.fresh, ttl: course.ttl, quiet: course.quiet },
            longest_wish,
        },
        visit,
    );
    tell(source, &next, longest_wish);
    let moves = gathered.iter().filter(|one| one.moved_before || one.moved.is_some());
    let after = Aftermath {
        failures: match visit {
            Visit::Good { .. } => None,
            Visit::Failed { failures, .. } => Some(failures),
            Visit::PutOff { .. } => Some(failures),
        },
        moves: moves.map(|one| (one.address.clone(), one.moved.clone())).collect(),
        rests: Vec::new(),
        course: (course != before).then(|| course.clone()),
    };
    let next_visit = if course.gone.is_some() { now + NEVER } else { next.at };
    Ok(Outlook { next_visit, after })
}

/// The history with what has just come.
fn with(mut history: Vec<Instant>, items: &[Saved]) -> Vec<Instant> {
    let at_first_visit = history.is_empty();
    let arrival = |Saved { item, .. }: &Saved| {
        schedule::arrival(item.published, item.first_seen, at_first_visit)
    };
    history.extend(items.iter().map(arrival));
    history
}

fn tell(source: &Source, next: &Next, longest: Duration) {
    if let Some(wish) = next.cut {
        tracing::info!(source = %source.id, "the server wishes {wish:?} of peace; {longest:?} are kept");
    }
}

/// How a visit went as a whole: one list that answered makes it good.
fn judge(gathered: &[Gathered], failures: u32) -> Visit {
    let retry_after = gathered.iter().filter_map(|one| one.retry_after).max();
    let failed = || gathered.iter().filter(|one| one.error.is_some());
    if gathered.iter().any(|one| one.error.is_none()) {
        return Visit::Good { retry_after };
    }
    if failed().count() > 0 && failed().all(|one| one.resting) {
        return Visit::PutOff { wait: retry_after.unwrap_or_default() };
    }
    let troubles = || failed().filter(|one| !one.resting).filter_map(|one| one.trouble);
    let refused = troubles().find(|trouble| *trouble == Trouble::Refused);
    let trouble = refused.or(troubles().min()).unwrap_or(Trouble::Broken);
    Visit::Failed { trouble, failures: failures.saturating_add(1), retry_after }
}

/// What lists ask for holds until they say otherwise; an answer without content says nothing.
fn proceed(before: &Course, visit: Visit, gathered: &[Gathered], now: Instant) -> Course {
    let answered = || gathered.iter().filter(|one| one.unchanged || one.listing.is_some());
    let mut course = before.clone();
    if answered().count() > 0 {
        let fresh =
            |one: &Gathered| if one.unchanged && !one.said { before.fresh } else { one.fresh };
        course.fresh = answered().filter_map(fresh).max();
        let ttl = |one: &Gathered| match &one.listing {
            Some(listing) => listing.ttl.map(Duration::from_secs),
            None => before.ttl,
        };
        course.ttl = answered().filter_map(ttl).max();
        let quiet = |one: &Gathered| one.listing.as_ref().map_or(before.quiet, |list| list.quiet);
        course.quiet = answered().map(quiet).fold(Quiet::default(), |all, one| Quiet {
            hours: all.hours | one.hours,
            days: all.days | one.days,
        });
    }
    match visit {
        Visit::Failed { trouble: Trouble::Gone, .. } => {
            course.gone =
                before.gone.or_else(|| schedule::is_gone(before.first_410, now).then_some(now));
            course.first_410 = before.first_410.or(Some(now));
        }
        Visit::Failed { trouble: Trouble::Unreachable, .. } | Visit::PutOff { .. } => {}
        Visit::Good { .. } if answered().count() == 0 => {}
        Visit::Good { .. } | Visit::Failed { .. } => (course.first_410, course.gone) = (None, None),
    }
    course
}
