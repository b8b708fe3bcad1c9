//! `finews publish`: the store to the published folder, and to other places.

use super::args::{Args, Publish};
use super::exit::{Exit, Usage};
use super::{copies, out, setup};
use crate::config::{self, Place};
use crate::edition::{self, Care, Target};
use crate::refresh;

pub(super) async fn run(args: &Args, own: &Publish) -> anyhow::Result<Exit> {
    let to = own.to.as_deref().map(target).transpose()?;
    let held = setup::hold(setup::settings(args)?, "publish").await?;
    let world = setup::world(&held.settings, &held.authority, None)?;
    refresh::fill(&world, &held.store, setup::now()).await?;
    refresh::retain(&world, &held.store, setup::now()).await?;
    if own.all {
        held.store.pend_all().await?;
    }
    let done = edition::publish(&held.store, &held.settings, &held.authority, Care::Folder).await?;
    if !own.json {
        say(&setup::shown(&held.settings.publish.dir), done);
    }
    for target in copies::targets(&held.settings).into_iter().chain(to) {
        let done = copies::copy(&held.store, &held.settings, &target, own.all).await?;
        if !own.json {
            say(&target.name(), done);
        }
    }
    held.store.close().await;
    if own.json {
        out::json(&done)?;
    }
    Ok(Exit::Well)
}

fn say(place: &str, done: edition::Done) {
    out::note(format!("`{place}`: {} files written, {} removed", done.written, done.removed));
}

fn target(text: &str) -> anyhow::Result<Target> {
    match config::place(text) {
        Ok(Place::Folder(dir)) => Ok(Target::Folder(dir)),
        Ok(Place::Bucket(url)) => Ok(Target::Bucket(url)),
        Err((what, hint)) => Err(Usage(format!("`--to`: {what}\nhint: {hint}")).into()),
    }
}
