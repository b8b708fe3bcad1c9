//! What has to be published, and the manifest of what is: the published files that are ours.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::leaves::{Leaf, Shelved};
use super::read::json;
use super::rows::{Pending, WrittenFile};
use super::sql::{self, Connection, Row};
use super::{Error, Store};
use crate::model::{CategoryId, ItemId};

/// Files that one statement enters in the manifest.
const AT_ONCE: usize = 500;
/// The name under which it is counted how often the lists of all categories changed.
const INDEX: &str = "index";

impl Store {
    /// What is to be published; whatever is handed out stands for its story from now on.
    pub async fn pending(&self) -> Result<Pending, Error> {
        let query = "SELECT mark, item FROM pending_item ORDER BY mark";
        let items: Vec<(i64, String)> = sql::query_as(query).fetch_all(&self.pool).await?;
        let query = "UPDATE story SET out = 1 WHERE out = 0 AND head = item \
                     AND item IN (SELECT item FROM pending_item)";
        sql::query(query).execute(&self.pool).await?;
        let query = "SELECT mark, id FROM pending_category \
                     JOIN category ON number = category WHERE NOT gone ORDER BY mark";
        let categories: Vec<(i64, String)> = sql::query_as(query).fetch_all(&self.pool).await?;
        // Newer documents first: what an older one leads to is there before it.
        let query = "SELECT mark, category, page FROM pending_page ORDER BY category, page DESC";
        let pages: Vec<(i64, i64, u32)> = sql::query_as(query).fetch_all(&self.pool).await?;
        let query = "SELECT path FROM pending_removal ORDER BY path";
        let removals: Vec<String> = sql::query_scalar(query).fetch_all(&self.pool).await?;
        let query = "SELECT coalesce(max(mark), 0) FROM pending_category";
        let category_mark = sql::query_scalar(query).fetch_one(&self.pool).await?;
        Ok(Pending {
            item_mark: items.last().map_or(0, |(mark, _)| *mark),
            category_mark,
            page_mark: pages.iter().map(|(mark, _, _)| *mark).max().unwrap_or(0),
            items: items.into_iter().map(|(_, id)| ItemId::new(id)).collect(),
            categories: categories.into_iter().map(|(_, id)| CategoryId::new(id)).collect(),
            pages: pages
                .into_iter()
                .map(|(_, category, page)| Leaf { of: Shelved(category), page })
                .collect(),
            removals,
            index: self.meta(INDEX).await?,
        })
    }

    /// The categories whose documents are to be published.
    pub async fn pending_categories(&self) -> Result<Vec<CategoryId>, Error> {
        let query = "SELECT id FROM pending_category \
                     JOIN category ON number = category WHERE NOT gone";
        let ids: Vec<String> = sql::query_scalar(query).fetch_all(&self.pool).await?;
        Ok(ids.into_iter().map(CategoryId::new).collect())
    }

    /// The published files.
    pub async fn files(&self) -> Result<HashMap<String, WrittenFile>, Error> {
        let query = "SELECT path, digest, size, mtime FROM file";
        let rows = sql::query(query).fetch_all(&self.pool).await?;
        rows.iter().map(file).collect()
    }

    /// The next published files after a path: path, size in bytes, time of change.
    pub async fn files_after(
        &self,
        path: &str,
        most: usize,
    ) -> Result<Vec<(String, u64, i64)>, Error> {
        let query = "SELECT path, size, mtime FROM file WHERE path > ? ORDER BY path LIMIT ?";
        let rows: Vec<(String, i64, i64)> =
            sql::query_as(query).bind(path).bind(most as i64).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(path, size, mtime)| (path, size as u64, mtime)).collect())
    }

    /// Those of some paths that are published.
    pub async fn files_at(&self, paths: &[&str]) -> Result<HashMap<String, WrittenFile>, Error> {
        let query = "SELECT path, digest, size, mtime FROM file \
                     WHERE path IN (SELECT value FROM json_each(?))";
        let rows = sql::query(query).bind(json(paths)).fetch_all(&self.pool).await?;
        rows.iter().map(file).collect()
    }

    /// Marks everything as not published.
    pub async fn pend_all(&self) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let all = [
            "INSERT OR REPLACE INTO pending_item (item) SELECT id FROM item",
            "INSERT OR REPLACE INTO pending_category (category) SELECT number FROM category",
            "INSERT OR REPLACE INTO pending_page (category, page) \
             SELECT DISTINCT category, page FROM leaf WHERE page > 0",
            "INSERT INTO pending_share DEFAULT VALUES",
        ];
        for query in all {
            sql::query(query).execute(&mut *tx).await?;
        }
        pend_index(&mut tx).await?;
        Ok(tx.commit()?)
    }

    /// Marks single items, categories and archive documents as not published. A document is named
    /// by its category's address, or none for everything, and its number.
    pub async fn pend(
        &self,
        items: &[ItemId],
        slugs: &[String],
        pages: &[(Option<String>, u32)],
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for item in items {
            let query = "INSERT OR REPLACE INTO pending_item (item) \
                         SELECT id FROM item WHERE id = ?";
            sql::query(query).bind(item.as_str()).execute(&mut *tx).await?;
        }
        for slug in slugs {
            let query = "INSERT OR REPLACE INTO pending_category (category) \
                         SELECT number FROM category WHERE slug = ?";
            sql::query(query).bind(slug).execute(&mut *tx).await?;
        }
        for (slug, page) in pages {
            let query = "INSERT OR REPLACE INTO pending_page (category, page) \
                         SELECT category, page FROM leaf WHERE page = ?2 AND category = \
                         CASE WHEN ?1 IS NULL THEN 0 \
                         ELSE (SELECT number FROM category WHERE slug = ?1) END LIMIT 1";
            sql::query(query).bind(slug).bind(page).execute(&mut *tx).await?;
        }
        Ok(tx.commit()?)
    }

    /// Marks the lists of all categories, and the files that show no item, as not published.
    pub async fn pend_lists(&self) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        pend_index(&mut tx).await?;
        Ok(tx.commit()?)
    }

    /// What was pending is published, and these are the files; what came later stays pending.
    pub async fn published(
        &self,
        pending: &Pending,
        written: &[WrittenFile],
        removed: &[String],
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for files in written.chunks(AT_ONCE) {
            let query = "INSERT OR REPLACE INTO file SELECT value ->> 0, unhex(value ->> 1), \
                         value ->> 2, value ->> 3 FROM json_each(?)";
            sql::query(query).bind(manifest(files)).execute(&mut *tx).await?;
        }
        let paths: Vec<&str> = removed.iter().map(String::as_str).collect();
        for paths in paths.chunks(AT_ONCE) {
            let query = "DELETE FROM file WHERE path IN (SELECT value FROM json_each(?))";
            sql::query(query).bind(json(paths)).execute(&mut *tx).await?;
        }
        for paths in pending.removals.chunks(AT_ONCE) {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let query =
                "DELETE FROM pending_removal WHERE path IN (SELECT value FROM json_each(?))";
            sql::query(query).bind(json(&paths)).execute(&mut *tx).await?;
        }
        let marks = [
            ("DELETE FROM pending_item WHERE mark <= ?", pending.item_mark),
            ("DELETE FROM pending_category WHERE mark <= ?", pending.category_mark),
            ("DELETE FROM pending_page WHERE mark <= ?", pending.page_mark),
        ];
        for (query, mark) in marks.into_iter().filter(|(_, mark)| *mark > 0) {
            sql::query(query).bind(mark).execute(&mut *tx).await?;
        }
        if let Some(index) = &pending.index {
            let query = "DELETE FROM meta WHERE name = ? AND value = ?";
            sql::query(query).bind(INDEX).bind(index).execute(&mut *tx).await?;
        }
        Ok(tx.commit()?)
    }
}

pub(super) async fn pend_category(tx: &mut Connection, number: i64) -> Result<(), Error> {
    let query = "INSERT OR REPLACE INTO pending_category (category) VALUES (?)";
    sql::query(query).bind(number).execute(tx).await?;
    Ok(())
}

/// The lists of all categories changed: one came, went, or is called otherwise.
pub(super) async fn pend_index(tx: &mut Connection) -> Result<(), Error> {
    let query = "INSERT INTO meta VALUES (?, '1') \
                 ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1";
    sql::query(query).bind(INDEX).execute(tx).await?;
    Ok(())
}

/// The files of an address that is no longer a category's own are to go.
pub(super) async fn pend_removal(tx: &mut Connection, slug: &str) -> Result<(), Error> {
    let query = "INSERT OR IGNORE INTO pending_removal SELECT path FROM file \
         WHERE (path > 'category/' || ?1 || '.' AND path < 'category/' || ?1 || '/' \
                AND instr(substr(path, length('category/' || ?1 || '.') + 1), '.') = 0) \
            OR (path > 'archive/' || ?1 || '/' AND path < 'archive/' || ?1 || '0')";
    sql::query(query).bind(slug).execute(tx).await?;
    Ok(())
}

/// A part of the manifest as JSON, digests in hexadecimal.
fn manifest(files: &[WrittenFile]) -> String {
    let rows = files.iter().map(|file| {
        let mut digest = String::with_capacity(64);
        for byte in file.digest {
            // Writing to a text cannot fail.
            let _ = write!(digest, "{byte:02x}");
        }
        (&file.path, digest, file.size, file.mtime)
    });
    serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap_or_else(|_| "[]".to_owned())
}

fn file(row: &Row) -> Result<(String, WrittenFile), Error> {
    let path: String = row.try_get("path")?;
    let mut digest = [0; 32];
    let bytes = row.bytes("digest")?;
    let length = bytes.len().min(32);
    digest[..length].copy_from_slice(&bytes[..length]);
    let size: i64 = row.try_get("size")?;
    let mtime = row.try_get("mtime")?;
    Ok((path.clone(), WrittenFile { path, digest, size: size as u64, mtime }))
}
