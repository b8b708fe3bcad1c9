//! The entries of a list to the keys under which they are known, whatever their own keys became.

use std::collections::{HashMap, HashSet};

use crate::config::Source;
use crate::identity::{self, Likeness, Trace};
use crate::model::{Entry, ItemId};
use crate::store::{self, Findings, Store};

/// Entries that must have moved on before keys are taken for places in a list.
const PLACES: usize = 3;

/// A list's entries under the keys by which they are known.
pub(super) struct Recognised {
    pub entries: Vec<(String, Entry)>,
    /// Those of them that are not known.
    pub new: HashSet<String>,
    /// How many of the list's entries are known.
    pub known: usize,
}

/// What is new in the lists of one visit, by what two entries share only if they are one.
#[derive(Debug, Default)]
pub(super) struct Met(HashMap<u64, String>);

impl Met {
    /// Gives what another list brought already the key that it has there.
    pub fn meet(&mut self, source: &Source, own: &mut Recognised, findings: &mut Findings) {
        let (mut seen, mut joined) = (Vec::new(), Vec::new());
        for (key, entry) in own.entries.iter_mut().filter(|(key, _)| own.new.contains(key)) {
            let prints: Vec<u64> = Likeness::of(entry).twin_prints().collect();
            match prints.iter().find_map(|print| self.0.get(print)).filter(|other| *other != key) {
                Some(other) => {
                    let item = identity::item_id(&source.id, other);
                    joined.push(other.clone());
                    findings.keys.push((std::mem::replace(key, other.clone()), item));
                }
                None => seen.extend(prints.into_iter().map(|print| (print, key.clone()))),
            }
        }
        own.new.extend(joined);
        self.0.extend(seen);
    }
}

/// Gives entries the keys under which they are known already.
pub(super) async fn recognise(
    store: &Store,
    source: &Source,
    keyed: Vec<(String, Entry)>,
    findings: &mut Findings,
) -> Result<Recognised, store::Error> {
    let asked: Vec<&str> = keys(&keyed).collect();
    let mut traces = store.traces(&source.id, &asked).await?;
    let mut entries = likened(keyed).await;
    for (key, _, _, trace) in &mut entries {
        *trace = traces.remove(key);
    }
    reassign(store, source, &mut entries).await?;
    let placed = displace(store, source, &mut entries).await?;
    unite_twins(&mut entries, findings);
    let listed: HashSet<ItemId> =
        entries.iter().filter_map(|(.., trace)| Some(trace.as_ref()?.item.clone())).collect();
    let unknown: Vec<usize> = (0..entries.len()).filter(|at| entries[*at].3.is_none()).collect();
    let mut likenesses: Vec<Likeness> = unknown.iter().map(|at| entries[*at].2).collect();
    if placed {
        // A link that is a place in a list is the next entry's tomorrow.
        for one in &mut likenesses {
            (one.link, one.path) = (0, 0);
        }
    }
    let mut alike =
        if unknown.is_empty() { Vec::new() } else { store.alike(&source.id, &likenesses).await? };
    let all: Vec<Likeness> = entries.iter().map(|entry| entry.2).collect();
    identity::without_what_is_shared(&mut likenesses, &all, &alike);
    alike.retain(|trace| !listed.contains(&trace.item));
    let found = identity::recognise(&likenesses, &alike, entries.len());
    for (at, found) in unknown.into_iter().zip(found) {
        let trace = found.and_then(|place| alike.get(place));
        if let (Some(trace), Some(entry)) = (trace, entries.get_mut(at)) {
            findings.keys.push((entry.0.clone(), trace.item.clone()));
            entry.3 = Some(trace.clone());
        }
    }
    Ok(gathered(entries))
}

/// An entry with its key, what it is recognised by, and what it was recognised as.
type Likened = (String, Entry, Likeness, Option<Trace>);

/// Entries with their likenesses, made off the runtime's threads.
async fn likened(keyed: Vec<(String, Entry)>) -> Vec<Likened> {
    let made = tokio::task::spawn_blocking(move || {
        let likened = |(key, entry): (String, Entry)| {
            let likeness = Likeness::of(&entry);
            (key, entry, likeness, None)
        };
        keyed.into_iter().map(likened).collect()
    });
    // A panic goes on to whoever watches over the visit.
    made.await.unwrap_or_else(|why| std::panic::resume_unwind(why.into_panic()))
}

fn gathered(entries: Vec<Likened>) -> Recognised {
    let mut recognised = Recognised { entries: Vec::new(), new: HashSet::new(), known: 0 };
    let mut seen = HashSet::new();
    for (key, entry, _, trace) in entries {
        recognised.known += usize::from(trace.is_some());
        let is_new = trace.is_none();
        let key = trace.map_or(key, |trace| trace.key);
        if seen.insert(key.clone()) {
            if is_new {
                recognised.new.insert(key.clone());
            }
            recognised.entries.push((key, entry));
        }
    }
    recognised
}

/// Keys that are places in a list, be it the links: most entries read otherwise than what stood
/// there, and as what stood elsewhere. Such entries are known by their words. Whether it is so.
async fn displace(
    store: &Store,
    source: &Source,
    entries: &mut [Likened],
) -> Result<bool, store::Error> {
    let known = entries.iter().filter(|entry| entry.3.is_some()).count();
    let moved = |entry: &Likened| {
        entry.3.as_ref().is_some_and(|trace| entry.2.reads_otherwise(&trace.likeness))
    };
    let others: Vec<usize> = (0..entries.len()).filter(|at| moved(&entries[*at])).collect();
    if others.len() < PLACES || others.len() * 2 < known {
        return Ok(false);
    }
    let likenesses: Vec<Likeness> = others.iter().map(|at| entries[*at].2).collect();
    let alike = store.alike(&source.id, &likenesses).await?;
    let elsewhere = |own: &&Likeness| alike.iter().any(|trace| own.reads_the_same(&trace.likeness));
    if likenesses.iter().filter(elsewhere).count() * 2 < others.len() {
        return Ok(false);
    }
    let mut keys = Vec::new();
    for at in others {
        let Some((key, entry, _, trace)) = entries.get_mut(at) else { continue };
        let Some(own) = identity::key_of_words(entry) else { continue };
        *key = own;
        *trace = None;
        keys.push(at);
    }
    look_again(store, source, entries, keys).await?;
    Ok(true)
}

/// While a source moves, its list may name an entry under its old key and under its new one.
fn unite_twins(entries: &mut Vec<Likened>, findings: &mut Findings) {
    let likenesses: Vec<Likeness> = entries.iter().map(|entry| entry.2).collect();
    let mut again = HashSet::new();
    for (at, twin) in identity::twins(&likenesses).into_iter().enumerate() {
        let Some([first, second]) = twin.and_then(|twin| entries.get_disjoint_mut([twin, at]).ok())
        else {
            continue;
        };
        match (&first.3, &second.3) {
            (Some(_), Some(_)) => {}
            (Some(trace), None) => {
                findings.keys.push((second.0.clone(), trace.item.clone()));
                again.insert(at);
            }
            (None, Some(trace)) => {
                findings.keys.push((first.0.clone(), trace.item.clone()));
                first.3 = Some(trace.clone());
                again.insert(at);
            }
            (None, None) => _ = again.insert(at),
        }
    }
    let mut at = 0;
    entries.retain(|_| {
        at += 1;
        !again.contains(&(at - 1))
    });
}

/// A key that was another entry's before is no key: the entry is known by what else it has.
async fn reassign(
    store: &Store,
    source: &Source,
    entries: &mut [Likened],
) -> Result<(), store::Error> {
    let is_another = |likeness: &Likeness, trace: &Option<Trace>| {
        trace.as_ref().is_some_and(|trace| likeness.is_another(&trace.likeness))
    };
    let mut changed = Vec::new();
    for (at, (key, entry, likeness, trace)) in entries.iter_mut().enumerate() {
        let own = if is_another(likeness, trace) { identity::key_besides(entry) } else { None };
        let Some(own) = own.filter(|own| own != key) else { continue };
        *key = own;
        *trace = None;
        changed.push(at);
    }
    look_again(store, source, entries, changed).await
}

/// Looks up entries that got other keys.
async fn look_again(
    store: &Store,
    source: &Source,
    entries: &mut [Likened],
    changed: Vec<usize>,
) -> Result<(), store::Error> {
    let asked: Vec<&str> = changed.iter().map(|at| entries[*at].0.as_str()).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let mut traces = store.traces(&source.id, &asked).await?;
    for at in changed {
        if let Some(entry) = entries.get_mut(at) {
            entry.3 = traces.remove(&entry.0);
        }
    }
    Ok(())
}

/// Whether a list names something that it did not bring before.
pub(in crate::refresh) async fn is_news(
    store: &Store,
    source: &Source,
    list: &str,
    entries: &[Entry],
) -> Result<bool, store::Error> {
    let keyed = identity::keyed(entries.to_vec()).0;
    let recognised = recognise(store, source, keyed, &mut Findings::default()).await?;
    let entries = &recognised.entries;
    let known = store.known(&source.id, keys(entries)).await?;
    let named = entries.iter().map(|(key, entry)| (key.as_str(), entry));
    let withdrawn = store.withdrawn_keys(&source.id, named).await?;
    let is_news = |key: &str| match known.get(key) {
        Some(item) => item.lists.iter().all(|(name, _)| name != list),
        // A trace without an item: it is held, or was taken down.
        None => recognised.new.contains(key),
    };
    Ok(keys(entries).any(|key| !withdrawn.contains(key) && is_news(key)))
}

/// The keys of a list's entries under which they are known.
pub(in crate::refresh) async fn known_keys(
    store: &Store,
    source: &Source,
    entries: &[Entry],
) -> Result<Vec<String>, store::Error> {
    let keyed = identity::keyed(entries.to_vec()).0;
    let recognised = recognise(store, source, keyed, &mut Findings::default()).await?;
    let entries = recognised.entries.into_iter().map(|(key, _)| key);
    Ok(entries.filter(|key| !recognised.new.contains(key)).collect())
}

pub(super) fn keys(entries: &[(String, Entry)]) -> impl Iterator<Item = &str> {
    entries.iter().map(|(key, _)| key.as_str())
}
