//! `finews backup` and `finews restore`: copies of the state, made and put back.

use std::path::PathBuf;

use super::args::{Args, Backup, Restore};
use super::exit::{Exit, Usage};
use super::{out, setup};
use crate::config::Settings;
use crate::store::{self, Lock, Store};

/// Makes a backup; a daemon may go on meanwhile.
pub(super) async fn run(args: &Args, own: &Backup) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let store = setup::look(&settings).await?;
    let dir = own.dir.clone().unwrap_or_else(|| folder(&settings));
    let made = store.backup(&dir, settings.backups.keep, setup::now()).await;
    store.close().await;
    out::line(made?.path.display().to_string())?;
    Ok(Exit::Well)
}

/// Where the settings keep backups.
pub(super) fn folder(settings: &Settings) -> PathBuf {
    settings.backups.dir.clone().unwrap_or_else(|| Store::backups(&settings.store))
}

/// Puts a backup back, while nobody holds the state.
pub(super) async fn restore(args: &Args, own: &Restore) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let now = setup::now();
    let lock = Lock::take(&settings.store, "restore", now)?;
    let file = match &own.file {
        Some(file) => file.clone(),
        None => newest(&settings)?,
    };
    let aside = store::restore(&file, &settings.store, now).await.map_err(refused)?;
    let database = settings.store.clone();
    let held = setup::open(settings, lock).await?;
    // The folder is of another time than the state: everything is made anew.
    held.store.pend_all().await?;
    held.store.set_meta("edition", "restored").await?;
    held.store.close().await;
    out::note(format!("`{}` is `{}` now", database.display(), file.display()));
    if let Some(aside) = aside {
        out::note(format!("what was there before is `{}`", aside.display()));
    }
    out::note("`finews publish` brings the published folder in line; a daemon does so by itself");
    Ok(Exit::Well)
}

/// What is no backup is a wrong command.
fn refused(why: store::Error) -> anyhow::Error {
    match why {
        store::Error::Backup { .. } => Usage(why.to_string()).into(),
        other => other.into(),
    }
}

fn newest(settings: &Settings) -> anyhow::Result<PathBuf> {
    let dir = folder(settings);
    let newest = store::Backup::all(&dir).into_iter().next().map(|backup| backup.path);
    let why = || Usage(format!("there is no backup in `{}`", dir.display()));
    Ok(newest.ok_or_else(why)?)
}
