//! Near prints among a million, in memory: a hash table of features in a hundred bytes an item.

use super::print::{FEATURES, Features};

/// Tables, each with its own part of the features, so that growing one is short work.
const SHARDS: usize = 64;
/// Items that may share a feature; beyond, it is boilerplate, and the oldest gives way.
const CROWD: usize = 32;
/// Items in a block of features.
const BLOCK: usize = 4_096;
/// Bits of a slot that name an item's place; the others are of the feature, so that an item that
/// only stands on the way is passed by without being looked up.
const PLACE: u32 = 24;
/// The most items that there are places for.
const MOST: u32 = (1 << PLACE) - 1;
/// What no slot holds.
const EMPTY: u32 = u32::MAX;
/// Of so many slots as many are used at the most: the ways between empty ones stay short.
const LOAD: (usize, usize) = (3, 4);

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

    /// Adds an item. Numbers are given in the order of arrival. Beyond sixteen million nothing is
    /// added.
    pub fn insert(&mut self, number: u32, features: &Features) {
        let place = self.length;
        if place >= MOST {
            return;
        }
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
            for (_, slot) in shard.probe(order, *feature) {
                let Slot::Place(place) = slot else { continue };
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
            let there = match there {
                Slot::Empty => {
                    free = Some(slot);
                    break;
                }
                Slot::Other => continue,
                Slot::Place(there) => there,
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
            shard.slots[crowd.1] = place | tag(feature);
        } else if let Some(slot) = free {
            shard.slots[slot] = place | tag(feature);
            shard.used += 1;
        }
    }

    /// Makes a table an eighth longer.
    fn grow(&mut self, at: usize) {
        let length = (self.shards[at].slots.len() * 9 / 8).max(16);
        let before = std::mem::replace(&mut self.shards[at].slots, vec![EMPTY; length]);
        self.shards[at].used = 0;
        for slot in before.into_iter().filter(|slot| *slot != EMPTY) {
            let place = slot & MOST;
            let Some((_, features)) = self.at(place) else { continue };
            let own: Vec<_> = (0..FEATURES)
                .map(|order| (order, features[order]))
                .filter(|(_, feature)| *feature != 0 && shard_of(*feature) == at)
                .filter(|(_, feature)| tag(*feature) == slot & !MOST)
                .collect();
            for (order, feature) in own {
                let filed =
                    self.shards[at].probe(order, feature).any(|(_, p)| p == Slot::Place(place));
                if !filed {
                    self.file(place, order, feature);
                }
            }
        }
    }
}

/// What stands in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Empty,
    /// An item with another feature.
    Other,
    /// An item that most likely has the feature.
    Place(u32),
}

/// The part of a feature that stands in slots.
fn tag(feature: u32) -> u32 {
    let spread = super::mix(u64::from(feature)) as u32;
    // What is all ones would look like an empty slot together with the last place, which is none.
    spread & !MOST
}

fn shard_of(feature: u32) -> usize {
    feature as usize % SHARDS
}

impl Shard {
    fn is_full(&self) -> bool {
        self.used * LOAD.1 >= self.slots.len() * LOAD.0
    }

    /// The slots where a feature may stand, up to and with the first empty one.
    fn probe(&self, order: usize, feature: u32) -> impl Iterator<Item = (usize, Slot)> + '_ {
        let length = self.slots.len();
        let spread = super::mix(u64::from(feature) ^ ((order as u64) << 40)) >> 32;
        let start = ((spread * length as u64) >> 32) as usize;
        let tag = tag(feature);
        let mut over = false;
        (0..length).map_while(move |step| {
            if over {
                return None;
            }
            let at = start + step;
            let at = if at < length { at } else { at - length };
            let slot = self.slots[at];
            over = slot == EMPTY;
            let found = match slot {
                EMPTY => Slot::Empty,
                slot if slot & !MOST == tag => Slot::Place(slot & MOST),
                _ => Slot::Other,
            };
            Some((at, found))
        })
    }
}
