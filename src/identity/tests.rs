use super::{Known, Verdict, item_id, judge, key, keyed, print, updated};
use crate::model::{Entry, SourceId, Text};

fn entry(guid: &str, link: &str, title: &str) -> Entry {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let title = some(title).map(Text::Plain);
    Entry { guid: some(guid), link: some(link), title, ..Entry::default() }
}

#[test]
fn keys_in_order() {
    let check = |entry: &Entry, expect: Option<&str>| {
        assert_eq!(key(entry).as_deref(), expect, "{entry:?}");
    };
    check(&entry(" g1 ", "https://a.example/", "t"), Some("g1"));
    check(&entry("", "https://a.example/", "t"), Some("link:https://a.example/"));
    check(&entry(" ", "", "t"), Some("title:0:t"));
    check(&entry("", "", ""), None);
    let body = |text: &str| Entry { body: Some(Text::Plain(text.into())), ..Entry::default() };
    assert_eq!(key(&body("one  two")), key(&body("one two")));
    assert_ne!(key(&body("one")), key(&body("two")));
    check(&body(" "), None);
}

#[test]
fn ids_last_and_differ_by_source() {
    let id = |source: &str, key: &str| item_id(&SourceId::new(source), key).to_string();
    assert_eq!(id("a", "1"), "0pmwatd1gpp61xah");
    assert_ne!(id("a", "1"), id("b", "1"));
    assert_ne!(id("a", "1"), id("a", "2"));
    assert_ne!(id("a", "b1"), id("ab", "1"));
}

#[test]
fn judges_by_print() {
    let check = |known, expect| assert_eq!(judge(known, [1; 16]), expect, "{known:?}");
    check(Known::Nothing, Verdict::New);
    check(Known::Elsewhere, Verdict::Joined);
    check(Known::Here([1; 16]), Verdict::Same);
    check(Known::Here([2; 16]), Verdict::Changed);
}

#[test]
fn white_space_and_dates_change_no_print() {
    let one = entry("1", "l", "今日 要闻");
    let mut other = entry("1", "l", "今日要闻 ");
    other.published = chrono::DateTime::from_timestamp(5, 0);
    assert_eq!(print(&one), print(&other));
    assert_ne!(print(&one), print(&entry("1", "l", "今日新闻")));
    assert_ne!(print(&entry("", "a", "b")), print(&entry("", "b", "a")));
}

#[test]
fn updated_moves_forward_only() {
    let at = |seconds| chrono::DateTime::from_timestamp(seconds, 0).unwrap();
    let check = |before, given, now, expect| {
        assert_eq!(updated(at(before), at(given), at(now)), at(expect), "{before} {given} {now}");
    };
    check(10, 20, 30, 20);
    check(10, 40, 30, 30);
    check(10, 5, 30, 30);
    check(50, 5, 30, 50);
}

#[test]
fn one_list_never_loses_an_entry_to_a_bad_key() {
    let entries = vec![
        entry("1", "https://a.example/1", "one"),
        entry("1", "https://a.example/2", "two"),
        entry("1", "https://a.example/1", "one again"),
        entry("", "", ""),
    ];
    let (keyed, faults) = keyed(entries);
    let keys: Vec<_> = keyed.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["1", "link:https://a.example/2"]);
    assert_eq!(faults.len(), 2, "{faults:?}");
    let link = "https://a.example/";
    let entries = vec![entry("", link, "one"), entry("", link, "two"), entry("", link, "one")];
    let keys: Vec<_> = super::keyed(entries).0.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["link:https://a.example/", "title:two"]);
}

#[test]
fn spellings_of_one_address_are_one() {
    let check = |one: &str, other: &str, same: bool| {
        assert_eq!(super::canonical(one) == super::canonical(other), same, "{one} / {other}");
    };
    check("http://www.a.example/x/", "https://a.example/x", true);
    check("https://a.example/x?b=2&a=1", "https://a.example/x?a=1&b=2", true);
    check("https://a.example/x?utm_source=rss&id=3#top", "https://a.example/x?id=3", true);
    check("https://a.example/x/amp", "https://a.example/x", true);
    check("https://a.example/x?sid=123", "https://a.example/x?sid=124", false);
    check("https://a.example/x?sid=0123456789abcdef0", "https://a.example/x", true);
    check("https://a.example/notes#n1", "https://a.example/notes#n2", false);
    check("https://a.example/x", "https://b.example/x", false);
    check("https://a.example:8080/x", "https://a.example/x", false);
    for nobody in ["https://a.example/", "https://a.example/?utm_source=x", "mailto:x", "", "//x"] {
        assert_eq!(super::canonical(nobody), None, "{nobody}");
    }
}

#[test]
fn a_flood_is_more_than_the_setting_and_the_habits() {
    let at = |hours: i64| chrono::DateTime::from_timestamp(hours * 3_600, 0).unwrap();
    let check = |daily: f64, size: u32, hours: i64, expect: usize| {
        let habits = super::Habits { daily, size };
        assert_eq!(super::most_new(20, habits, Some(at(0)), at(hours)), expect, "{daily} {hours}");
    };
    check(10.0, 50, 1, 20);
    check(40.0, 50, 24, 120);
    check(1.0, 50, 24, 50);
    check(1.0, 50, 12, 25);
    check(1.0, 50, 24 * 365, 180);
    check(1.0, 50, -5, 20);
    assert_eq!(super::most_new(20, super::Habits::default(), None, at(9)), 20);
}

#[test]
fn two_that_would_do_are_not_recognised() {
    let likeness = |link: &str, title: &str, seconds: i64| {
        let entry = Entry {
            link: Some(link.into()),
            title: Some(Text::Plain(title.into())),
            published: chrono::DateTime::from_timestamp(seconds, 0),
            ..Entry::default()
        };
        super::Likeness::of(&entry)
    };
    let trace = |key: &str, likeness| super::Trace {
        item: super::item_id(&SourceId::new("s"), key),
        key: key.into(),
        likeness,
    };
    let traces = [
        trace("1", likeness("https://a.example/notice/1", "Notice", 1_000)),
        trace("2", likeness("https://a.example/notice/2", "Notice", 1_000)),
        trace("3", likeness("https://a.example/notice/3", "The bridge is closed", 7_201)),
    ];
    let check = |entries: &[super::Likeness], expect: &[Option<usize>]| {
        assert_eq!(super::recognise(entries, &traces, entries.len()), expect);
    };
    check(&[likeness("https://b.example/notice/9", "Notice", 1_000)], &[None]);
    check(&[likeness("https://b.example/notice/1", "Notice", 1_000)], &[Some(0)]);
    check(&[likeness("http://a.example/notice/2/", "Notice!", 1_000)], &[Some(1)]);
    check(&[likeness("https://b.example/x", "The bridge is closed", 7_201)], &[Some(2)]);
    let twice = likeness("https://b.example/x", "The bridge is closed", 7_201);
    check(&[twice, twice], &[None, None]);
}

fn told(guid: &str, link: &str, title: &str, text: &str, seconds: i64) -> Entry {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Entry {
        guid: some(guid),
        link: some(link),
        title: some(title).map(Text::Plain),
        body: some(text).map(Text::Plain),
        published: chrono::DateTime::from_timestamp(seconds, 0),
        ..Entry::default()
    }
}

#[test]
fn a_guid_of_three_things_is_nobodys() {
    let check = |links: [&str; 3], titles: [&str; 3], expect: &[&str]| {
        let entries = links.iter().zip(titles).map(|(link, title)| told("g", link, title, "", 9));
        let keys = super::keyed(entries.collect()).0.into_iter().map(|(key, _)| key);
        assert_eq!(keys.collect::<Vec<_>>(), expect, "{links:?} {titles:?}");
    };
    check(["", "", ""], ["a", "b", "c"], &["title:9:a", "title:9:b", "title:9:c"]);
    check(["", "", ""], ["a", "b", "a"], &["g"]);
    check(
        ["https://a.example/1", "https://a.example/2", ""],
        ["a", "b", "c"],
        &["g", "link:https://a.example/2"],
    );
}

#[test]
fn an_entry_under_two_keys_in_one_list_is_one() {
    let text = "The council met about the bridge. ".repeat(5);
    let check = |one: &Entry, other: &Entry, same: bool| {
        let likenesses = [super::Likeness::of(one), super::Likeness::of(other)];
        let expect = if same { [None, Some(0)] } else { [None, None] };
        assert_eq!(super::twins(&likenesses), expect, "{one:?} {other:?}");
    };
    let one = told("1", "https://a.example/x/1", "The bridge", &text, 9);
    check(&one, &told("2", "http://www.a.example/x/1", "The bridge", &text, 9), true);
    check(&one, &told("2", "https://b.example/x/1", "The bridge", &text, 9), true);
    check(&one, &told("2", "https://a.example/x/2", "The bridge", &text, 9), false);
    check(&one, &told("2", "https://a.example/x/1", "The mill", &text, 9), false);
    check(&one, &told("2", "https://a.example/x/1", "The bridge", "Closed.", 9), false);
    check(&one, &told("2", "https://a.example/x/1", "The bridge", &text, 99), false);
}

#[test]
fn a_key_is_another_entrys_only_where_nothing_agrees() {
    let (month, text) = (40 * 86_400, "words that differ");
    let check = |other: Entry, expect: bool| {
        let one = super::Likeness::of(&told("1", "", "The bridge", "other words", 9));
        assert_eq!(super::Likeness::of(&other).is_another(&one), expect, "{other:?}");
    };
    check(told("1", "", "The mill", text, 9 + month), true);
    check(told("1", "", "The mill", text, 9 + 86_400), false);
    check(told("1", "", "The bridge", text, 9 + month), false);
    check(told("1", "", "The mill", "other words", 9 + month), false);
}
