//! What becomes of a story when words of it are forgotten.

use super::filing::{self, Filed};
use super::joining::{self, Before};
use crate::model::ItemId;
use crate::store::Error;
use crate::store::sql::{self, Connection};
use crate::story::Ways;

/// What becomes of it.
pub(in crate::store) enum Silence {
    /// Somebody still tells it, under the same name. Where the members were filed before.
    Told(Before),
    /// Nobody does any more; the name under which it was told goes as well, if it was another's.
    Over(Option<ItemId>),
}

/// Lets an item fall silent, whose words were just forgotten.
pub(in crate::store) async fn fall_silent(
    tx: &mut Connection,
    item: &ItemId,
    ways: &Ways,
) -> Result<Silence, Error> {
    let Some(head) = filing::head_of(tx, item).await? else { return Ok(Silence::Over(None)) };
    let before = joining::filed(tx, &head).await?;
    if *item == head {
        mark(tx, item, true).await?;
    } else {
        let query = "INSERT OR REPLACE INTO withheld VALUES (?, 'forgotten', 'retention')";
        sql::query(query).bind(item.as_str()).execute(&mut *tx).await?;
    }
    let members = filing::members(tx, &head).await?;
    let is_told = members.iter().any(|one: &Filed| one.has_words);
    let is_kept = members.iter().any(|one| one.item == head);
    if is_told && is_kept {
        filing::refile(tx, &head, None, ways).await?;
        return Ok(Silence::Told(before));
    }
    mark(tx, &head, false).await?;
    Ok(Silence::Over((head != *item && is_kept).then_some(head)))
}

async fn mark(tx: &mut Connection, item: &ItemId, bare: bool) -> Result<(), Error> {
    let query = "UPDATE story SET bare = ? WHERE item = ?";
    sql::query(query).bind(bare).bind(item.as_str()).execute(tx).await?;
    Ok(())
}
