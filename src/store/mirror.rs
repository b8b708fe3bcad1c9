//! What of the published files stands in another place too, such as a bucket.

use super::read::json;
use super::sql::{self, Row};
use super::{Error, Store};

/// A file that stands, or is to stand, in another place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Its path.
    pub path: String,
    /// SHA-256 of its content.
    pub digest: [u8; 32],
}

impl Store {
    /// The published files that a place lacks, or has in another state, by path.
    pub async fn lacking(&self, place: &str) -> Result<Vec<Copy>, Error> {
        let query = "SELECT file.path, file.digest FROM file \
             LEFT JOIN mirror ON place = ? AND mirror.path = file.path \
             WHERE mirror.digest IS NOT file.digest ORDER BY file.path";
        let rows = sql::query(query).bind(place).fetch_all(&self.pool).await?;
        rows.iter().map(copy).collect()
    }

    /// What we put there and nothing stands for any more.
    pub async fn left_over(&self, place: &str) -> Result<Vec<String>, Error> {
        let query = "SELECT path FROM mirror WHERE place = ? \
             AND path NOT IN (SELECT path FROM file) ORDER BY path";
        Ok(sql::query_scalar(query).bind(place).fetch_all(&self.pool).await?)
    }

    /// Remembers what was put there.
    pub async fn copied(&self, place: &str, files: &[Copy]) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for file in files {
            let query = "INSERT OR REPLACE INTO mirror (place, path, digest) VALUES (?, ?, ?)";
            sql::query(query)
                .bind(place)
                .bind(&file.path)
                .bind(file.digest.as_slice())
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit()?)
    }

    /// Forgets what was taken away there.
    pub async fn uncopied(&self, place: &str, paths: &[&str]) -> Result<(), Error> {
        let query = "DELETE FROM mirror WHERE place = ? \
                     AND path IN (SELECT value FROM json_each(?))";
        sql::query(query).bind(place).bind(json(paths)).execute(&self.pool).await?;
        Ok(())
    }

    /// Marks some files, or all, as to be put there again; that they are ours stays known.
    pub async fn doubt_copies(&self, place: &str, paths: Option<&[&str]>) -> Result<(), Error> {
        let query = "UPDATE mirror SET digest = zeroblob(32) WHERE place = ?1 \
                     AND (?2 IS NULL OR path IN (SELECT value FROM json_each(?2)))";
        sql::query(query).bind(place).bind(paths.map(json)).execute(&self.pool).await?;
        Ok(())
    }
}

fn copy(row: &Row) -> Result<Copy, Error> {
    let digest = row.bytes("digest")?.try_into().unwrap_or_default();
    Ok(Copy { path: row.try_get("path")?, digest })
}
