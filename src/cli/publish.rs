//! `finews publish`: the store to the published folder.

use super::args::{Args, Publish};
use super::exit::Exit;
use super::{out, setup};
use crate::edition::{self, Care};
use crate::refresh;

pub(super) async fn run(args: &Args, own: &Publish) -> anyhow::Result<Exit> {
    let held = setup::hold(setup::settings(args)?, "publish").await?;
    let world = setup::world(&held.settings, &held.authority, None)?;
    refresh::fill(&world, &held.store, setup::now()).await?;
    refresh::retain(&world, &held.store, setup::now()).await?;
    if own.all {
        held.store.pend_all().await?;
    }
    let done = edition::publish(&held.store, &held.settings, &held.authority, Care::Folder).await?;
    held.store.close().await;
    if own.json {
        out::json(&done)?;
    } else {
        let dir = setup::shown(&held.settings.publish.dir);
        out::note(format!("`{dir}`: {} files written, {} removed", done.written, done.removed));
    }
    Ok(Exit::Well)
}
