//! Pages: what a person, a search engine and a card reader find on them.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use url::Url;

use super::{bare, category, chinese, english, file, library, press, site, text};
use crate::html::SafeHtml;
use crate::model::{Category, File, Item};
use crate::publish::Sheet;
use crate::publish::share::targets;
use crate::publish::text::resolve;
use crate::publish::words::words;
use crate::publish::{Press, Shelf};

const NASTY: &str = "]]> &nbsp; </script><script>alert(1)</script> \"x\" 'y' \u{7} {{ 7 * 7 }} 日本 👩‍🌾 #1 100% \\ a&b=c?d/e";

fn nasty() -> Item {
    Item {
        title: NASTY.to_owned(),
        summary: Some(NASTY.to_owned()),
        link: Some("https://a.example/\"onmouseover=\"alert(1)\"<b>".to_owned()),
        image: Some("javascript:alert(1)".to_owned()),
        medium: Some("<b>medium</b>".to_owned()),
        labels: vec!["\"><script>".to_owned()],
        language: Some("\"><script>".to_owned()),
        ..chinese()
    }
}

/// What a test that a page is sound looks at: every page there is.
fn every_page() -> Vec<File> {
    let press = press();
    let items = [english(), chinese(), nasty(), bare("3aaaaaaaaaaaaaaa")];
    let one = category("R&D", "r-d");
    let shelf = Shelf { category: &one, items: &items, total: 4 };
    let mut files = press.fixed();
    files.extend(press.category(&one, Sheet::whole(&items)));
    files.extend(press.category(&category("空", "空 kong"), Sheet::whole(&[])));
    files.extend(press.all(Sheet::whole(&items)));
    files.push(press.home(&[shelf]));
    files.extend(items.iter().map(|item| press.share(item)));
    files.retain(|file| file.media_type.starts_with("text/html"));
    files
}

/// The values of an attribute in the order of the page, references resolved.
fn values<'a>(page: &'a str, start: &'a str) -> Vec<String> {
    let rest = page.split(start).skip(1);
    rest.map(|rest| resolve(rest.split('"').next().unwrap())).collect()
}

#[test]
fn p53_every_page_has_what_a_page_needs() {
    let files = every_page();
    assert_eq!(files.len(), 9);
    for file in files {
        let page = text(&file);
        let once = |what: &str| assert_eq!(page.matches(what).count(), 1, "{}: {what}", file.path);
        once("<html lang=\"zh-CN\">");
        once("<h1");
        once("<title>");
        once("<main id=\"main\"");
        once("class=\"skip\" href=\"#main\"");
        once("投资有风险，入市需谨慎。");
        assert!(!page.contains("could not be made"), "{}", file.path);
    }
}

#[test]
fn p17_p42_no_page_holds_a_script_or_a_style_of_its_own() {
    for file in every_page() {
        let up = text(&file).split("style.css").next().unwrap().rsplit('"').next().unwrap();
        let script = format!("<script src=\"{up}finews.js\" defer></script>");
        assert_eq!(text(&file).matches(&script).count(), 1, "{}", file.path);
        let page = text(&file).replace("<script type=\"application/ld+json\">", "");
        let page = page.replace(&script, "");
        for mark in ["<script", " style=", "<style", "javascript:", " onmouseover=\"", "<b>", "{{"]
        {
            let found = page.replace("{{ 7 * 7 }}", "").contains(mark);
            assert!(!found, "{}: {mark}", file.path);
        }
    }
}

#[test]
fn p54_every_reference_of_a_page_is_ours_or_a_link() {
    for file in every_page() {
        for address in values(text(&file), "src=\"") {
            if address.ends_with("finews.js") {
                continue;
            }
            assert_eq!(address, "https://img.example.com/field.jpg?w=1200", "{}", file.path);
        }
        let style = if file.path == "404.html" { "/" } else { "" };
        let style = if file.path.contains('/') { "../" } else { style };
        assert!(
            text(&file).contains(&format!("<link rel=\"stylesheet\" href=\"{style}style.css\">"))
        );
    }
}

#[test]
fn golden_pages() {
    let press = press();
    let items = [english(), chinese()];
    let one = category("R&D", "r-d");
    let files = press.category(&one, Sheet::whole(&items));
    insta::assert_snapshot!("list_page", text(file(&files, "category/r-d.html")));
    insta::assert_snapshot!("share_page", text(&press.share(&english())));
    let home = press.home(&[Shelf { category: &one, items: &items, total: 1234 }]);
    insta::assert_snapshot!("home_page", text(&home));
    insta::assert_snapshot!("missing_page", text(file(&press.fixed(), "404.html")));
}

#[test]
fn p35_feeds_are_announced_in_the_order_of_preference() {
    let files = press().category(&category("空", "空 kong"), Sheet::whole(&[]));
    let page = text(file(&files, "category/空 kong.html"));
    let announced: Vec<&str> =
        page.lines().filter(|line| line.starts_with("<link rel=\"alternate\"")).collect();
    let at = "https://news.example.org/category/%E7%A9%BA%20kong";
    let link = |kind: &str, name: &str, ending: &str| {
        format!(
            "<link rel=\"alternate\" type=\"application/{kind}\" title=\"空 — 金融消息 ({name})\" href=\"{at}.{ending}\">"
        )
    };
    assert_eq!(
        announced,
        [
            link("atom+xml", "Atom", "atom"),
            link("rss+xml", "RSS", "rss"),
            link("feed+json", "JSON Feed", "json")
        ]
    );
}

#[test]
fn p15_the_first_link_of_an_item_leads_to_its_original() {
    let page = press().share(&english());
    let article = text(&page).split("<article").nth(1).unwrap();
    assert_eq!(values(article, "href=\"")[0], "https://blog.example.com/post/1?a=1&b=2");
    assert!(
        text(&page).contains(
            "<link rel=\"canonical\" href=\"https://blog.example.com/post/1?a=1&amp;b=2\">"
        )
    );
    assert!(text(&page).contains("<meta name=\"robots\" content=\"noindex,follow\">"));
}

#[test]
fn an_item_without_original_is_its_own() {
    let page = press().share(&bare("3aaaaaaaaaaaaaaa"));
    let own = "https://news.example.org/share/3aaaaaaaaaaaaaaa.html";
    assert!(text(&page).contains(&format!("<link rel=\"canonical\" href=\"{own}\">")));
    assert!(text(&page).contains("没有原文地址。"));
}

#[test]
fn p38_s17_linked_data_survives_any_title() {
    let page = press().share(&nasty());
    let data = text(&page).split("<script type=\"application/ld+json\">").nth(1).unwrap();
    let data: serde_json::Value =
        serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
    assert_eq!(data["headline"], NASTY.replace('\u{7}', ""));
    assert_eq!(data["@type"], "NewsArticle");
    assert_eq!(data["datePublished"], "2026-11-22T01:30:00Z");
    assert_eq!(data["isBasedOn"], "https://a.example/%22onmouseover=%22alert(1)%22%3Cb%3E");
    assert_eq!(data["publisher"]["name"], "<b>medium</b>");
}

#[test]
fn p40_share_links_carry_title_and_address_whole() {
    let url = "https://news.example.org/a%20b/share/x.html";
    for target in targets(words("zh-CN"), NASTY, url, None) {
        let decoded = percent_decode_str(&target.href).decode_utf8().unwrap();
        assert!(decoded.contains(url), "{}", target.name);
        let title = NASTY.replace('\u{7}', " ");
        assert!(target.name == "Facebook" || decoded.contains(&title), "{}", target.name);
        assert!(target.href.bytes().all(|byte| byte.is_ascii_graphic()), "{}", target.name);
    }
}

#[test]
fn p40_share_links_are_read_as_they_were_meant() {
    let url = "https://news.example.org/share/x.html";
    let image = "https://img.example.com/a.jpg?x=1&y=2";
    let check = |name: &str, expect: &[(&str, &str)]| {
        let all = targets(words("en"), "a & b\r\n= c", url, Some(image));
        let target = all.iter().find(|target| target.name == name).unwrap();
        let read: Vec<(String, String)> =
            Url::parse(&target.href).unwrap().query_pairs().into_owned().collect();
        let expect: Vec<(String, String)> =
            expect.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        assert_eq!(read, expect, "{name}");
    };
    let title = "a & b  = c";
    let both = format!("{title} {url}");
    check("Weibo", &[("url", url), ("title", title), ("pic", image)]);
    check("QQ", &[("url", url), ("title", title), ("pics", image)]);
    check("QZone", &[("url", url), ("title", title), ("pics", image)]);
    check("Telegram", &[("url", url), ("text", title)]);
    check("X", &[("url", url), ("text", title)]);
    check("Mastodon (mastodon.social)", &[("text", &both)]);
    check("Bluesky", &[("text", &both)]);
    check("WhatsApp", &[("text", &both)]);
    check("Facebook", &[("u", url)]);
    check("E-mail", &[("subject", title), ("body", url)]);
}

#[test]
fn home_shows_sixty_shelves_and_lists_the_rest() {
    let mut library = library(site("https://news.example.org/", "en"));
    let categories: Vec<Category> =
        (0..100).map(|at| category(&format!("Medium {at}"), &format!("medium{at}"))).collect();
    library.categories.extend(categories.iter().map(|one| (one.id.clone(), one.clone())));
    let items = [english()];
    let shelf = |(at, category)| Shelf {
        category,
        items: if at == 0 { &[] } else { items.as_slice() },
        total: 1,
    };
    let shelves: Vec<Shelf<'_>> = categories.iter().enumerate().map(shelf).collect();
    let home = Press::new(library).unwrap().home(&shelves);
    let page = text(&home);
    assert_eq!(page.matches("<section class=\"shelf\">").count(), 60);
    let links: BTreeSet<String> = values(page, "href=\"category/").into_iter().collect();
    assert_eq!(links.len(), 103);
    let index = page.split("id=\"categories\"").nth(1).unwrap();
    let letters: Vec<&str> =
        index.split("<dt>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(letters, ["M", "R", "X", "Others"]);
    assert!(index.contains("href=\"category/medium0.html\""));
    assert!(!index.contains("href=\"category/medium1.html\""));
}

#[test]
fn home_stays_a_page_with_a_hundred_thousand_categories() {
    let mut library = library(site("https://news.example.org/", "en"));
    let categories: Vec<Category> =
        (0..5_000).map(|at| category(&format!("Medium {at}"), &format!("medium{at}"))).collect();
    library.categories = categories.iter().map(|one| (one.id.clone(), one.clone())).collect();
    let shelves: Vec<Shelf<'_>> =
        categories.iter().map(|category| Shelf { category, items: &[], total: 1 }).collect();
    let home = Press::new(library).unwrap().home(&shelves);
    assert_eq!(values(text(&home), "href=\"category/").len(), 2_500);
    assert!(text(&home).contains("<a href=\"opml.xml\">+ 2500 (OPML)</a>"));
}

#[test]
fn a_picture_leads_where_the_text_has_none() {
    let check = |body: &str, expect: bool| {
        let item = Item { body: SafeHtml::stored(body.to_owned()), ..chinese() };
        let page = press().share(&item);
        assert_eq!(text(&page).contains("<figure class=\"lead\">"), expect, "{body}");
        assert!(text(&page).contains("content=\"summary_large_image\""));
    };
    check("<p>text</p>", true);
    check("<p><img src=\"https://img.example.com/field.jpg?w=1200\"></p>", false);
}

#[test]
fn days_are_those_of_the_sites_zone() {
    let late = Item { published: super::at(21, 15, 59), ..bare("1aaaaaaaaaaaaaaa") };
    let early = Item { published: super::at(21, 16, 0), ..bare("2aaaaaaaaaaaaaaa") };
    let files = press().all(Sheet::whole(&[late, early]));
    let days: Vec<String> =
        values(text(file(&files, "all.html")), "<h2><time datetime=\"").into_iter().collect();
    assert_eq!(days, ["2026-11-22", "2026-11-21"]);
}

#[test]
fn p41_the_code_is_read_as_the_pages_address() {
    for address in [
        "https://news.example.org/share/0c1d2e3f4g5h6j7k.html",
        "http://127.0.0.1:8080/a/b/share/0c1d2e3f4g5h6j7k.html",
        "https://xn--fiqs8s.example.org:8443/%E6%96%B0%E9%97%BB/share/0123456789abcdef.html",
    ] {
        let code = crate::publish::qr::code(address).unwrap();
        assert_eq!(read(&code.path, code.size), address);
    }
    // As it stands in a page.
    let page = press().share(&english());
    let svg = text(&page).split("<svg viewBox=\"0 0 ").nth(1).unwrap();
    let size = svg.split(' ').next().unwrap().parse().unwrap();
    let path = svg.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
    let address = values(text(&page), "property=\"og:url\" content=\"").remove(0);
    assert_eq!(read(path, size), address);
}

/// Draws a code as a browser does, eight pixels a module, and reads it as a camera does.
fn read(path: &str, size: usize) -> String {
    const SCALE: usize = 8;
    let mut dark = vec![false; size * size];
    let (mut x, mut y) = (0, 0);
    for stroke in path.split_inclusive('h').collect::<Vec<_>>().windows(2) {
        let start = stroke[0].trim_end_matches('h');
        let at = start.find(['M', 'm']).unwrap();
        let (dx, dy) = start[at + 1..].split_once(' ').unwrap();
        if start[at..].starts_with('M') {
            (x, y) = (dx.parse().unwrap(), dy.trim_end_matches(".5").parse().unwrap());
        } else {
            x += dx.parse::<usize>().unwrap();
        }
        let end = stroke[1].find(['M', 'm']).unwrap_or(stroke[1].len());
        let length: usize = stroke[1][..end].parse().unwrap();
        dark[y * size + x..][..length].fill(true);
        x += length;
    }
    let side = size * SCALE;
    let pixel = |x: usize, y: usize| if dark[y / SCALE * size + x / SCALE] { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, pixel);
    let codes = image.detect_grids();
    assert_eq!(codes.len(), 1);
    codes[0].decode().unwrap().1
}

#[test]
fn p37_cards_are_read_as_other_sites_read_them() {
    let check = |item: &Item, large: bool| {
        let page = press().share(item);
        let page = scraper::Html::parse_document(text(&page));
        let meta = |name: &str| {
            let css = format!("meta[property=\"{name}\"], meta[name=\"{name}\"]");
            let selector = scraper::Selector::parse(&css).unwrap();
            let all = page.select(&selector);
            let all: Vec<String> =
                all.map(|one| one.value().attr("content").unwrap().to_owned()).collect();
            assert_eq!(all.len(), 1, "{name}");
            all.into_iter().next().unwrap()
        };
        assert_eq!(meta("og:type"), "article");
        assert_eq!(meta("og:title"), item.title.replace('\u{7}', ""));
        assert_eq!(meta("og:title"), meta("twitter:title"));
        assert_eq!(meta("og:description"), meta("twitter:description"));
        assert!(meta("og:description").chars().count() <= 200);
        let own = format!("https://news.example.org/share/{}.html", item.id);
        assert_eq!(meta("og:url"), own);
        assert_eq!(meta("og:site_name"), "金融消息");
        assert_eq!(meta("twitter:card"), if large { "summary_large_image" } else { "summary" });
        for image in [meta("og:image"), meta("twitter:image")] {
            let url = Url::parse(&image).unwrap();
            assert_eq!(url.scheme(), "https", "{image}");
        }
        assert!(meta("article:published_time").ends_with('Z'));
    };
    check(&chinese(), true);
    check(&nasty(), false);
    let long = "字".repeat(1_000);
    check(&Item { summary: Some(long), ..english() }, english().image.is_some());
}

#[test]
fn p49_documents_are_cut_at_blocks_and_lead_on() {
    let paragraph = "<p>春江两岸的试验田里，新一代育秧机正在作业。</p>";
    let long = |n: usize| Item {
        id: crate::model::ItemId::new(format!("{n:016}")),
        uri: format!("tag:example.org,2026:{n}"),
        body: SafeHtml::stored(paragraph.repeat(if n.is_multiple_of(2) { 500 } else { 3 })),
        ..chinese()
    };
    let items: Vec<Item> = (0..50).map(long).collect();
    let one = category("R&D", "r-d");
    let files = press().category(&one, Sheet::whole(&items));
    for ending in ["rss", "atom", "json"] {
        let file = file(&files, &format!("category/r-d.{ending}"));
        assert!(file.bytes.len() <= 512 << 10, "{ending}: {}", file.bytes.len());
        assert!(file.bytes.len() > 200 << 10, "{ending}: {}", file.bytes.len());
    }
    let json: serde_json::Value =
        serde_json::from_slice(&file(&files, "category/r-d.json").bytes).unwrap();
    let items_of = json["items"].as_array().unwrap();
    assert_eq!(items_of.len(), 50, "no item is left out");
    for item in items_of {
        let body = item["content_html"].as_str().unwrap();
        let share = item["_finews"]["share"].as_str().unwrap();
        let more = format!("<p><a href=\"{share}\">阅读全文</a></p>");
        let text = body.strip_suffix(&more);
        assert_eq!(text.is_some(), body.len() > 1_000, "{}", body.len());
        let text = text.unwrap_or(body);
        assert_eq!(text.len() % paragraph.len(), 0, "cut behind a paragraph");
        assert!(!text.is_empty());
    }
    // The page has the whole text, and what is short enough is whole everywhere.
    assert_eq!(text(&press().share(&items[0])).matches(paragraph).count(), 500);
    let files = press().category(&one, Sheet::whole(&items[..2]));
    assert!(!text(file(&files, "category/r-d.atom")).contains("阅读全文"));
    // An operator may want it otherwise.
    let wide = press().with_longest(64 << 20).category(&one, Sheet::whole(&items));
    assert!(!text(file(&wide, "category/r-d.atom")).contains("阅读全文"));
}
