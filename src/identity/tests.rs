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
