use std::fmt::Write as _;

use url::Url;

use super::signs::{self, Class};
use super::{Candidate, Own, PageFacts, Reason, Verdict, gist, judge};
use crate::article::Paper;

const NEWS: &str = "<p>江城水泥公告，上半年净利润三点二亿元，同比增长百分之十。</p><p>公司称增长来自基建订单。</p>";

/// Judges a fragment on a page with a title; the address asked for is the one that answered.
fn judged(html: &str, title: &str, own: Own<'_>) -> Verdict {
    let text = format!("<title>{title}</title><body>{html}");
    let paper = Paper::new(&text);
    let url = Url::parse("https://gazette.example/a/1.html").unwrap();
    let page = PageFacts { paper: &paper, status: 200, asked: &url, url: &url };
    judge(&Candidate::new(html.to_owned()), &page, own)
}

#[track_caller]
fn check(html: &str, title: &str, expect: &Reason) {
    assert_eq!(judged(html, title, Own::default()), Verdict::Refused(expect.clone()), "{html}");
}

#[track_caller]
fn check_good(html: &str, own: Own<'_>) {
    let verdict = judged(html, "", own);
    assert!(matches!(verdict, Verdict::Good(score) if (0.0..=1.0).contains(&score)), "{verdict:?}");
}

#[test]
fn every_list_of_signs_is_whole() {
    let kinds: Vec<Class> = signs::ALL.iter().map(|signs| signs.class).collect();
    assert_eq!(kinds.len(), 8);
    let lists =
        ["consent", "robot", "script", "login", "paywall", "gone", "down", "denied", "around"];
    for list in lists {
        let path = format!("{}/src/article/quality/signs/{list}.txt", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        let mut seen = std::collections::HashSet::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let known = ["title ", "says ", "hint "].iter().any(|kind| line.starts_with(kind));
            assert!(known, "{list}: `{line}`");
            assert!(seen.insert(line), "{list}: `{line}` stands twice");
            assert_eq!(line.to_lowercase(), line, "{list}: `{line}` is never found");
        }
    }
    // A phrase of each kind is found, so every list compiled.
    check("<p>We use cookies.</p>", "", &Reason::Consent);
    check("<p>请完成验证</p>", "", &Reason::Robot);
    check("<p>Please enable JavaScript.</p>", "", &Reason::Script);
    check("<p>登录后查看</p>", "", &Reason::LogIn);
    check("<p>本文为付费内容</p>", "", &Reason::Paywall);
    check("<p>您访问的页面不存在</p>", "", &Reason::Gone);
    check("<p>Internal server error</p>", "", &Reason::Down);
    check("<p>Access denied.</p>", "", &Reason::Denied);
    check("<p>版权所有 江城在线</p><p>扫一扫</p>", "", &Reason::Boilerplate);
}

#[test]
fn a_teaser_with_a_wall_behind_it_is_no_article() {
    let teaser = "<p>昨夜江城突降大雪，多条公交线路临时改道，市民出行受到影响。</p>";
    check(&format!("{teaser}<p>开通会员，阅读全文</p>"), "", &Reason::Paywall);
    check(&format!("{teaser}<p>请登录</p>"), "", &Reason::LogIn);
    // The same words in the midst of an article are its subject.
    let long = teaser.repeat(20);
    check_good(&format!("{long}<p>网站要求用户请先登录。</p>{long}"), Own::default());
}

#[test]
fn a_title_tells_where_the_text_is_short() {
    check("<p>One last step.</p>", "Just a moment...", &Reason::Robot);
    check("<p>Sorry about that.</p>", "404 - Harbour Gazette", &Reason::Gone);
    check("<p>Sorry about that.</p>", "Harbour Gazette | Page Not Found", &Reason::Gone);
    let long = "<p>The error page turned thirty, and the town held a feast for it with songs.</p>";
    let verdict = judged(&long.repeat(20), "404", Own::default());
    assert!(matches!(verdict, Verdict::Good(_)), "{verdict:?}");
}

#[test]
fn short_texts_pass() {
    for html in
        [NEWS, "<p>Ferry late on Sunday.</p>", "<img src=/1.jpg>", "<p>x y</p>", "<p>江城起雾</p>"]
    {
        check_good(html, Own::default());
    }
    check("", "", &Reason::Empty);
    check("<p> &nbsp; </p><script>x</script>", "", &Reason::Script);
    check(&"\u{fffd}PDF ".repeat(50), "", &Reason::Garbled);
}

#[test]
fn what_the_source_said_itself_counts() {
    let own = |title, text| Own { title, text };
    let long = "公司称增长来自基建订单，下半年订单仍然充足。".repeat(8);
    let shorter = judged(NEWS, "", own(None, Some(&long)));
    assert!(matches!(shorter, Verdict::Refused(Reason::Shorter { .. })), "{shorter:?}");
    check_good(
        NEWS,
        own(Some("江城水泥净利润增长一成"), Some("江城水泥公告，上半年净利润三点二亿元")),
    );
    // A text that the source listed is the article, even where it speaks of walls.
    let walls =
        "Attention: verify you are human, says the new sign at the ferry, and hundreds obey.";
    check_good(&format!("<p>{walls}</p>"), own(None, Some(walls)));
    let other = "<p>The lighthouse keeper retires on Friday after forty years above the harbour, \
        and nobody wants to climb those stairs in winter storms, says \
        the mayor, whose cousin painted them green last summer.</p>";
    let apart = own(Some("Bakery sells bread by weekly subscription to households"), None);
    assert_eq!(judged(other, "", apart), Verdict::Refused(Reason::Unrelated));
    // A headline in another script shares no word with its text.
    check_good(NEWS, own(Some("Cement maker reports higher half-year profits again"), None));
}

#[test]
fn links_and_what_stands_around_are_no_article() {
    let mut list = String::new();
    for number in 0..9 {
        write!(list, "<li><a href=/{number}>Ferry number {number} is late again</a></li>").unwrap();
    }
    check(&format!("<h2>Latest</h2><ul>{list}</ul>"), "", &Reason::Links);
    check_good(
        &format!("<p>{}</p><ul>{list}</ul>", "A word about ferries. ".repeat(20)),
        Own::default(),
    );
    // The operator chose it: a list it is.
    let paper = Paper::new("");
    let url = Url::parse("https://gazette.example/").unwrap();
    let page = PageFacts { paper: &paper, status: 200, asked: &url, url: &url };
    let chosen = judge(&Candidate::chosen(format!("<ul>{list}</ul>")), &page, Own::default());
    assert!(matches!(chosen, Verdict::Good(_)), "{chosen:?}");
}

#[test]
fn the_place_that_answered_tells() {
    let check = |asked: &str, url: &str, status: u16, expect: Option<Reason>| {
        let paper = Paper::new("");
        let (asked, url) = (Url::parse(asked).unwrap(), Url::parse(url).unwrap());
        let page = PageFacts { paper: &paper, status, asked: &asked, url: &url };
        let own = Own { title: Some("江城银行今日开展操作"), text: None };
        let verdict = judge(&Candidate::new(NEWS.repeat(3)), &page, own);
        let reason = match verdict {
            Verdict::Refused(reason) => Some(reason),
            Verdict::Good(_) => None,
        };
        assert_eq!(reason, expect, "{asked} {url}");
    };
    let article = "https://g.example/2026/a.html";
    check(article, article, 200, None);
    check(article, "https://www.g.example/2026/a", 200, None);
    check(article, "https://g.example/", 200, Some(Reason::Home));
    check(article, "https://m.g.example/index.html?from=x", 200, Some(Reason::Home));
    check("https://g.example/", "https://g.example/index.html", 200, None);
    check(article, "https://g.example/user/login?next=%2F2026", 200, Some(Reason::LogIn));
    check(article, "https://passport.g.example/x", 200, Some(Reason::LogIn));
    check(article, "https://consent.g.example/m?continue=x", 200, Some(Reason::Consent));
    check(article, "https://g.example/404.html", 200, Some(Reason::Gone));
    check(article, "https://g.example/captcha/?u=1", 200, Some(Reason::Robot));
    check("https://g.example/login/tips.html", "https://www.g.example/login/tips", 200, None);
    check(article, article, 404, Some(Reason::Gone));
    check(article, article, 451, Some(Reason::Denied));
    check(article, article, 503, Some(Reason::Down));
}

#[test]
fn weight_is_the_same_in_every_script() {
    let check = |text: &str, expect: usize| assert_eq!(gist::units(text), expect, "{text}");
    check("", 0);
    check("Ferry late on Sunday", 8);
    check("don't", 2);
    check("江城起雾", 4);
    check("用 Rust 写", 4);
    check("3.5 %", 4);
}
