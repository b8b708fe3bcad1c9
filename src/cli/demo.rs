//! `finews demo`: the whole pipeline against a built-in example site, then serving the result.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::args::{Args, Demo};
use super::exit::Exit;
use super::{demo_site, fetch, out, serve, setup};
use crate::refresh::Report;
use crate::serve::{Rules, Site};

/// Where the example site likes to be, so that a second run finds it at the same address.
const EXAMPLE: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8791);

pub(super) async fn run(args: &Args, own: &Demo) -> anyhow::Result<Exit> {
    let listener = near(own.listen).await?;
    let example = near(EXAMPLE).await?;
    let (site, base) = (address(&listener)?, address(&example)?);
    let (text, name) = match &args.config {
        Some(path) => (setup::text(path)?, path.display().to_string()),
        None => (demo_site::SETTINGS.to_owned(), "demo.toml".to_owned()),
    };
    let text = text.replace("{base}", &base).replace("{site}", &site);
    let mut settings = setup::parsed(args, &text, &name)?;
    let home = PathBuf::from("state/demo");
    if args.state.is_none() {
        settings.store = home.join("finews.db");
    }
    if args.feeds.is_none() {
        settings.publish.dir = home.join("feeds");
    }
    let files = settings.store.with_file_name("example-site");
    lay_out(&files, &base).with_context(|| format!("cannot write `{}`", files.display()))?;
    out::note(format!("example site at {base}/"));
    let held = setup::hold(settings, "demo").await?;
    // The example site stays as long as its readers: pages show its pictures and lead to it.
    let (stop, stopped) = oneshot::channel::<()>();
    let example = crate::serve::run(example, Site::new(Rules::new(&files), Arc::new(())), async {
        let _ = stopped.await;
    });
    let work = async {
        let failed = publish(&held).await;
        if !own.once && matches!(failed, Ok(false)) {
            out::note(format!("\nopen {site}/ (Ctrl-C ends)"));
            let site = serve::site(&held.settings, &held.store);
            crate::serve::run(listener, site, setup::stop_asked()).await?;
        }
        drop(stop);
        failed
    };
    let (served, failed) = tokio::join!(example, work);
    served?;
    held.store.close().await;
    Ok(out::exit(failed?))
}

/// Sends the example site through the pipeline; says whether any source failed.
async fn publish(held: &setup::Held) -> anyhow::Result<bool> {
    let reports = fetch::round(held).await?;
    show(&reports, held).await?;
    Ok(reports.iter().any(|report| !report.errors.is_empty()))
}

/// The address wished for, or any other on the same host when it is taken.
async fn near(wish: SocketAddr) -> anyhow::Result<TcpListener> {
    if let Ok(listener) = TcpListener::bind(wish).await {
        return Ok(listener);
    }
    serve::bind(SocketAddr::new(wish.ip(), 0)).await
}

fn address(listener: &TcpListener) -> anyhow::Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}

/// The example site as files, with its own address in them.
fn lay_out(root: &Path, base: &str) -> std::io::Result<()> {
    for (path, text) in demo_site::FILES {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let text = text.replace("{base}", base);
        if !std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
            std::fs::write(&path, text)?;
        }
    }
    Ok(())
}

async fn show(reports: &[Report], held: &setup::Held) -> anyhow::Result<()> {
    let mut sources = table(["source", "entries", "new", "changed", "articles", "faults"]);
    for report in reports {
        sources.add_row([
            report.source.clone(),
            report.entries.to_string(),
            report.new.to_string(),
            report.changed.to_string(),
            report.articles.to_string(),
            report.faults.len().to_string(),
        ]);
    }
    let mut categories = table(["category", "items", "feed"]);
    for row in held.store.shelves().await? {
        let feed = format!("{}category/{}.atom", held.settings.site.url, row.category.slug);
        categories.add_row([row.category.title, row.total.to_string(), feed]);
    }
    out::line(format!("{sources}\n{categories}"))?;
    let dir = setup::shown(&held.settings.publish.dir);
    out::note(format!("published to `{dir}`"));
    Ok(())
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    table
}
