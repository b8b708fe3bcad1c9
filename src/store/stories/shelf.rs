//! The index of near prints in memory, which follows the table of stories.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::Error;
use crate::store::sql::{self, Connection};
use crate::story::{FEATURES, Features, Index, Ways};

/// Items in memory; beyond, the newest.
const MOST: i64 = 1_000_000;

/// The index of prints, which follows the table of stories.
#[derive(Debug, Default)]
pub(in crate::store) struct Shelf {
    pub ways: Option<Arc<Ways>>,
    pub index: Index,
    /// The newest number that is in the index.
    last: i64,
    /// The earliest date that is.
    floor: i64,
    /// Whether numbers were put in that may not have been kept.
    pub doubtful: bool,
}

impl Shelf {
    /// Puts in what a transaction adds, which may yet come to nothing.
    pub fn put(&mut self, number: i64, features: &Features) {
        self.index.insert(number as u32, features);
        self.last = self.last.max(number);
        self.doubtful = true;
    }
}

/// What unites items, shared by all handles of a store.
pub(in crate::store) type Stories = Arc<Mutex<Shelf>>;

pub(super) fn lock(stories: &Stories) -> MutexGuard<'_, Shelf> {
    stories.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads into the index what it does not know yet. The table is the truth: whatever the index
/// names is looked up there.
pub(super) async fn catch_up(
    tx: &mut Connection,
    stories: &Stories,
    floor: i64,
) -> Result<(), Error> {
    let last = {
        let mut shelf = lock(stories);
        let overfull = shelf.index.len() as i64 > MOST * 6 / 5;
        if shelf.doubtful || floor < shelf.floor || shelf.last == 0 || overfull {
            shelf.index = Index::default();
            shelf.last = 0;
            shelf.doubtful = false;
            shelf.floor = floor;
        }
        shelf.last
    };
    let query = "SELECT number, features FROM story WHERE number > ? AND published >= ? \
         ORDER BY number DESC LIMIT ?";
    let rows = sql::query(query).bind(last).bind(floor).bind(MOST).fetch_all(&mut *tx).await?;
    let mut shelf = lock(stories);
    for row in rows.iter().rev() {
        let number: i64 = row.try_get("number")?;
        if number > shelf.last {
            shelf.index.insert(number as u32, &features(row.bytes("features")?));
            shelf.last = number;
        }
    }
    Ok(())
}

pub(super) fn packed(features: &Features) -> Vec<u8> {
    features.iter().flat_map(|one| one.to_le_bytes()).collect()
}

fn features(bytes: &[u8]) -> Features {
    let mut features = [0; FEATURES];
    for (feature, four) in features.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *feature = u32::from_le_bytes(*four);
    }
    features
}
