//! Guards that the predecessor's twins, one article in the rolling list and under its medium, are
//! one item with both categories, kept and published; and that nothing else is.
//!
//! Who is whose twin is found here without the program: by the words that are left of a post when
//! its digest, its annotations and its footer are taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use finews::store::Store;

use crate::corpus;
use crate::house::House;
use crate::origin::{Origin, Reply, reply};

/// A post as this test reads it.
#[derive(Clone, Debug, Default)]
struct Post {
    file: String,
    title: String,
    /// As written; nothing where the post has none.
    date: String,
    category: String,
    digest: String,
    html: String,
    /// The words that all posts of the article have.
    words: String,
}

/// Articles by their words, and where they belong.
type Expected = BTreeMap<String, BTreeSet<String>>;

fn posts() -> Option<Vec<Post>> {
    let folder = corpus::folder("origin")?;
    let mut posts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "md") {
            posts.extend(post(&path));
        }
    }
    posts.sort_by(|a, b| a.file.cmp(&b.file));
    assert!(posts.len() > 30, "{}", posts.len());
    Some(posts)
}

fn post(path: &Path) -> Option<Post> {
    let text = std::fs::read_to_string(path).unwrap();
    let (front, rest) = text.trim_start().strip_prefix("---\n")?.split_once("\n---\n")?;
    let of = |key: &str| {
        let line = front.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap_or_default().trim().trim_matches('"').to_owned()
    };
    let body = rest.split("\n[返回").next().unwrap_or(rest).trim();
    let body =
        body.rsplit_once('\n').filter(|(_, last)| last.starts_with('<') && last.ends_with('>'));
    let body = body.filter(|(_, last)| last.starts_with("<http") || *last == "<>");
    let body = body.map_or(rest.trim(), |(body, _)| body.trim());
    let (digest, html) = match body.strip_prefix("> ") {
        Some(quote) => quote.split_once('\n').unwrap_or((quote, "")),
        None => ("", body),
    };
    Some(Post {
        file: path.file_name()?.to_string_lossy().into_owned(),
        title: of("title: "),
        date: of("date: ").trim_end_matches("+0800").trim().to_owned(),
        category: of("categories: "),
        digest: digest.trim().to_owned(),
        html: html.trim().to_owned(),
        words: words(html),
    })
}

impl Post {
    fn is_rolling(&self) -> bool {
        self.category == "emnews"
    }

    /// A time in Beijing as a feed has it.
    fn pub_date(&self) -> String {
        let time = chrono::NaiveDateTime::parse_from_str(&self.date, "%Y-%m-%d %H:%M:%S");
        time.map_or(String::new(), |time| time.format("%a, %d %b %Y %H:%M:%S +0800").to_string())
    }
}

/// Every article by its words, with the categories of all its posts.
fn expected(posts: &[Post]) -> Expected {
    let mut articles = Expected::new();
    for post in posts {
        articles.entry(post.words.clone()).or_default().insert(post.category.clone());
    }
    articles
}

fn twins(articles: &Expected) -> usize {
    articles.values().filter(|categories| categories.len() > 1).count()
}

/// That the same articles, and nothing else, are kept and published under their categories.
fn check(house: &House, articles: &Expected, name: &str) {
    same(&kept(house), articles, &format!("{name}: kept"));
    let mut published: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for category in articles.values().flatten().collect::<BTreeSet<_>>() {
        for item in house.json(&format!("category/{category}.json"))["items"].as_array().unwrap() {
            let id = item["id"].as_str().unwrap().to_owned();
            let is_new = published.entry(id).or_default().insert(category.clone());
            assert!(is_new, "{name}: twice in `{category}`: {}", item["title"]);
        }
    }
    let all = house.json("all.json")["items"].as_array().unwrap().clone();
    let published: Vec<_> = all
        .iter()
        .map(|item| {
            let of = published.remove(item["id"].as_str().unwrap()).unwrap_or_default();
            (words(item["content_html"].as_str().unwrap()), of)
        })
        .collect();
    same(&published, articles, &format!("{name}: published"));
    let pages = std::fs::read_dir(house.path("feeds/share")).unwrap().count();
    assert_eq!(pages, articles.len(), "{name}: pages");
}

/// The words of what is kept and shown, with the addresses of its categories.
fn kept(house: &House) -> Vec<(String, BTreeSet<String>)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&house.path("state/finews.db")).await.unwrap();
        let slugs = store.categories().await.unwrap();
        let items = store.newest(10_000).await.unwrap();
        store.close().await;
        let one = |item: &finews::model::Item| {
            let of = item.categories.iter().map(|id| slugs[id].slug.clone()).collect();
            (words(item.body.as_str()), of)
        };
        items.iter().map(one).collect()
    })
}

fn same(items: &[(String, BTreeSet<String>)], articles: &Expected, name: &str) {
    let mut left: Vec<_> = items.iter().collect();
    // The longest first: a short text may stand in a long one.
    let mut order: Vec<_> = articles.iter().collect();
    order.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    for (words, categories) in order {
        let start: String = words.chars().take(30).collect();
        let at = left.iter().position(|(text, _)| text.contains(words.as_str()));
        let found = at.map(|at| left.remove(at)).map(|(_, categories)| categories);
        assert_eq!(found, Some(categories), "{name}: {start}");
    }
    assert!(left.is_empty(), "{name}: {left:?}");
}

/// The words of a text as this test compares them.
fn words(html: &str) -> String {
    finews::html::text(html).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn predecessor() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/predecessor.toml");
    let text = std::fs::read_to_string(path).unwrap();
    text.replace("items = 50", "items = 500")
}

/// The archive as it is, imported.
#[test]
fn the_archive_has_each_twin_once_with_all_its_categories() {
    let Some(posts) = posts() else { return };
    let articles = expected(&posts);
    assert!(twins(&articles) >= 3);
    let house = House::bare(&predecessor());
    let folder = corpus::folder("origin").unwrap();
    house.good(&["import", "jekyll", &folder.to_string_lossy()]);
    house.good(&["publish"]);
    check(&house, &articles, "archive");
}

/// What two aggregators say: each category is the list of a source, and no key is shared.
#[test]
fn twins_in_two_feeds_are_one_item_with_all_their_categories() {
    let Some(posts) = posts() else { return };
    for (name, posts) in [("corpus", posts.clone()), ("more", more(&posts))] {
        let articles = expected(&posts);
        assert!(twins(&articles) >= 3);
        for order in [["emnews", "medium"], ["medium", "emnews"]] {
            let house = House::new("");
            let origin = Origin::start([]);
            let mut settings = "[publish]\nitems = 500\n".to_owned();
            for source in order {
                let rolling = source == "emnews";
                let own: Vec<&Post> = posts.iter().filter(|p| p.is_rolling() == rolling).collect();
                origin.on(&format!("GET /{source}"), [feed(source, &own)]);
                let url = origin.url(&format!("/{source}"));
                _ = write!(
                    settings,
                    "[[source]]\nid = \"{source}\"\nurl = \"{url}\"\ncategories = [\"{{label}}\"]\n"
                );
            }
            house.reconfigure(&settings);
            for source in order {
                house.good(&["fetch", source]);
            }
            check(&house, &articles, &format!("{name}, {} first", order[0]));
        }
    }
}

fn feed(name: &str, posts: &[&Post]) -> Reply {
    let mut items = String::new();
    for post in posts {
        let digest = if post.digest.is_empty() {
            String::new()
        } else {
            format!("<blockquote>{}</blockquote>", post.digest)
        };
        let text = finews::html::escape(&format!("{digest}{}", post.html));
        let date = post.pub_date();
        _ = write!(
            items,
            "<item><title>{}</title><guid isPermaLink=\"false\">{}</guid>\
             <link>https://{name}.example/{}</link><category>{}</category>",
            finews::html::escape(&post.title),
            post.file,
            post.file,
            post.category
        );
        if !date.is_empty() {
            _ = write!(items, "<pubDate>{date}</pubDate>");
        }
        _ = write!(items, "<description>{text}</description></item>");
    }
    let head = format!("<rss version=\"2.0\"><channel><title>{name}</title>");
    reply(200).body(format!("{head}{items}</channel></rss>"))
}

/// The corpus, with a twin for each post that has none, of every kind that the predecessor made.
fn more(posts: &[Post]) -> Vec<Post> {
    let articles = expected(posts);
    let mut all = posts.to_vec();
    // Of fewer words nothing is said for certain.
    let told = posts.iter().filter(|post| post.words.chars().count() >= 10);
    let single = told.filter(|post| articles[&post.words].len() == 1);
    for (at, post) in single.enumerate() {
        let mut twin = post.clone();
        twin.file = format!("twin-{}", post.file);
        twin.category =
            if post.is_rolling() { "jiangchengribao".to_owned() } else { "emnews".to_owned() };
        // Without a title, a line is too little to tell.
        let kind = if at % 5 == 1 && post.words.chars().count() < 40 { 3 } else { at % 5 };
        match kind {
            // The list of the medium has the whole text, the rolling one its beginning.
            0 => twin.html = format!("<p>{}</p><p>{LONGER}</p>", twin.html),
            // The rolling record came without a title.
            1 => twin.title = String::new(),
            2 => twin.html = annotated(&twin.html),
            3 => twin.title = format!("快讯：{}", twin.title),
            _ => twin.date = twin.date.replace(":1", ":2"),
        }
        all.push(twin);
    }
    all
}

const LONGER: &str = "港务局的工作人员介绍，码头一侧的旧仓库年内改成候船室，屋顶铺设新的瓦片。\
    附近的居民说，多年以前这里晒过渔网，孩子们在木桩之间跑来跑去。如今木桩已经拆除，\
    岸边种上柳树，傍晚常有老人带着棋盘过来，一直坐到路灯亮起。";

/// With every second word of a kind as the portal annotates shares and terms.
fn annotated(html: &str) -> String {
    let mut out = String::new();
    for (at, c) in html.chars().enumerate() {
        if at % 20 == 7 && ('\u{4e00}'..'\u{9fff}').contains(&c) {
            _ = write!(
                out,
                "<span id=\"stock_1.600001\"><a href=\"http://quote.example/1\" class=\"keytip\" \
                 data-code=\"600001,1\">{c}</a></span><span id=\"quote_1.600001\"></span>"
            );
        } else {
            out.push(c);
        }
    }
    out
}
