//! Guards the way in and out: posts of the predecessor, imported and exported through the binary.

use std::collections::BTreeMap;
use std::path::Path;

use crate::corpus;
use crate::house::House;

fn settings() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/predecessor.toml");
    std::fs::read_to_string(path).unwrap()
}

fn posts(dir: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|ext| ext == "md"));
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

#[test]
fn the_archive_comes_back_byte_for_byte() {
    let Some(corpus) = corpus::folder("origin") else { return };
    let house = House::bare(&settings());
    let dir = corpus.to_string_lossy();
    let ended = house.good(&["import", "jekyll", &dir]);
    assert!(ended.err.contains("38 files: 32 new items"), "{ended:?}");
    house.good(&["export", "jekyll", "out"]);
    let (before, after) = (posts(&corpus), posts(&house.path("out")));
    let mut same = 0;
    for (name, text) in &before {
        if name == "README.md" {
            continue;
        }
        let back = after.get(name).unwrap_or_else(|| panic!("{name} is lost"));
        let final_form = name.contains("NW") || name.starts_with("2022");
        if final_form {
            assert_eq!(back, text, "{name}");
            same += 1;
        }
    }
    assert!(same >= 8, "{same}");
    assert_eq!(after.len(), before.len() - 1);
    // Once more, and nothing is new; once around, and nothing changes.
    let again = house.good(&["import", "jekyll", &dir]);
    assert!(again.err.contains("0 new items, 0 joined, 32 known"), "{again:?}");
    let other = House::bare(&settings());
    other.good(&["import", "jekyll", &house.path("out").to_string_lossy()]);
    other.good(&["export", "jekyll", "out"]);
    assert_eq!(posts(&other.path("out")), after);
}

#[test]
fn twins_are_one_item_in_both_categories_with_one_body() {
    let Some(corpus) = corpus::folder("origin") else { return };
    let annotated = House::bare(&settings());
    let clean = House::bare(&settings());
    let both = House::bare(&settings());
    let mut twins = 0;
    for (name, text) in posts(&corpus) {
        let Some(code) = name.strip_suffix(".md").and_then(|stem| stem.get(11..)) else { continue };
        let twin = format!("{}NW{code}.md", &name[..11]);
        let Ok(other) = std::fs::read_to_string(corpus.join(&twin)) else { continue };
        twins += 1;
        for (house, files) in [
            (&annotated, vec![(&name, &text)]),
            (&clean, vec![(&twin, &other)]),
            (&both, vec![(&name, &text), (&twin, &other)]),
        ] {
            std::fs::create_dir_all(house.path("posts")).unwrap();
            for (name, text) in files {
                std::fs::write(house.path("posts").join(name), text).unwrap();
            }
        }
    }
    assert!(twins >= 3, "{twins}");
    let bodies = |house: &House| -> BTreeMap<String, String> {
        house.good(&["import", "jekyll", "posts"]);
        house.good(&["publish"]);
        let feed = house.json("all.json");
        let items = feed["items"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        items.map(|item| (text(&item["title"]), text(&item["content_html"]))).collect()
    };
    let (annotated_bodies, clean_bodies) = (bodies(&annotated), bodies(&clean));
    assert_eq!(annotated_bodies, clean_bodies);
    assert_eq!(bodies(&both), clean_bodies);
    assert_eq!(both.titles("category/emnews.json").len(), twins);
    assert_eq!(both.titles("category/cailianshe.json").len(), 1);
}

/// A post of the rolling list whose record came without title and date.
const LOST: &str = "---\nlayout: post\ntitle: \"\"\ndate:  +0800\ncategories: emnews\n\
    tags: 东财滚动新闻\n---\n> 江边有风。（江城日报）\n\n<p>江边有风。</p>\n\n<>\n\n\
    [返回东财滚动新闻](//finews.withounder.com/emnews/)｜[返回首页](//finews.withounder.com/)";
const TWIN: &str = "---\nlayout: post\ntitle: \"江边有风\"\ndate: 2022-05-26 00:19:55 +0800\n\
    categories: jiangchengribao\ntags: 江城日报新闻\n---\n<p>江边有风。</p>\n\n\
    <http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW202205261234567890>\n\n\
    [返回江城日报新闻](//finews.withounder.com/category/jiangchengribao.html)｜\
    [返回首页](//finews.withounder.com/)";

#[test]
fn a_post_without_date_is_mended_by_its_twin_or_kept_aside() {
    let house = House::bare(&settings());
    std::fs::create_dir(house.path("posts")).unwrap();
    let write =
        |name: &str, text: &str| std::fs::write(house.path("posts").join(name), text).unwrap();
    write("-202205261234567890.md", LOST);
    write("notes.md", "# not a post\n");
    let ended = house.good(&["import", "jekyll", "posts"]);
    assert!(ended.err.contains("set aside: no title"), "{ended:?}");
    assert!(ended.err.contains("notes.md: no post"), "{ended:?}");
    house.good(&["publish"]);
    assert_eq!(house.titles("all.json").len(), 0, "never under a broken name");
    write("2022-05-26-NW202205261234567890.md", TWIN);
    house.good(&["import", "jekyll", "posts"]);
    house.good(&["publish"]);
    assert_eq!(house.titles("all.json"), ["江边有风"]);
    assert_eq!(house.titles("category/emnews.json"), ["江边有风"]);
    house.good(&["export", "jekyll", "out"]);
    let out = posts(&house.path("out"));
    assert_eq!(out["2022-05-26-NW202205261234567890.md"], TWIN);
    assert!(out["2022-05-26-202205261234567890.md"].contains("title: \"江边有风\""), "{out:?}");
}

#[test]
fn a_later_poll_leaves_the_archive_as_it_was() {
    use crate::origin::{Origin, reply};
    let origin = Origin::start([]);
    let record = "{\"infoCode\":\"NW202205261234567890\",\"title\":\"江边有风\",\
        \"medianame\":\"江城日报\",\"datetime\":\"2022-05-26 00:19:55\"}";
    origin.on("GET /l", [reply(200).body(format!("{{\"record\":[{record}]}}"))]);
    origin.on(
        "GET /d?id=NW202205261234567890",
        [reply(200).body("{\"text\":\"<p>江边有风，改过。</p>\"}")],
    );
    let start = settings().find("[[source.list]]").unwrap();
    let end = settings().find("[source.article]").unwrap();
    let text = settings();
    let text = format!(
        "{}allow_private = [\"127.0.0.0/8\"]\n[[source.list]]\nname = \"medium\"\nurl = \"{}\"\n\
         items = \"$.record[*]\"\nguid = {{ path = \"$.infoCode\", pattern = \"\\\\d{{18}}\" }}\n\
         title = \"$.title\"\ndate = \"$.datetime\"\nmedium = \"$.medianame\"\n\
         link = \"http://portal.example/a/{{guid}}.html\"\ncategories = [\"{{medium}}\"]\n{}",
        &text[..start],
        origin.url("/l"),
        text[end..].replace(
            "https://app.jg.eastmoney.com/NewsData/GetNewsText.do?id=NW{guid}&cid=Admin",
            &origin.url("/d?id=NW{guid}").as_str().replace("%7B", "{").replace("%7D", "}"),
        )
    );
    let house = House::bare(&text.replace("gap = \"1s\"", "gap = \"0s\""));
    std::fs::create_dir(house.path("posts")).unwrap();
    let write =
        |name: &str, text: &str| std::fs::write(house.path("posts").join(name), text).unwrap();
    write("2022-05-26-NW202205261234567890.md", TWIN);
    house.good(&["import", "jekyll", "posts"]);
    house.good(&["fetch"]);
    assert_eq!(house.titles("category/jiangchengribao.json"), ["江边有风"]);
    house.good(&["export", "jekyll", "out"]);
    let out = posts(&house.path("out"));
    assert_eq!(out.len(), 1, "{out:?}");
    assert_eq!(out["2022-05-26-NW202205261234567890.md"], TWIN);
    let again = house.good(&["import", "jekyll", "posts"]);
    assert!(again.err.contains("0 new items, 0 joined, 1 known"), "{again:?}");
}

#[test]
fn a_post_kept_aside_is_mended_by_a_twin_of_a_later_import() {
    let house = House::bare(&settings());
    for (dir, name, text) in
        [("a", "-202205261234567890.md", LOST), ("b", "2022-05-26-NW202205261234567890.md", TWIN)]
    {
        std::fs::create_dir(house.path(dir)).unwrap();
        std::fs::write(house.path(dir).join(name), text).unwrap();
    }
    let check = |first: &str, second: &str, state: &str| {
        house.good(&["import", "jekyll", first, "--state", state]);
        house.good(&["import", "jekyll", second, "--state", state]);
        house.good(&["publish", "--state", state]);
        assert_eq!(house.titles("category/emnews.json"), ["江边有风"], "{first} {second}");
        assert_eq!(house.titles("category/jiangchengribao.json"), ["江边有风"]);
        let out = format!("out-{state}");
        house.good(&["export", "jekyll", &out, "--state", state]);
        assert_eq!(posts(&house.path(&out)).len(), 2, "{first} {second}");
    };
    check("a", "b", "one");
    check("b", "a", "two");
}

#[test]
fn importing_without_the_table_says_what_to_do() {
    let house = House::new("");
    let ended = house.run(&["import", "jekyll", "posts"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("[jekyll]"), "{ended:?}");
}

#[test]
fn a_folder_that_is_not_there_is_a_wrong_command() {
    let house = House::bare(&settings());
    let ended = house.run(&["import", "jekyll", "nowhere"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("nowhere"), "{ended:?}");
}
