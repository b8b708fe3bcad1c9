//! What pushes have to do with a visit: a delivery is read as a list, a poll is a check on the
//! hub, and a hub that is trusted makes polls rarer.

use std::collections::HashSet;
use std::sync::Arc;

use super::lists::{self, Gathered};
use super::{Report, World, bring};
use crate::config::{Form, Source};
use crate::model::{Instant, Page};
use crate::store::{self, NamedHub, Store, Subscription, Visited};
use crate::websub::{self, Push};

/// Reads what a hub delivered as the list that it stands for. It adds and changes items; it takes
/// nothing away, and leaves validators and the next visit as they are. A body that is no list
/// shows as an error in the report.
pub async fn delivered(
    world: &World,
    store: &Store,
    source: &Arc<Source>,
    list: &str,
    page: Page,
    now: Instant,
) -> Result<Report, store::Error> {
    let mut report = Report { source: source.id.to_string(), ..Report::default() };
    let Some(one) = lists::pushed(source, list, page, now).await else {
        report.errors.push(format!("there is no list `{list}`"));
        return Ok(report);
    };
    let mut gathered = [one];
    let brought = bring(world, store, source, &mut gathered, &mut report, now).await?;
    if report.errors.is_empty() {
        store.keep(&source.id, now.timestamp(), &brought.items, &brought.held).await?;
    }
    Ok(report)
}

/// What is subscribed to for a source; nothing where the settings want no pushes.
pub(super) async fn known(
    world: &World,
    store: &Store,
    source: &Source,
) -> Result<Vec<Subscription>, store::Error> {
    if !world.settings.websub.subscribe {
        return Ok(Vec::new());
    }
    store.subscriptions(Some(&source.id)).await
}

/// Keeps what the lists say of their hubs, where that is new.
pub(super) async fn note(
    world: &World,
    store: &Store,
    source: &Source,
    known: &[Subscription],
    gathered: &[Gathered],
    now: Instant,
) -> Result<(), store::Error> {
    if !world.settings.websub.subscribe {
        return Ok(());
    }
    let mut named: Vec<NamedHub> = gathered.iter().filter_map(named).collect();
    // Further pages of a list name the same topic: once is enough.
    let mut topics = HashSet::new();
    named.retain(|one| one.found.is_none() || topics.insert((one.list.clone(), one.found.clone())));
    named.retain(|one| !is_known(known, one));
    if !named.is_empty() {
        store.hubs_named(&source.id, &named, now).await?;
        world.bells.push.notify_one();
    }
    Ok(())
}

fn is_known(known: &[Subscription], named: &NamedHub) -> bool {
    let there = known.iter().find(|one| one.address == named.address);
    match (there, &named.found) {
        (None, None) => true,
        (Some(one), Some((hub, topic))) => {
            one.hub == *hub && one.topic == *topic && one.list == named.list
        }
        _ => false,
    }
}

fn named(one: &Gathered) -> Option<NamedHub> {
    one.listing.as_ref()?;
    let found = one.hub.as_ref().map(|found| (found.hub.to_string(), found.topic.to_string()));
    Some(NamedHub { list: one.list.clone(), address: one.address.clone(), found })
}

/// Judges the hubs of a source by what a poll found, and puts the next one off where all of them
/// are trusted.
pub(super) async fn backup(
    store: &Store,
    source: &Source,
    subscriptions: &[Subscription],
    visited: &Visited,
    next: Instant,
) -> Result<Instant, store::Error> {
    let now = visited.at;
    if subscriptions.is_empty() {
        return Ok(next);
    }
    // What was pushed and not read, or pushed while we polled, nobody kept from us.
    let meanwhile = |one: &Subscription| one.last_push.is_some_and(|at| at >= now);
    let awaited = subscriptions.iter().any(|one| one.unread || meanwhile(one));
    let pushes = subscriptions.iter().map(|one| Push {
        lease_until: one.lease_until.filter(|_| one.state == websub::State::Active.name()),
        proven: one.pushes > 0,
        distrusted: one.distrusted,
    });
    let mut pushes: Vec<Push> = pushes.collect();
    let all = all_lists(source) == pushes.len();
    let trusted = !awaited && all && pushes.iter().all(|push| push.trusted(now));
    let (mut suspect, mut distrusted) = (None, None);
    if trusted {
        let new = visited.items.iter().filter(|saved| saved.item.first_seen == now);
        match websub::missed(now, new.map(|saved| saved.item.published)) {
            websub::Trust::Distrust(until) => distrusted = Some(until),
            websub::Trust::Suspect => suspect = Some(now),
            websub::Trust::Well => {}
        }
    }
    store.polled(&source.id, suspect, distrusted).await?;
    for push in &mut pushes {
        push.distrusted = push.distrusted.max(distrusted);
    }
    Ok(if all { websub::backup(now, next, &pushes) } else { next })
}

/// The addresses that are polled; an API or a sitemap has no hub, so that nothing is put off
/// for its source.
fn all_lists(source: &Source) -> usize {
    let pushed = |form: &Form| matches!(form, Form::Feed | Form::Page(_));
    if !source.lists.iter().all(|list| pushed(&list.form)) {
        return usize::MAX;
    }
    source.lists.iter().map(|list| list.urls.len()).sum()
}
