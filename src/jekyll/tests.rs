//! Single rules of reading, repairing and composing; whole files are in `tests/fixtures/jekyll`.

use chrono_tz::Tz;
use proptest::prelude::*;

use super::{Aside, Draft, Form, Heading, Post, Reason, SetAside, Stage};
use super::{compose, from_original, read, repair, to_original, write};
use crate::model::{Entry, Instant, Original, Text};

const ZONE: Tz = Tz::Asia__Shanghai;
const CODE: &str = "202203010000000001";

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn file(title: &str, date: &str, rest: &str) -> String {
    format!(
        "---\nlayout: post\ntitle: {title}\ndate: {date}\ncategories: jia\ntags: 甲新闻\n---\n{rest}"
    )
}

fn post(name: &str, title: &str, date: &str, rest: &str) -> Post {
    read(name, &file(title, date, rest), ZONE).unwrap()
}

#[test]
fn names_tell_posts_from_other_files() {
    let check = |name: &str, expect: Option<(Option<&str>, bool)>| {
        let found = read(name, &file("\"甲\"", "", ""), ZONE).ok();
        assert_eq!(found.as_ref().map(|p| (p.code.as_deref(), p.medium_form)), expect, "{name}");
    };
    check("2022-03-01-202203010000000001.md", Some((Some(CODE), false)));
    check("2022-03-01-NW202203010000000001.md", Some((Some(CODE), true)));
    check("old_post/2022-03-01-NW202203010000000001.md", Some((Some(CODE), true)));
    check("-NW202203010000000001.md", Some((Some(CODE), true)));
    check("202203010000000001.markdown", Some((Some(CODE), false)));
    check("2022-03-01-nw202203010000000001.md", Some((None, false)));
    check("2022-03-01-2022030100000000011.md", Some((None, false)));
    check("2021-12-01-init.md", Some((None, false)));
    check("2021-12-01-.md", None);
    check("2021-12-1-init.md", None);
    check("README.md", None);
    check("金融-新闻.md", None);
    check("", None);
}

#[test]
fn what_is_no_post_says_why() {
    let check = |name: &str, text: &str, expect: &str| {
        assert_eq!(read(name, text, ZONE).unwrap_err().to_string(), expect);
    };
    let name = "2022-03-01-a.md";
    check("README.md", "", "not a post: its name is not `YYYY-MM-DD-<name>.md`");
    check(name, "甲\n---\n", "no front matter");
    check(name, "----\n", "no front matter");
    check(name, "---", "no front matter");
    check(name, "---\ntitle: \"甲\"\n", "its front matter has no end");
    check(name, "---\nlayout: page\n---\n", "not a post: its layout is `page`");
    assert_eq!(read(name, "", ZONE), Err(Reason::NoFrontMatter));
}

#[test]
fn titles_as_they_were_meant() {
    let check = |written: &str, expect: &str| {
        assert_eq!(post("2022-03-01-a.md", written, "", "").title, expect, "{written}");
    };
    check("\"甲\"", "甲");
    check("\"  甲　\u{a0} \"", "  甲　\u{a0} ");
    check("\"\"", "");
    check("", "");
    check("\"", "");
    check("\"甲\"乙\"丙\"", "甲\"乙\"丙");
    check("\"\"甲\"\"", "\"甲\"");
    check("\"甲\\乙\\\\丙\"", "甲\\乙\\\\丙");
    check("\"甲\\\"", "甲\\");
    check("\"甲\\\"乙\\\\\\\"丙\"", "甲\"乙\\\"丙");
    check("\"甲\\\"乙\\n\"", "甲\\\"乙\\n");
    check("'甲\"乙''丙\\'", "甲\"乙'丙\\");
    check("'甲'乙'", "'甲'乙'");
    check("甲: 乙", "甲: 乙");
    check("\"甲\n乙\"", "甲\n乙");
    check("\"甲\n\n乙", "甲\n\n乙");
    check("甲\n乙", "甲");
}

#[test]
fn dates_in_the_one_form() {
    let check = |written: &str, expect: Option<&str>| {
        assert_eq!(post("2022-03-01-a.md", "", written, "").date, expect.map(at), "{written}");
    };
    check("2022-03-01 08:09:10 +0800", Some("2022-03-01T00:09:10Z"));
    check("2022-03-01 08:09:10", Some("2022-03-01T00:09:10Z"));
    check("2022-03-01 08:09:10 -02:30", Some("2022-03-01T10:39:10Z"));
    check("2022-03-01 08:09:10 UTC", Some("2022-03-01T08:09:10Z"));
    check(" +0800", None);
    check("2022-03-01", None);
    check("2022-02-30 08:09:10", None);
    check("2022-03-01 08:09:10 somewhere", None);
    check("二零二二年三月一日 08:09:10", None);
    // Clocks in Shanghai were put forward at this hour in 1986.
    check("1986-05-04 02:30:00", Some("1986-05-03T18:30:00Z"));
}

#[test]
fn later_forms_are_greater() {
    let nav = |category: &str, home: &str, gap: &str| {
        format!(
            "\n甲。\n\n<http://example.com/>\n\n[返回甲新闻]({category}){gap}[返回首页]({home})"
        )
    };
    let footers = [
        "\n甲。\n\n<http://example.com/>".to_owned(),
        nav("./jia/", "./", "\n"),
        nav("../jia/", "../", "\n"),
        nav("//finews.zning.me/jia/", "//finews.zning.me/", "\n"),
        nav("//finews.withounder.com/jia/", "//finews.withounder.com/", "\n"),
        nav("//finews.withounder.com/jia/", "//finews.withounder.com/", "｜"),
        nav("//finews.withounder.com/category/jia.html", "//finews.withounder.com/", "｜"),
        format!("> 甲。\n{}", nav("./jia/", "./", "\n")),
    ];
    let name = format!("2022-03-01-{CODE}.md");
    let mut last = Stage(0);
    for footer in footers {
        let bare = post(&name, "\"甲\"", "2022-03-01 08:09:10", &footer);
        let zoned = post(&name, "\"甲\"", "2022-03-01 08:09:10 +0800", &footer);
        assert!(last < bare.stage && bare.stage < zoned.stage, "{footer}");
        assert_eq!(
            (bare.body.as_str(), bare.link.as_deref()),
            ("甲。", Some("http://example.com/"))
        );
        last = zoned.stage;
    }
    assert!(last < Stage::default());
}

#[test]
fn what_is_kept_of_a_post() {
    let name = format!("2022-03-01-NW{CODE}.md");
    let body = "<p>甲</p>\n\n<http://example.com/>";
    let original = to_original(&post(&name, "\"甲\"", "2022-03-01 08:09:10 +0800", body));
    assert_eq!(original.list, "post:medium");
    assert_eq!(original.entry.guid.as_deref(), Some(CODE));
    assert_eq!(original.entry.medium.as_deref(), Some("甲"));
    assert_eq!(original.entry.body, None);
    assert_eq!(original.article.map(|article| article.html).as_deref(), Some("<p>甲</p>"));

    let original = to_original(&post("2021-12-01-init.md", "\"甲\"", "", "\n*ST 甲 <3\n"));
    assert_eq!(
        (original.list.as_str(), original.entry.guid.as_deref()),
        ("post:jia", Some("2021-12-01-init"))
    );
    assert_eq!((original.entry.medium, original.article), (None, None));
    assert_eq!(original.entry.body, Some(Text::Plain("*ST 甲 <3\n".into())));

    let foreign = Original { list: "main".into(), entry: Entry::default(), article: None };
    assert_eq!(from_original(&foreign), None);
}

#[test]
fn a_gap_is_filled_from_twin_name_or_code() {
    let rolling = format!("2022-03-02-{CODE}.md");
    let medium = format!("2022-03-01-NW{CODE}.md");
    let check = |posts: Vec<Post>, title: &str, date: &str, notes: &[&str]| {
        let out = repair(posts, ZONE);
        let first = out.posts.first().expect("a post");
        assert_eq!((first.title.as_str(), first.date), (title, Some(at(date))));
        assert_eq!(out.repaired.iter().map(|(_, what)| what.as_str()).collect::<Vec<_>>(), notes);
    };
    let twin = post(&medium, "\"乙\"", "2022-03-01 08:00:00", "<p>甲</p>");
    let from_twin = [format!("title from `{medium}`"), format!("date from `{medium}`")];
    let broken = post(&rolling, "\"\"", "", "\n【丙】甲");
    let notes: Vec<&str> = from_twin.iter().map(String::as_str).collect();
    check(vec![twin.clone(), broken.clone()], "乙", "2022-03-01T00:00:00Z", &notes);
    let by_itself = ["title from its text", "date from its file name"];
    check(vec![broken], "丙", "2022-03-01T16:00:00Z", &by_itself);
    let nameless = post(&format!("-{CODE}.md"), "\"丁\"", " +0800", "\n甲");
    check(vec![nameless], "丁", "2022-02-28T16:00:00Z", &["date from its code"]);
    check(vec![twin], "乙", "2022-03-01T00:00:00Z", &[]);
}

#[test]
fn the_latest_state_stands_and_takes_what_it_lacks() {
    let name = format!("2022-03-01-{CODE}.md");
    let older = post(&format!("a/{name}"), "\"甲\"", "2022-03-01 08:00:00", "\n旧");
    let newer = post(&name, "\"\"", "2022-03-01 08:00:00 +0800", "\n新");
    let out = repair(vec![older.clone(), newer], ZONE);
    assert_eq!(out.posts.iter().map(|p| (&*p.title, &*p.body)).collect::<Vec<_>>(), [("甲", "新")]);
    assert_eq!(out.superseded, [(older.file.clone(), name)]);
    let again = repair(vec![older.clone(), older], ZONE);
    assert_eq!((again.posts.len(), again.superseded.len()), (1, 1));
}

#[test]
fn what_stays_incomplete_is_set_aside() {
    let check = |name: &str, title: &str, body: &str, expect: Aside| {
        let post = post(name, title, "", body);
        let reason = expect;
        assert_eq!(repair(vec![post.clone()], ZONE).aside, [SetAside { post, reason }]);
    };
    check(&format!("-{CODE}.md"), "\"\"", "甲", Aside::NoTitle);
    check(&format!("-{CODE}.md"), "\" 　\"", "【】甲", Aside::NoTitle);
    check("-NW999999990000000001.md", "\"甲\"", "甲", Aside::NoDate);
    let mut bare = post(&format!("2022-03-01-NW{CODE}.md"), "\"甲\"", "2022-03-01 08:00:00", "甲");
    (bare.slug, bare.tag) = (String::new(), "新闻".into());
    let aside = repair(vec![bare], ZONE).aside;
    assert_eq!(aside.iter().map(|a| a.reason).collect::<Vec<_>>(), [Aside::NoCategory]);
}

fn draft(key: &str) -> Draft<'_> {
    Draft {
        key,
        title: "甲\n\"乙\"",
        published: at("2022-02-28T16:00:00Z"),
        slug: "jiabao",
        heading: Heading::Medium("甲报"),
        digest: Some("【题】 <b>摘要</b>\n{{ 甲 }}"),
        body: "<p>{{甲}}</p>\n    <p>{% 乙 %}</p>\n",
        link: Some("https://example.com/a"),
    }
}

#[test]
fn composed_posts_are_of_the_final_form_and_inert() {
    let form = Form::default();
    let check = |draft: &Draft<'_>, name: &str, parts: &[&str]| {
        let post = compose(draft, &form);
        let (file, text) = write(&post, &form);
        assert_eq!((file.as_str(), &file), (name, &post.file));
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        assert!(!text.contains("{{") && !text.contains("{%"));
        let again = read(&file, &text, ZONE).unwrap();
        assert_eq!(write(&again, &form), (file, text));
    };
    let body = "---\n<p>&#123;&#123;甲}}</p>\n<p>&#123;% 乙 %}</p>\n\n<";
    let back = "[返回甲报新闻](//finews.withounder.com/category/jiabao.html)｜";
    let medium = format!("2022-03-01-NW{CODE}.md");
    check(&draft(&format!("NW{CODE}")), &medium, &["title: '甲 \"乙\"'\n", body, "=NW2022", back]);

    let quoted = "---\n> &lt;b>摘要&lt;/b> &#123;&#123; 甲 }}\n\n<p>";
    let rolling = Draft { slug: "emnews", heading: Heading::Title("滚动"), ..draft(CODE) };
    let back =
        "\n\n<https://example.com/a>\n\n[返回东财滚动新闻](//finews.withounder.com/emnews/)｜";
    check(&rolling, &format!("2022-03-01-{CODE}.md"), &[quoted, back]);

    let other = Draft { heading: Heading::Title("科技"), ..draft("tag:example.com,2022:1") };
    let back =
        "\n\n<https://example.com/a>\n\n[返回科技](//finews.withounder.com/category/jiabao.html)｜";
    check(&other, "2022-03-01-tag-example-com-2022-1.md", &[quoted, back]);
}

prop_compose! {
    /// Texts made of what posts are made of.
    fn text()(parts in prop::collection::vec(prop_oneof![
        3 => "(?s:.{0,6})",
        1 => "[\n <>\"'\\\\:#-]{1,4}",
        2 => prop::sample::select(vec![
            "\n\n", "---\n", "> ", "<p>甲</p>", "\n\n<http://a/b>", "<>", "\r\n", "｜", "title: ",
            "\n\n[返回甲](x)", "[返回首页](y)", "\n[返回首页](y)", ")｜[返回首页](", "【甲】", "{id}",
        ]).prop_map(str::to_owned),
    ], 0..6)) -> String {
        parts.concat()
    }
}

prop_compose! {
    fn any_post()(
        code in prop::option::of("[0-9]{18}"),
        medium_form: bool,
        stem in "2021-12-0[1-9]-[a-z甲./]{1,8}",
        (title, slug, tag, body) in (text(), text(), text(), text()),
        (digest, link) in (prop::option::of(text()), prop::option::of(text())),
        date in prop::option::of(-70_000_000_000_i64..300_000_000_000),
        stage: u8,
    ) -> Post {
        let date = date.and_then(|at| chrono::DateTime::from_timestamp(at, 0));
        let medium_form = medium_form && code.is_some();
        // What ends a post without a link of its own is taken for its footer.
        let linked = link.as_ref().is_some_and(|link: &String| super::footer::is_link(link));
        let own = |text: String| if linked { text } else { text.replace("<>", "").replace("首页", "") };
        let (body, digest) = (own(body), digest.map(own));
        let (file, stage) = (format!("{stem}.md"), Stage(stage));
        Post { code, medium_form, file, title, date, slug, tag, digest, body, link, stage }
    }
}

proptest! {
    #[test]
    fn written_posts_are_read_and_written_alike(post in any_post()) {
        let form = Form::default();
        let (file, text) = write(&post, &form);
        prop_assert!(!file.contains(['/', '\\']));
        if let Ok(again) = read(&file, &text, ZONE) {
            prop_assert_eq!(write(&again, &form), (file, text));
        } else {
            // The stem lost its name to the folders in it.
            prop_assert!(post.code.is_none() && post.file.contains('/'));
        }
    }

    #[test]
    fn an_original_holds_the_whole_post(post in any_post()) {
        let stored = serde_json::to_string(&to_original(&post)).unwrap();
        let original: Original = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(from_original(&original), Some(post));
    }

    #[test]
    fn any_text_is_read_or_refused(name in "(2021-12-01-)?(NW)?([0-9]{18}|(?s:.){0,5})(.md)?", text in text()) {
        for text in [text.clone(), format!("\u{feff}\n---\n{text}"), file(&text, &text, &text)] {
            let posts: Vec<Post> = read(&name, &text, ZONE).into_iter().collect();
            let given = posts.len();
            let out = repair(posts, ZONE);
            prop_assert_eq!(out.posts.len() + out.aside.len(), given);
        }
    }
}
