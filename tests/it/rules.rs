//! Guards rule files: what each key does to a page, how pages are joined, and who has the last word.

use std::path::{Path, PathBuf};

use finews::article::{By, Error, Found, Reading, Rules, Site, Sites, Visit};
use finews::html;
use proptest::prelude::*;
use url::Url;

use crate::house::House;
use crate::origin::{Origin, reply};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules").join(name)
}

/// All rule files of the fixtures.
fn sites() -> Sites {
    let mut sites = Sites::default();
    for entry in std::fs::read_dir(folder("files")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        sites.add_file(path.file_name().unwrap().to_str().unwrap(), &text);
    }
    sites
}

/// A page of the fixtures, as the recorded pages of `finews rules test` are named.
fn page(url: &Url) -> Option<String> {
    let address = url.as_str().split_once("://").unwrap().1;
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let name: String = address.chars().map(|c| if good(c) { c } else { '_' }).collect();
    std::fs::read_to_string(folder("pages").join(format!("{name}.html"))).ok()
}

/// Reads an article of the fixtures with all its pages, by the rules for its host.
fn read(address: &str) -> Result<Found, Error> {
    let mut url = Url::parse(address).unwrap();
    let mut reading = Reading::on(sites().of(&url));
    for _ in 0..20 {
        let next = match page(&url) {
            Some(page) => reading.page(&page, &Visit::to(&url), &Rules::default()),
            None => reading.failed("there is no such page"),
        };
        match next {
            Some(next) => url = next,
            None => return reading.end().0,
        }
    }
    panic!("{address}: no end of pages");
}

fn cleaned(found: &Found) -> String {
    let base = found.fragment.base.as_deref().map(|base| Url::parse(base).unwrap());
    html::clean(&found.fragment.html, base.as_ref()).as_str().to_owned()
}

/// Checks that the rules' body, cleaned, has some parts and lacks others.
#[track_caller]
fn check(address: &str, has: &[&str], lacks: &[&str]) -> Found {
    let found = read(address).unwrap_or_else(|why| panic!("{address}: {why}"));
    let body = cleaned(&found);
    for part in has {
        assert!(body.contains(part), "{address} lacks `{part}`: {body}\n{:?}", found.faults);
    }
    for part in lacks {
        assert!(!body.contains(part), "{address} has `{part}`: {body}");
    }
    assert!(!body.contains("Imprint") && !body.contains("Sport"), "{address}: {body}");
    found
}

#[test]
fn a_file_says_what_an_article_is() {
    let has = ["The rope is a little shorter", "ends here, at the quay"];
    let found =
        check("https://harbour-gazette.example/2026/ferry.html", &has, &["Subscribe", "Share"]);
    assert_eq!(found.by, By::Site("harbour-gazette.example.txt".to_owned()));
    assert_eq!(found.about.title.as_deref(), Some("The ferry that waits"));
    assert_eq!(found.about.authors, ["Ines Okafor", "Tom Reed"]);
    assert_eq!(found.about.published.as_deref(), Some("2026-03-04T08:15:00Z"));
    assert_eq!(found.about.language.as_deref(), Some("en"));
    assert!(found.faults.is_empty(), "{:?}", found.faults);
}

#[test]
fn hosts_have_files_of_their_own() {
    let title = |address: &str| read(address).unwrap().about.title;
    assert_eq!(title("http://news.dunes.example/1").as_deref(), Some("Dune news"));
    assert_eq!(title("http://sport.dunes.example/2").as_deref(), Some("Dune sport"));
    let sites = sites();
    let check = |address: &str, expect: Option<&str>| {
        let site = sites.of(&Url::parse(address).unwrap());
        assert_eq!(site.as_deref().map(Site::name), expect, "{address}");
    };
    check("https://a.b.dunes.example/", Some(".dunes.example.txt"));
    check("https://SPORT.dunes.example/", Some("sport.dunes.example.txt"));
    check("https://www.sport.dunes.example/", Some("sport.dunes.example.txt"));
    check("https://x.sport.dunes.example/", Some(".dunes.example.txt"));
    check("https://dunes.example/", None);
    check("https://www.dunes.example/", None);
    check("https://www.longread.example/", Some("longread.example.txt"));
    check("https://m.longread.example/", None);
    check("https://other.example/", None);
}

#[test]
fn pages_are_joined() {
    let stones = ["first stone", "second stone", "third stone"];
    let found = check("https://longread.example/mill", &stones, &["Next"]);
    let body = cleaned(&found);
    assert_eq!(body.matches("stone of the mill").count(), 3, "{body}");
    assert!(body.contains("https://longread.example/pics/3.jpg"), "{body}");
    // All pages in one are preferred, and then nothing is joined.
    let found = check("https://onepage.example/walk/1", &["walk begins", "walk ends"], &[]);
    assert_eq!(cleaned(&found).matches("walk begins").count(), 1);
    check("https://sometimes.example/short", &["whole as it is"], &[]);
    check("https://sometimes.example/long", &["only on the full page"], &[]);
}

#[test]
fn texts_of_the_page_are_replaced() {
    let lacks = ["advertisement", "a hint to go", "x-hint"];
    check("https://patched.example/a", &["stands behind the teaser. So it goes"], &lacks);
}

#[test]
fn pictures_are_loaded_and_chosen() {
    let has = ["https://gallery.example/full/1.jpg"];
    check("https://gallery.example/g/7", &has, &["blank.gif", "pixel", "click"]);
    let found = check("https://pictureless.example/w", &["words alone"], &[]);
    let body = cleaned(&found);
    assert!(body.contains("https://pictureless.example/lead.jpg?a=1&amp;b=2"), "{body}");
}

#[test]
fn elements_are_changed_wrapped_and_moved() {
    let body = cleaned(&check("http://oldpaper.example/story.php?id=9", &[], &["menu"]));
    assert!(body.starts_with("<p>The first part of it."), "{body}");
    assert!(body.contains("<p>The second, with a <i>word</i> set apart."), "{body}");
    assert!(body.contains("<br>and its second line.</p><p>The third part."), "{body}");
    check("https://quotes.example/p/3", &["<blockquote><p>I never", "<h3><p>What was said"], &[]);
    let body = cleaned(&check("https://scattered.example/x", &[], &["Nothing"]));
    let lead = body.find("Caption of the lead").unwrap();
    assert!(lead < body.find("a note from below").unwrap(), "{body}");
}

#[test]
fn what_is_not_the_article_goes() {
    let lacks = ["More about", "Write to us", "<form"];
    let found = check("https://linkful.example/l", &["one link inside the text"], &lacks);
    assert!(cleaned(&found).contains("<li>"), "a list of text stays");
    check("https://hidden.example/h", &["visible words"], &["These are not", "beside", "Press"]);
    check("https://outline.example/o", &["before the rule"], &["Behind the rule", "Outline"]);
    let lacks = ["advertisement between", "bold label"];
    let found =
        check("https://pieces.example/p", &["lead of it", "This is inside", "end of it"], &lacks);
    assert_eq!(cleaned(&found).matches("This is inside").count(), 1);
}

#[test]
fn titles_authors_and_dates_are_found_by_expressions() {
    let found =
        check("http://www.wanbao.example/a/202611/8.html", &["第三代人"], &["责任", "扫码"]);
    assert_eq!(found.about.title.as_deref(), Some("江边修石阶"));
    assert_eq!(found.about.authors, ["陈江"]);
    assert_eq!(found.about.published.as_deref(), Some("2026年11月03日 07:30"));
    let has = ["Der erste Absatz", "Der zweite", "Der letzte"];
    let found = check("https://www.abendpost.example/x", &has, &["Kauft"]);
    assert_eq!(found.about.title.as_deref(), Some("Ein Abend"));
    assert_eq!(found.about.authors, ["Ulla Brandt"]);
    assert_eq!(found.about.published.as_deref(), Some("05.04.2026, 17:20 Uhr"));
    let title = |address: &str| read(address).unwrap().about.title;
    assert_eq!(title("https://hidden.example/h").as_deref(), Some("The pier: Part two"));
    assert_eq!(title("https://wrong-data.example/n").as_deref(), Some("Right"));
    let found = check("https://scripted.example/s", &["from an attribute &amp; safe"], &["<b>"]);
    assert_eq!(found.about.title.as_deref(), Some("Scripted"));
}

#[test]
fn where_the_rules_fail_the_page_is_read_by_its_look() {
    let faults =
        |found: &Found| found.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let found = check("https://redesigned.example/s", &[], &["give us something"]);
    assert_eq!(found.by, By::Extractor);
    let expect = "rules `redesigned.example.txt`: `body` matches nothing with content";
    assert_eq!(faults(&found), expect);
    let found = check("https://greedy.example/g", &[], &[]);
    assert_eq!(found.by, By::Extractor);
    assert!(faults(&found).starts_with("rules `greedy.example.txt`: refused: "), "{found:?}");
    let lacks = ["Buy the new calendar", "Also read"];
    let found = check("https://tidy-only.example/t", &["without any rule"], &lacks);
    assert_eq!((found.by.clone(), faults(&found)), (By::Extractor, String::new()));
    assert_eq!(
        read("https://strict.example/s"),
        Err(Error::NoBody("strict.example.txt".to_owned()))
    );
    let found = check("https://sponsored.example/ad", &["paid for"], &[]);
    assert!(faults(&found).contains("marked as an advertisement"), "{found:?}");
}

#[test]
fn what_is_not_understood_is_named_with_its_line() {
    check("https://odd-keys.example/o", &["in spite of it all"], &[]);
    let sites = sites();
    let faults: Vec<_> = sites.faults().map(ToString::to_string).collect();
    let expect = [
        "2: `bodi` is no known key",
        "4: `//div[matches(@class, 'x')]`: there is no function `matches`",
        "5: `//p[`: it ends too early",
        "6: not of the form `key: value`",
        "7: `prune` must be `yes` or `no`",
        "8: there is no `test_url` above it",
        "9: there is no link above it",
        "11: `bad name` is no header of one line",
        "12: `<b>` is no name of an element",
        "13: it names nothing",
        "14: `tidy` has no value",
        "10: there is no `replace_string` below it",
    ];
    assert_eq!(faults, expect.map(|one| format!("`odd-keys.example.txt` line {one}")));
}

#[test]
fn the_files_own_tests_are_run_on_recorded_pages() {
    let house = House::bare(&format!(
        "rules = [\"{}\"]\n[site]\ntitle = \"t\"\nurl = \"https://t.example/\"\n",
        folder("files").display()
    ));
    let pages = folder("pages");
    let recorded = ["rules", "test", "--json", "--recorded", pages.to_str().unwrap()];
    let ended = house.run(&recorded);
    assert_eq!(ended.code, 1, "{ended:?}");
    let outcomes: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let outcomes = outcomes.as_array().unwrap();
    assert_eq!(outcomes.len(), 27);
    let failed: Vec<_> = outcomes.iter().filter(|one| one["passed"] == false).collect();
    let files: Vec<_> = failed.iter().map(|one| one["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["greedy.example.txt", "redesigned.example.txt"], "{failed:?}");
    let one = ["--site", "harbour-gazette.example"];
    assert_eq!(house.run(&[&recorded[..], &one].concat()).code, 0);
    let table =
        house.good(&["rules", "test", one[0], one[1], "--recorded", pages.to_str().unwrap()]);
    assert!(table.out.contains("pass") && table.err.contains("1 tests, 0 failed"), "{table:?}");
    let gone = house.run(&["rules", "test", "--site", "longread.example", "--recorded", "config"]);
    assert_eq!(gone.code, 1);
    assert!(gone.out.contains("there is no"), "{gone:?}");
    assert_eq!(house.run(&["rules", "test", "--site", "none.example"]).code, 2);
    let listed = house.run(&["rules", "list"]);
    assert_eq!(listed.code, 1, "some file has faults");
    assert!(listed.out.contains("line 5"), "{listed:?}");
}

const RSS: &str = "<rss version=\"2.0\"><channel><title>B</title>\
    <item><title>One</title><guid>g</guid><link>ADDRESS</link></item></channel></rss>";

/// An origin with a feed and an article of two pages, and a house that reads it by a rule file.
fn two_pages(settings: &str) -> (Origin, House) {
    let part = |n: u32| {
        let link = format!("<a class=n href=/a?p={}>on</a>", n + 1);
        let text =
            format!("<div class=t><p>Part {n} of it, which is long enough to be read.</p></div>");
        reply(200).header("Content-Type", "text/html").body(format!("<body>{text}{link}"))
    };
    let origin = Origin::start([("GET /a", vec![part(1)]), ("GET /a?p=2", vec![part(2)])]);
    let feed = RSS.replace("ADDRESS", origin.url("/a").as_str());
    origin.on("GET /feed", [reply(200).body(feed)]);
    let house = House::bare(&format!(
        "rules = [\"general\", \"own\"]\n{settings}\n\
         [site]\ntitle = \"t\"\nurl = \"https://t.example/\"\n[fetch]\ngap = \"0s\"\n\
         [[source]]\nid = \"b\"\nurl = \"{}\"\nfull_text = true\n\
         allow_private = [\"127.0.0.0/8\"]\n",
        origin.url("/feed")
    ));
    for dir in ["general", "own"] {
        std::fs::create_dir(house.path(dir)).unwrap();
    }
    std::fs::write(house.path("general/127.0.0.1.txt"), "body: //h6\n").unwrap();
    std::fs::write(house.path("general/README.md"), "body: //h6\n").unwrap();
    let rules = format!(
        "body: //div[@class='t']\nauthor: concat('An', 'na')\nnext_page_link: //a[@class='n']\n\
         http_header(X-Reader): yes\nhttp_header(Cookie): a=b\ntest_url: {}\ntest_contains: Part 2 of it\n",
        origin.url("/a")
    );
    std::fs::write(house.path("own/127.0.0.1.txt"), rules).unwrap();
    (origin, house)
}

#[test]
fn a_journey_reads_articles_by_rule_files() {
    let (origin, house) = two_pages("rule_headers = [\"X-Reader\"]");
    let ended = house.good(&["fetch"]);
    let item = &house.json("all.json")["items"][0];
    let body = item["content_html"].as_str().unwrap();
    assert!(body.contains("Part 1 of it") && body.contains("Part 2 of it"), "{body}");
    assert_eq!(item["authors"][0]["name"], "Anna");
    assert!(ended.err.contains("page 3"), "the third page is missing, and said to be: {ended:?}");
    let requests = origin.requests();
    let targets: Vec<_> = requests.iter().map(|one| one.target.as_str()).collect();
    assert_eq!(targets, ["/feed", "/a", "/a?p=2", "/a?p=3"]);
    // Only what the settings allow is sent, and only to pages.
    let headers = |name: &str| requests.iter().map(|one| one.text(name)).collect::<Vec<_>>();
    let yes = || Some("yes".to_owned());
    assert_eq!(headers("X-Reader")[1..], [yes(), yes(), yes()]);
    assert_eq!(headers("Cookie"), [None, None, None, None]);
}

#[test]
fn without_leave_no_header_of_a_file_is_sent() {
    let (origin, house) = two_pages("");
    house.good(&["fetch"]);
    assert!(origin.requests().iter().all(|one| one.header("X-Reader").is_none()));
    let (origin, house) = two_pages("rule_headers = [\"cookie\"]");
    house.good(&["fetch"]);
    assert_eq!(origin.requests()[1].text("Cookie").as_deref(), Some("a=b"));
    let (_origin, house) = two_pages("rule_headers = [\"Host\"]");
    let ended = house.run(&["check"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("rule files may not set `Host`"), "{ended:?}");
}

#[test]
fn the_files_own_tests_are_run_on_live_pages() {
    let (_origin, house) = two_pages("");
    let private = ["rules", "test", "--allow-private", "127.0.0.1/32"];
    house.good(&private);
    let guarded = house.run(&["rules", "test"]);
    assert_eq!(guarded.code, 1);
    assert!(guarded.out.contains("127.0.0.1"), "{guarded:?}");
    std::fs::write(house.path("own/127.0.0.1.txt"), "body: //p\ntest_url: nonsense\n").unwrap();
    assert_eq!(house.run(&private).code, 1);
}

#[test]
fn the_same_can_be_said_in_the_settings() {
    let (_origin, house) = two_pages(
        "[[site_rules]]\nhost = \"127.0.0.1\"\nbody = \"div.t\"\nremove = \".x\"\nnext = \"a.n\"\n",
    );
    house.good(&["fetch"]);
    let body = house.json("all.json")["items"][0]["content_html"].as_str().unwrap().to_owned();
    assert!(body.contains("Part 1 of it") && body.contains("Part 2 of it"), "{body}");
    let (_origin, house) = two_pages("[[site_rules]]\nhost = \"a\"\nbody = \"p[\"\nnext = \">\"\n");
    let ended = house.run(&["check"]);
    assert!(ended.err.contains("`body`: `p[`: not a selector"), "{ended:?}");
    assert!(ended.err.contains("`next`: `>`: not a selector"), "{ended:?}");
    std::fs::remove_dir_all(house.path("own")).unwrap();
    assert!(house.run(&["check"]).err.contains("cannot read the folder `own`"));
}

/// Reads one page by one file.
fn read_one(rules: &str, page: &str) -> Option<Url> {
    let url = Url::parse("https://p.example/a").unwrap();
    let mut sites = Sites::default();
    sites.add_file("p.example.txt", rules);
    let mut reading = Reading::on(sites.of(&url));
    let next = reading.page(page, &Visit::to(&url), &Rules::default());
    let _ = reading.end();
    next
}

#[test]
fn greed_has_an_end() {
    let page = format!("<body>{}x", "<div class=a><b>word, and more. </b>".repeat(20_000));
    let strip = "strip: //*[count(preceding::*) > count(following::*)]\n".repeat(40);
    let replace = "replace_string(word): word word word word word word word word\n".repeat(300);
    let wrap = "wrap_in(div): //*\nmove_into(//div[1]): //*\n".repeat(20);
    let names = "strip_id_or_class: zzzz\n".repeat(2_000);
    let quadratic = "body: //*[. = //*]\n".to_owned();
    for rules in [strip, replace, wrap, names, quadratic] {
        read_one(&rules, &page);
    }
    let frame =
        "wrap_in(p): //html | //body\nstrip: /*\nstrip: /*/*\nmove_into(//b): /*\nstrip: /\n";
    read_one(frame, &page);
    read_one(&format!("{frame}body: /\n"), "");
}

#[test]
fn rules_that_take_too_much_work_are_left_out() {
    let text = "A sentence with a comma, and more, long enough to count as prose. ".repeat(3);
    let page: String = std::iter::repeat_n(format!("<p>{text}</p>"), 3_000).collect();
    let url = Url::parse("https://p.example/a").unwrap();
    let mut sites = Sites::default();
    sites.add_file("p.example.txt", "body: //p[. = //none or count(//p[. = 'x']) = 1]");
    let mut reading = Reading::on(sites.of(&url));
    let page = format!("<body><article>{page}</article>");
    assert_eq!(reading.page(&page, &Visit::to(&url), &Rules::default()), None);
    let found = reading.end().0.unwrap();
    assert_eq!(found.by, By::Extractor);
    let fault = "rules `p.example.txt`: the rules take too much work on this page";
    assert_eq!(found.faults.last().unwrap().to_string(), fault);
}

#[test]
fn links_to_elsewhere_are_not_followed() {
    let next = |href: &str| {
        let page =
            format!("<div id=b>{}</div><a id=n href=\"{href}\">n</a>", "Some words. ".repeat(30));
        read_one("body: //div[@id='b']\nnext_page_link: //a[@id='n']\n", &page).map(String::from)
    };
    assert_eq!(next("/b").as_deref(), Some("https://p.example/b"));
    assert_eq!(next("https://www.p.example/b").as_deref(), Some("https://www.p.example/b"));
    for elsewhere in [
        "",
        "#top",
        "/a",
        "/a#x",
        "https://q.example/b",
        "http://p.example/b",
        "https://p.example:8/b",
        "javascript:x()",
        "file:///etc/passwd",
        "http://[",
    ] {
        assert_eq!(next(elsewhere), None, "{elsewhere}");
    }
}

#[test]
fn an_article_has_ten_pages_at_the_most() {
    let sites = {
        let mut sites = Sites::default();
        sites.add_file("p.example.txt", "body: //div\nnext_page_link: //a");
        sites
    };
    let mut url = Url::parse("https://p.example/1").unwrap();
    let mut reading = Reading::on(sites.of(&url));
    let mut pages = 0;
    loop {
        pages += 1;
        let page = format!(
            "<div>{}</div><a href=/{}>n</a>",
            format!("words {pages} ").repeat(40),
            pages + 1
        );
        match reading.page(&page, &Visit::to(&url), &Rules::default()) {
            Some(next) => url = next,
            None => break,
        }
    }
    assert_eq!(pages, 10);
    let found = reading.end().0.unwrap();
    assert_eq!(
        found.faults.last().unwrap().to_string(),
        "page 11: left out: an article has 10 at the most"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_file_and_no_page_can_break_the_reading(
        lines in proptest::collection::vec(
            (
                prop::sample::select(vec![
                    "title", "body", "author", "date", "strip", "strip_attr", "strip_id_or_class",
                    "strip_image_src", "prune", "find_string", "replace_string", "replace_string(a)",
                    "next_page_link", "single_page_link", "if_page_contains", "wrap_in(p)", "wrap_in(table)",
                    "move_into(//div)", "src_lazy_load_attr", "native_ad_clue", "convert_double_br_tags",
                    "insert_detected_image", "skip_json_ld", "autodetect_on_failure", "http_header(x)",
                ]),
                prop::sample::select(vec![
                    "yes", "no", "a", "//p", "//*", "//@*", "/", "/*", "//text()", "//a/@href", "//div[1]",
                    "//div/..", "string(//a)", "count(//p)", "//p[last()] | //br", "<div>", "钟", "//comment()",
                ]),
            ),
            0..12,
        ),
        page in proptest::collection::vec(
            prop::sample::select(vec![
                "<p>", "</p>", "<div class=a>", "</div>", "<br>", "<br><br>", "text ", "钟声", "<a href=/b>",
                "</a>", "<img data-src=x a=1>", "<table>", "<td>", "<!-- c -->", "<html>", "<body>", "<form>",
                "<script>", "</script>", "<template>", "<svg>", "<frameset>", "&amp;", "<b>", "</b>",
            ]),
            0..40,
        )
    ) {
        let rules: Vec<_> = lines.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        read_one(&rules.join("\n"), &page.concat());
    }

    #[test]
    fn any_text_is_a_rule_file(text in "(\\PC{0,40}\n){0,8}") {
        read_one(&text, "<p>a</p>");
    }
}
