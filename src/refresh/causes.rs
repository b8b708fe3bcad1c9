//! What went wrong with a visit to the cause of a source's state, and the visit to its place in
//! the source's history.

use super::{Gathered, Report};
use crate::config::{Form, Source};
use crate::health::{self, Cause};
use crate::listing;

/// What an error in the reading of a list means; a page may be a wall's instead of the site's.
pub(super) fn of_listing(error: &listing::Error, page: &[u8]) -> Cause {
    use listing::Error;
    if health::is_wall(page) {
        return Cause::Wall;
    }
    match error {
        Error::NotAFeed { .. }
        | Error::NotASitemap { .. }
        | Error::Json(_)
        | Error::NotJson { .. } => Cause::NotAFeed,
        Error::Refused { .. } => Cause::Answer,
        Error::NoItems { .. } => Cause::NoEntries,
    }
}

/// What a visit was, for the history of its source.
pub(super) fn seen(source: &Source, gathered: &[Gathered], report: &Report) -> health::Visit {
    let mut failed = gathered.iter().filter(|one| one.error.is_some());
    let cause = failed.find_map(|one| one.cause);
    let otherwise = if gathered.is_empty() { Cause::Crash } else { Cause::Other };
    let by_rules = |form: &Form| matches!(form, Form::Api(_) | Form::Page(_));
    health::Visit {
        cause: (!report.errors.is_empty()).then(|| cause.unwrap_or(otherwise)),
        entries: report.entries,
        unchanged: report.unchanged_lists,
        new: report.new,
        changed: report.changed,
        held: report.held,
        by_rules: source.lists.iter().any(|list| by_rules(&list.form)),
        moved_to: gathered.iter().find_map(|one| one.moved_to.as_ref()).map(crate::fetch::shown),
    }
}
