//! What becomes of the story of an item that was kept before, and comes again.

use super::joining::{self, Before};
use super::{Newcomer, Uniting, filing};
use crate::html;
use crate::model::ItemId;
use crate::store::sql::{self, Connection};
use crate::store::{Error, revisions};
use crate::story::Reading;

/// Less of a text in common, and an edit has made another story of it.
const ELSEWHERE: f32 = 0.3;

impl Uniting {
    /// What becomes of an item that reads otherwise, or that no rule keeps back any more (`turned`).
    /// One that others stand for is told by itself where it tells something else now; of those that
    /// stand for others nothing changes: readers had the story from them.
    pub(super) async fn think_again(
        &self,
        tx: &mut Connection,
        item: &ItemId,
        newcomer: Newcomer,
        turned: bool,
    ) -> Result<Option<Before>, Error> {
        let Some(ways) = self.ways.clone() else { return Ok(None) };
        let Some(head) = filing::head_of(tx, item).await? else { return Ok(None) };
        if head != *item {
            if filing::is_of_one_key(tx, item).await? || !differs(tx, newcomer, item, &head).await?
            {
                return Ok(None);
            }
            let before = joining::secede(tx, item, &ways).await?;
            filing::forget_own(tx, item).await?;
            return Ok(Some(before));
        }
        let is_alone = turned && joining::filed(tx, item).await?.len() < 2;
        if is_alone && let Some(kin) = self.kin(tx, &newcomer, item).await? {
            filing::come_to(tx, item, &kin).await?;
        }
        Ok(None)
    }
}

/// Whether an item tells something else now than before, and than the one that stands for it, at
/// another address.
async fn differs(
    tx: &mut Connection,
    newcomer: Newcomer,
    item: &ItemId,
    head: &ItemId,
) -> Result<bool, Error> {
    let query = "SELECT title, body, summary, (SELECT link FROM story WHERE story.item = id) \
         AS place FROM item WHERE id = ?";
    let row = sql::query(query).bind(head.as_str()).fetch_optional(&mut *tx).await?;
    let Some(row) = row else { return Ok(false) };
    let place: Option<i64> = row.try_get("place")?;
    if newcomer.link != 0 && place == Some(newcomer.link) {
        return Ok(false);
    }
    let (title, body): (String, String) = (row.try_get("title")?, row.try_get("body")?);
    let text = html::text(&body);
    let summary: Option<String> = row.try_get("summary")?;
    let text = if text.trim().is_empty() { summary.unwrap_or_default() } else { text };
    if text.trim().is_empty() {
        return Ok(false);
    }
    let Some(before) = revisions::last_words(tx, item).await? else { return Ok(false) };
    let compared = tokio::task::spawn_blocking(move || {
        let own = Reading::of(&newcomer.title, &newcomer.text);
        [(title, text), before].iter().all(|(title, text)| {
            let decision = own.compare(&Reading::of(title, text));
            !decision.same && decision.score < ELSEWHERE
        })
    });
    Ok(compared.await.unwrap_or(false))
}
