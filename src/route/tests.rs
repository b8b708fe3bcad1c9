use std::collections::HashSet;
use std::time::Duration;

use super::{
    Acts, By, Decision, Facts, Field, Kept, Limit, Pattern, Place, QueryError, Rewrite, Router,
    Rule, Scope, Test, When, doubts, fold, query,
};
use crate::html;
use crate::model::{Enclosure, Item, ItemId, Person, SourceId};
use crate::template::Template;

fn item() -> Item {
    let at = |seconds| chrono::DateTime::from_timestamp(seconds, 0).unwrap();
    let sound = Enclosure { media_type: Some("Audio/MPEG".into()), ..Enclosure::default() };
    Item {
        id: ItemId::new("i"),
        uri: "tag:x".into(),
        source: SourceId::new("portal"),
        link: Some("https://Portal.example/Video/1".into()),
        title: "A report on ＣＨＩＰＳ".into(),
        body: html::from_text("国产芯片取得进展。Trust the harbour\nport, it says."),
        summary: Some("Über die Häfen".into()),
        published: at(1_000_000),
        updated: at(1_000_000),
        first_seen: at(1_007_200),
        authors: vec![Person { name: Some("李雷".into()), ..Person::default() }],
        medium: Some("Wind资讯".into()),
        categories: Vec::new(),
        also: Vec::new(),
        labels: vec!["科技".into(), "Finance".into()],
        enclosures: vec![sound],
        image: None,
        language: Some("zh-Hans-CN".into()),
        facts: std::collections::BTreeMap::new(),
    }
}

fn decide(rules: Vec<Rule>) -> Decision {
    let item = item();
    let text = html::text(item.body.as_str());
    let declining = HashSet::from([SourceId::new("lone")]);
    Router::new(rules, &declining).decide(&Facts { item: &item, text: &text })
}

fn rule(when: When, acts: Acts) -> Rule {
    Rule { name: "r".into(), scope: Scope::Every, when, acts }
}

fn add(name: &str) -> Acts {
    Acts { add: vec![Template::parse(name).unwrap()], ..Acts::default() }
}

fn drop() -> Acts {
    Acts { drop: true, ..Acts::default() }
}

fn test(test: Test) -> When {
    When::Test(test)
}

fn word(place: Place, word: &str) -> When {
    test(Test::Word(place, word.into()))
}

fn is(field: Field, name: &str) -> When {
    test(Test::Is(field, name.into()))
}

fn not(when: When) -> When {
    When::Not(Box::new(when))
}

fn pattern(text: &str) -> Pattern {
    Pattern::new(text).unwrap()
}

/// A condition alone, and as one of many that are tried with it.
fn holds(when: &When) -> bool {
    let alone = decide(vec![rule(when.clone(), drop())]).withheld.is_some();
    let crowd = (0..50).map(|n| rule(word(Place::Text, &format!("wort{n}")), add("x")));
    let mut crowd: Vec<Rule> = crowd.collect();
    crowd.push(rule(when.clone(), drop()));
    assert_eq!(decide(crowd).withheld.is_some(), alone, "{when:?}");
    alone
}

#[test]
fn words() {
    let check = |place: Place, text: &str, expect: bool| {
        assert_eq!(holds(&word(place, text)), expect, "{place:?} {text}");
    };
    check(Place::Text, "芯片", true);
    check(Place::Text, "芯", true);
    check(Place::Text, "产芯片取", true);
    check(Place::Text, "芯机", false);
    check(Place::Text, "chips", true);
    check(Place::Text, "chip", false);
    check(Place::Text, "chip*", true);
    check(Place::Text, "ＣＨＩＰＳ", true);
    check(Place::Title, "report on  chips", true);
    check(Place::Text, "port", true);
    check(Place::Text, "rust", false);
    check(Place::Text, "*rust", true);
    check(Place::Text, "harbour port", true);
    check(Place::Title, "芯片", false);
    check(Place::Body, "chips", false);
    check(Place::Summary, "über", true);
    check(Place::Text, "ÜBER DIE", true);
    check(Place::Text, "chips über", false);
    check(Place::Link, "example/video", true);
    check(Place::Text, "example/video", false);
    check(Place::Text, "", false);
    check(Place::Text, " * ", false);
}

#[test]
fn fields() {
    let check = |field: Field, name: &str, expect: bool| {
        assert_eq!(holds(&is(field, name)), expect, "{field:?} {name}");
    };
    check(Field::Source, "portal", true);
    check(Field::Source, "Portal", false);
    check(Field::Medium, "wind资讯", true);
    check(Field::Medium, "Wind", false);
    check(Field::Medium, "Wind*", true);
    check(Field::Medium, "*资讯", true);
    check(Field::Medium, "w*讯", true);
    check(Field::Medium, "*ind*资*", true);
    check(Field::Medium, "w*d", false);
    check(Field::Label, "finance", true);
    check(Field::Label, "科技", true);
    check(Field::Label, "fin", false);
    check(Field::Author, "李雷", true);
    check(Field::Language, "zh", true);
    check(Field::Language, "ZH-hans", true);
    check(Field::Language, "zh-CN", false);
}

#[test]
fn patterns() {
    let check = |when: When, expect: bool| assert_eq!(holds(&when), expect, "{when:?}");
    let found = |place, text: &str| test(Test::Found(place, pattern(text)));
    check(found(Place::Title, r"^A re\w+"), true);
    check(found(Place::Text, r"Trust \w+ harbour"), true);
    check(found(Place::Text, r"trust \w+ harbour"), false);
    check(found(Place::Text, r"(?i)trust \w+ harbour"), true);
    check(found(Place::Body, r"\d{4}"), false);
    check(found(Place::Link, r"/Video/\d$"), true);
    check(found(Place::Body, r"^国产"), true);
    check(found(Place::Title, r"Trust"), false);
    check(test(Test::Like(Field::Medium, pattern("^Wind"))), true);
    check(test(Test::Like(Field::Label, pattern("^技"))), false);
}

#[test]
fn measures_and_files() {
    let check = |one: Test, expect: bool| assert_eq!(holds(&test(one.clone())), expect, "{one:?}");
    check(Test::Length(10, 100), true);
    check(Test::Length(100, u64::MAX), false);
    check(Test::Age(7_200, 7_200), true);
    check(Test::Age(7_201, u64::MAX), false);
    check(Test::Enclosure(String::new()), true);
    check(Test::Enclosure("audio/".into()), true);
    check(Test::Enclosure("video/".into()), false);
    check(Test::Image, false);
}

#[test]
fn conditions_in_conditions() {
    let (yes, no) = (word(Place::Text, "芯片"), word(Place::Text, "fish"));
    let check = |when: When, expect: bool| assert_eq!(holds(&when), expect, "{when:?}");
    check(When::All(vec![]), true);
    check(When::Any(vec![]), false);
    check(When::All(vec![yes.clone(), no.clone()]), false);
    check(When::Any(vec![no.clone(), yes.clone()]), true);
    check(not(no.clone()), true);
    check(not(not(yes.clone())), true);
    check(When::All(vec![not(no.clone()), When::Any(vec![yes.clone(), not(yes)])]), true);
}

#[test]
fn every_rule_that_holds_acts() {
    let always = || When::All(Vec::new());
    let retitle = |find: &str, with: &str| Acts {
        title: Some(Rewrite { pattern: pattern(find), with: with.into() }),
        ..Acts::default()
    };
    let limit = Limit { most: 2, per: Duration::from_mins(10_000), by: By::Medium };
    let decision = decide(vec![
        rule(word(Place::Text, "芯片"), add("tech")),
        rule(always(), add("{medium}")),
        rule(word(Place::Title, "chips"), add("tech")),
        rule(always(), retitle(r"^A (\w+)", "The $1")),
        rule(always(), retitle("The", "Our")),
        rule(always(), retitle(".*", "")),
        rule(always(), Acts { limit: Some(limit), ..Acts::default() }),
        rule(always(), Acts { hold: true, ..Acts::default() }),
        Rule { name: "d".into(), ..rule(is(Field::Label, "finance"), drop()) },
        Rule { name: "e".into(), ..rule(always(), drop()) },
    ]);
    let names: Vec<_> = decision.add.iter().map(|one| one.fill(|_| Some("M".into()))).collect();
    assert_eq!(names, [Ok("tech".to_owned()), Ok("M".to_owned())]);
    assert_eq!(decision.title.as_deref(), Some("Our report on ＣＨＩＰＳ"));
    let withheld = decision.withheld.unwrap();
    assert_eq!((withheld.kept, withheld.rule.as_str()), (Kept::Dropped, "d"));
    assert_eq!(decision.seats[0].most, 2);
    assert!(decision.seats[0].key.ends_with(" 1 Wind资讯"), "{:?}", decision.seats);
    let first = &decision.acts[0];
    assert_eq!((first.rule.as_str(), first.what.as_str()), ("r", "adds to `tech`"));
}

#[test]
fn only_keeps_what_it_holds_for() {
    let only = || Acts { only: true, ..Acts::default() };
    let check = |scope: Scope, when: When, expect: Option<Kept>| {
        let decision = decide(vec![Rule { name: "o".into(), scope, when, acts: only() }]);
        assert_eq!(decision.withheld.map(|one| one.kept), expect);
    };
    let one = |id: &str| Scope::One(SourceId::new(id));
    check(Scope::Every, word(Place::Text, "芯片"), None);
    check(Scope::Every, word(Place::Text, "fish"), Some(Kept::Dropped));
    check(one("portal"), word(Place::Text, "fish"), Some(Kept::Dropped));
    check(one("other"), word(Place::Text, "fish"), None);
}

#[test]
fn rules_are_for_their_sources() {
    let check = |scope: Scope, expect: bool| {
        let item = Item { source: SourceId::new("lone"), ..item() };
        let rules = vec![Rule { scope, ..rule(When::All(vec![]), drop()) }];
        let declining = HashSet::from([SourceId::new("lone")]);
        let decision = Router::new(rules, &declining).decide(&Facts { item: &item, text: "" });
        assert_eq!(decision.withheld.is_some(), expect);
    };
    check(Scope::Every, true);
    check(Scope::Inherited, false);
    check(Scope::One(SourceId::new("lone")), true);
    check(Scope::One(SourceId::new("portal")), false);
}

#[test]
fn what_can_do_nothing_is_doubted() {
    let check = |rules: Vec<Rule>, expect: &[(usize, Option<usize>, &str)]| {
        let got = doubts(&rules);
        let got: Vec<_> = got.iter().map(|d| (d.rule, d.other, d.what.as_str())).collect();
        assert_eq!(got, expect);
    };
    let source = |id: &str| is(Field::Source, id);
    let all = |all: &[When]| When::All(all.to_vec());
    let any = |any: &[When]| When::Any(any.to_vec());
    let fish = || word(Place::Text, "fish");
    let bird = || word(Place::Text, "bird");
    check(vec![rule(fish(), add("x")), rule(bird(), drop())], &[]);
    check(
        vec![rule(all(&[source("a"), source("b")]), add("x"))],
        &[(0, None, "it can never hold: an item has one source only")],
    );
    check(
        vec![rule(all(&[fish(), not(fish())]), add("x"))],
        &[(0, None, "it can never hold: it asks for what it rules out")],
    );
    check(
        vec![rule(all(&[test(Test::Length(0, 5)), test(Test::Length(6, 9))]), add("x"))],
        &[(0, None, "it can never hold: no length is both")],
    );
    check(
        vec![rule(any(&[When::Any(vec![]), word(Place::Text, "*")]), add("x"))],
        &[(0, None, "it can never hold: it asks for one of nothing")],
    );
    let undone = "it can do nothing: all that it holds for is dropped";
    check(
        vec![rule(all(&[fish(), bird()]), add("x")), rule(word(Place::Text, "FISH"), drop())],
        &[(0, Some(1), undone)],
    );
    check(vec![rule(fish(), drop()), rule(any(&[fish(), bird()]), add("x"))], &[]);
    check(
        vec![rule(any(&[fish(), bird()]), drop()), rule(fish(), add("x"))],
        &[(1, Some(0), undone)],
    );
    check(vec![rule(all(&[]), drop()), rule(fish(), add("x"))], &[(1, Some(0), undone)]);
    let only = |when| rule(when, Acts { only: true, ..Acts::default() });
    check(
        vec![only(source("a")), rule(source("b"), add("x"))],
        &[(1, Some(0), "it can do nothing: all that it holds for is left out")],
    );
    let of = |id: &str, rule: Rule| Rule { scope: Scope::One(SourceId::new(id)), ..rule };
    check(vec![of("a", rule(fish(), drop())), of("b", rule(fish(), add("x")))], &[]);
    check(
        vec![of("a", rule(source("b"), add("x")))],
        &[(0, None, "it can never hold: an item has one source only")],
    );
}

#[test]
fn patterns_are_bounded() {
    assert!(Pattern::new("(").is_err());
    assert!(Pattern::new(r"(\w{1000}){1000}").is_err());
    assert!(Pattern::new(&"x".repeat(1_001)).is_err());
    assert!(Pattern::new(r"(a)\1").is_err());
    assert!(!pattern(r"[a&&b]").is_possible());
    assert!(pattern("a|b").is_possible());
}

#[test]
fn folding() {
    let check = |text: &str, expect: &str| assert_eq!(fold(text), expect, "{text}");
    check(" A\u{3000}B\n c ", "a b c");
    check("Ｗｉｎｄ资讯（ＩＴ）", "wind资讯(it)");
    check("ÄÖ ẞ", "äö ß");
    check("soft\u{ad}hyphen", "softhyphen");
    check("it’s", "it's");
}

#[test]
fn queries() {
    let item = item();
    let text = html::text(item.body.as_str());
    let check = |text_of_query: &str, expect: bool| {
        let when = query(text_of_query).unwrap().when();
        let router = Router::new(vec![rule(when, drop())], &HashSet::new());
        let decision = router.decide(&Facts { item: &item, text: &text });
        assert_eq!(decision.withheld.is_some(), expect, "{text_of_query}");
    };
    check("芯片", true);
    check("芯片 chips", true);
    check("芯片 fish", false);
    check("fish OR 芯片", true);
    check("fish OR 芯片 bird", false);
    check("芯片 -chips", false);
    check("芯片 -fish", true);
    check("\"harbour port\"", true);
    check("“harbour  port”", true);
    check("title:芯片", false);
    check("body:芯片 medium:wind资讯", true);
    check("unknown:芯片", false);
    for (bad, why) in [
        ("", QueryError::Empty),
        (" - ", QueryError::Empty),
        ("*", QueryError::Empty),
        ("-fish", QueryError::OnlyNot),
        ("\"fish", QueryError::Unbalanced),
    ] {
        assert_eq!(query(bad), Err(why), "{bad}");
    }
    assert_eq!(query(&"x".repeat(1_001)), Err(QueryError::TooLong));
    assert_eq!(query(&"x ".repeat(65)), Err(QueryError::TooLong));
}

#[test]
fn every_decision_is_that_of_the_rules_one_by_one() {
    // The machine may leave out only what cannot hold.
    let words = ["芯片", "chips", "fish", "港", "port", "über", "进展", "资讯"];
    let mut rules = Vec::new();
    for (n, a) in words.iter().enumerate() {
        for (m, b) in words.iter().enumerate() {
            let (a, b) = (word(Place::Text, a), word(Place::Title, b));
            let when = match (n + m) % 4 {
                0 => When::All(vec![a, b]),
                1 => When::Any(vec![a, not(b)]),
                2 => When::All(vec![a, not(b)]),
                _ => not(When::Any(vec![a, b])),
            };
            rules.push(rule(when, add(&format!("c{n}-{m}"))));
        }
    }
    let together = decide(rules.clone()).add;
    let apart: Vec<_> = rules.into_iter().flat_map(|one| decide(vec![one]).add).collect();
    assert_eq!(together, apart);
    assert!(together.len() > 10);
}

#[test]
fn patterns_that_nothing_matches_are_known() {
    let check = |text: &str, expect: bool| {
        assert_eq!(Pattern::new(text).unwrap().is_possible(), expect, "{text}");
    };
    for text in ["a^b", "a$b", "x(^a|^b)y", "(a$)+b", r"\Aa\A", "[a&&b]"] {
        check(text, false);
    }
    for text in ["^a$", "(^a|b)c", "a?^b", "b$a*", "(?m)a$\\nb^", "^^a$$", "", "(a^b)?c", "a|b^c"] {
        check(text, true);
    }
}
