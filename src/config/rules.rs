//! Rules for article pages by their site: `rules`, `rule_headers` and `[[site_rules]]`.

use super::File;
use super::read::{At, Table};
use crate::article::{Bad, RawRules, RawSite, SiteCss, Sites};

/// What no rule file may ever set: it would change the request itself.
const NEVER: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "if-modified-since",
    "if-none-match",
    "range",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Every rule for sites; what the settings say themselves wins over files, later folders over
/// earlier ones.
pub(super) fn sites(root: &mut Table<'_>) -> Sites {
    let headers = root.strings("rule_headers").unwrap_or_default();
    for name in headers.iter().filter(|name| NEVER.contains(&&*name.value.to_ascii_lowercase())) {
        let what = format!("rule files may not set `{}`", name.value);
        root.marks().add(&name.span, what);
    }
    let mut sites = Sites::allowing(headers.into_iter().map(|name| name.value));
    for folder in root.strings("rules").unwrap_or_default() {
        match root.folder(&folder.value) {
            Ok(files) => {
                let rules = files.iter().filter(|file| file.is(".txt"));
                for File { name, text } in rules {
                    sites.add_file(name, text);
                }
            }
            Err(why) => {
                let what = format!("cannot read the folder `{}`: {why}", folder.value);
                let hint = "it is looked for where finews is started";
                root.marks().add_hint(&folder.span, what, hint);
            }
        }
    }
    for table in root.tables("site_rules") {
        if let Some(rules) = css(table) {
            sites.add_css(rules);
        }
    }
    sites
}

fn css(mut table: Table<'_>) -> Option<SiteCss> {
    let host = table.required("host");
    let lists = ["body", "remove", "unwrap", "stop_at"];
    let lists = lists.map(|key| (key, table.strings(key).unwrap_or_default()));
    let single = ["title", "author", "date", "next", "single"];
    let single = single.map(|key| (key, table.string(key)));
    let values = |at: usize| {
        lists.get(at).map(|(_, texts)| texts.iter().map(|text| text.value.clone()).collect())
    };
    let value = |at: usize| single.get(at)?.1.as_ref().map(|text| text.value.clone());
    let raw = RawSite {
        host: host.as_ref().map(|host| host.value.clone()).unwrap_or_default(),
        rules: RawRules {
            body: values(0).unwrap_or_default(),
            remove: values(1).unwrap_or_default(),
            unwrap: values(2).unwrap_or_default(),
            stop_at: values(3).unwrap_or_default(),
            ..RawRules::default()
        },
        title: value(0),
        author: value(1),
        date: value(2),
        next: value(3),
        single: value(4),
    };
    let rules = SiteCss::compile(&raw).map_err(|faults| {
        for bad in faults {
            let several = lists.iter().find(|(key, _)| *key == bad.field);
            let one = single.iter().find(|(key, _)| *key == bad.field);
            let text = several.and_then(|(_, texts)| texts.get(bad.index));
            name(&table, &bad, text.or(one.and_then(|(_, text)| text.as_ref())));
        }
    });
    table.finish();
    host.and(rules.ok())
}

fn name(table: &Table<'_>, bad: &Bad, text: Option<&At<String>>) {
    let span = text.map_or_else(|| table.span.clone(), |text| text.span.clone());
    table.marks().add(&span, format!("`{}`: `{}`: {}", bad.field, bad.value, bad.why));
}
