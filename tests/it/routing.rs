//! Guards where items go: rules, categories as they appear, and what happens when rules change.

use crate::house::{House, all_due};
use crate::origin::{Origin, reply};

struct News {
    origin: Origin,
    house: House,
    source: String,
}

fn item(n: u32, title: &str, medium: &str, label: &str) -> String {
    format!(
        "<item><title>{title}</title><guid isPermaLink=\"false\">g{n}</guid>\
         <link>https://bell.example/{n}</link><category>{label}</category>\
         <dc:creator>{medium}</dc:creator>\
         <pubDate>Tue, 03 Nov 2026 10:{n:02}:00 GMT</pubDate>\
         <description><![CDATA[<p>正文{n} body</p>]]></description></item>"
    )
}

fn rss(items: &[String]) -> String {
    format!(
        "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel>\
         <title>Bell</title><link>https://bell.example/</link>{}</channel></rss>",
        items.concat()
    )
}

impl News {
    fn with(items: &[String], settings: &str) -> Self {
        let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(items))])]);
        let source = format!(
            "[[source]]\nid = \"bell\"\nurl = \"{}\"\ncategories = [\"{{author}}\"]\n",
            origin.url("/feed")
        );
        let house = House::new(&format!("{source}{settings}"));
        house.good(&["fetch"]);
        Self { origin, house, source }
    }

    fn settings(&self, settings: &str) {
        self.house.reconfigure(&format!("{}{settings}", self.source));
    }

    fn has(&self, path: &str) -> bool {
        self.house.path("feeds").join(path).exists()
    }

    fn share(&self, title: &str) -> String {
        let feed = self.house.json("all.json");
        let items = feed["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["title"] == title).unwrap();
        item["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    }
}

fn four() -> Vec<String> {
    vec![
        item(1, "芯片进展", "Wind", "科技"),
        item(2, "Chips and fish", "Wind资讯", "tech"),
        item(3, "广告 sale", "报", "ad"),
        item(4, "Weather", "报", "life"),
    ]
}

const TECH: &str = "[[category]]\nid = \"tech\"\nany = [\"芯片\", \"chips\"]\n";
const NO_ADS: &str = "[[rule]]\nname = \"no ads\"\nwhen = { label = \"ad\" }\ndrop = true\n";

#[test]
fn one_item_goes_to_any_number_of_categories() {
    let rules = "[[category]]\nid = \"fishing\"\n[[category]]\nid = \"short\"\n\
         [[rule]]\nwhen = { title = \"fish\", not = { author = \"报\" } }\nadd = \"fishing\"\n\
         [[source.rule]]\nwhen = { length = { under = 50 } }\nadd = [\"short\", \"{label}!\"]\n";
    let (first, second) = rules.split_at(rules.find("[[source.rule]]").unwrap());
    let origin = Origin::start([("GET /feed", vec![reply(200).body(rss(&four()))])]);
    let house = House::new(&format!(
        "{TECH}{first}[[source]]\nid = \"bell\"\nurl = \"{}\"\n{second}",
        origin.url("/feed")
    ));
    house.good(&["fetch"]);
    assert_eq!(house.titles("category/tech.json"), ["Chips and fish", "芯片进展"]);
    assert_eq!(house.titles("category/fishing.json"), ["Chips and fish"]);
    assert_eq!(house.titles("category/short.json").len(), 4);
    assert_eq!(house.titles("category/life.json"), ["Weather"]);
}

#[test]
fn what_is_dropped_is_known_and_comes_back_by_reroute_alone() {
    let news = News::with(&four(), &format!("{TECH}{NO_ADS}"));
    assert_eq!(news.house.titles("all.json"), ["Weather", "Chips and fish", "芯片进展"]);
    let withheld = news.house.good(&["rules", "withheld"]);
    assert!(withheld.out.contains("dropped by `no ads`: 广告 sale"), "{withheld:?}");
    // The rule goes: nothing is new, and nothing changes by itself.
    news.settings(TECH);
    all_due(&news.house);
    assert_eq!(news.house.titles("all.json").len(), 3);
    let dry = news.house.good(&["reroute", "--dry-run"]);
    assert!(dry.out.contains("4 items looked at, 1 change: published again 1"), "{dry:?}");
    assert!(dry.out.contains("+报, published again"), "{dry:?}");
    assert_eq!(news.house.titles("all.json").len(), 3);
    let before = news.house.tree();
    news.house.good(&["reroute"]);
    assert_eq!(news.house.titles("all.json")[1], "广告 sale");
    let after = news.house.tree();
    assert_eq!(before["category/tech.atom"], after["category/tech.atom"], "not touched");
    let again = news.house.good(&["reroute"]);
    assert!(again.out.contains("4 items looked at, 0 change\n"), "{again:?}");
    assert_eq!(news.house.tree(), after);
    // And it goes again, with its page.
    let share = format!("share/{}.html", news.share("广告 sale"));
    assert!(news.has(&share));
    news.settings(&format!("{TECH}{NO_ADS}"));
    let ended = news.house.good(&["reroute"]);
    assert!(ended.out.contains("dropped 1"), "{ended:?}");
    assert!(!news.has(&share));
    assert_eq!(news.house.titles("all.json").len(), 3);
    assert_eq!(news.origin.requests().len(), 2);
}

#[test]
fn what_is_held_waits_for_somebody() {
    let hold = "[[rule]]\nname = \"look\"\nwhen = { title = \"weather\" }\nhold = true\n";
    let news = News::with(&four(), hold);
    assert_eq!(news.house.titles("all.json").len(), 3);
    let withheld = news.house.good(&["rules", "withheld", "--json"]);
    let withheld: serde_json::Value = serde_json::from_str(&withheld.out).unwrap();
    assert_eq!((&withheld[0]["kept"], &withheld[0]["rule"]), (&"held".into(), &"look".into()));
    let id = withheld[0]["id"].as_str().unwrap();
    let explained = news.house.good(&["rules", "explain", id]);
    assert!(explained.out.contains("`look` holds it back"), "{explained:?}");
    assert_eq!(news.house.run(&["rules", "release", "nothing"]).code, 1);
    news.house.good(&["rules", "release", id]);
    assert_eq!(news.house.titles("all.json")[0], "Weather");
    let again = news.house.good(&["reroute"]);
    assert!(again.out.contains(" 0 change\n"), "{again:?}");
}

#[test]
fn limits_let_so_many_through() {
    let limit = |most: u32| {
        format!("[[rule]]\nname = \"few\"\nlimit = {{ most = {most}, per = \"1h\" }}\n")
    };
    let news = News::with(&four(), &limit(2));
    assert_eq!(news.house.titles("all.json"), ["Chips and fish", "芯片进展"]);
    news.settings(&limit(3));
    let ended = news.house.good(&["reroute", "--json"]);
    let ended: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(ended["changes"].as_array().unwrap().len(), 1);
    assert_eq!(news.house.titles("all.json").len(), 3);
    news.settings(&limit(1));
    news.house.good(&["reroute"]);
    assert_eq!(news.house.titles("all.json"), ["芯片进展"]);
    news.house.good(&["reroute"]);
    assert_eq!(news.house.titles("all.json"), ["芯片进展"]);
}

#[test]
fn titles_and_cleaning_are_applied_to_what_is_kept() {
    let news = News::with(&four(), "");
    let share = news.share("广告 sale");
    news.settings(
        "[[rule]]\ntitle = { replace = \"^广告 \", with = \"\" }\nwhen = { label = \"ad\" }\n",
    );
    let ended = news.house.good(&["reroute"]);
    assert!(ended.out.contains("title `sale`"), "{ended:?}");
    let feed = news.house.json("all.json");
    let item = feed["items"].as_array().unwrap().iter().find(|item| item["title"] == "sale");
    let item = item.unwrap();
    assert!(item["id"].as_str().unwrap().ends_with(&share), "the id stays");
    assert_eq!(item["date_modified"], item["date_published"], "no news of the source: {item}");
    // A visit that brings the same again changes nothing of it.
    let before = news.house.tree();
    all_due(&news.house);
    assert_eq!(news.house.tree(), before);
}

#[test]
fn names_become_one_category_and_old_addresses_lead_there() {
    let news = News::with(&four(), "");
    assert!(news.has("category/wind.atom") && news.has("category/windzixun.atom"));
    news.settings("[[category]]\nid = \"Wind\"\naliases = [\"Wind资讯\"]\n");
    news.house.good(&["publish"]);
    assert_eq!(news.house.titles("category/wind.json"), ["Chips and fish", "芯片进展"]);
    assert!(!news.has("category/windzixun.atom") && !news.has("category/windzixun.html"));
    assert!(!news.house.feed("opml.xml").contains("windzixun"));
    let again = news.house.good(&["reroute"]);
    assert!(again.out.contains(" 0 change\n"), "{again:?}");
    // Apart again, at the old addresses.
    news.settings("");
    news.house.good(&["reroute"]);
    assert_eq!(news.house.titles("category/windzixun.json"), ["Chips and fish"]);
    assert_eq!(news.house.titles("category/wind.json"), ["芯片进展"]);
}

#[test]
fn two_names_of_one_spelling_get_two_addresses_and_say_so() {
    let items = [item(1, "one", "TechWeb", "x"), item(2, "two", "Techweb", "x")];
    let news = News::with(&items, "");
    assert_eq!(news.house.titles("category/techweb.json"), ["one"]);
    assert_eq!(news.house.titles("category/techweb-2.json"), ["two"]);
    let shown = news.house.good(&["categories", "techweb"]).out;
    assert!(shown.contains("/category/techweb TechWeb: 1 items\n"), "{shown}");
    let other = "/category/techweb-2 Techweb: 1 items; `techweb` is another's address\n";
    assert!(shown.contains(other), "{shown}");
}

#[test]
fn a_category_is_published_with_enough_items() {
    let news = News::with(&four(), "[publish]\nmin_items = 2\n");
    assert!(news.has("category/bao.atom") && !news.has("category/wind.atom"));
    assert!(!news.house.feed("opml.xml").contains("wind"));
    let share = format!("share/{}.html", news.share("芯片进展"));
    assert!(!news.house.feed(&share).contains("category/wind."));
    let mut more = four();
    more.push(item(5, "More", "Wind", "x"));
    news.origin.on("GET /feed", [reply(200).body(rss(&more))]);
    all_due(&news.house);
    assert_eq!(news.house.titles("category/wind.json"), ["More", "芯片进展"]);
    assert!(news.house.feed(&share).contains("category/wind."));
    assert!(!news.has("category/windzixun.atom"));
}

#[test]
fn a_rule_can_be_tried_out() {
    let news = News::with(&four(), TECH);
    let rule = "when = { title = \"weather\" }, drop = true";
    let dry = news.house.good(&["reroute", "--dry-run", "--rule", rule]);
    assert!(dry.out.contains("dropped by `this rule`"), "{dry:?}");
    let explained =
        news.house.good(&["rules", "explain", "https://bell.example/4", "--rule", rule]);
    assert!(explained.out.contains("`this rule` drops it"), "{explained:?}");
    let explained = news.house.good(&["rules", "explain", "https://bell.example/1"]);
    assert!(explained.out.contains("`category tech` adds to `tech`"), "{explained:?}");
    let preview = news.house.good(&["preview", "bell", "--limit", "9", "--rule", rule]);
    assert!(preview.out.contains("  published:  no: dropped by `this rule`\n"), "{preview:?}");
    let act = "  rule:       `category tech` adds to `tech`\n";
    assert_eq!(preview.out.matches(act).count(), 2, "{preview:?}");
    let preview = news.house.good(&["preview", "bell", "--json", "--rule", rule]);
    let preview: serde_json::Value = serde_json::from_str(&preview.out).unwrap();
    assert_eq!(preview["entries"][3]["item"]["rules"][0]["what"], "drops it");
    let wrong = news.house.run(&["reroute", "--dry-run", "--rule", "when = { titel = \"x\" }"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.err.contains("did you mean `title`?"), "{wrong:?}");
}

#[test]
fn check_names_rules_that_can_do_nothing() {
    let house = House::bare(
        "[site]\ntitle = \"t\"\nurl = \"https://t.example/\"\n[[category]]\nid = \"tech\"\n\
         [[rule]]\nname = \"a\"\nwhen = { title = [\"x\", \"y\"] }\ndrop = true\n\
         [[rule]]\nname = \"b\"\nwhen = { title = \"x\", label = \"l\" }\nadd = \"tech\"\n",
    );
    let ended = house.run(&["check"]);
    assert_eq!(ended.code, 2);
    let place = "config/finews.toml:10:1: `b`: it can do nothing: all that it holds for is dropped";
    assert!(ended.err.contains(place), "{ended:?}");
}

#[test]
fn check_names_what_can_never_be_found() {
    let check = |rules: &str, expect: &str| {
        let head = "[site]\ntitle = \"t\"\nurl = \"https://t.example/\"\n[[source]]\nid = \"bell\"\n\
            url = \"https://b.example/\"\n";
        let ended = House::bare(&format!("{head}{rules}")).run(&["check"]);
        assert_eq!(ended.code, 2, "{rules}");
        assert!(ended.err.contains(expect), "{rules}: {ended:?}");
    };
    let saved = |query: &str| format!("[[category]]\nid = \"s\"\nquery = '{query}'\n");
    check(&saved("source:bel x"), "9:9: there is no source `bel`\n  hint: did you mean `bell`?");
    check(&saved("x -x"), "7:1: `category s`: it can never hold: it asks for what it rules out");
    check("[[category]]\nid = \"s\"\nany = [\" \"]\n", "7:1: there is no word in `any`");
    let rule = "[[rule]]\nwhen = { title = { regex = 'a^b' } }\ndrop = true\n";
    check(rule, "8:28: nothing matches `a^b`");
    let rule = "[[rule]]\ntitle = { replace = '(x)', with = '$1 $2' }\n";
    check(rule, "8:35: `replace` has no group `2`");
    check("[[category]]\nid = \"s\"\nmin_items = -1\n", "0 to 1000, not -1");
}

/// Rules cannot keep `check`, or a daemon that starts, busy.
#[test]
fn patterns_that_are_too_large_are_named_and_no_more_are_made() {
    let rule = |n: usize| {
        format!(
            "[[rule]]\nadd = \"c\"\nwhen = {{ text = {{ regex = \"w{n}\\\\w{{0,900}}x\" }} }}\n"
        )
    };
    let rules: String = (0..2_000).map(rule).collect();
    let house = House::new(&format!("[[category]]\nid = \"c\"\n{rules}"));
    let ended = house.run(&["check"]);
    assert_eq!(ended.code, 2);
    let large = ended.err.matches("is too large: it needs more than").count();
    assert!((2..100).contains(&large), "{large}");
    let last = ended.err.lines().filter(|line| line.contains("no more are looked at"));
    assert_eq!(last.count(), 1, "{ended:?}");
    assert!(ended.err.contains("hint: `\\w` and `.{0,99}` are large"), "{ended:?}");
}

/// Each word begins the next: the machine that looks for them is made in no more time than another.
#[test]
fn words_that_begin_each_other_are_found_each() {
    let words: Vec<String> = (0..20_000).map(|n| format!("\"word{n}\"")).collect();
    let house = House::new(&format!(
        "[[category]]\nid = \"c\"\n[[rule]]\nadd = \"c\"\nwhen = {{ text = [{}] }}\n",
        words.join(",")
    ));
    house.good(&["check"]);
}
