//! What can be said on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Turns feeds, list pages and JSON APIs into clean full-text feeds by category.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100)]
pub(super) struct Args {
    /// The settings.
    ///
    /// Without it, `config/finews.toml`; for `demo`, settings of its own.
    #[arg(long, global = true, value_name = "FILE", env = "FINEWS_CONFIG")]
    pub config: Option<PathBuf>,
    /// The folder of the state, instead of the settings' `store.url`.
    #[arg(long, global = true, value_name = "DIR", env = "FINEWS_STATE")]
    pub state: Option<PathBuf>,
    /// The published folder, instead of the settings' `publish.dir`.
    #[arg(long, global = true, value_name = "DIR", env = "FINEWS_FEEDS")]
    pub feeds: Option<PathBuf>,
    /// What is logged, and how: `error`, `warn`, `info`, `debug`, or a filter such as
    /// `finews=debug`; `json` for a JSON object on each line; or both, as in `json,debug`.
    #[arg(long, global = true, value_name = "LEVEL|FORM", env = "FINEWS_LOG")]
    pub log: Option<String>,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Polls the sources on schedule and serves the published folder.
    Serve(Serve),
    /// Polls the due sources, or those named, once; or turns an address into a feed on stdout.
    Fetch(Fetch),
    /// Polls sources that are gone (410) again, from now on.
    Revive(Revive),
    /// Writes the store to the published folder.
    Publish(Publish),
    /// Reads the settings and names every fault.
    Check,
    /// Applies today's rules to everything that is kept: shows the difference, then publishes it.
    Reroute(Reroute),
    /// Shows what each stage makes of a source or an address, and keeps nothing.
    Preview(Preview),
    /// Finds the feeds behind an address, or infers rules for its list.
    Discover(Discover),
    /// Searches everything that is kept.
    Search(Search),
    /// Shows the categories, their addresses, and whose address is not what it would have been.
    Categories(Categories),
    /// Shows how the sources are, and what can be done about those that are amiss.
    Status(Status),
    /// Recommends items in `/shares.atom`, or shows what is recommended.
    Share(Share),
    /// Shows who may read private categories; gives them addresses, and revokes those.
    Subscribers(Subscribers),
    /// Takes an item down for good, or shows what was taken down.
    Withdraw(Withdraw),
    /// Lists what is kept and not published, or publishes it.
    Held(HeldEntries),
    /// Shows how an item changed.
    History(History),
    /// Makes a backup of the state, also while a daemon runs.
    Backup(Backup),
    /// Puts a backup in the place of the state, which stays beside it.
    Restore(Restore),
    /// Brings in what another system wrote: subscriptions, or the predecessor's posts.
    Import(Import),
    /// Writes what is kept in another system's form.
    Export(Export),
    /// Lists the rule files for article pages, and runs their own tests.
    Rules(Rules),
    /// Runs the whole pipeline against a built-in example site, and serves the result.
    Demo(Demo),
    /// Asks a running daemon whether it is well; for containers.
    #[command(hide = true)]
    Health(Health),
}

#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    /// Where to listen, instead of the settings' `serve.listen`.
    #[arg(long, value_name = "ADDRESS", env = "FINEWS_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Where status and metrics are served, instead of the settings' `serve.admin`.
    #[arg(long, value_name = "ADDRESS", env = "FINEWS_ADMIN")]
    pub admin: Option<SocketAddr>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Fetch {
    /// Sources by their ids, or a single address; none means every source that is due.
    #[arg(value_name = "SOURCE|URL")]
    pub sources: Vec<String>,
    /// For an address: the form of the feed.
    #[arg(long, value_enum, default_value_t = Form::Atom)]
    pub format: Form,
    #[command(flatten)]
    pub address: Address,
    /// Visits every source, whether it is due or not; those that are paused only by their names.
    #[arg(long)]
    pub all: bool,
    /// How long to wait for another one-shot command that holds the state, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    pub wait: u64,
    /// Prints the outcome as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Revive {
    /// Sources by their ids.
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// How long to wait for another one-shot command that holds the state, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    pub wait: u64,
    /// Prints the outcome as JSON.
    #[arg(long)]
    pub json: bool,
}

/// What an address on the command line needs besides itself.
#[derive(Debug, clap::Args)]
pub(super) struct Address {
    /// For an address: fetches the article of each entry.
    #[arg(long)]
    pub full_text: bool,
    /// For an address: a private network that may be asked, such as `127.0.0.1/32`.
    #[arg(long, value_name = "NETWORK")]
    pub allow_private: Vec<ipnet::IpNet>,
    /// For an address: the browser of the settings (`[render]`) puts pages together.
    #[arg(long)]
    pub render: bool,
    /// At most so many entries.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    Rss,
    Atom,
    Json,
    Markdown,
    Html,
}

#[derive(Debug, clap::Args)]
pub(super) struct Publish {
    /// Makes every file again; those that come out the same are left alone. What stands in
    /// another place is put there again, whatever was put there before.
    #[arg(long)]
    pub all: bool,
    /// Copies what is published to this folder or bucket too: `s3://bucket/prefix`, `gs://…` or
    /// `az://…`, with credentials from the environment.
    #[arg(long, value_name = "DIR|URL")]
    pub to: Option<String>,
    /// Prints the outcome as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Reroute {
    /// Shows the difference and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// A further rule to try out, as in `[[rule]]`: `when = { title = "x" }, add = "y"`.
    #[arg(long, value_name = "RULE", requires = "dry_run")]
    pub rule: Vec<String>,
    /// Prints the whole difference as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Preview {
    /// A source by its id, or an address.
    #[arg(value_name = "SOURCE|URL")]
    pub source: String,
    #[command(flatten)]
    pub address: Address,
    /// A further rule to try out, as in `[[rule]]`: `when = { title = "x" }, add = "y"`.
    #[arg(long, value_name = "RULE")]
    pub rule: Vec<String>,
    /// Prints every stage as JSON.
    #[arg(long)]
    pub json: bool,
    /// Writes the blocks of the first entry's page to an HTML file, those that were kept marked.
    #[arg(long, value_name = "FILE")]
    pub explain: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Discover {
    /// The address of a site, a list page or an API.
    pub url: String,
    /// Infers list rules even where there are feeds.
    #[arg(long)]
    pub rules: bool,
    /// Appends the best find to the settings.
    #[arg(long)]
    pub write: bool,
    /// The name of the source, instead of one made from its host.
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// A private network that may be asked, such as `127.0.0.1/32`.
    #[arg(long, value_name = "NETWORK")]
    pub allow_private: Vec<ipnet::IpNet>,
    /// Prints all finds as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Search {
    /// Words, `"phrases"`, `-without`, `this OR that`, `title:word`; also `medium:`, `label:`,
    /// `author:`, `source:`, `link:`, `language:`.
    #[arg(required = true, allow_hyphen_values = true)]
    pub query: Vec<String>,
    /// At most so many items.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Prints what was found as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Categories {
    /// Only those whose name or address holds this.
    pub name: Option<String>,
    /// Prints them as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Status {
    /// One source, with the history of its visits.
    #[arg(value_name = "SOURCE")]
    pub source: Option<String>,
    /// Prints the state of every source as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Withdraw {
    /// Items by their ids, their share pages' addresses, or those of their originals; none lists
    /// what was taken down.
    #[arg(value_name = "ID|URL")]
    pub items: Vec<String>,
    /// The reason, for the list; it is not published.
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    /// Lets items come back when their sources list them again; what was deleted stays so.
    #[arg(long, conflicts_with = "why", requires = "items")]
    pub undo: bool,
    /// Prints the list as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Share {
    /// Items by their ids, their share pages' addresses, or those of their originals; none lists
    /// what is recommended.
    #[arg(value_name = "ID|URL")]
    pub items: Vec<String>,
    /// Why, for those who read the feed; it stands before the text.
    #[arg(long, value_name = "TEXT", requires = "items")]
    pub note: Option<String>,
    /// When it ends by itself: after a time (`30d`), or at the end of a day (`2027-01-31`).
    #[arg(long, value_name = "WHEN", requires = "items")]
    pub expire: Option<String>,
    /// Takes the recommendation back.
    #[arg(long, conflicts_with_all = ["note", "expire"], requires = "items")]
    pub remove: bool,
    /// Prints the list as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Subscribers {
    #[command(subcommand)]
    pub verb: Option<SubscribersVerb>,
    /// Shows the addresses too, which are as good as keys.
    #[arg(long)]
    pub addresses: bool,
    /// Prints the list as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum SubscribersVerb {
    /// Gives somebody addresses at which they read private categories in any reader.
    Add(Admit),
    /// Revokes somebody's addresses, at once and for good.
    Revoke(Dismiss),
}

#[derive(Debug, clap::Args)]
pub(super) struct Admit {
    /// What you call them.
    pub name: String,
    /// A private category by its id; several times for several.
    #[arg(long, value_name = "ID", required = true)]
    pub category: Vec<String>,
    /// When the addresses end by themselves: after a time (`365d`), or at the end of a day.
    #[arg(long, value_name = "WHEN")]
    pub expire: Option<String>,
    /// Prints the addresses as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Dismiss {
    /// As they were added.
    pub name: String,
    /// Only the address of this category.
    #[arg(long, value_name = "ID")]
    pub category: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct HeldEntries {
    #[command(subcommand)]
    pub verb: Option<HeldVerb>,
    /// Prints every entry as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum HeldVerb {
    /// Publishes what is held of a source because there was too much of it, or it looked foreign.
    Release(Release),
}

#[derive(Debug, clap::Args)]
pub(super) struct Release {
    /// A source by its id.
    pub source: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct History {
    /// An item by its id, the address of its share page, or the address of the original.
    #[arg(value_name = "ID")]
    pub item: String,
    /// Prints every state as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Backup {
    /// The folder, instead of the settings' `store.backup_dir`.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Restore {
    /// The backup; without it, the newest one.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// A list of subscriptions (OPML; `-` reads stdin), or its form: `opml`, `jekyll`.
    #[arg(value_name = "FILE|FORM")]
    pub what: PathBuf,
    /// The file, or the folder of posts, where a form was named.
    #[arg(value_name = "PLACE")]
    pub place: Option<PathBuf>,
    /// For subscriptions: appends them to the settings instead of printing them.
    #[arg(long)]
    pub write: bool,
    /// Prints the outcome as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// The form.
    #[arg(value_enum)]
    pub form: Foreign,
    /// The folder of posts; for OPML a file, or none for stdout.
    #[arg(value_name = "PLACE", required_if_eq("form", "jekyll"))]
    pub dir: Option<PathBuf>,
    /// Prints the outcome as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Foreign {
    /// Posts of the predecessor's static site.
    Jekyll,
    /// The sources, for other readers.
    Opml,
}

#[derive(Debug, clap::Args)]
pub(super) struct Rules {
    #[command(subcommand)]
    pub verb: RulesVerb,
}

#[derive(Debug, Subcommand)]
pub(super) enum RulesVerb {
    /// Shows which rules of the settings act on an item that is kept.
    Explain(RulesExplain),
    /// Shows the items that rules withhold, and which rule it is.
    Withheld(RulesWithheld),
    /// Lets held items through, for good, and publishes them.
    Release(RulesRelease),
    /// Shows which rules there are, and every fault in them.
    List,
    /// Reads the pages that rule files name as their tests (`test_url`, `test_contains`).
    Test(RulesTest),
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesExplain {
    /// An item's id, its share link, or the address of its article.
    #[arg(value_name = "ITEM|URL")]
    pub item: String,
    /// A further rule to try out, as in `[[rule]]`: `when = { title = "x" }, add = "y"`.
    #[arg(long, value_name = "RULE")]
    pub rule: Vec<String>,
    /// Prints it as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesWithheld {
    /// Prints it as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesRelease {
    /// The items' ids.
    #[arg(value_name = "ITEM", required = true)]
    pub items: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesTest {
    /// Only the rules for this host, as their file is named.
    #[arg(long, value_name = "HOST")]
    pub site: Option<String>,
    /// Reads recorded pages of this folder instead of asking for them. A page's file is named by
    /// the first 16 hex digits of the SHA-256 of its address, or by its address without the scheme,
    /// with `_` for all but letters, digits, `.` and `-`; then `.html`.
    #[arg(long, value_name = "DIR")]
    pub recorded: Option<PathBuf>,
    /// A private network that may be asked, such as `127.0.0.1/32`.
    #[arg(long, value_name = "NETWORK")]
    pub allow_private: Vec<ipnet::IpNet>,
    /// Prints the outcome as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Ends when the feeds are published.
    #[arg(long)]
    pub once: bool,
    /// Where to serve the result.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8790")]
    pub listen: SocketAddr,
}

#[derive(Debug, clap::Args)]
pub(super) struct Health {
    /// The daemon's address.
    #[arg(default_value = "127.0.0.1:8080", env = "FINEWS_LISTEN")]
    pub address: SocketAddr,
}
