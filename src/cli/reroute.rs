//! `finews reroute`: today's rules on everything that is kept.

use std::sync::Arc;

use serde::Serialize;

use super::args::{Args, Reroute};
use super::exit::{Exit, Usage};
use super::{copies, out, setup};
use crate::config::{self, Settings};
use crate::edition::{self, Care, Done};
use crate::html;
use crate::refresh::{self, Change, Difference, Turn};
use crate::route::{Kept, Withheld};

/// Changes that people are shown.
const SHOWN: usize = 40;
/// Categories that people are shown.
const SHELVES: usize = 40;

#[derive(Serialize)]
struct Outcome<'o> {
    #[serde(flatten)]
    difference: &'o Difference,
    applied: bool,
    published: Option<Done>,
}

pub(super) async fn run(args: &Args, own: &Reroute) -> anyhow::Result<Exit> {
    let settings = with_rules(setup::settings(args)?, &own.rule)?;
    if own.dry_run { dry(settings, own).await } else { wet(settings, own).await }
}

/// The settings with further rules of the command line.
pub(super) fn with_rules(mut settings: Settings, rules: &[String]) -> anyhow::Result<Settings> {
    for rule in rules {
        settings = config::with_rule(&settings, rule)
            .map_err(|faults| Usage(format!("the rule `{rule}` has faults\n{faults}")))?;
    }
    Ok(settings)
}

async fn dry(settings: Settings, own: &Reroute) -> anyhow::Result<Exit> {
    let store = setup::look(&settings).await?;
    let settings = Arc::new(settings);
    let world = setup::world(&settings, "localhost,2026", None)?;
    let difference = refresh::difference(&world, &store, setup::now()).await?;
    store.close().await;
    show(&difference, own, None)?;
    Ok(Exit::Well)
}

async fn wet(settings: Settings, own: &Reroute) -> anyhow::Result<Exit> {
    let held = setup::hold(settings, "reroute").await?;
    let world = setup::world(&held.settings, &held.authority, None)?;
    let difference = refresh::difference(&world, &held.store, setup::now()).await?;
    if !own.json {
        show(&difference, own, None)?;
    }
    refresh::apply(&world, &held.store, &difference, setup::now()).await?;
    refresh::fill(&world, &held.store, setup::now()).await?;
    refresh::retain(&world, &held.store, setup::now()).await?;
    let done = edition::publish(&held.store, &held.settings, &held.authority, Care::Folder).await?;
    copies::all(&held.store, &held.settings).await?;
    held.store.close().await;
    if own.json {
        show(&difference, own, Some(done))?;
    } else {
        let dir = setup::shown(&held.settings.publish.dir);
        out::note(format!("`{dir}`: {} files written, {} removed", done.written, done.removed));
    }
    Ok(Exit::Well)
}

fn show(difference: &Difference, own: &Reroute, done: Option<Done>) -> anyhow::Result<()> {
    if own.json {
        let outcome = Outcome { difference, applied: !own.dry_run, published: done };
        return out::json(&outcome);
    }
    let Difference { items, left, empty, changes, categories, found, stories, .. } = difference;
    out::line(format!("{items} items looked at, {} change{}", changes.len(), tally(changes)))?;
    for turn in stories.iter().take(SHOWN) {
        let title = html::excerpt(&turn.title, 60);
        out::line(format!("{} {}: {title}: {}", turn.id, turn.source, told(turn)))?;
    }
    more(stories.len(), SHOWN, "stories");
    for (id, moves) in categories.iter().take(SHELVES) {
        out::line(format!("  {id}: +{} −{}", moves.added, moves.removed))?;
    }
    more(categories.len(), SHELVES, "categories");
    for change in changes.iter().take(SHOWN) {
        let title = html::excerpt(&change.title, 60);
        out::line(format!("{} {}: {title}: {}", change.id, change.source, words(change)))?;
    }
    more(changes.len(), SHOWN, "items");
    for (source, key) in found {
        out::line(format!("{source}: `{key}` was held and can be published"))?;
    }
    for id in empty {
        out::line(format!("{id}: nothing would be left of it: it stays as it is"))?;
    }
    if *left > 0 {
        out::note(format!("{left} items of sources that are not in the settings stay as they are"));
    }
    Ok(())
}

/// What becomes of an item's story.
fn told(turn: &Turn) -> String {
    let score = turn.score.map(|score| format!(", score {score:.2}")).unwrap_or_default();
    match &turn.joins {
        Some(to) => format!("becomes one with {to}: {}{score}", turn.why),
        None => format!("stands for itself: {}", turn.why),
    }
}

fn more(many: usize, shown: usize, what: &str) {
    if many > shown {
        out::note(format!("…and {} {what} more (`--json` shows all)", many - shown));
    }
}

/// How many changes there are of each kind.
fn tally(changes: &[Change]) -> String {
    let ways = [Kept::Dropped, Kept::Held, Kept::Limited];
    let count = |of: &dyn Fn(&Change) -> bool| changes.iter().filter(|one| of(one)).count();
    let turned = |change: &Change, way: Kept| {
        let is = |one: &Option<Withheld>| one.as_ref().is_some_and(|one| one.kept == way);
        is(&change.will_be) && !is(&change.was)
    };
    let mut tally: Vec<(&str, usize)> =
        ways.iter().map(|way| (way.word(), count(&|one| turned(one, *way)))).collect();
    tally.push(("published again", count(&|one| one.was.is_some() && one.will_be.is_none())));
    let moved = |one: &Change| !one.added.is_empty() || !one.removed.is_empty();
    tally.push(("in other categories", count(&moved)));
    for part in ["title", "text", "summary", "medium", "details", "key"] {
        tally.push((part, count(&|one| one.parts.contains(&part))));
    }
    let said: Vec<_> = tally.iter().filter(|(_, many)| *many > 0).collect();
    let said: Vec<_> = said.iter().map(|(what, many)| format!("{what} {many}")).collect();
    if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) }
}

fn words(change: &Change) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(change.added.iter().map(|id| format!("+{id}")));
    words.extend(change.removed.iter().map(|id| format!("−{id}")));
    match (&change.was, &change.will_be) {
        (before, Some(now)) if before.as_ref() != Some(now) => {
            words.push(format!("{} by `{}`", now.kept.word(), now.rule));
        }
        (Some(_), None) => words.push("published again".to_owned()),
        _ => {}
    }
    let parts = change.parts.iter().filter(|part| **part != "title");
    words.extend(parts.map(|part| format!("other {part}")));
    words.extend(change.new_title.iter().map(|title| format!("title `{title}`")));
    words.join(", ")
}
