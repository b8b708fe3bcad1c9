//! `finews check`: the settings, with every fault.

use super::args::Args;
use super::exit::{Exit, Usage};
use super::{out, setup};
use crate::config::Settings;
use crate::edition;
use crate::publish::{Library, Press};

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let settings = setup::settings(args)?;
    vet(&settings)?;
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

/// The operator's own templates have to compile, and to make the pages that hold nothing.
fn vet(settings: &Settings) -> anyhow::Result<()> {
    let site = edition::site(settings, "localhost,2026");
    let library = Library { site, categories: [].into(), sources: [].into() };
    let press = Press::with_templates(library, &settings.publish.templates);
    let press = press.map_err(|why| Usage(format!("the templates do not hold: {why}")))?;
    press.fixed();
    press.home(&[]);
    match press.fault() {
        Some(why) => Err(Usage(format!("the templates do not hold: {why}")).into()),
        None => Ok(()),
    }
}
