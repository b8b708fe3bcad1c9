//! Guards that one story from several sources is one item: its categories, who else had it, and
//! its lasting name; and the verbs about changed and held entries.

use crate::corpus;
use crate::house::{Ended, House, all_due};
use crate::origin::{Origin, Reply, reply};

const TEXT: &str = "The ferry across the river will run at night again from next month, the harbour \
    office said on Monday. The last boat leaves the north bank at half past eleven. Workers on the \
    late shift had to drive thirty kilometres to the bridge since the night boats stopped. Four \
    boats have been repaired, each for two hundred people and forty bicycles. The fare stays at two \
    crowns. The owner of a noodle shop at the quay said that evenings had been empty without them.";

fn feed(title: &str, items: &[(&str, &str, &str)]) -> Reply {
    let item = |(guid, title, body): &(&str, &str, &str)| {
        format!(
            "<item><title>{title}</title><guid isPermaLink=\"false\">{guid}</guid>\
             <link>https://{guid}.example/a</link><pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate>\
             <description>{body}</description></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    reply(200).body(format!(
        "<rss version=\"2.0\"><channel><title>{title}</title>{items}</channel></rss>"
    ))
}

fn two(origin: &Origin, more: &str) -> String {
    let source = |name: &str| {
        format!(
            "[[category]]\nid = \"of-{name}\"\n[[source]]\nid = \"{name}\"\nurl = \"{}\"\n\
             categories = [\"of-{name}\"]\n",
            origin.url(&format!("/{name}"))
        )
    };
    format!("{more}{}{}", source("gazette"), source("courier"))
}

#[test]
fn a_story_of_two_sources_is_one_item_with_both_categories() {
    let framed = format!("From our partners. {TEXT} Share this with a friend.");
    let origin = Origin::start([
        ("GET /gazette", vec![feed("Gazette", &[("g", "Night ferry returns", TEXT)])]),
        ("GET /courier", vec![feed("Courier & Co", &[("c", "Boats by night", &framed)])]),
    ]);
    let house = House::new(&two(&origin, "[stories]\nprefer = \"longest\"\n"));
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json"), ["Boats by night"], "the longest of a single round");
    for category in ["of-gazette", "of-courier"] {
        assert_eq!(house.titles(&format!("category/{category}.json")), ["Boats by night"]);
    }
    let item = house.json("all.json")["items"][0].clone();
    let also = &item["_finews"]["also"];
    assert_eq!(also[0]["title"], "Gazette");
    assert_eq!(also[0]["url"], "https://g.example/a");
    let body = item["content_html"].as_str().unwrap();
    assert!(body.contains("<a href=\"https://g.example/a\">Gazette</a></p>"), "{body}");
    assert!(house.feed("all.atom").contains("title=\"Gazette\" href=\"https://g.example/a\""));
    let share = std::fs::read_dir(house.path("feeds/share")).unwrap().count();
    assert_eq!(share, 1, "only the item that stands for the story has a page");
}

#[test]
fn a_late_reprint_changes_no_name() {
    let origin = Origin::start([
        ("GET /gazette", vec![feed("Gazette", &[("g", "Night ferry returns", TEXT)])]),
        ("GET /courier", vec![feed("Courier", &[])]),
    ]);
    let check = |more: &str, expect: &str| {
        origin.on("GET /courier", [feed("Courier", &[])]);
        let house = House::new(&two(&origin, more));
        house.good(&["fetch"]);
        let before = house.json("all.json")["items"][0]["id"].clone();
        let longer =
            format!("{TEXT} The harbour office will count the passengers until the spring.");
        origin.on("GET /courier", [feed("Courier", &[("c", "Boats by night", &longer)])]);
        all_due(&house);
        let after = house.json("all.json");
        assert_eq!(house.titles("all.json"), [expect], "{more}");
        assert_eq!(after["items"][0]["id"], before, "{more}");
        assert_eq!(house.titles("category/of-courier.json"), [expect], "{more}");
        let tree = house.tree();
        all_due(&house);
        assert_eq!(house.tree(), tree, "nothing moves when nothing is new");
    };
    check("", "Night ferry returns");
    check("[stories]\nprefer = \"longest\"\n", "Night ferry returns");
    check("[stories]\nprefer = \"longest\"\nupgrade = true\n", "Boats by night");
    check("[stories]\nprefer = [\"courier\"]\nupgrade = true\n", "Boats by night");
}

#[test]
fn stories_can_be_left_alone() {
    let origin = Origin::start([
        ("GET /gazette", vec![feed("Gazette", &[("g", "Night ferry returns", TEXT)])]),
        ("GET /courier", vec![feed("Courier", &[("c", "Night ferry returns", TEXT)])]),
    ]);
    let house = House::new(&two(&origin, "[stories]\nunite = false\n"));
    house.good(&["fetch"]);
    assert_eq!(house.titles("all.json").len(), 2);
    let house = House::new(&two(&origin, "[stories]\nprefer = \"shortest\"\n"));
    let ended = house.run(&["check"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("`shortest`"), "{ended:?}");
}

#[test]
fn the_history_of_an_item_shows_what_changed() {
    let second = TEXT.replace("two hundred", "three hundred");
    let origin = Origin::start([
        (
            "GET /gazette",
            vec![
                feed("Gazette", &[("g", "Night ferry returns", TEXT)]),
                feed("Gazette", &[("g", "Night ferry returns", &second)]),
            ],
        ),
        ("GET /courier", vec![feed("Courier", &[])]),
    ]);
    let house = House::new(&two(&origin, ""));
    house.good(&["fetch"]);
    all_due(&house);
    let Ended { out, .. } = house.good(&["history", "https://g.example/a"]);
    let lines: Vec<&str> = out.lines().filter(|line| line.contains("bicycles")).collect();
    assert_eq!(lines.len(), 2, "{out}");
    assert!(lines[0].starts_with('-') && lines[0].contains("two hundred"), "{out}");
    assert!(lines[1].starts_with('+') && lines[1].contains("three hundred"), "{out}");
    let states = house.good(&["history", "https://g.example/a", "--json"]).out;
    let states: serde_json::Value = serde_json::from_str(&states).unwrap();
    assert_eq!(states["states"].as_array().map(Vec::len), Some(2));
    assert_eq!(house.run(&["history", "nobody"]).code, 2);
}

#[test]
fn s52_what_is_held_is_shown_and_released() {
    let many: Vec<(String, String)> =
        (0..60).map(|n| (format!("n{n}"), format!("Notice {n} of berth {}", n * 7))).collect();
    let many: Vec<(&str, &str, &str)> =
        many.iter().map(|(guid, title)| (guid.as_str(), title.as_str(), "Closed.")).collect();
    let origin = Origin::start([
        ("GET /gazette", vec![feed("Gazette", &many[..3]), feed("Gazette", &many)]),
        ("GET /courier", vec![feed("Courier", &[])]),
    ]);
    let house = House::new(&two(&origin, ""));
    house.good(&["fetch"]);
    let ended = all_due(&house);
    assert!(ended.err.contains("37 entries are held"), "{ended:?}");
    assert_eq!(house.titles("all.json").len(), 23);
    assert!(house.good(&["held"]).out.contains("gazette: 37 held"));
    assert!(house.good(&["status"]).out.contains("finews held"));
    assert!(house.good(&["held", "release", "gazette"]).err.contains("37 items released"));
    assert_eq!(house.titles("category/of-gazette.json").len(), 50);
    assert_eq!(house.good(&["held"]).out, "");
    all_due(&house);
    assert_eq!(house.good(&["held"]).out, "");
}

/// The twins of the predecessor's posts, each in a source of its own.
#[test]
fn every_twin_of_the_predecessor_is_one_item_with_both_categories() {
    let Some(folder) = corpus::folder("origin") else { return };
    let mut posts = [Vec::new(), Vec::new()];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|ending| ending != "md") || name.contains("README") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let post = finews::jekyll::read(&name, &text, chrono_tz::Asia::Shanghai);
        let Ok(post) = post else { continue };
        posts[usize::from(name.contains("-NW"))].push((name, finews::jekyll::to_original(&post)));
    }
    let code = |name: &str| name.rsplit(['-', 'W']).next().unwrap().to_owned();
    let twins = posts[1]
        .iter()
        .filter(|(name, _)| posts[0].iter().any(|(other, _)| code(other) == code(name)));
    let (twins, all) = (twins.count(), posts[0].len() + posts[1].len());
    assert!(twins >= 2, "{twins}");
    let list = |posts: &[(String, finews::model::Original)]| {
        let items: String = posts.iter().map(|(name, original)| listed(name, original)).collect();
        reply(200)
            .body(format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>"))
    };
    let origin = Origin::start([
        ("GET /gazette", vec![list(&posts[0])]),
        ("GET /courier", vec![list(&posts[1])]),
    ]);
    let house = House::new(&format!("[publish]\nitems = 500\n{}", two(&origin, "")));
    house.good(&["fetch"]);
    let items = house.json("all.json")["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), all - twins);
    let both = items.iter().filter(|item| {
        item["tags"].as_array().is_some_and(|tags| {
            ["of-gazette", "of-courier"].iter().all(|tag| tags.iter().any(|one| one == tag))
        })
    });
    assert_eq!(both.count(), twins);
}

fn listed(name: &str, original: &finews::model::Original) -> String {
    let entry = &original.entry;
    let title = entry.title.as_ref().map_or("", finews::model::Text::raw);
    let body = original.article.as_ref().map_or("", |article| &article.html);
    let date = entry.published.map(|date| date.to_rfc2822()).unwrap_or_default();
    format!(
        "<item><title>{}</title><guid>{name}</guid><link>https://t.example/{name}</link>\
         <pubDate>{date}</pubDate><description>{}</description></item>",
        finews::html::escape(title),
        finews::html::escape(body)
    )
}
