//! `finews check`: the settings, with every fault.

use super::args::Args;
use super::exit::Exit;
use super::{out, setup};

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    let (sources, categories) = (settings.sources.len(), settings.categories.len());
    let lists: usize = settings.sources.iter().map(|source| source.lists.len()).sum();
    out::line(format!(
        "`{}` holds: {} with {}, {}",
        setup::config(args).display(),
        out::count(sources, "source", "sources"),
        out::count(lists, "list", "lists"),
        out::count(categories, "fixed category", "fixed categories"),
    ))?;
    Ok(Exit::Well)
}
