use url::Url;

use super::sheet::Sheet;
use super::{Reading, SiteFile, Sites, mend, prune, same_page};
use crate::article::{Rules, Visit};
use crate::html;
use crate::html::dom::Id;

#[test]
fn lines_have_many_forms() {
    let text = "\u{feff}TITLE: //h1\r\n  body : //div[@id='a:b']\n\n// a remark\n# another\n\
        replace_string(a: b): c: d\nreplace_string(e):\nfind_string: f\nreplace_string:\n\
        prune: NO\nstrip_id_or_class: \"x\"\nhttp_header(User-Agent): a: b\n\
        test_url: https://a.example/\ntest_contains: b\ntest_url: https://c.example/\n";
    let file = SiteFile::parse("a.txt", text);
    assert!(file.faults.is_empty(), "{:?}", file.faults);
    assert_eq!((file.title.len(), file.body.len(), file.strip.len()), (1, 1, 0));
    let pairs: Vec<_> = file.replace.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(pairs, [("a: b", "c: d"), ("e", ""), ("f", "")]);
    assert_eq!((file.flags.prune, file.flags.autodetect), (false, true));
    assert_eq!(file.strip_names, ["x"]);
    assert_eq!(file.headers, [("user-agent".to_owned(), "a: b".to_owned())]);
    let tests: Vec<_> = file.tests.iter().map(|test| test.contains.len()).collect();
    assert_eq!(tests, [1, 0]);
}

#[test]
fn a_link_whose_condition_is_not_understood_is_not_followed() {
    let text = "next_page_link: //a\nif_page_contains: //p[\nsingle_page_link: //b\n";
    let file = SiteFile::parse("a.txt", text);
    assert_eq!((file.next_page.len(), file.single_page.len(), file.faults.len()), (0, 1, 1));
}

#[test]
fn a_file_is_read_up_to_its_thousandth_rule() {
    let file = SiteFile::parse("a.txt", &"strip: //p\n".repeat(3_000));
    assert_eq!((file.strip.len(), file.faults.len()), (1_000, 1));
}

#[test]
fn headers_need_leave_by_name() {
    let url = Url::parse("https://www.a.example/x").unwrap();
    let headers = |allowed: &[&str]| {
        let mut sites = Sites::allowing(allowed.iter().map(|name| (*name).to_owned()));
        let text = "http_header(User-Agent): u\nhttp_header(Authorization): secret";
        sites.add_file("a.example.txt", text);
        sites.headers(&url).into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert!(headers(&[]).is_empty());
    assert_eq!(headers(&["USER-AGENT", "referer"]), ["user-agent"]);
    assert_eq!(headers(&["authorization"]), ["authorization"]);
}

#[test]
fn later_files_and_the_settings_win() {
    let mut sites = Sites::default();
    sites.add_file("a.example.txt", "body: //p\ntitle: //h1");
    sites.add_file("www.a.example.txt", "bad");
    sites.add_file("B\u{fc}cher.example.txt", "body: //p");
    sites.add_file(".txt", "bad");
    sites.add_file("readme", "bad");
    let names: Vec<_> = sites.iter().map(|(host, site)| (host, site.name())).collect();
    let expect =
        [("a.example", "www.a.example.txt"), ("xn--bcher-kva.example", "B\u{fc}cher.example.txt")];
    assert_eq!(names, expect);
    assert_eq!(sites.faults().count(), 1);
}

#[test]
fn hosts_that_are_the_same() {
    let check = |a: &str, b: &str, expect: bool| {
        let [a, b] = [a, b].map(|text| Url::parse(text).unwrap());
        assert_eq!(same_page::same_host(&a, &b), expect, "{a} {b}");
    };
    check("https://a.example/", "https://www.a.example/x", true);
    check("http://a.example/", "https://a.example/", true);
    check("https://a.example/", "http://a.example/", false);
    check("https://a.example/", "https://b.a.example/", false);
    check("https://a.example/", "https://a.example:444/", false);
    check("http://127.0.0.1:1/", "http://127.0.0.1:1/x", true);
}

fn body_of(sheet: &Sheet) -> Id {
    let mut nodes = sheet.tree().tree.root().descendants();
    let body = |value: &scraper::Node| value.as_element().is_some_and(|e| e.name() == "body");
    nodes.find(|node| body(node.value())).unwrap().id()
}

#[track_caller]
fn check_body(markup: &str, change: impl Fn(&mut Sheet, Id), expect: &str) {
    let mut sheet = Sheet::of(markup);
    let body = body_of(&sheet);
    change(&mut sheet, body);
    assert_eq!(html::dom::inner(sheet.element(body).unwrap()), expect, "{markup}");
}

#[test]
fn two_breaks_make_a_paragraph() {
    let check = |markup: &str, expect: &str| check_body(markup, mend::paragraphs, expect);
    check("a<br><br>b", "<p>a</p><p>b</p>");
    check("a<br>b", "a<br>b");
    check("a<br>b<br>c", "a<br>b<br>c");
    check("a<br> <br>\n<br>b<br>c", "<p>a</p><p>b<br>c</p>");
    check("a<br><br><hr>b", "<p>a</p><hr>b");
    check("<br><br>a", "<p>a</p>");
    check("a<br><br>", "<p>a</p>");
    check("<div>a<br><br><b>b</b> c</div>d", "<div><p>a</p><p><b>b</b> c</p></div>d");
}

#[test]
fn pruning_spares_what_is_text() {
    let prune = |sheet: &mut Sheet, body: Id| prune::prune(sheet, &[body]).unwrap();
    let check = |markup: &str, expect: &str| check_body(markup, prune, expect);
    let links = "<a>one</a><a>two</a><a>six</a>";
    check(&format!("<p>long enough text</p><ul>{links}</ul>"), "<p>long enough text</p>");
    check(&format!("<p>short</p><ul>{links}</ul>"), &format!("<p>short</p><ul>{links}</ul>"));
    let gallery = format!("<p>long enough text</p><div>{links}<img></div>");
    check(&gallery, &gallery);
    check("<p>text, text</p><nav>a</nav><form><b>c</b></form>", "<p>text, text</p>");
    check("<form><p>all of it</p></form>", "<form><p>all of it</p></form>");
}

#[test]
fn players_of_every_page_stay_until_the_whole_is_cleaned() {
    let mut sites = Sites::default();
    sites.add_file("p.example.txt", "body: //div\nnext_page_link: //a");
    let mut url = Url::parse("https://p.example/1").unwrap();
    let mut reading = Reading::on(sites.of(&url));
    for page in [1, 2] {
        let words = format!("words of page {page} ").repeat(40);
        let player = format!("https://www.youtube.com/embed/v{page}");
        let next = if page == 1 { "<a href=/2>n</a>" } else { "" };
        let page = format!("<div>{words}<iframe src={player}></iframe></div>{next}");
        url = reading.page(&page, &Visit::to(&url), &Rules::default()).unwrap_or(url);
    }
    let whole = reading.end().0.unwrap().fragment.html;
    let count = |frames: bool, what: &str| {
        let manner = html::Manner { frames, ..html::Manner::default() };
        html::clean_as(&whole, None, &manner).as_str().matches(what).count()
    };
    assert_eq!((count(true, "<iframe"), count(false, "<iframe")), (2, 0), "{whole}");
    assert_eq!(count(false, "youtube.com/watch?v=v"), 2, "{whole}");
}
