//! `finews rules`: which rules there are for article pages, and whether they still hold.

use std::path::Path;
use std::sync::Arc;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::args::{Args, Rules, RulesTest, RulesVerb};
use super::exit::{Exit, Usage};
use super::{decisions, out, setup};
use crate::article::{self, By, Found, Reading, Site, SiteFile, Visit};
use crate::charset;
use crate::config::{self, Settings};
use crate::html;
use crate::refresh::{self, ReadBy, World};

/// What became of one test.
#[derive(Debug, Serialize)]
struct Outcome {
    file: String,
    address: String,
    passed: bool,
    reasons: Vec<String>,
}

pub(super) async fn run(args: &Args, own: &Rules) -> anyhow::Result<Exit> {
    let settings = Arc::new(setup::settings(args)?);
    match &own.verb {
        RulesVerb::Explain(own) => decisions::explain(args, own).await,
        RulesVerb::Withheld(own) => decisions::withheld(args, own).await,
        RulesVerb::Release(own) => decisions::release(args, own).await,
        RulesVerb::List => list(&settings),
        RulesVerb::Test(own) => test(&settings, own).await,
    }
}

fn list(settings: &Settings) -> anyhow::Result<Exit> {
    let mut table = headed(["host", "rules", "tests", "faults"]);
    for (host, site) in settings.sites.iter() {
        let (tests, faults) = match &**site {
            Site::File(file) => (file.tests.len(), file.faults.len()),
            Site::Css(_) => (0, 0),
        };
        let name = if matches!(**site, Site::Css(_)) { "of the settings" } else { site.name() };
        table.add_row([host.to_owned(), name.to_owned(), tests.to_string(), faults.to_string()]);
    }
    out::line(table.to_string())?;
    for fault in settings.sites.faults() {
        out::line(fault.to_string())?;
    }
    Ok(out::exit(settings.sites.faults().next().is_some()))
}

async fn test(settings: &Arc<Settings>, own: &RulesTest) -> anyhow::Result<Exit> {
    let chosen = chosen(settings, own)?;
    let world = setup::world(settings, "localhost,2026", None)?;
    let mut outcomes = Vec::new();
    for site in &chosen {
        let Site::File(file) = &**site else { continue };
        for test in &file.tests {
            let found = found(&world, site, &test.url, own).await;
            outcomes.push(judged(file, test, found));
        }
    }
    show(&outcomes, own.json)?;
    Ok(out::exit(outcomes.iter().any(|one| !one.passed)))
}

fn chosen(settings: &Settings, own: &RulesTest) -> anyhow::Result<Vec<Arc<Site>>> {
    let Some(wanted) = &own.site else {
        return Ok(settings.sites.iter().map(|(_, site)| Arc::clone(site)).collect());
    };
    let wanted = wanted.strip_suffix(".txt").unwrap_or(wanted);
    let found = settings.sites.iter().find(|(host, _)| *host == wanted);
    let (_, site) = found.ok_or_else(|| {
        Usage(format!("there are no rules for `{wanted}`\nhint: see `finews rules list`"))
    })?;
    Ok(vec![Arc::clone(site)])
}

/// The article of a test's address.
async fn found(
    world: &World,
    site: &Arc<Site>,
    address: &str,
    own: &RulesTest,
) -> Result<Found, String> {
    let url = Url::parse(address).map_err(|why| format!("no web address: {why}"))?;
    if let Some(folder) = &own.recorded {
        return recorded(folder, site, &url);
    }
    let mut source = config::source_for(&url, world.settings.site.zone);
    source.access.allow_private.clone_from(&own.allow_private);
    let by = ReadBy::Site(Arc::clone(site));
    let read = refresh::read_article(world, &Arc::new(source), &url, by, Arc::default()).await;
    read.ok_or_else(|| "stopped before the answer".to_owned())?.found
}

/// The same of recorded pages.
fn recorded(folder: &Path, site: &Arc<Site>, url: &Url) -> Result<Found, String> {
    let rules = article::Rules::default();
    let mut reading = Reading::on(Some(Arc::clone(site)));
    let first = load(folder, url)?;
    let mut next = reading.page(&first, &Visit::to(url), &rules);
    while let Some(url) = next {
        next = match load(folder, &url) {
            Ok(page) => reading.page(&page, &Visit::to(&url), &rules),
            Err(why) => reading.failed(&why),
        };
    }
    reading.end().0.map_err(|why| why.to_string())
}

fn load(folder: &Path, url: &Url) -> Result<String, String> {
    let names = [by_hash(url), by_address(url)];
    let bytes = names.iter().find_map(|name| std::fs::read(folder.join(name)).ok());
    let bytes = bytes.ok_or_else(|| format!("there is no `{}` or `{}`", names[1], names[0]))?;
    Ok(charset::decode(&bytes, None, None).text.into_owned())
}

fn by_hash(url: &Url) -> String {
    let digest = Sha256::digest(url.as_str().as_bytes());
    let first = digest.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    format!("{first:016x}.html")
}

fn by_address(url: &Url) -> String {
    let address = url.as_str().split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let name: String = address.chars().take(200).map(|c| if good(c) { c } else { '_' }).collect();
    format!("{name}.html")
}

/// A test passes where the rules found the article and it contains what it must.
fn judged(file: &SiteFile, test: &article::Test, found: Result<Found, String>) -> Outcome {
    let mut reasons = Vec::new();
    match found {
        Err(why) => reasons.push(why),
        Ok(found) => {
            let by_rules = found.by == By::Site(file.name.clone());
            let faults = found.faults.iter().map(ToString::to_string);
            if by_rules || file.has_no_body() {
                reasons.extend(missing(&found, &test.contains));
            } else {
                reasons.extend(faults);
            }
        }
    }
    let (file, address) = (file.name.clone(), test.url.clone());
    Outcome { file, address, passed: reasons.is_empty(), reasons }
}

fn missing(found: &Found, wanted: &[String]) -> Vec<String> {
    let text = html::line(&found.fragment.html);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let missing = wanted.iter().filter(|one| !text.contains(&words(one)));
    missing.map(|one| format!("`{}` is missing", html::excerpt(one, 60))).collect()
}

fn show(outcomes: &[Outcome], json: bool) -> anyhow::Result<()> {
    if json {
        return out::json(&outcomes);
    }
    if outcomes.is_empty() {
        out::note("no rule file names a test (`test_url`)");
        return Ok(());
    }
    let mut table = headed(["rules", "address", "verdict", "reasons"]);
    for one in outcomes {
        let verdict = if one.passed { "pass" } else { "fail" };
        table.add_row([&one.file, &one.address, verdict, &one.reasons.join("\n")]);
    }
    out::line(table.to_string())?;
    let failed = outcomes.iter().filter(|one| !one.passed).count();
    out::note(format!("{} tests, {failed} failed", outcomes.len()));
    Ok(())
}

fn headed<const N: usize>(columns: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(columns);
    table
}
