//! Listed entries to those that are to be worked on: what is known under another key keeps its
//! own, what floods or stands at the address by mistake is held.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::{Gathered, Report, Work, known_here};
use crate::config::Source;
use crate::identity::{self, Likeness, Trace, Verdict};
use crate::model::{Entry, Fault, Instant, ItemId, Listing, Original};
use crate::store::{self, Face, Findings, Held, Store};

/// Visits in a row without an entry before somebody is told.
const EMPTIES: u32 = 3;

/// What is to be done, and what was found out.
#[derive(Debug, Default)]
pub(super) struct Sifted {
    pub work: Vec<Work>,
    pub held_back: Vec<Held>,
    pub findings: Findings,
}

/// A list's entries under the keys by which they are known.
struct Recognised {
    entries: Vec<(String, Entry)>,
    /// Those of them that are not known.
    new: HashSet<String>,
    /// How many of the list's entries are known.
    known: usize,
}

/// Sifts the entries of a visit.
pub(super) async fn sift(
    store: &Store,
    source: &Source,
    gathered: &mut [Gathered],
    report: &mut Report,
    now: Instant,
) -> Result<Sifted, store::Error> {
    let mut sifted = Sifted::default();
    let mut fresh: Vec<(String, Work)> = Vec::new();
    let is_listed = gathered.iter().any(|one| one.listing.is_some());
    let held = if is_listed { store.held_prints(&source.id).await? } else { HashMap::new() };
    let mut faces = HashMap::new();
    let broken: HashSet<String> =
        gathered.iter().filter(|one| is_broken(one)).map(|one| one.list.clone()).collect();
    for one in &mut *gathered {
        report.note(one);
        let Some(listing) = &mut one.listing else { continue };
        let before = match faces.get(&one.list) {
            Some(face) => Option::<Face>::clone(face),
            None => store.face(&source.id, &one.list).await?,
        };
        faces.entry(one.list.clone()).or_insert_with(|| before.clone());
        let (keyed, faults) = identity::keyed(std::mem::take(&mut listing.entries));
        report.faults.extend(faults);
        let size = keyed.len();
        let recognised = recognise(store, source, keyed, &mut sifted.findings).await?;
        let foreign = before.as_ref().is_some_and(|face| is_foreign(face, listing, &recognised));
        let known = store.known(&source.id, keys(&recognised.entries)).await?;
        let named = recognised.entries.iter().map(|(key, entry)| (key.as_str(), entry));
        let withdrawn = store.withdrawn_keys(&source.id, named).await?;
        let entries = recognised.entries.into_iter();
        for (key, entry) in entries.filter(|(key, _)| !withdrawn.contains(key)) {
            let (list, print) = (one.list.clone(), identity::print(&entry));
            let is_held = held.get(&(key.clone(), list.clone())) == Some(&print);
            let verdict = identity::judge(known_here(&known, &key, &list), print);
            // A trace without an item: it is forgotten, or held.
            let gone = verdict == Verdict::New && !recognised.new.contains(&key);
            if is_held || gone || verdict == Verdict::Same {
                continue;
            }
            let work = Work { list, key, entry, print, tries: 0 };
            match (verdict, &before) {
                (Verdict::New, Some(_)) if foreign => {
                    let title = listing.title.clone().unwrap_or_default();
                    let why = format!("another feed seems to stand at the address: `{title}`");
                    sifted.held_back.push(back(work, why));
                }
                (Verdict::New, Some(_)) => fresh.push((work.list.clone(), work)),
                _ => sifted.work.push(work),
            }
        }
        // A list that was never read to its end is not known yet.
        if !foreign && (before.is_some() || !broken.contains(&one.list)) {
            sifted.findings.faces.push(face(&one.list, listing, size, before.as_ref(), report));
        }
    }
    believe(store, source, fresh, &faces, &mut sifted, now).await?;
    tell(source, &sifted, report);
    Ok(sifted)
}

fn is_broken(one: &Gathered) -> bool {
    let cut = one.listing.as_ref().is_some_and(|listing| listing.cut.is_some());
    cut || one.interrupted || one.error.is_some()
}

fn keys(entries: &[(String, Entry)]) -> impl Iterator<Item = &str> {
    entries.iter().map(|(key, _)| key.as_str())
}

/// Gives entries the keys under which they are known already.
async fn recognise(
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
    let listed: HashSet<ItemId> =
        entries.iter().filter_map(|(.., trace)| Some(trace.as_ref()?.item.clone())).collect();
    let unknown: Vec<usize> = (0..entries.len()).filter(|at| entries[*at].3.is_none()).collect();
    let mut likenesses: Vec<Likeness> = unknown.iter().map(|at| entries[*at].2).collect();
    let mut alike =
        if unknown.is_empty() { Vec::new() } else { store.alike(&source.id, &likenesses).await? };
    let all: Vec<Likeness> = entries.iter().map(|entry| entry.2).collect();
    identity::without_shared_links(&mut likenesses, &all, &alike);
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

/// A key that was another entry's before is no key: the entry is known by its link.
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
        let Some(link) = entry.link.as_deref().filter(|_| is_another(likeness, trace)) else {
            continue;
        };
        *key = format!("link:{link}");
        *trace = None;
        changed.push(at);
    }
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

/// Whether a list that calls itself otherwise or lives elsewhere, and has nothing that is known,
/// was put at the address by mistake.
fn is_foreign(face: &Face, listing: &Listing, recognised: &Recognised) -> bool {
    let differ = |before: Option<String>, now: Option<String>| {
        before.zip(now).is_some_and(|(before, now)| before.trim() != now.trim())
    };
    let host = |home: &Option<String>| {
        let url = Url::parse(home.as_deref()?).ok()?;
        url.host_str().map(str::to_owned)
    };
    let elsewhere = differ(host(&face.home), host(&listing.home));
    recognised.known == 0
        && !recognised.entries.is_empty()
        && face.size > 0
        && (elsewhere || differ(face.title.clone(), listing.title.clone()))
}

fn face(
    list: &str,
    listing: &Listing,
    size: usize,
    before: Option<&Face>,
    report: &mut Report,
) -> Face {
    let empties = if size == 0 { before.map_or(0, |face| face.empties) + 1 } else { 0 };
    if empties >= EMPTIES {
        let what = format!("without entries for {empties} visits; what is kept stays");
        report.faults.push(Fault::new(format!("list {list}"), what));
    }
    Face {
        list: list.to_owned(),
        title: listing.title.clone(),
        home: listing.home.clone(),
        size: size as u32,
        empties,
        known: before.is_some(),
    }
}

/// Of new entries in lists that are known, as many as can be believed are taken, the newest; the
/// others are held.
async fn believe(
    store: &Store,
    source: &Source,
    mut fresh: Vec<(String, Work)>,
    faces: &HashMap<String, Option<Face>>,
    sifted: &mut Sifted,
    now: Instant,
) -> Result<(), store::Error> {
    let keys: HashSet<&str> = fresh.iter().map(|(_, work)| work.key.as_str()).collect();
    let (count, mut most) = (keys.len(), usize::MAX);
    if count > source.most_new as usize {
        let (known, mut habits, last_good) = store.habits(&source.id, now).await?;
        habits.size = faces.values().flatten().map(|face| face.size).sum();
        if known {
            most = identity::most_new(source.most_new, habits, last_good, now);
        }
    }
    if count > most {
        let place = |work: &Work| work.entry.published.or(work.entry.updated);
        fresh.sort_by_key(|(_, work)| std::cmp::Reverse(place(work)));
    }
    let mut taken = HashSet::new();
    for (_, work) in fresh {
        if taken.contains(&work.key) || taken.len() < most {
            taken.insert(work.key.clone());
            sifted.work.push(work);
        } else {
            let why =
                format!("{count} new entries in one visit, more than can be believed ({most})");
            sifted.held_back.push(back(work, why));
        }
    }
    Ok(())
}

fn back(work: Work, reason: String) -> Held {
    let Work { list, key, entry, print, .. } = work;
    Held { key, original: Original { list, entry, article: None }, print, reason }
}

fn tell(source: &Source, sifted: &Sifted, report: &mut Report) {
    let Some(first) = sifted.held_back.first() else { return };
    let (many, id) = (sifted.held_back.len(), &source.id);
    report.held += many;
    let what = format!(
        "{many} entries are held: {} (`finews held release {id}` publishes them)",
        first.reason
    );
    report.faults.push(Fault::new("new entries", what));
}
