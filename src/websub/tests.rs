//! Guards what is believed of hubs and subscribers, and when.

use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

use super::{
    Asked, Intent, Method, Mode, Push, Refusal, Standing, State, Trust, Verdict, ask_again, asked,
    backup, deliver_again, discover, granted, holds, intent, is_topic, judge, missed, offered,
    overdue, path_of, ping, renewal, sign, subscription, url_of, verification,
};
use crate::model::Instant;

fn at(seconds: i64) -> Instant {
    chrono::DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn f53_links_of_the_head_come_before_links_of_the_body() {
    let check = |hubs: &[&str], selves: &[&str], body: (Option<&str>, Option<&str>), expect| {
        let urls = |texts: &[&str]| texts.iter().map(|text| url(text)).collect::<Vec<_>>();
        let (hubs, selves) = (urls(hubs), urls(selves));
        let found = discover(&url("https://a.example/feed"), (&hubs, &selves), body.0, body.1);
        let found = found.map(|found| (found.hub.to_string(), found.topic.to_string()));
        let expect: Option<(&str, &str)> = expect;
        let expect = expect.map(|(hub, topic)| (hub.to_owned(), topic.to_owned()));
        assert_eq!(found, expect, "{hubs:?} {selves:?} {body:?}");
    };
    let (hub, own) = ("https://hub.example/", "https://a.example/self");
    let body = (Some("https://body.example/"), Some("/me"));
    check(&[hub], &[own], (None, None), Some((hub, own)));
    check(&[hub], &[own], body, Some((hub, own)));
    // Half of it in the head.
    check(&[hub], &[], body, Some((hub, "https://a.example/me")));
    check(&[], &[own], body, Some(("https://body.example/", own)));
    // Only in the body; without an address of its own, it is the one asked for.
    check(&[], &[], body, Some(("https://body.example/", "https://a.example/me")));
    check(&[], &[], (body.0, None), Some(("https://body.example/", "https://a.example/feed")));
    check(&[], &[], (None, Some("/me")), None);
    check(&[], &[], (Some("javascript:alert(1)"), None), None);
    // Of several hubs the one that is asked in safety.
    let two = ["http://h.example/", "https://h.example/"];
    check(&two, &[], (None, None), Some((two[1], "https://a.example/feed")));
    check(&two[..1], &[], (None, None), Some((two[0], "https://a.example/feed")));
}

#[test]
fn f54_signatures_hold_for_every_method_and_for_nothing_else() {
    for method in Method::ALL {
        let signature = sign(method, b"secret", b"body");
        assert!(holds(&signature, b"secret", b"body"), "{signature}");
        assert!(holds(&signature.to_uppercase(), b"secret", b"body"), "{signature}");
        assert!(!holds(&signature, b"secret", b"other"), "{signature}");
        assert!(!holds(&signature, b"other", b"body"), "{signature}");
        assert!(!holds(&signature[..signature.len() - 2], b"secret", b"body"), "{signature}");
    }
    // The test case 2 of RFC 2202 and of RFC 4231.
    let (key, text) = (b"Jefe".as_slice(), b"what do ya want for nothing?".as_slice());
    assert_eq!(sign(Method::Sha1, key, text), "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    let sha256 = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(sign(Method::Sha256, key, text), sha256);
    for wrong in ["", "sha256", "sha256=", "sha256=zz", "sha256=é1", "md5=00", "=", "sha1=5bdcc146"]
    {
        assert!(!holds(wrong, key, text), "{wrong}");
    }
}

#[test]
fn forms_are_written_and_read_back() {
    let form =
        subscription(Mode::Subscribe, "https://c.example/a?b=c", "https://t.example/é", 60, "s&t");
    let expect = Asked::Subscription {
        mode: Mode::Subscribe,
        callback: url("https://c.example/a?b=c"),
        topic: "https://t.example/é".into(),
        lease: Some(60),
        secret: Some("s&t".into()),
    };
    assert_eq!(asked(form.as_bytes()), Ok(expect));
    assert_eq!(
        ping("https://t.example/a b"),
        "hub.mode=publish&hub.url=https%3A%2F%2Ft.example%2Fa+b"
    );
    assert_eq!(asked(ping("x").as_bytes()), Ok(Asked::Publish));
}

#[test]
fn p47_requests_to_the_hub_that_make_no_sense_are_refused() {
    let good =
        [("hub.mode", "subscribe"), ("hub.callback", "https://c.example/"), ("hub.topic", "t")];
    let check = |name: &str, value: &str, expect: Refusal| {
        let pairs = good.iter().filter(|(key, _)| *key != name).copied();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(pairs).append_pair(name, value);
        assert_eq!(asked(form.finish().as_bytes()), Err(expect), "{name}={value}");
    };
    check("hub.mode", "", Refusal::Mode);
    check("hub.mode", "dance", Refusal::Mode);
    for callback in
        ["", "/x", "ftp://c.example/", "https://u:p@c.example/", "https://c.example/#f", "mailto:a"]
    {
        check("hub.callback", callback, Refusal::Callback);
    }
    check("hub.topic", "", Refusal::Topic);
    check("hub.topic", &"t".repeat(3_000), Refusal::Topic);
    check("hub.secret", &"s".repeat(200), Refusal::Secret);
    assert!(asked(b"\xff\xfe%%%=&&&").is_err());
}

#[test]
fn a_verification_keeps_the_callbacks_own_query() {
    let callback = url("https://c.example/a?b=c&d");
    let url = verification(&callback, Mode::Subscribe, "https://t.example/?x=1", "abc", 60);
    assert_eq!(
        url.as_str(),
        "https://c.example/a?b=c&d&hub.mode=subscribe&hub.topic=https%3A%2F%2Ft.example%2F%3Fx%3D1\
         &hub.challenge=abc&hub.lease_seconds=60"
    );
    let Some(Intent::Verify { mode, topic, challenge, lease }) = intent(url.query().unwrap())
    else {
        panic!("{url}")
    };
    assert_eq!((mode, topic.as_str()), (Mode::Subscribe, "https://t.example/?x=1"));
    assert_eq!((challenge.as_str(), lease), ("abc", Some(60)));
    for none in [
        "",
        "hub.mode=subscribe",
        "hub.mode=x&hub.topic=t&hub.challenge=c",
        "hub.mode=subscribe&hub.topic=t&hub.challenge=",
    ] {
        assert_eq!(intent(none), None, "{none}");
    }
}

#[test]
fn f53_only_what_was_asked_for_is_agreed_to() {
    let verify = |mode: Mode, topic: &str| Intent::Verify {
        mode,
        topic: topic.to_owned(),
        challenge: "c h\n".into(),
        lease: Some(900),
    };
    let check = |state: State, asked: Option<i64>, intent: Intent, expect: Verdict| {
        let standing = Standing { state, topic: "t".into(), asked: asked.map(at) };
        assert_eq!(judge(&standing, intent.clone(), at(10_000)), expect, "{state:?} {intent:?}");
    };
    let agreed =
        || Verdict::Agreed { challenge: "c h\n".into(), until: at(10_900), renew: at(10_600) };
    let subscribe = || verify(Mode::Subscribe, "t");
    check(State::Wanted, Some(0), subscribe(), agreed());
    check(State::Wanted, None, subscribe(), Verdict::Unknown);
    check(State::Wanted, Some(0), verify(Mode::Subscribe, "u"), Verdict::Unknown);
    check(State::Wanted, Some(0), verify(Mode::Unsubscribe, "t"), Verdict::Unknown);
    check(State::Active, Some(9_000), subscribe(), agreed());
    check(State::Active, Some(1_000), subscribe(), Verdict::Unknown);
    check(State::Active, Some(9_000), verify(Mode::Unsubscribe, "t"), Verdict::Unknown);
    check(State::Leaving, Some(9_000), subscribe(), Verdict::Unknown);
    check(
        State::Leaving,
        None,
        verify(Mode::Unsubscribe, "t"),
        Verdict::Left { challenge: "c h\n".into() },
    );
    let denied = |topic: &str| Intent::Denied { topic: topic.into(), reason: Some("no".into()) };
    let again = at(10_000) + TimeDelta::days(7);
    check(State::Active, None, denied("t"), Verdict::Denied { reason: Some("no".into()), again });
    check(State::Active, None, denied("u"), Verdict::Unknown);
}

#[test]
fn f55_leases_are_renewed_before_they_end() {
    for seconds in [10, 60, 3_600, 864_000] {
        let lease = granted(Some(seconds));
        let renew = renewal(at(0), lease);
        assert!(renew > at(0) && renew < at(0) + lease, "{seconds}");
    }
    assert_eq!(granted(None), TimeDelta::days(10));
    assert_eq!(granted(Some(0)), TimeDelta::days(10));
    assert_eq!(granted(Some(u64::MAX)), TimeDelta::days(365));
    let day = Duration::from_hours(24);
    assert_eq!(offered(None, day, day * 30), 86_400);
    assert_eq!(offered(Some(5), day, day * 30), 5);
    assert_eq!(offered(Some(u64::MAX), day, day * 30), 30 * 86_400);
}

#[test]
fn p47_the_waits_between_attempts_grow_and_end() {
    let waits: Vec<_> = (1..).map_while(deliver_again).collect();
    assert!(waits.is_sorted() && waits.len() == 8, "{waits:?}");
    assert!(waits.iter().sum::<TimeDelta>() > TimeDelta::days(1));
    assert!((1..50).map(ask_again).is_sorted());
    assert_eq!(ask_again(u32::MAX), TimeDelta::days(1));
}

#[test]
fn topics_are_the_feeds_of_this_site() {
    for path in ["all.atom", "category/tech.rss", "category/新华.json"] {
        assert!(is_topic(path), "{path}");
    }
    for path in [
        "all.html",
        "opml.xml",
        "archive/tech/1.atom",
        "category/a/b.rss",
        "category/.rss",
        "status.atom",
        "",
    ] {
        assert!(!is_topic(path), "{path}");
    }
    let site = url("https://s.example/news/");
    let check = |topic: &str, expect: Option<&str>| {
        assert_eq!(path_of(&site, topic).as_deref(), expect, "{topic}");
    };
    let encoded = url_of(&site, "category/新 华.atom");
    assert_eq!(encoded, "https://s.example/news/category/%E6%96%B0%20%E5%8D%8E.atom");
    check(&encoded, Some("category/新 华.atom"));
    check("HTTPS://S.example:443/news/all.atom", Some("all.atom"));
    for foreign in [
        "https://s.example/all.atom",
        "https://s.example.evil.example/news/all.atom",
        "http://s.example/news/all.atom",
        "https://s.example/news/all.atom?x",
        "https://s.example/news/all.atom#x",
        "https://s.example/news/category/..%2fall.atom",
        "https://u@s.example/news/all.atom",
        "all.atom",
        "",
    ] {
        check(foreign, None);
    }
}

#[test]
fn f55_polls_are_rarer_while_pushes_work_and_resume_when_the_hub_is_silent() {
    let hour = 3_600;
    let push = Push { lease_until: Some(at(100 * hour)), proven: true, distrusted: None };
    let check = |now: i64, next: i64, push: &Push, expect: i64| {
        let pushes = std::slice::from_ref(push);
        assert_eq!(backup(at(now), at(next), pushes), at(expect), "{now} {next} {push:?}");
    };
    check(0, hour, &push, 4 * hour);
    check(0, 10 * hour, &push, 24 * hour);
    check(0, 30 * hour, &push, 30 * hour);
    // Never past the hour when it would no longer be believed.
    check(104 * hour, 105 * hour, &push, 106 * hour);
    check(106 * hour, 107 * hour, &push, 107 * hour);
    for none in [
        Push { lease_until: None, ..push.clone() },
        Push { proven: false, ..push.clone() },
        Push { distrusted: Some(at(1)), ..push.clone() },
    ] {
        check(0, hour, &none, hour);
    }
    check(2, hour, &Push { distrusted: Some(at(1)), ..push.clone() }, 2 + 4 * (hour - 2));
    assert_eq!(backup(at(0), at(hour), &[]), at(hour), "a source without a hub");
    let untrusted = Push { proven: false, ..push.clone() };
    assert_eq!(backup(at(0), at(hour), &[push, untrusted]), at(hour), "one list without pushes");
}

#[test]
fn f55_what_a_poll_finds_and_the_hub_did_not_push_is_held_against_it() {
    let check = |dates: &[i64], expect: Trust| {
        assert_eq!(missed(at(0), dates.iter().map(|date| at(*date))), expect, "{dates:?}");
    };
    let distrust = Trust::Distrust(at(0) + TimeDelta::days(7));
    check(&[], Trust::Well);
    check(&[-5], Trust::Suspect);
    check(&[0, -599], Trust::Suspect);
    check(&[-600], distrust);
    check(&[0, -5, -86_400], distrust);
    assert_eq!(overdue(at(599), at(0)), None);
    assert_eq!(overdue(at(600), at(0)), Some(at(600) + TimeDelta::days(7)));
}
