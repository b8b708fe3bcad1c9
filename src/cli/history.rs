//! `finews history ID`: how an item changed, and which story it belongs to.

use serde_json::json;
use similar::TextDiff;

use super::args::{Args, History};
use super::exit::{Exit, Usage};
use super::{out, setup};
use crate::html;
use crate::model::{Instant, Item};
use crate::store::{Revision, Store};

/// Lines round a change that are shown.
const ROUND: usize = 1;

/// A state of an item.
struct State {
    since: Instant,
    text: String,
}

pub(super) async fn run(args: &Args, own: &History) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let store = setup::look(&settings).await?;
    let (item, revisions) = found(&store, &own.item).await?;
    store.close().await;
    if own.json {
        let now = Revision {
            number: revisions.last().map_or(1, |last| last.number + 1),
            since: item.updated,
            title: item.title.clone(),
            summary: item.summary.clone(),
            body: item.body.as_str().to_owned(),
        };
        let states: Vec<_> = revisions.iter().chain([&now]).collect();
        out::json(
            &json!({ "id": item.id, "source": item.source, "link": item.link, "states": states }),
        )?;
        return Ok(Exit::Well);
    }
    let zone = settings.site.zone;
    let time = |at: Instant| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    out::line(format!("{} {}", item.id, item.title))?;
    out::line(format!("{}, first seen {}", item.source, time(item.first_seen)))?;
    let mut states: Vec<State> = revisions.iter().map(state).collect();
    states.push(State {
        since: item.updated,
        text: lines(&item.title, item.summary.as_deref(), item.body.as_str()),
    });
    if states.len() == 1 {
        out::line("never changed")?;
    }
    for pair in states.windows(2) {
        let [before, after] = pair else { continue };
        out::line(format!("\nchanged {}", time(after.since)))?;
        let diff = TextDiff::from_lines(&before.text, &after.text);
        out::bytes(plain(&diff.unified_diff().context_radius(ROUND).to_string()).as_bytes())?;
    }
    Ok(Exit::Well)
}

async fn found(store: &Store, name: &str) -> anyhow::Result<(Item, Vec<Revision>)> {
    // The address of a share page ends with the id.
    let last = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".html");
    let id = match store.item_named(name).await? {
        Some(id) => Some(id),
        None => store.item_named(last).await?,
    };
    let item = match &id {
        Some(id) => store.item(id).await?,
        None => None,
    };
    let item = item.ok_or_else(|| Usage(format!("there is no item `{name}`")))?;
    let revisions = store.revisions(&item.id).await?;
    Ok((item, revisions))
}

fn state(revision: &Revision) -> State {
    let text = lines(&revision.title, revision.summary.as_deref(), &revision.body);
    State { since: revision.since, text }
}

/// A state as lines: title, summary, text; a line for each sentence, so that a change stands alone.
fn lines(title: &str, summary: Option<&str>, body: &str) -> String {
    let mut out = format!("# {title}\n");
    let text = html::text(body);
    // Most summaries are the beginning of the text.
    let beginning: String = summary.unwrap_or_default().chars().take(80).collect();
    if let Some(summary) = summary.filter(|_| !text.contains(&beginning)) {
        out.push_str("> ");
        out.push_str(summary);
        out.push('\n');
    }
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        for sentence in line.split_inclusive(['。', '！', '？']) {
            for part in sentence.split_inclusive(". ") {
                out.push_str(part.trim());
                out.push('\n');
            }
        }
    }
    out
}

/// Without what would move a terminal's cursor.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').collect()
}
