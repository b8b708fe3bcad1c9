//! The tables about the site itself: `[site]`, `[publish]`, `[fetch]`,
//! `[[category]]` and `[jekyll]`.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use url::Url;

use super::bucket::{self, Place};
use super::read::{At, Table, nearest};
use super::{Category, Fetch, File, Jekyll, Publish, Site, Source};
use super::{keep, route};
use crate::model::CategoryId;
use crate::schedule::LONGEST_WISH;
use crate::slug::Style;

/// Public hosts that limit all their names as one.
const REST_TOGETHER: [&str; 2] = ["tumblr.com", "reddit.com"];

pub(super) fn site(root: &mut Table<'_>) -> Option<Site> {
    if !root.has("site") {
        let hint = "begin with [site], title = \"…\", url = \"https://…\"";
        root.marks().add_hint(&(0..0), "the table `[site]` is missing", hint);
        root.value("site");
        return None;
    }
    let mut table = root.table("site")?;
    let title = table.required("title").map(|title| title.value);
    let url = table.required("url").and_then(|url| public_address(&table, &url));
    let language = language(&mut table).unwrap_or_else(|| "en".to_owned());
    let zone = zone(&mut table).unwrap_or(Tz::UTC);
    let authority = table.string("authority").filter(|text| is_authority(&table, text));
    let authority = authority.map(|text| text.value);
    let site = (|| {
        Some(Site {
            title: title?,
            description: table.string("description").map(|text| text.value),
            url: as_folder(url?),
            language,
            zone,
            footer: table.string("footer").map(|text| text.value),
            authority,
        })
    })();
    for key in ["description", "footer"] {
        table.value(key);
    }
    table.finish();
    site
}

/// The site's own address: every link begins with it.
fn public_address(table: &Table<'_>, text: &At<String>) -> Option<Url> {
    let url = web_address(table, "url", text)?;
    let credentials = !url.username().is_empty() || url.password().is_some();
    if credentials || url.query().is_some() || url.fragment().is_some() {
        let what = format!("`{}` cannot begin every link of the site", text.value);
        table.marks().add_hint(&text.span, what, "leave out `user@`, `?…` and `#…`");
        return None;
    }
    Some(url)
}

/// A language tag (BCP 47), by its form.
pub(super) fn language(table: &mut Table<'_>) -> Option<String> {
    let text = table.string("language")?;
    let mut parts = text.value.split('-');
    let first = parts.next().is_some_and(|part| {
        (2..=3).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphabetic())
    });
    let rest = parts.all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric())
    });
    if !(first && rest) {
        let what = format!("`{}` is no language", text.value);
        table.marks().add_hint(&text.span, what, "write a tag such as `en` or `zh-CN`");
        return None;
    }
    Some(text.value)
}

/// The authority of a `tag:` address (RFC 4151 §2.1).
fn is_authority(table: &Table<'_>, text: &At<String>) -> bool {
    let good = text.value.split_once(',').is_some_and(|(name, date)| {
        let name_holds = |c: u8| c.is_ascii_alphanumeric() || b".-@_".contains(&c);
        !name.is_empty()
            && name.bytes().all(name_holds)
            && matches!(date.len(), 4 | 7 | 10)
            && date.bytes().all(|c| c.is_ascii_digit() || c == b'-')
    });
    if !good {
        let what = format!("`{}` is no authority of ids", text.value);
        table.marks().add_hint(&text.span, what, "write a domain and a year: `example.org,2026`");
    }
    good
}

/// An absolute `http` or `https` address.
pub(super) fn web_address(table: &Table<'_>, key: &str, text: &At<String>) -> Option<Url> {
    let url = Url::parse(text.value.trim()).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() {
        let what = format!("`{key}` is no web address: `{}`", text.value);
        table.marks().add_hint(&text.span, what, "write it whole: `https://example.org/…`");
    }
    url
}

fn as_folder(mut url: Url) -> Url {
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}

pub(super) fn zone(table: &mut Table<'_>) -> Option<Tz> {
    let text = table.string("timezone")?;
    zone_named(table, &text)
}

/// A zone by its name in the IANA database.
pub(super) fn zone_named(table: &Table<'_>, text: &At<String>) -> Option<Tz> {
    let zone = text.value.parse().ok();
    if zone.is_none() {
        let what = format!("`{}` is no time zone", text.value);
        let names = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let hint = match nearest(&text.value, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write a name such as `Asia/Shanghai` or `UTC`".to_owned(),
        };
        table.marks().add_hint(&text.span, what, hint);
    }
    zone
}

pub(super) fn publish(root: &mut Table<'_>) -> Publish {
    let mut publish = Publish {
        dir: PathBuf::from("feeds"),
        bucket: None,
        items: 50,
        bytes: 512 << 10,
        slugs: Style::Safe,
        min_items: 0,
        templates: Arc::default(),
    };
    let Some(mut table) = root.table("publish") else { return publish };
    if let Some(dir) = table.required_if_there("dir") {
        match bucket::place(&dir.value) {
            Ok(Place::Folder(dir)) => publish.dir = dir,
            Ok(Place::Bucket(url)) => publish.bucket = Some(url),
            Err((what, hint)) => table.marks().add_hint(&dir.span, what, hint),
        }
    }
    if let Some(copy) = table.required_if_there("copy") {
        publish.dir = PathBuf::from(&copy.value);
        if publish.bucket.is_none() {
            let what = "`copy` is for a bucket: `dir` is a folder already".to_owned();
            table.marks().add_hint(&copy.span, what, "leave `copy` out");
        }
    }
    if let Some(items) = table.number("items", 1..1_001) {
        publish.items = items as usize;
    }
    if let Some(bytes) = table.number("bytes", 65_536..1 << 30) {
        publish.bytes = bytes as usize;
    }
    if let Some(least) = table.number("min_items", 0..1_001) {
        publish.min_items = least as usize;
    }
    publish.templates = Arc::new(templates(&mut table));
    if let Some(slugs) = table.string("slugs") {
        match slugs.value.as_str() {
            "safe" => {}
            "predecessor" => publish.slugs = Style::Predecessor,
            other => {
                let what = format!("`{other}` is no way to make slugs");
                table.marks().add_hint(&slugs.span, what, "write `safe` or `predecessor`");
            }
        }
    }
    table.finish();
    publish
}

/// The templates (`.html`) and the style (`.css`) of a folder.
fn templates(table: &mut Table<'_>) -> Vec<(String, String)> {
    let Some(folder) = table.required_if_there("templates") else { return Vec::new() };
    match table.folder(&folder.value) {
        Ok(files) => {
            let wanted = |file: &File| file.is(".html") || file.name == "style.css";
            let files = files.into_iter().filter(wanted);
            files.map(|file| (file.name, file.text)).collect()
        }
        Err(why) => {
            let what = format!("cannot read the folder `{}`: {why}", folder.value);
            let hint = "it is looked for where finews is started";
            table.marks().add_hint(&folder.span, what, hint);
            Vec::new()
        }
    }
}

pub(super) fn fetch(root: &mut Table<'_>) -> Fetch {
    let mut fetch = Fetch {
        user_agent: None,
        gap: Duration::from_secs(1),
        connect: Duration::from_secs(10),
        idle: Duration::from_secs(15),
        total: Duration::from_mins(1),
        wire: 16 << 20,
        bytes: 32 << 20,
        at_once: 32,
        longest_wish: LONGEST_WISH,
        rest_together: REST_TOGETHER.map(str::to_owned).to_vec(),
    };
    let Some(mut table) = root.table("fetch") else { return fetch };
    fetch.user_agent = super::access::user_agent(&mut table);
    let times = [
        ("gap", &mut fetch.gap),
        ("connect", &mut fetch.connect),
        ("idle", &mut fetch.idle),
        ("total", &mut fetch.total),
        ("longest_wish", &mut fetch.longest_wish),
    ];
    for (key, place) in times {
        if let Some(time) = table.duration(key) {
            *place = time.value;
        }
    }
    if let Some(bytes) = table.number("bytes", 1_024..1 << 30) {
        fetch.bytes = bytes as usize;
    }
    if let Some(wire) = table.number("wire", 1_024..1 << 30) {
        fetch.wire = wire as usize;
    }
    if let Some(at_once) = table.number("at_once", 1..1_025) {
        fetch.at_once = at_once as usize;
    }
    if let Some(domains) = table.strings("rest_together") {
        fetch.rest_together = domains.iter().filter_map(|text| domain(&table, text)).collect();
    }
    table.finish();
    fetch
}

/// A name of at least two parts, in lower case.
fn domain(table: &Table<'_>, text: &At<String>) -> Option<String> {
    let name = text.value.trim().trim_matches('.').to_ascii_lowercase();
    let host = url::Host::parse(&name).ok();
    let good = matches!(&host, Some(url::Host::Domain(name)) if name.contains('.'));
    if !good {
        let what = format!("`{}` is no domain", text.value);
        table.marks().add_hint(&text.span, what, "write a name such as `tumblr.com`");
    }
    good.then_some(name)
}

pub(super) fn categories(root: &mut Table<'_>) -> (Vec<Category>, route::Found) {
    let sources = route::ids(root).into_iter().map(|(_, id)| id).collect();
    let (mut seen, mut slugs, mut names) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    let mut categories = Vec::new();
    let mut found = route::Found::default();
    for mut table in root.tables("category") {
        let (marks, span) = (table.marks(), table.span.clone());
        let before = marks.len();
        let id = table.required("id");
        let title = table.string("title").map(|title| title.value);
        let slug = table.string("slug").filter(|slug| is_slug(&table, slug, &mut slugs));
        let slug = slug.map(|slug| slug.value);
        let aliases = aliases(&mut table, id.as_ref(), &mut names);
        let min_items = table.number("min_items", 0..1_001).map(|least| least as usize);
        let private = table.flag("private").unwrap_or(false);
        let keep = keep::read(&mut table);
        let name = id.as_ref().map(|id| CategoryId::new(id.value.clone()));
        let (rule, query) = route::drawing(&mut table, name.as_ref(), &sources);
        let query = query.map(|query| query.value);
        let on_change = super::stories::on_change(&mut table);
        if let Some(id) = id {
            if !seen.insert(id.value.clone()) {
                let what = format!("there is a category `{}` already", id.value);
                table.marks().add(&id.span, what);
            }
            let title = title.unwrap_or_else(|| id.value.clone());
            let id = CategoryId::new(id.value);
            categories.push(Category {
                id,
                title,
                slug,
                aliases,
                query,
                min_items,
                keep,
                on_change,
                private,
            });
        }
        table.finish();
        let good = marks.len() == before;
        if let Some(rule) = rule {
            found.push(rule, span.clone(), good);
        }
    }
    for (alias, span) in names.values().filter(|(alias, _)| seen.contains(alias)) {
        let what = format!("`{alias}` is a category of its own");
        root.marks().add_hint(span, what, "take away its [[category]], or this alias");
    }
    (categories, found)
}

/// Other names of a category, each of which may mean one category only.
fn aliases(
    table: &mut Table<'_>,
    id: Option<&At<String>>,
    names: &mut BTreeMap<String, (String, Range<usize>)>,
) -> Vec<String> {
    let aliases = table.strings("aliases").unwrap_or_default();
    for alias in &aliases {
        let folded = crate::route::fold(&alias.value);
        if folded.is_empty() || id.is_some_and(|id| id.value == alias.value) {
            table.marks().add(&alias.span, format!("`{}` is no other name", alias.value));
            continue;
        }
        match names.entry(folded) {
            Entry::Occupied(_) => {
                table.marks().add(&alias.span, format!("`{}` is an alias already", alias.value));
            }
            Entry::Vacant(place) => {
                place.insert((alias.value.clone(), alias.span.clone()));
            }
        }
    }
    aliases.into_iter().map(|alias| alias.value).collect()
}

/// The last part of an address, and of a file's name: one part, and no other category's.
fn is_slug(table: &Table<'_>, text: &At<String>, seen: &mut BTreeSet<String>) -> bool {
    let slug = text.value.trim();
    if slug.is_empty() || slug != text.value || crate::slug::file_part(slug) != slug {
        let what = format!("`{}` is no last part of an address", text.value);
        table.marks().add_hint(&text.span, what, "letters, digits and `-`, as in `my-topic`");
        return false;
    }
    if !seen.insert(slug.to_lowercase()) {
        table.marks().add(&text.span, format!("there is a category at `{slug}` already"));
        return false;
    }
    true
}

pub(super) fn jekyll(root: &mut Table<'_>, sources: &[Source]) -> Option<Jekyll> {
    let mut table = root.table("jekyll")?;
    let source = table.required("source");
    let site = table.required("site").map(|text| text.value);
    let share = table.required("share").map(|text| text.value);
    let suffix = table.string("suffix").map_or_else(String::new, |text| text.value);
    let link = table.string("link").map(|text| text.value);
    let known = source.as_ref().and_then(|name| {
        let found = sources.iter().find(|source| source.id.as_str() == name.value);
        if found.is_none() {
            let what = format!("there is no source `{}`", name.value);
            let names = sources.iter().map(|source| source.id.as_str());
            let hint = nearest(&name.value, names).map(|near| format!("did you mean `{near}`?"));
            let hint = hint.unwrap_or_else(|| "posts need a [[source]] to belong to".to_owned());
            table.marks().add_hint(&name.span, what, hint);
        }
        found
    });
    table.finish();
    Some(Jekyll { source: known?.id.clone(), site: site?, share: share?, suffix, link })
}
