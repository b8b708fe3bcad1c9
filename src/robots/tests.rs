//! `robots.txt` by tables, after the examples and the rules of RFC 9309.

use std::time::Duration;

use proptest::prelude::*;
use url::Url;

use super::{MOST_BYTES, Rules, keeps_out_of_archives, product};

fn allowed(text: &str, path: &str) -> bool {
    let url = Url::parse(&format!("https://a.example{path}")).unwrap();
    Rules::read(text.as_bytes(), "finews").allow(&url)
}

fn check(text: &str, cases: &[(&str, bool)]) {
    for (path, expect) in cases {
        assert_eq!(allowed(text, path), *expect, "{path} by {text:?}");
    }
}

#[test]
fn the_group_that_names_us_speaks_to_us() {
    let text = "User-agent: *\nDisallow: /\n\nUser-Agent: Finews\nDisallow: /private/";
    check(text, &[("/", true), ("/private/a", false), ("/private", true)]);
    check("user-agent: finews/2.0 (x)\ndisallow: /a", &[("/a", false), ("/b", true)]);
    check("user-agent: finewsbot\ndisallow: /", &[("/a", true)]);
    check("user-agent: news\ndisallow: /", &[("/a", true)]);
    check("user-agent: *\ndisallow: /a", &[("/a", false), ("/b", true)]);
    check("user-agent: * # all\ndisallow: /a", &[("/a", false)]);
    check("disallow: /", &[("/a", true)]);
    check("", &[("/a", true)]);
    check("<!doctype html><html>", &[("/a", true)]);
}

#[test]
fn robots_that_are_named_together_share_their_rules() {
    let text = "User-agent: other\nUser-agent: finews\n\n# rules\nDisallow: /a\nUser-agent: third\n\
                Disallow: /b";
    check(text, &[("/a", false), ("/b", true)]);
    let split = "User-agent: finews\nDisallow: /a\n\nUser-agent: x\nDisallow: /x\n\n\
                 User-agent: finews\nDisallow: /b";
    check(split, &[("/a", false), ("/b", false), ("/x", true)]);
    check("User-agent: finews\n\nUser-agent: *\nDisallow: /", &[("/a", false)]);
    check("User-agent: *\nDisallow: /\nUser-agent: finews\nDisallow:", &[("/a", true)]);
    check("User-agent: finews\nSitemap: https://a.example/s\nDisallow: /a", &[("/a", false)]);
}

#[test]
fn the_longest_rule_decides_and_allows_if_in_doubt() {
    let text = "User-agent: *\nAllow: /a/b\nDisallow: /a\nAllow: /c\nDisallow: /c";
    check(text, &[("/a", false), ("/a/b/c", true), ("/a/x", false), ("/c", true)]);
    check("User-agent: *\nDisallow: /\nAllow: /$", &[("/", true), ("/a", false)]);
    check("User-agent: *\nDisallow: /\nAllow: /p", &[("/page", true), ("/robots.txt", true)]);
}

#[test]
fn wildcards_stand_for_anything() {
    let one = |rule: &str, path: &str, forbidden: bool| {
        check(&format!("User-agent: *\nDisallow: {rule}"), &[(path, !forbidden)]);
    };
    one("/*.php", "/a/b.php?x", true);
    one("/*.php$", "/a/b.php", true);
    one("/*.php$", "/a/b.php?x", false);
    one("/*.php$", "/a.php/b.php", true);
    one("/*?*q=", "/a?b&q=1", true);
    one("/*?*q=", "/a/q=1", false);
    one("/fish*", "/fishheads", true);
    one("/fish*", "/Fish", false);
    one("*/private", "/a/private/b", true);
    one("/a***b", "/axxb", true);
    one("/a*b*c$", "/abc", true);
    one("/a*b*c$", "/ab", false);
    one("/a*a$", "/a", false);
    one("/a$b", "/a$b", true);
    one("/a$b", "/a", false);
    one("/$", "/", true);
    one("/file-with-a-%2A.html", "/file-with-a-*.html", true);
    one("/file-with-a-%2A.html", "/file-with-a-b.html", false);
    one("page", "/page", false);
}

#[test]
fn octets_are_compared_however_they_are_written() {
    let one = |rule: &str, path: &str| {
        check(&format!("User-agent: *\nDisallow: {rule}"), &[(path, false)]);
    };
    one("/foo/bar/ツ", "/foo/bar/%E3%83%84");
    one("/foo/bar/%e3%83%84", "/foo/bar/ツ");
    one("/foo/bar/%62%61%7A", "/foo/bar/baz");
    one("/~joe/", "/%7ejoe/x");
    one("/a?q=%2Fb", "/a?q=%2fb");
    one("/100%", "/100%");
}

#[test]
fn odd_files_are_read_as_far_as_they_go() {
    check("\u{feff}User-agent:*\rDisallow:/a\r\nAllow:/a/b", &[("/a", false), ("/a/b", true)]);
    check("User-agent: *\0Disallow: /a", &[("/a", false)]);
    check("User-agent: * \nDisallow : /a  # no\nDisallow /b", &[("/a", false), ("/b", true)]);
    let broken = b"User-agent: *\nDisallow: /\xff\xfe\nDisallow: /a";
    assert!(!Rules::read(broken, "finews").allow(&Url::parse("https://a.example/a").unwrap()));
}

#[test]
fn f52_a_file_of_more_than_500_kibibytes_is_read_that_far() {
    let filler = "# nothing\n".repeat(50 << 10);
    let text = format!("User-agent: *\nDisallow: /first\n{filler}Disallow: /within\n");
    assert!(text.len() > 500 << 10);
    check(&text, &[("/first", false), ("/within", false)]);
    let longer = format!("{text}{}Disallow: /beyond\n", " ".repeat(MOST_BYTES));
    check(&longer, &[("/first", false), ("/beyond", true)]);
}

#[test]
fn delays_are_read_and_cut() {
    fn check(value: &str, expect: Option<u64>) {
        let text = format!("User-agent: *\nCrawl-delay: {value}\nDisallow: /x");
        let found = Rules::read(text.as_bytes(), "finews").delay();
        assert_eq!(found.map(|it| it.as_millis() as u64), expect, "{value}");
    }
    check("10", Some(10_000));
    check("0.5", Some(500));
    check("3600", Some(60_000));
    check("1e300", Some(60_000));
    for odd in ["0", "-5", "soon", "NaN", "inf", ""] {
        check(odd, None);
    }
    let others = "User-agent: other\nCrawl-delay: 9\nUser-agent: *\nCrawl-delay: 3";
    let rules = Rules::read(others.as_bytes(), "finews");
    assert_eq!(rules.delay(), Some(Duration::from_secs(3)));
}

#[test]
fn the_product_token_begins_the_name() {
    assert_eq!(product("finews/0.1.0 (+https://a.example/)"), "finews");
    assert_eq!(product("My-Bot_x 1"), "My-Bot_x");
    assert_eq!(product("(odd)"), "");
}

#[test]
fn pages_may_keep_out_of_archives() {
    fn check(fields: &[&str], page: &str, expect: bool) {
        let fields: Vec<_> = fields.iter().map(|it| (*it).to_owned()).collect();
        let found = keeps_out_of_archives(&fields, page.as_bytes(), "finews");
        assert_eq!(found, expect, "{fields:?} {page}");
    }
    check(&[], "", false);
    check(&["noarchive"], "", true);
    check(&["noindex, NoArchive"], "", true);
    check(&["noindex", "noarchive"], "", true);
    check(&["googlebot: noarchive"], "", false);
    check(&["googlebot: nofollow, noarchive"], "", false);
    check(&["Finews: noarchive"], "", true);
    check(&["unavailable_after: 25 Jun 2030 15:00:00 PST, noarchive"], "", true);
    check(&[], "<head><META content='noindex, noarchive' Name=robots></head>", true);
    check(&[], "<meta name=\"finews\" content=\"noarchive\">", true);
    check(&[], "<meta name=\"googlebot\" content=\"noarchive\">", false);
    check(&[], "<meta name=\"description\" content=\"about noarchive\">", false);
    check(&[], "<body><meta name=robots content=noarchive>", false);
    check(&[], "<meta name=robots content=", false);
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400), path in ".{0,60}") {
        let mut url = Url::parse("https://a.example/").unwrap();
        url.set_path(&path);
        Rules::read(&bytes, "finews").allow(&url);
        keeps_out_of_archives(&[path], &bytes, "finews");
    }

    #[test]
    fn a_rule_matches_its_own_path(path in "/[a-zA-Z0-9/._~%é?&=-]{0,40}") {
        let text = format!("User-agent: *\nDisallow: {path}");
        prop_assert!(!allowed(&text, &path) || path.contains("/.") || path.contains("/%2"));
    }
}
