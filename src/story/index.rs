//! Near prints among a million, in memory: a hash table of features in a hundred bytes an item.

use super::print::{FEATURES, Features};

/// Tables, each with its own part of the features, so that growing one is short work.
const SHARDS: usize = 64;
/// Items that may share a feature; beyond, it is boilerplate, and the oldest gives way.
const CROWD: usize = 32;
/// Items in a block of features.
const BLOCK: usize = 4_096;
/// What no item's place is.
const EMPTY: u32 = u32::MAX;

/// Prints by their features.
#[derive(Clone, Debug)]
pub struct Index {
    shards: Vec<Shard>,
    blocks: Vec<Vec<(u32, Features)>>,
    length: u32,
}

/// A part of the table: places of items, found by a feature that the item has.
#[derive(Clone, Debug, Default)]
struct Shard {
    slots: Vec<u32>,
    used: usize,
}

/// An item that shares features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub number: u32,
    /// How many features.
    pub shared: u32,
}

impl Default for Index {
    fn default() -> Self {
        Self { shards: vec![Shard::default(); SHARDS], blocks: Vec::new(), length: 0 }
    }
}

impl Index {
    /// How many items it knows.
    pub fn len(&self) -> usize {
        self.length as usize
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Bytes that it takes, room to grow included.
    pub fn bytes(&self) -> usize {
        let slots: usize = self.shards.iter().map(|shard| shard.slots.capacity() * 4).sum();
        let blocks: usize =
            self.blocks.iter().map(|block| block.capacity() * size_of::<(u32, Features)>()).sum();
        slots + blocks
    }

    /// Adds an item. Numbers are given in the order of arrival.
    pub fn insert(&mut self, number: u32, features: &Features) {
        let place = self.length;
        if self.blocks.last().is_none_or(|block| block.len() == BLOCK) {
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        if let Some(block) = self.blocks.last_mut() {
            block.push((number, *features));
            self.length += 1;
        }
        for (order, feature) in features.iter().enumerate().filter(|(_, feature)| **feature != 0) {
            self.file(place, order, *feature);
        }
    }

    /// Items that share a feature, those that share most first, of these the newest.
    pub fn near(&self, features: &Features, most: usize) -> Vec<Found> {
        let mut found: Vec<(Found, usize)> = Vec::new();
        for (order, feature) in features.iter().enumerate().filter(|(_, feature)| **feature != 0) {
            let shard = &self.shards[shard_of(*feature)];
            for place in shard.probe(order, *feature).filter_map(|(_, place)| place) {
                let Some((number, theirs)) = self.at(place) else { continue };
                if theirs[order] != *feature {
                    continue;
                }
                match found.iter_mut().find(|(one, _)| one.number == number) {
                    // It stands on the way for another of its features, too.
                    Some((_, last)) if *last == order => {}
                    Some((one, last)) => (one.shared, *last) = (one.shared + 1, order),
                    None => found.push((Found { number, shared: 1 }, order)),
                }
            }
        }
        let mut found: Vec<Found> = found.into_iter().map(|(one, _)| one).collect();
        found.sort_by_key(|one| (std::cmp::Reverse(one.shared), std::cmp::Reverse(one.number)));
        found.truncate(most);
        found
    }

    fn at(&self, place: u32) -> Option<(u32, &Features)> {
        let block = self.blocks.get(place as usize / BLOCK)?;
        block.get(place as usize % BLOCK).map(|(number, features)| (*number, features))
    }

    fn file(&mut self, place: u32, order: usize, feature: u32) {
        let at = shard_of(feature);
        if self.shards[at].is_full() {
            self.grow(at);
        }
        let mut crowd = (0, 0, EMPTY);
        let mut free = None;
        for (slot, there) in self.shards[at].probe(order, feature) {
            let Some(there) = there else {
                free = Some(slot);
                break;
            };
            if self.at(there).is_some_and(|(_, theirs)| theirs[order] == feature) {
                crowd.0 += 1;
                if there < crowd.2 {
                    (crowd.1, crowd.2) = (slot, there);
                }
            }
        }
        let shard = &mut self.shards[at];
        if crowd.0 >= CROWD {
            shard.slots[crowd.1] = place;
        } else if let Some(slot) = free {
            shard.slots[slot] = place;
            shard.used += 1;
        }
    }

    /// Makes a table a quarter longer.
    fn grow(&mut self, at: usize) {
        let length = (self.shards[at].slots.len() * 5 / 4).max(16);
        let before = std::mem::replace(&mut self.shards[at].slots, vec![EMPTY; length]);
        self.shards[at].used = 0;
        for place in before.into_iter().filter(|place| *place != EMPTY) {
            let Some((_, features)) = self.at(place) else { continue };
            let own: Vec<_> = (0..FEATURES)
                .map(|order| (order, features[order]))
                .filter(|(_, feature)| *feature != 0 && shard_of(*feature) == at)
                .collect();
            for (order, feature) in own {
                let filed = self.shards[at].probe(order, feature).any(|(_, p)| p == Some(place));
                if !filed {
                    self.file(place, order, feature);
                }
            }
        }
    }
}

fn shard_of(feature: u32) -> usize {
    feature as usize % SHARDS
}

impl Shard {
    fn is_full(&self) -> bool {
        self.used * 8 >= self.slots.len() * 7
    }

    /// The slots where a feature may stand, up to and with the first empty one.
    fn probe(&self, order: usize, feature: u32) -> impl Iterator<Item = (usize, Option<u32>)> + '_ {
        let length = self.slots.len();
        let spread = super::mix(u64::from(feature) ^ ((order as u64) << 40)) >> 32;
        let start = ((spread * length as u64) >> 32) as usize;
        let mut over = false;
        (0..length).map_while(move |step| {
            if over {
                return None;
            }
            let slot = (start + step) % length;
            let there = self.slots[slot];
            over = there == EMPTY;
            Some((slot, (!over).then_some(there)))
        })
    }
}
