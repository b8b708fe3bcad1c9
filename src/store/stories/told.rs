//! A story as it is kept: who tells it, and in whose name.

use crate::model::{ItemId, SourceId};
use crate::store::{Error, Store, sql};
use crate::story::Member;

/// A story as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The item under whose name it is published.
    pub head: ItemId,
    /// Whether that name is out, and so for ever.
    pub out: bool,
    /// Whose words are shown under it, if not its own.
    pub face: Option<ItemId>,
    /// Who tells it, in the order of arrival.
    pub tellers: Vec<Teller>,
}

/// An item that tells a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Teller {
    /// The item.
    pub item: ItemId,
    /// Its title.
    pub title: String,
    /// What the choice of the one that is shown goes by.
    pub member: Member,
    /// Hundredths of the likeness by which it came to the story; none for whoever began it.
    pub score: Option<i64>,
    /// Why it came to the story.
    pub reason: Option<String>,
}

impl Store {
    /// The story of an item that is kept.
    pub async fn story_of(&self, item: &ItemId) -> Result<Option<Told>, Error> {
        let query = "SELECT story.*, item.title, item.published AS dated, \
             length(item.body) AS letters, own.head = story.item AS is_head FROM story AS own \
             JOIN story ON story.head = own.head JOIN item ON item.id = story.item \
             WHERE own.item = ? ORDER BY story.number";
        let rows = sql::query(query).bind(item.as_str()).fetch_all(&self.pool).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let head = ItemId::new(first.try_get::<String>("head")?);
        let mut told = Told { head, out: false, face: None, tellers: Vec::new() };
        for row in &rows {
            if row.try_get("is_head")? {
                told.out = row.try_get("out")?;
                told.face = row.try_get::<Option<String>>("face")?.map(ItemId::new);
            }
            let score: Option<f64> = row.try_get("score")?;
            told.tellers.push(Teller {
                item: ItemId::new(row.try_get::<String>("item")?),
                title: row.try_get("title")?,
                member: Member {
                    source: SourceId::new(row.try_get::<String>("source")?),
                    published: row.try_get("dated")?,
                    length: row.try_get::<i64>("letters")? as u64,
                    arrived: row.try_get("number")?,
                },
                score: score.map(|score| (score * 100.0).round() as i64),
                reason: row.try_get("reason")?,
            });
        }
        Ok(Some(told))
    }

    /// The list by which an item came that may be part of a story.
    pub async fn list_of(&self, item: &ItemId) -> Result<Option<String>, Error> {
        let query = "SELECT list FROM story WHERE item = ?";
        Ok(sql::query_scalar(query).bind(item.as_str()).fetch_optional(&self.pool).await?)
    }
}
