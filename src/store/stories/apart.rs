//! Stories that are told in public and in private come apart: what is private stands for nothing
//! in public.

use super::filing;
use crate::model::ItemId;
use crate::store::Error;
use crate::store::sql::{self, Connection};
use crate::store::write::{categories_of, follow};

/// Takes the stories of a category apart whose members are partly private by now.
pub(in crate::store) async fn part(tx: &mut Connection, category: i64) -> Result<(), Error> {
    let query = "SELECT DISTINCT head FROM story_category AS own \
         JOIN story ON story.item = own.item WHERE own.category = ?";
    let heads: Vec<String> = sql::query_scalar(query).bind(category).fetch_all(&mut *tx).await?;
    for head in heads {
        let head = ItemId::new(head);
        let (mut secret, mut open) = (Vec::new(), Vec::new());
        for filing::Filed { item: member, .. } in filing::members(tx, &head).await? {
            let group = if is_private(tx, &member).await? { &mut secret } else { &mut open };
            group.push(member);
        }
        if !secret.is_empty() && !open.is_empty() {
            divide(tx, &head, &[secret, open]).await?;
        }
    }
    Ok(())
}

/// Whether a member would stand in private categories alone if it were filed by itself.
async fn is_private(tx: &mut Connection, member: &ItemId) -> Result<bool, Error> {
    let query = "SELECT count(*) > 0 AND min(private) > 0 FROM story_category \
         JOIN category ON number = category WHERE item = ? AND place >= 0";
    Ok(sql::query_scalar(query).bind(member.as_str()).fetch_one(tx).await?)
}

/// Makes a story of each group, told by the one who told it so far, or by who came first.
async fn divide(tx: &mut Connection, head: &ItemId, groups: &[Vec<ItemId>]) -> Result<(), Error> {
    let mut before = Vec::new();
    for member in groups.iter().flatten() {
        before.push((member.clone(), categories_of(tx, member).await?));
        let query = "DELETE FROM item_category WHERE item = ?";
        sql::query(query).bind(member.as_str()).execute(&mut *tx).await?;
    }
    let tellers =
        groups.iter().map(|group| group.iter().find(|one| *one == head).or(group.first()));
    let tellers: Vec<&ItemId> = tellers.flatten().collect();
    for (group, teller) in groups.iter().zip(&tellers) {
        for member in group {
            let query = "UPDATE story SET head = ?, face = NULL WHERE item = ?";
            let query = sql::query(query).bind(teller.as_str()).bind(member.as_str());
            query.execute(&mut *tx).await?;
        }
    }
    for teller in tellers {
        filing::file_under_all(tx, teller).await?;
        let query = "INSERT OR REPLACE INTO pending_item (item) VALUES (?)";
        sql::query(query).bind(teller.as_str()).execute(&mut *tx).await?;
    }
    for (member, before) in before {
        let query = "INSERT OR REPLACE INTO pending_category (category) \
             SELECT category FROM item_category WHERE item = ?";
        sql::query(query).bind(member.as_str()).execute(&mut *tx).await?;
        follow(tx, &member, &before).await?;
    }
    Ok(())
}
