use std::time::Duration;

use super::{Rest, Rests};
use crate::model::Egress;

const HOUR: Duration = Duration::from_hours(1);

fn rests() -> Rests {
    Rests::new(vec!["tumblr.com".to_owned()])
}

fn direct() -> Egress {
    Egress::default()
}

#[tokio::test(start_paused = true)]
async fn f19_a_refusal_without_a_word_is_an_hour_then_two_and_a_good_answer_resets() {
    let rests = rests();
    for expect in [1, 2, 4, 8, 16, 24, 24] {
        rests.refuse("a.example", &direct(), 429, None);
        let left = rests.resting("a.example", &direct()).unwrap();
        assert_eq!(left.as_secs() / 3_600, expect);
        assert_eq!(rests.resting("b.example", &direct()), None);
        tokio::time::advance(left).await;
        assert_eq!(rests.resting("a.example", &direct()), None);
    }
    rests.please("a.example", &direct());
    rests.refuse("a.example", &direct(), 429, None);
    assert_eq!(rests.resting("a.example", &direct()).unwrap().as_secs() / 3_600, 1);
}

#[tokio::test(start_paused = true)]
async fn which_answers_ask_for_a_rest() {
    fn check(host: &str, status: u16, retry_after: Option<Duration>, expect: bool) {
        let rests = rests();
        rests.refuse(host, &direct(), status, retry_after);
        assert_eq!(
            rests.resting(host, &direct()).is_some(),
            expect,
            "{host} {status} {retry_after:?}"
        );
    }
    check("a.example", 429, None, true);
    check("a.example", 503, None, false);
    check("a.example", 503, Some(HOUR), true);
    check("a.example", 403, None, false);
    check("a.example", 403, Some(HOUR), true);
    check("x.tumblr.com", 403, None, true);
    check("a.example", 500, Some(HOUR), false);
    check("a.example", 404, None, false);
}

#[tokio::test(start_paused = true)]
async fn names_of_a_domain_rest_together_and_others_do_not() {
    let rests = rests();
    rests.refuse("x.tumblr.com", &direct(), 429, Some(HOUR));
    assert!(rests.resting("y.tumblr.com", &direct()).is_some());
    assert!(rests.resting("tumblr.com", &direct()).is_some());
    assert!(rests.resting("nottumblr.com", &direct()).is_none());
    rests.refuse("x.example", &direct(), 429, Some(HOUR));
    assert!(rests.resting("y.example", &direct()).is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_new_is_told_once_and_can_be_taken_up_again() {
    let rests = rests();
    rests.refuse("a.example", &direct(), 429, None);
    let news = rests.news();
    assert_eq!(news, [Rest { host: "a.example".into(), left: HOUR, refusals: 1 }]);
    assert_eq!(rests.news(), []);
    let later = self::rests();
    later.resume(&Rest { left: HOUR / 2, ..news[0].clone() });
    assert_eq!(later.resting("a.example", &direct()), Some(HOUR / 2 + Duration::from_secs(1)));
    assert_eq!(later.news(), [], "it is remembered already");
    tokio::time::advance(HOUR).await;
    later.refuse("a.example", &direct(), 429, None);
    assert_eq!(later.resting("a.example", &direct()).unwrap().as_secs() / 3_600, 2);
    tokio::time::advance(3 * HOUR).await;
    later.please("a.example", &direct());
    assert_eq!(
        later.news(),
        [Rest { host: "a.example".into(), left: Duration::ZERO, refusals: 0 }]
    );
}

#[tokio::test(start_paused = true)]
async fn f21_what_a_proxy_answers_keeps_nobody_else_from_the_host() {
    let rests = rests();
    let proxy = "http://proxy.example:3128/".parse().ok();
    let by_proxy = Egress { proxy, ..Egress::default() };
    rests.refuse("a.example", &by_proxy, 429, Some(HOUR));
    assert!(rests.resting("a.example", &by_proxy).is_some());
    assert!(rests.resting("a.example", &direct()).is_none());
}
