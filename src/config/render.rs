//! The table about the browser, `[render]`, and who wants it.

use std::time::Duration;

use url::Url;

use super::read::{At, Table};

/// The `[render]` table.
#[derive(Clone, Debug)]
pub struct Render {
    /// Where the browser's DevTools are: `ws` or `http`.
    pub endpoint: Url,
    /// Time for a page.
    pub time: Duration,
    /// Most requests of a page.
    pub requests: usize,
    /// Most bytes of a page and all that it asks for.
    pub bytes: usize,
    /// Pages in the browser at a time.
    pub at_once: usize,
}

pub(super) fn render(root: &mut Table<'_>) -> Option<Render> {
    let mut table = root.table("render")?;
    let endpoint = table.required("endpoint").and_then(|text| endpoint(&table, &text));
    let time = table.duration("time").map_or(Duration::from_secs(30), |time| time.value);
    let requests = table.number("requests", 1..10_001).unwrap_or(200) as usize;
    let bytes = table.number("bytes", 1_024..1 << 30).unwrap_or(32 << 20) as usize;
    let at_once = table.number("at_once", 1..65).unwrap_or(2) as usize;
    table.finish();
    Some(Render { endpoint: endpoint?, time, requests, bytes, at_once })
}

fn endpoint(table: &Table<'_>, text: &At<String>) -> Option<Url> {
    let url = Url::parse(text.value.trim()).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "ws") && url.has_host());
    if url.is_none() {
        let what = format!("`{}` is no endpoint of a browser", text.value);
        let hint = "write `http://127.0.0.1:9222`, or the `ws://…` that the browser prints; it \
                    speaks no TLS";
        table.marks().add_hint(&text.span, what, hint);
    }
    url
}

/// Whether a browser is wanted.
pub(super) fn wish(table: &mut Table<'_>) -> Option<bool> {
    let text = table.string("render")?;
    match text.value.as_str() {
        "browser" => Some(true),
        "no" => Some(false),
        other => {
            let what = format!("`{other}` is no way to render");
            table.marks().add_hint(&text.span, what, "write `browser`, or `no`");
            None
        }
    }
}

/// Names whoever wants a browser where none is.
pub(super) fn vet(root: &mut Table<'_>) {
    if root.has("render") {
        return;
    }
    let hint = "add [render] with `endpoint = \"http://127.0.0.1:9222\"`, where your browser is";
    for table in root.tables("defaults").into_iter().chain(root.tables("source")) {
        let texts = table.peek_strings("render").unwrap_or_default();
        for text in texts.iter().filter(|text| text.value == "browser") {
            table.marks().add_hint(&text.span, "there is no browser that could `render`", hint);
        }
    }
}
