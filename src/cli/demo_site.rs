//! The example site of `finews demo`: a small town's feeds, lists and articles, and the settings
//! that read them.

/// Pairs of a path and what stands there, so that no name is written twice.
macro_rules! files {
    ($($path:literal)*) => { &[$(($path, include_str!(concat!("demo_site/", $path)))),*] };
}

/// The settings; `{base}` stands for the example site's address and `{site}` for that of the
/// published pages, both without a slash at the end. They are replaced before the text is parsed.
pub(super) const SETTINGS: &str = include_str!("demo_site/demo.toml");

/// The site by path, without a slash at the beginning; `{base}` in a file stands for the site's
/// address.
pub(super) const FILES: &[(&str, &str)] = files![
    "api/list-1.json"
    "api/list-2.json"
    "api/rolling.json"
    "articles/bridge-hums.html"
    "articles/counting-otters.html"
    "articles/podcast-engineer.html"
    "articles/seven-minutes-fast.html"
    "articles/silverfish-census.html"
    "articles/tides-inland.html"
    "articles/weighing-fog.html"
    "articles/why-dumplings-float.html"
    "detail/202611120930011284.html"
    "detail/202611141450029903.html"
    "detail/202611150800016653.html"
    "detail/202611161015041196.html"
    "detail/202611171945038802.html"
    "detail/202611181100024417.html"
    "detail/202611191620032258.html"
    "detail/202611200830019476.html"
    "detail/202611202030013309.html"
    "detail/202611210912045120.html"
    "detail/202611211805027734.html"
    "detail/202611220705006670.html"
    "detail/202611220740018861.html"
    "feed.rss"
    "img/bowls.svg"
    "img/clock.svg"
    "img/ferry.svg"
    "img/fog.svg"
    "img/otter.svg"
    "index.html"
    "news/101.html"
    "news/102.html"
    "news/103.html"
    "news/104.html"
    "news/105.html"
    "news/106.html"
    "news/107.html"
    "news/108.html"
    "news/index.html"
    "notes.atom"
    "notes.html"
    "style.css"
];

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use url::Url;

    use super::{FILES, SETTINGS};
    use crate::config::{self, Outside, Settings};

    const BASE: &str = "http://127.0.0.1:8791";
    const SITE: &str = "http://127.0.0.1:8790";

    fn settings() -> Settings {
        let text = SETTINGS.replace("{base}", BASE).replace("{site}", SITE);
        config::parse(&text, &Outside::NOTHING).unwrap_or_else(|faults| panic!("{faults}"))
    }

    fn files() -> BTreeMap<&'static str, String> {
        FILES.iter().map(|(path, text)| (*path, text.replace("{base}", BASE))).collect()
    }

    /// The texts that stand between two marks.
    fn between<'t>(text: &'t str, begin: &str, end: &str) -> Vec<&'t str> {
        let tails = text.split(begin).skip(1);
        tails.filter_map(|tail| tail.split_once(end).map(|(inner, _)| inner)).collect()
    }

    /// The paths on this site that a file leads to: its whole addresses, its links and pictures,
    /// and the articles of its codes.
    fn leads_to(path: &str, text: &str) -> BTreeSet<String> {
        let here = Url::parse(BASE).and_then(|base| base.join(path)).unwrap();
        let whole = text.match_indices(BASE).map(|(at, _)| {
            let end = |c: char| c.is_whitespace() || "\"'<>)]".contains(c);
            text[at..].split(end).next().unwrap_or_default().to_owned()
        });
        let relative = ["href=\"", "src=\""].into_iter().flat_map(|mark| between(text, mark, "\""));
        let codes = ["\"code\": \"", "\"id\": \"NW"]
            .into_iter()
            .flat_map(|mark| between(text, mark, "\""))
            .map(|code| format!("{BASE}/detail/{code}.html"));
        let all = whole.chain(relative.map(str::to_owned)).chain(codes);
        let urls = all.filter_map(|link| here.join(&link).ok());
        let ours = urls.filter(|url| url.as_str().starts_with(BASE));
        ours.map(|url| url.path().trim_start_matches('/').to_owned()).collect()
    }

    #[test]
    fn the_settings_parse() {
        let settings = settings();
        let ids: Vec<_> = settings.sources.iter().map(|source| source.id.as_str()).collect();
        assert_eq!(ids, ["reed-review", "ferry-notes", "portal", "town-hall"]);
        assert_eq!(settings.site.url.as_str(), format!("{SITE}/"));
        assert_eq!(settings.site.title, "临江消息 · Riverside News");
        assert!(settings.fetch.gap.as_millis() < 10);
    }

    #[test]
    fn every_link_leads_to_a_file() {
        let files = files();
        for (path, text) in &files {
            for target in leads_to(path, text) {
                assert!(files.contains_key(target.as_str()), "`{path}` links to `{target}`");
            }
        }
    }

    #[test]
    fn every_file_is_reachable_from_the_settings() {
        let files = files();
        let lists = settings().sources.into_iter().flat_map(|source| source.lists);
        let urls = lists
            .flat_map(|list| list.urls)
            .flat_map(|url| ["1", "2"].map(|page| url.fill(|_| Some(page.to_owned())).unwrap()));
        let mut open: Vec<_> = urls.flat_map(|url| leads_to("", &url)).collect();
        let mut reached = BTreeSet::new();
        while let Some(path) = open.pop() {
            let text = files.get(path.as_str()).unwrap_or_else(|| panic!("no file `{path}`"));
            if reached.insert(path.clone()) {
                open.extend(leads_to(&path, text));
            }
        }
        let all: BTreeSet<_> = files.keys().map(|path| (*path).to_owned()).collect();
        assert_eq!(reached, all);
    }

    #[test]
    fn the_second_list_repeats_articles_of_the_first() {
        let files = files();
        let first = ["api/list-1.json", "api/list-2.json"];
        let first: BTreeSet<_> =
            first.iter().flat_map(|path| between(&files[path], "\"code\": \"", "\"")).collect();
        let second: BTreeSet<_> =
            between(&files["api/rolling.json"], "\"id\": \"NW", "\"").into_iter().collect();
        assert_eq!(first.len(), 12);
        assert!(first.iter().chain(&second).all(|code| code.len() == 18));
        assert_eq!(first.intersection(&second).count(), 4);
        assert_eq!(second.difference(&first).count(), 1);
    }
}
