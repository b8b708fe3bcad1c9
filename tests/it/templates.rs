//! Guards the templates of an operator: they take the place of ours, build on ours, and a wrong one
//! leaves the last good pages.

use crate::house::House;
use crate::origin::{Origin, reply};

const FEED: &str = "<rss version=\"2.0\"><channel><title>Bells</title><item><title>Ding &amp; dong\
    </title><guid>1</guid><link>https://bell.example/1</link><description>x</description></item>\
    </channel></rss>";

fn house() -> (Origin, House) {
    let origin = Origin::start([("GET /feed", vec![reply(200).body(FEED)])]);
    let house = House::new(&format!(
        "[publish]\ntemplates = \"mine\"\n[[source]]\nid = \"bell\"\nurl = \"{}\"\n",
        origin.url("/feed")
    ));
    std::fs::create_dir(house.path("mine")).unwrap();
    (origin, house)
}

#[test]
fn an_operators_templates_take_the_place_of_ours_and_build_on_them() {
    let (_origin, house) = house();
    house.good(&["fetch"]);
    let before = house.tree();
    let write =
        |name: &str, text: &str| std::fs::write(house.path("mine").join(name), text).unwrap();
    write(
        "base.html",
        "{% extends \"finews/base.html\" %}{% block subscribe %}<a href=\"/me\">{{ greeting|default(\"moi\") }}</a>{% endblock %}",
    );
    write("404.html", "<!doctype html><title>{{ title }}</title>{% include \"part.html\" %}");
    write("part.html", "<p>lost in {{ site.title }}</p>");
    write("style.css", "body { color: teal }");
    house.good(&["check"]);
    house.good(&["publish"]);
    assert!(house.feed("404.html").contains("lost in 试验 Test"));
    assert_eq!(house.feed("style.css"), "body { color: teal }");
    assert!(house.feed("all.html").contains("Ding &amp; dong"));
    assert!(house.feed("index.html").contains("<a href=\"/me\">moi</a>"));
    assert_eq!(house.tree()["all.atom"].1, before["all.atom"].1, "feeds stay as they are");
    // Without them everything is as before.
    for name in ["base.html", "404.html", "part.html", "style.css"] {
        std::fs::remove_file(house.path("mine").join(name)).unwrap();
    }
    house.good(&["publish"]);
    let after = house.tree();
    assert!(before.iter().all(|(path, (bytes, _))| *bytes == after[path].0));
}

#[test]
fn a_wrong_template_is_named_and_leaves_the_last_good_pages() {
    let (_origin, house) = house();
    house.good(&["fetch"]);
    let before = house.tree();
    for wrong in ["{% block %}", "{{ nothing.at.all }}", "{% extends \"nowhere.html\" %}"] {
        std::fs::write(house.path("mine/home.html"), wrong).unwrap();
        let checked = house.run(&["check"]);
        assert_eq!(checked.code, 2, "{wrong}: {checked:?}");
        assert!(
            checked.err.contains("home.html") || checked.err.contains("template"),
            "{checked:?}"
        );
        let ended = house.run(&["publish"]);
        assert_ne!(ended.code, 0, "{wrong}: {ended:?}");
        assert_eq!(house.tree(), before, "{wrong}");
    }
    std::fs::remove_dir_all(house.path("mine")).unwrap();
    assert_eq!(house.run(&["check"]).code, 2, "there is no such folder");
}
