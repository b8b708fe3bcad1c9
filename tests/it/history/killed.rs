//! What is in the folder after a kill at any moment of publishing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Stdio};

use crate::house::{House, walk};

fn settings() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/predecessor.toml");
    std::fs::read_to_string(path).unwrap()
}

fn post(number: usize) -> String {
    let mut body = String::new();
    for paragraph in 0..6 {
        let _ = write!(body, "<p>第{number}篇的第{paragraph}段：江边有风，船在桥下。</p>");
    }
    let medium = number % 7;
    format!(
        "---\nlayout: post\ntitle: \"第{number}篇\"\ndate: 2022-03-0{} 10:{:02}:00 +0800\n\
         categories: m{medium}\ntags: 第{medium}报新闻\n---\n{body}\n\n\
         <http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW2022030{}{number:010}>\n\n\
         [返回第{medium}报新闻](//finews.withounder.com/category/m{medium}.html)｜\
         [返回首页](//finews.withounder.com/)",
        1 + number % 9,
        number % 60,
        1 + number % 9,
    )
}

fn imported(posts: usize) -> House {
    let house = House::bare(&settings());
    let dir = house.path("posts");
    std::fs::create_dir(&dir).unwrap();
    for number in 0..posts {
        let day = 1 + number % 9;
        let name = format!("2022-03-0{day}-NW2022030{day}{number:010}.md");
        std::fs::write(dir.join(name), post(number)).unwrap();
    }
    house.good(&["import", "jekyll", "posts"]);
    house
}

/// Every file is whole: it ends as its kind ends.
fn assert_whole(feeds: &Path) -> usize {
    let mut count = 0;
    if !feeds.exists() {
        return 0;
    }
    walk(feeds, &mut |path| {
        let name = path.strip_prefix(feeds).unwrap().to_string_lossy().into_owned();
        if name.starts_with(".finews") {
            return;
        }
        let bytes = std::fs::read(path).unwrap();
        let ends = match name.rsplit('.').next().unwrap() {
            "html" => bytes.ends_with(b"</html>\n"),
            "rss" => bytes.ends_with(b"</rss>\n"),
            "atom" => bytes.ends_with(b"</feed>\n"),
            "xml" => bytes.ends_with(b"</opml>\n"),
            "json" => serde_json::from_slice::<serde_json::Value>(&bytes).is_ok(),
            _ => !bytes.is_empty(),
        };
        assert!(ends, "{name} is not whole");
        count += 1;
    });
    count
}

fn bytes(house: &House) -> BTreeMap<String, Vec<u8>> {
    house.tree().into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
}

/// Files that wait for their places.
fn waiting(house: &House) -> usize {
    std::fs::read_dir(house.path("feeds/.finews-tmp")).map_or(0, Iterator::count)
}

/// Comes when a part of the files is written aside, or when a part of them has got its place.
fn wait_for_a_moment(house: &House, child: &mut Child, round: usize) {
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let now = waiting(house);
        most = most.max(now);
        let is_moment = if round.is_multiple_of(2) {
            now > round * 60
        } else {
            most > 0 && now + round * 40 < most
        };
        if is_moment {
            return;
        }
    }
}

#[test]
fn p30_a_kill_while_publishing_leaves_whole_files_and_the_next_run_completes() {
    let house = imported(700);
    for round in 0..14 {
        let mut command = house.command(&["publish", "--all"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_for_a_moment(&house, &mut child, round);
        let _ = child.kill();
        child.wait().unwrap();
        assert_whole(&house.path("feeds"));
        if round % 4 == 3 {
            // Between kills the site moves, so that there are old bytes to replace.
            let site = format!("url = \"https://moved{round}.example/\"");
            let text = settings().replace("url = \"https://finews.withounder.com/\"", &site);
            house.configure(&text);
        }
    }
    house.good(&["publish"]);
    let after = bytes(&house);
    let fresh = House::bare(&std::fs::read_to_string(house.path("config/finews.toml")).unwrap());
    std::fs::create_dir(fresh.path("state")).unwrap();
    walk(&house.path("state"), &mut |path| {
        std::fs::copy(path, fresh.path("state").join(path.file_name().unwrap())).unwrap();
    });
    // The store says that all is published: another folder is made from the beginning.
    fresh.good(&["publish", "--feeds", "feeds2"]);
    let mut expect = BTreeMap::new();
    let root = fresh.path("feeds2");
    walk(&root, &mut |path| {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        expect.insert(name, std::fs::read(path).unwrap());
    });
    assert_eq!(after.keys().collect::<Vec<_>>(), expect.keys().collect::<Vec<_>>());
    assert!(after == expect, "the same bytes as from the beginning");
    assert_whole(&house.path("feeds"));
}
