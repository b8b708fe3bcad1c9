//! The tables about the running program: `[serve]` and `[store]`.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::read::Table;

/// The `[serve]` table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serve {
    /// Where the site is served.
    pub listen: SocketAddr,
    /// Where the status and the metrics are served, if not beside the site.
    pub admin: Option<SocketAddr>,
    /// Whether everybody may see the status pages; the metrics never.
    pub status: bool,
}

/// Copies of the state that `[store]` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backups {
    /// How many are kept; none are made where it is 0.
    pub keep: usize,
    /// The folder, if not `backups` beside the database.
    pub dir: Option<PathBuf>,
}

/// The path of the database, and its copies.
pub(super) fn store(root: &mut Table<'_>) -> (Option<PathBuf>, Backups) {
    let usual = PathBuf::from("state/finews.db");
    let mut backups = Backups { keep: 7, dir: None };
    let Some(mut table) = root.table("store") else { return (Some(usual), backups) };
    let url = table.string("url");
    if let Some(keep) = table.number("backups", 0..1_001) {
        backups.keep = keep as usize;
    }
    backups.dir = table.required_if_there("backup_dir").map(|dir| PathBuf::from(dir.value));
    table.finish();
    let Some(url) = url else { return (Some(usual), backups) };
    let path = url.value.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//"));
    let path = path.filter(|path| !path.is_empty()).map(PathBuf::from);
    if path.is_none() {
        let what = format!("`{}` is no store", url.value);
        root.marks().add_hint(&url.span, what, "write `sqlite:state/finews.db`");
    }
    (path, backups)
}

pub(super) fn serve(root: &mut Table<'_>) -> Serve {
    let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
    let usual = Serve { listen, admin: None, status: false };
    let Some(mut table) = root.table("serve") else { return usual };
    let listen = address(&mut table, "listen").unwrap_or(usual.listen);
    let admin = address(&mut table, "admin");
    let status = table.flag("public_status").unwrap_or(false);
    table.finish();
    Serve { listen, admin, status }
}

/// An address to listen at; what is none is a fault besides.
fn address(table: &mut Table<'_>, key: &'static str) -> Option<SocketAddr> {
    let text = table.string(key)?;
    let address = text.value.parse().ok();
    if address.is_none() {
        let what = format!("`{}` is no address to listen at", text.value);
        table.marks().add_hint(&text.span, what, "write `127.0.0.1:8080` or `[::]:8080`");
    }
    address
}

#[cfg(test)]
mod tests;
