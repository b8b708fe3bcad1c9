//! `finews check`: the settings, with every fault.

use super::args::Args;
use super::exit::Exit;
use super::{out, setup};

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let (sources, categories) = (settings.sources.len(), settings.categories.len());
    let lists: usize = settings.sources.iter().map(|source| source.lists.len()).sum();
    out::line(format!(
        "`{}` holds: {sources} sources with {lists} lists, {categories} fixed categories",
        setup::config(args).display()
    ))?;
    Ok(Exit::Well)
}
