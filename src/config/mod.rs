//! The operator's text to settings that hold; every fault named with its place, all at once.

mod access;
mod bucket;
mod cleaning;
mod every;
mod fault;
mod keep;
mod list;
mod read;
mod render;
mod log;
mod route;
mod rules;
mod secrets;
mod serve;
mod site;
mod source;
mod stories;
mod websub;
mod when;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use toml::de::DeTable;
use url::Url;

pub use bucket::{Place, place};
pub use fault::{Fault, Faults};
pub use keep::Keep;
pub use log::{Log, LogForm, log};
pub use read::duration;
pub use render::Render;
pub use secrets::Secrets;
pub use serve::{Backups, Serve};
pub use source::{Access, First, Form, List, Pages, Source};
pub use websub::Websub;

use crate::article::Sites;
use crate::category::Aliases;
use crate::html::Manner;
use crate::model::{CategoryId, SourceId};
use crate::route::{Router, Rule};
use crate::slug::Style;
use crate::story::Ways;
use read::{Marks, Table};

/// What the settings may take from the world besides their own text; the caller hands it in, so
/// that reading stays pure.
pub struct Outside<'o> {
    /// A variable of the environment, for `${NAME}`.
    pub env: &'o dyn Fn(&str) -> Option<String>,
    /// A file's text, for keys that end in `_file`.
    pub file: &'o dyn Fn(&str) -> std::io::Result<String>,
    /// The files of a folder, for `rules`.
    pub folder: &'o dyn Fn(&str) -> std::io::Result<Vec<File>>,
}

/// A file outside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// Its name in its folder.
    pub name: String,
    /// What is in it.
    pub text: String,
}

impl File {
    /// Whether its name has this ending, such as `.txt`.
    fn is(&self, ending: &str) -> bool {
        self.name.ends_with(ending)
    }
}

impl Outside<'_> {
    /// A world with no variables and no files.
    pub const NOTHING: Outside<'static> = Outside {
        env: &|_| None,
        file: &|_| Err(std::io::ErrorKind::NotFound.into()),
        folder: &|_| Err(std::io::ErrorKind::NotFound.into()),
    };
}

/// Settings that hold.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What is published, in whose name.
    pub site: Site,
    /// Where the state is: the path of the SQLite database.
    pub store: PathBuf,
    /// The published folder and its form.
    pub publish: Publish,
    /// Copies of the state.
    pub backups: Backups,
    /// How the daemon is reached.
    pub serve: Serve,
    /// What is logged, and how.
    pub log: Log,
    /// What must not be shown to anybody.
    pub secrets: Arc<Secrets>,
    /// How requests are made.
    pub fetch: Fetch,
    /// The browser for pages that need one.
    pub render: Option<Render>,
    /// Who pushes to us, and whom we push to.
    pub websub: Websub,
    /// Fixed categories.
    pub categories: Vec<Category>,
    /// How long the items of sources are kept; of those that are missing, for ever.
    pub keep: BTreeMap<SourceId, Keep>,
    /// Other names of these.
    pub aliases: Arc<Aliases>,
    /// What becomes of items: those of categories first, then the others.
    pub rules: Arc<Vec<Rule>>,
    /// The same as one machine.
    pub router: Arc<Router>,
    /// The sources that decline rules of the defaults.
    pub declining: Arc<HashSet<SourceId>>,
    /// The sources, in the order of the file.
    pub sources: Vec<Source>,
    /// Rules for article pages by their site.
    pub sites: Arc<Sites>,
    /// The predecessor's posts, if this site succeeds one.
    pub jekyll: Option<Jekyll>,
    /// How items of several sources are united.
    pub stories: Ways,
    /// What is wished of cleaning.
    pub cleaning: Manner,
}

/// What becomes of an item whose entry changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnChange {
    /// It is changed where it stands.
    #[default]
    Update,
    /// It stays as it was.
    Ignore,
    /// It is changed, and moves to the top as if it were new.
    Announce,
}

/// The `[site]` table.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its name.
    pub title: String,
    /// A sentence about it.
    pub description: Option<String>,
    /// Where it will be reached; ends with `/`.
    pub url: Url,
    /// BCP 47.
    pub language: String,
    /// Dates on pages are shown in this zone.
    pub zone: Tz,
    /// Plain text at the foot of each page.
    pub footer: Option<String>,
    /// `example.org,2026`: the authority of ids (RFC 4151); minted from `url` when not given.
    pub authority: Option<String>,
}

/// The `[publish]` table.
#[derive(Clone, Debug)]
pub struct Publish {
    /// The folder.
    pub dir: PathBuf,
    /// The bucket that gets a copy of it: `s3://…`, `gs://…` or `az://…`, without credentials.
    pub bucket: Option<Url>,
    /// Items in each feed document.
    pub items: usize,
    /// How long a feed document may be, in bytes: the longest texts are cut.
    pub bytes: usize,
    /// How names become addresses.
    pub slugs: Style,
    /// Categories that appear by themselves are published with so many items, not before.
    pub min_items: usize,
    /// Templates and style that take the place of ours: name and text.
    pub templates: Arc<Vec<(String, String)>>,
}

/// The `[fetch]` table.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// `User-Agent`, if not ours.
    pub user_agent: Option<String>,
    /// Least time between two requests to one host.
    pub gap: Duration,
    /// Time for a connection.
    pub connect: Duration,
    /// Time without a byte.
    pub idle: Duration,
    /// Time for a whole answer.
    pub total: Duration,
    /// Most bytes of an answer as it is sent.
    pub wire: usize,
    /// Most bytes of an answer, decoded.
    pub bytes: usize,
    /// Most requests under way.
    pub at_once: usize,
    /// The longest that a server's wish (`max-age`, `Expires`, `ttl`, `sy:`) puts off a visit.
    pub longest_wish: Duration,
    /// Domains whose hosts rest together when one of them asks to be left alone.
    pub rest_together: Vec<String>,
}

/// A `[[category]]`.
#[derive(Clone, Debug)]
pub struct Category {
    /// Its name in rules.
    pub id: CategoryId,
    /// Its name on pages.
    pub title: String,
    /// Its address, if it shall not be made from the id.
    pub slug: Option<String>,
    /// Other names that mean it: what `{medium}` and its like give.
    pub aliases: Vec<String>,
    /// A saved search: everything kept that it finds belongs here.
    pub query: Option<String>,
    /// It is published with so many items, not before.
    pub min_items: Option<usize>,
    /// How long items stay in it.
    pub keep: Option<Keep>,
    /// What becomes of its changed items.
    pub on_change: Option<OnChange>,
    /// Whether it is published nowhere: only subscribers with addresses of their own read it.
    pub private: bool,
}

/// The `[jekyll]` table: the form of the predecessor's posts.
#[derive(Clone, Debug)]
pub struct Jekyll {
    /// The source that imported items belong to.
    pub source: SourceId,
    /// The site's address in footers, as `//host/`.
    pub site: String,
    /// Share address of an article, with `{id}`.
    pub share: String,
    /// What tags have behind the medium's name.
    pub suffix: String,
    /// Address of the original of a medium's post, with `{code}`.
    pub link: Option<String>,
}

/// Reads the settings. On error every fault is named, in the order of the file.
pub fn parse(text: &str, outside: &Outside<'_>) -> Result<Settings, Faults> {
    let marks = Marks::default();
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            marks.add(&error.span().unwrap_or(0..0), error.message().trim_end().to_owned());
        }
        return Err(fault::locate(text, marks));
    }
    let span = 0..0;
    let heard = secrets::Heard::default();
    let settings = {
        let env = |name: &str| heard.note((outside.env)(name));
        let file = |path: &str| (outside.file)(path).inspect(|text| heard.add(text));
        let outside = Outside { env: &env, file: &file, folder: outside.folder };
        let table = Table::new(root.get_ref(), span, "", &marks, &outside);
        settings(table)
    };
    let settings = settings.map(|mut settings| {
        settings.secrets = Arc::new(Secrets::new(heard, &settings.sources));
        settings
    });
    match settings {
        Some(settings) if marks.is_empty() => Ok(settings),
        _ => Err(fault::locate(text, marks)),
    }
}

fn settings(mut root: Table<'_>) -> Option<Settings> {
    let root_marks = root.marks();
    let site = site::site(&mut root);
    let store = serve::store(&mut root);
    let publish = site::publish(&mut root);
    let serve = serve::serve(&mut root);
    let log = log::table(&mut root);
    let fetch = site::fetch(&mut root);
    let render = render::render(&mut root);
    let websub = websub::read(&mut root, site.as_ref());
    let (categories, found) = site::categories(&mut root);
    let zone = site.as_ref().map_or(Tz::UTC, |site| site.zone);
    let names: BTreeSet<_> = categories.iter().map(|one| one.id.as_str().to_owned()).collect();
    let defaults = source::defaults(&mut root, zone, &names);
    let sources = source::sources(&mut root, &defaults, &names);
    render::vet(&mut root);
    let found = route::rules(&mut root, found, &names);
    let keep = keep::keep(&mut root);
    let sites = Arc::new(rules::sites(&mut root));
    let jekyll = site::jekyll(&mut root, &sources);
    let stories = stories::ways(&mut root, &sources);
    let cleaning = cleaning::manner(&mut root);
    root.finish();
    // Faulty settings come to nothing, and their rules may be too many.
    let router = if root_marks.is_empty() {
        Router::new(found.rules.clone(), &found.declining)
    } else {
        Router::default()
    };
    let aliases = categories.iter().flat_map(|one: &Category| {
        one.aliases.iter().map(|alias| (alias.as_str(), one.id.clone()))
    });
    Some(Settings {
        aliases: Arc::new(Aliases::new(aliases)),
        keep,
        site: site?,
        store: store.0?,
        backups: store.1,
        publish,
        serve,
        log,
        secrets: Arc::default(),
        fetch,
        render,
        websub,
        categories,
        router: Arc::new(router),
        rules: Arc::new(found.rules),
        declining: Arc::new(found.declining),
        sources,
        sites,
        jekyll,
        stories,
        cleaning,
    })
}

/// The settings with one more rule, written as the keys of a `[[rule]]` with commas between them:
/// `when = { title = "x" }, add = "y"`.
pub fn with_rule(settings: &Settings, text: &str) -> Result<Settings, Faults> {
    let document = format!("[[rule]]\n{text}");
    let inline = format!("rule = [{{ {text} }}]");
    let document = if DeTable::parse(&inline).is_ok() { inline } else { document };
    let marks = Marks::default();
    let (root, errors) = DeTable::parse_recoverable(&document);
    for error in errors {
        marks.add(&error.span().unwrap_or(0..0), error.message().trim_end().to_owned());
    }
    let found = {
        let mut table = Table::new(root.get_ref(), 0..0, "", &marks, &Outside::NOTHING);
        let found = route::more(&mut table, settings);
        table.finish();
        found
    };
    if !marks.is_empty() {
        return Err(fault::locate(&document, marks));
    }
    let rules: Vec<Rule> = settings.rules.iter().cloned().chain(found).collect();
    let mut settings = settings.clone();
    settings.router = Arc::new(Router::new(rules.clone(), &settings.declining));
    settings.rules = Arc::new(rules);
    Ok(settings)
}

/// A source for an address that stands in no settings: `finews fetch https://…`.
pub fn source_for(url: &Url, zone: Tz) -> Source {
    source::bare(url, zone)
}

#[cfg(test)]
mod tests;
