//! The database's versions: what is missing of them is done at the start.

use super::sql::{self, Connection};

/// What marks a database as ours (`PRAGMA application_id`): "fnws".
const OURS: i64 = 0x666e_7773;
/// Marks it so; the table is what the first databases were marked by.
const OWN: &str = "PRAGMA application_id = 0x666e7773; DROP TABLE IF EXISTS _sqlx_migrations";

/// What each version does to the one before it; the first one is 1.
const STEPS: [&str; 16] = [
    include_str!("migrations/0001_begin.sql"),
    include_str!("migrations/0002_articles_again.sql"),
    include_str!("migrations/0003_visits.sql"),
    include_str!("migrations/0004_standing.sql"),
    include_str!("migrations/0005_stories.sql"),
    include_str!("migrations/0006_leaves.sql"),
    include_str!("migrations/0007_websub.sql"),
    include_str!("migrations/0008_routes.sql"),
    include_str!("migrations/0009_search.sql"),
    include_str!("migrations/0010_doubt.sql"),
    include_str!("migrations/0011_shown.sql"),
    include_str!("migrations/0012_indexes.sql"),
    include_str!("migrations/0013_shares.sql"),
    include_str!("migrations/0014_mirror.sql"),
    include_str!("migrations/0015_bare.sql"),
    include_str!("migrations/0016_newest.sql"),
];

/// The version that this program writes.
pub(super) fn newest() -> i64 {
    STEPS.len() as i64
}

/// A database's version; 0 for an empty one, `None` for one that is not ours.
pub(super) fn of(connection: &mut Connection) -> Result<Option<i64>, sql::Error> {
    if connection.number("PRAGMA application_id")? == OURS {
        return connection.number("PRAGMA user_version").map(Some);
    }
    let query = "SELECT count(*) FROM sqlite_schema";
    if connection.number(query)? == 0 {
        return Ok(Some(0));
    }
    // The first databases wrote a table of what was done.
    let query = "SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    if connection.number(query)? == 0 {
        return Ok(None);
    }
    connection.number("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").map(Some)
}

/// How a database came to its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It has the newest one.
    Current,
    /// It was written by a newer program.
    Newer,
    /// It is not ours.
    Foreign,
}

/// Brings a database up to date, version by version, each whole or not at all.
pub(super) fn update(connection: &mut Connection) -> Result<Outcome, sql::Error> {
    let Some(version) = of(connection)? else { return Ok(Outcome::Foreign) };
    if version > newest() {
        return Ok(Outcome::Newer);
    }
    for (step, number) in STEPS.iter().zip(1..).skip(usize::try_from(version).unwrap_or(0)) {
        connection.whole(&format!("{step}; PRAGMA user_version = {number}; {OWN}"))?;
    }
    if connection.number("PRAGMA application_id")? != OURS {
        connection.whole(&format!("PRAGMA user_version = {version}; {OWN}"))?;
    }
    Ok(Outcome::Current)
}
