//! What an item may be one story with: candidates by print, text and link, and the comparison.

use super::shelf::{Stories, lock};
use super::{Newcomer, window};
use crate::html;
use crate::model::{ItemId, SourceId};
use crate::store::Error;
use crate::store::sql::{self, Connection, Row};
use crate::story::{Decision, Reading, Reason, Ways};

/// Items whose texts are compared with a new one, at the most.
const CANDIDATES: usize = 24;

/// An item that an item may be one story with, and what is decided of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Kin {
    /// The other item.
    pub item: ItemId,
    /// The item that stands for its story.
    pub head: ItemId,
    /// Its source.
    pub source: SourceId,
    /// Its title.
    pub title: String,
    /// What is decided.
    pub decision: Decision,
}

/// An item that may be kin, before its text is compared.
struct Candidate {
    kin: Kin,
    by_link: bool,
    body: String,
    summary: Option<String>,
}

/// The items that an item may be one story with, the best first.
pub(super) async fn find(
    tx: &mut Connection,
    stories: &Stories,
    ways: &Ways,
    newcomer: Newcomer,
    but: Option<&ItemId>,
) -> Result<Vec<Kin>, Error> {
    let near = lock(stories).index.near(&newcomer.print.features, CANDIDATES);
    let numbers: Vec<u32> = near.iter().map(|one| one.number).collect();
    let mut candidates = candidates(tx, ways, &newcomer, &numbers).await?;
    candidates.retain(|one| Some(&one.kin.item) != but);
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let stub = is_stub(tx, &newcomer).await?;
    let compared = tokio::task::spawn_blocking(move || compare(&newcomer, candidates, stub)).await;
    Ok(compared.unwrap_or_default())
}

async fn candidates(
    tx: &mut Connection,
    ways: &Ways,
    newcomer: &Newcomer,
    numbers: &[u32],
) -> Result<Vec<Candidate>, Error> {
    let query = "SELECT story.*, item.title, item.body, item.summary FROM ( \
             SELECT number FROM story WHERE number IN (SELECT value FROM json_each(?1)) \
             UNION SELECT number FROM story WHERE exact = ?2 AND exact <> 0 \
             UNION SELECT number FROM story WHERE link = ?3 AND link <> 0) AS near \
         JOIN story ON story.number = near.number JOIN item ON item.id = story.item \
         WHERE NOT (story.source = ?4 AND story.list = ?5) \
         AND story.published BETWEEN ?6 AND ?7 ORDER BY story.number LIMIT ?8";
    let reach = window(ways);
    let rows = sql::query(query)
        .bind(serde_json::to_string(numbers).unwrap_or_default())
        .bind(newcomer.print.exact as i64)
        .bind(newcomer.link)
        .bind(newcomer.source.as_str())
        .bind(&newcomer.list)
        .bind(newcomer.published.saturating_sub(reach))
        .bind(newcomer.published.saturating_add(reach))
        .bind(CANDIDATES as i64)
        .fetch_all(&mut *tx)
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        let one = candidate(row, newcomer)?;
        let is_alone = ways.alone.contains(&one.kin.source);
        let shared = one.by_link && is_shared(tx, newcomer, &one.kin.source).await?;
        if !is_alone {
            found.push(Candidate { by_link: one.by_link && !shared, ..one });
        }
    }
    Ok(found)
}

fn candidate(row: &Row, newcomer: &Newcomer) -> Result<Candidate, sql::Error> {
    let link: i64 = row.try_get("link")?;
    Ok(Candidate {
        kin: Kin {
            item: ItemId::new(row.try_get::<String>("item")?),
            head: ItemId::new(row.try_get::<String>("head")?),
            source: SourceId::new(row.try_get::<String>("source")?),
            title: row.try_get("title")?,
            decision: Decision { same: false, score: 0.0, reason: Reason::Different },
        },
        by_link: link != 0 && link == newcomer.link,
        body: row.try_get("body")?,
        summary: row.try_get("summary")?,
    })
}

/// Whether several items of a source have the link: then it is nobody's own.
async fn is_shared(
    tx: &mut Connection,
    newcomer: &Newcomer,
    theirs: &SourceId,
) -> Result<bool, Error> {
    let query = "SELECT count(*) FROM story WHERE link = ? AND link <> 0 AND source = ?";
    let mut count = async |source: &SourceId| -> Result<i64, Error> {
        let count = sql::query_scalar(query).bind(newcomer.link).bind(source.as_str());
        Ok(count.fetch_one(&mut *tx).await?)
    };
    Ok(count(theirs).await? > 1 || count(&newcomer.source).await? > 0)
}

/// Whether other items of the source have the very text: a notice that stands for a text.
async fn is_stub(tx: &mut Connection, newcomer: &Newcomer) -> Result<bool, Error> {
    let query =
        "SELECT count(*) FROM story WHERE exact = ? AND exact <> 0 AND source = ? AND list = ?";
    let count: i64 = sql::query_scalar(query)
        .bind(newcomer.print.exact as i64)
        .bind(newcomer.source.as_str())
        .bind(&newcomer.list)
        .fetch_one(tx)
        .await?;
    Ok(count > 0)
}

fn compare(newcomer: &Newcomer, candidates: Vec<Candidate>, stub: bool) -> Vec<Kin> {
    let own = Reading::of(&newcomer.title, &newcomer.text);
    let judge = |one: Candidate| {
        let text = html::text(&one.body);
        let text = if text.trim().is_empty() { one.summary.unwrap_or_default() } else { text };
        let mut decision = own.compare(&Reading::of(&one.kin.title, &text));
        if one.by_link && decision.reason != Reason::Parts {
            decision = Decision { same: true, score: 1.0, reason: Reason::Link };
        } else if stub && one.kin.title != newcomer.title {
            decision = Decision { same: false, reason: Reason::Short, ..decision };
        }
        Kin { decision, ..one.kin }
    };
    let mut kin: Vec<Kin> = candidates.into_iter().map(judge).collect();
    let rank = |kin: &Kin| (kin.decision.same, kin.decision.score);
    kin.sort_by(|a, b| rank(b).partial_cmp(&rank(a)).unwrap_or(std::cmp::Ordering::Equal));
    kin
}
