use super::{Faults, Form, Outside, Pages, Settings, parse};

const SITE: &str = "[site]\ntitle = \"t\"\nurl = \"https://example.org\"\n";

fn good(text: &str) -> Settings {
    parse(&format!("{SITE}{text}"), &Outside::NOTHING).unwrap()
}

fn faults(text: &str) -> Vec<String> {
    let Err(Faults(faults)) = parse(text, &Outside::NOTHING) else { panic!("no fault: {text}") };
    faults.iter().map(ToString::to_string).collect()
}

/// The faults of a text that stands behind a good `[site]`, with their lines counted from it.
fn check(text: &str, expect: &[&str]) {
    assert_eq!(faults(&format!("{text}\n{SITE}")), expect, "{text}");
}

#[test]
fn the_smallest_settings_hold() {
    let settings = good("");
    assert_eq!(settings.site.url.as_str(), "https://example.org/");
    assert_eq!(settings.publish.items, 50);
    assert!(settings.sources.is_empty());
}

#[test]
fn names_every_fault_at_once() {
    let text = "[site]\ntitel = \"x\"\nurl = \"example.org\"\ntimezone = \"Asia/Shanghay\"\n\n\
                [publish]\nitems = 0\n\n[[source]]\nid = \"a b\"\nurl = \"https://a.example/\"\n\
                categories = [\"tech\"]\nevery = \"soon\"\n";
    assert_eq!(
        faults(text),
        [
            "1:1: `site` needs `title`",
            "2:1: `site` has no key `titel`\n  hint: did you mean `title`?",
            "3:7: `url` is no web address: `example.org`\n  hint: write it whole: \
             `https://example.org/…`",
            "4:12: `Asia/Shanghay` is no time zone\n  hint: did you mean `Asia/Shanghai`?",
            "7:9: `items` must be a whole number from 1 to 1000, not 0",
            "10:6: `a b` is no name for a source\n  hint: letters, digits, `-`, `_` and `.`, up \
             to 64",
            "12:15: there is no category `tech`\n  hint: add [[category]] with id = \"tech\"",
            "13:9: `every` is no length of time: `soon`\n  hint: write `15m`, `2h`, `1d`, `auto`, or a cron expression: `0 7 * * 1-5`",
        ]
    );
}

#[test]
fn places_of_broken_toml_are_named() {
    let got = faults("[site\ntitle = 1");
    assert!(got[0].starts_with("1:6: "), "{got:?}");
}

#[test]
fn a_missing_site_is_named() {
    assert!(faults("").concat().contains("the table `[site]` is missing"));
}

#[test]
fn sources_say_what_is_wrong_with_them() {
    let source = |text: &str| format!("[[source]]\nid = \"a\"\n{text}");
    let list = |text: &str| {
        source(&format!("kind = \"api\"\n[source.list]\nurl = \"https://a.example/\"\n{text}"))
    };
    check(&source(""), &["1:1: `source` needs `url`"]);
    check(
        &source("kind = \"rss\"\nurl = \"https://a.example/\""),
        &["3:8: `rss` is no kind\n  hint: write `feed`, `api`, `page` or `sitemap`"],
    );
    check(
        &source("kind = \"page\"\nurl = \"https://a.example/\""),
        &["1:1: a source of this kind needs `[source.list]`\n  hint: say where entries are: \
           [source.list] with `items`, `title`, `link`"],
    );
    check(
        &source("url = \"https://a.example/?p={seite}\""),
        &["3:7: `url` has no place `{seite}`\n  hint: known: {page}, {cursor}, {now}"],
    );
    check(&list("items = \"$.a[*]\""), &["4:1: this list needs `title` or `link`"]);
    check(
        &list("items = \"$.a[*]\"\ntitle = \"title\""),
        &["7:9: `title`: `title`: write a path such as `$.title`, or a template such as \
           `https://…/{code}`"],
    );
    check(
        &list("items = \"$.a[*]\"\ntitle = { path = \"$.t\", pattern = \"(\" }"),
        &["7:35: `(` is no pattern: unclosed group"],
    );
    check(
        &source("url = \"https://a.example/\"\nallow_private = [\"10.0.0.0/99\"]"),
        &["4:18: `10.0.0.0/99` is no network\n  hint: write `10.1.2.0/24` or `127.0.0.1/32`"],
    );
    check(
        "[[category]]\nid = \"tech\"\n[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n\
         categories = [\"teck\"]",
        &["6:15: there is no category `teck`\n  hint: did you mean `tech`?"],
    );
    check(
        &format!(
            "{}\n{}",
            source("url = \"https://a.example/\""),
            source("url = \"https://b.example/\"")
        ),
        &["5:6: there is a source `a` already"],
    );
}

#[test]
fn an_api_is_read_whole() {
    let settings = good(
        "[[source]]\nid = \"a\"\nkind = \"api\"\n[[source.list]]\nname = \"one\"\n\
         url = [\"https://a.example/1?p={page}\", \"https://a.example/2?p={page}\"]\n\
         pages = { first = 0, most = 3 }\nitems = \"$.list[*]\"\ntitle = \"$.title\"\n\
         date = [\"$.a\", { path = \"$.b\", zone = \"Asia/Tokyo\" }]\n\
         expect = { path = \"$.code\", equals = 1, message = \"$.msg\" }\n",
    );
    let list = &settings.sources[0].lists[0];
    assert_eq!((list.name.as_str(), list.urls.len()), ("one", 2));
    assert_eq!(list.pages, Pages::Numbered { first: 0, step: 1, most: 3 });
    let Form::Api(plan) = &list.form else { panic!("{list:?}") };
    assert_eq!(plan.expect.as_ref().map(|e| e.equals.as_str()), Some("1"));
    let dates = &plan.fields[&crate::listing::plan::Field::Date];
    assert_eq!(dates[1].zone, Some(chrono_tz::Asia::Tokyo));
}

#[test]
fn defaults_are_inherited_and_overridden() {
    let settings = good(
        "[defaults]\nevery = \"2h\"\nfull_text = true\ntimezone = \"Asia/Shanghai\"\n\
         [[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n\
         [[source]]\nid = \"b\"\nurl = \"https://b.example/\"\nfull_text = false\nevery = \"1d\"\n",
    );
    let [a, b] = settings.sources.as_slice() else { panic!() };
    assert_eq!((a.every.shortest().as_secs(), a.full_text), (7_200, true));
    assert_eq!((b.every.shortest().as_secs(), b.full_text), (86_400, false));
    assert_eq!(b.zone, chrono_tz::Asia::Shanghai);
}

#[test]
fn a_rhythm_is_a_length_of_time_or_a_cron_expression_or_the_sources_own() {
    let settings = |every: &str| {
        format!(
            "[site]\ntitle = \"t\"\nurl = \"https://t.example/\"\ntimezone = \"Asia/Shanghai\"\n\
             [[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n{every}\n"
        )
    };
    let rhythm = |every: &str| {
        let parsed = parse(&settings(every), &Outside::NOTHING).map_err(|why| why.to_string())?;
        Ok::<_, String>(format!("{:?}", parsed.sources[0].every))
    };
    assert_eq!(rhythm("").unwrap(), "Auto");
    assert_eq!(rhythm("every = \"auto\"").unwrap(), "Auto");
    assert_eq!(rhythm("every = \"15m\"").unwrap(), "Every(900s)");
    let cron = rhythm("timezone = \"UTC\"\nevery = \"30 6 * * 1-5\"").unwrap();
    assert_eq!(cron, "Cron(`30 6 * * 1-5` in Asia/Shanghai)", "times are the site's");
    for wrong in ["61 * * * *", "0 0 30 2 *", "* * * *", "30s"] {
        assert!(rhythm(&format!("every = \"{wrong}\"")).is_err(), "{wrong}");
    }
}

#[test]
fn secrets_come_from_outside() {
    let outside = Outside {
        env: &|name| (name == "TOKEN").then(|| "abc".to_owned()),
        file: &|path| match path {
            "/run/key" => Ok("xyz\n".to_owned()),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        },
        ..Outside::NOTHING
    };
    let text = |headers: &str| {
        format!("{SITE}[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\nheaders = {headers}")
    };
    let headers = |table: &str| {
        let settings = parse(&text(table), &outside).map_err(|faults| faults.to_string());
        settings.map(|settings| settings.sources[0].access.headers.clone())
    };
    let pair = |name: &str, value: &str| Ok(vec![(name.to_owned(), value.to_owned())]);
    assert_eq!(headers("{ A = \"Bearer ${TOKEN}\" }"), pair("A", "Bearer abc"));
    assert_eq!(headers("{ A = \"$${TOKEN}\" }"), pair("A", "${TOKEN}"));
    assert_eq!(headers("{ A_file = \"/run/key\" }"), pair("A", "xyz"));
    assert!(
        headers("{ A = \"${NONE}\" }").unwrap_err().contains("7:17: the environment has no `NONE`")
    );
    assert!(headers("{ A_file = \"/none\" }").unwrap_err().contains("cannot read `/none`"));
    assert!(headers("{ \"a b\" = \"x\" }").unwrap_err().contains("no header of one line"));
}

#[test]
fn lengths_of_time() {
    let check = |text: &str, expect: Option<u64>| {
        assert_eq!(super::read::duration(text).map(|d| d.as_secs()), expect, "{text}");
    };
    check("90s", Some(90));
    check("15m", Some(900));
    check("1h30m", Some(5_400));
    check("1d", Some(86_400));
    check(" 2 h ", Some(7_200));
    check("", None);
    check("15", None);
    check("m", None);
    check("1y", None);
    check("99999999999999999999s", None);
    check("9999d", None);
}

fn with_sources(rules: &str) -> String {
    format!(
        "[[category]]\nid = \"tech\"\n[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n{rules}"
    )
}

#[test]
fn rules_are_read_whole() {
    let settings = good(&with_sources(
        "[[source.rule]]\nname = \"own\"\nlimit = { most = 3, per = \"1d\", by = \"all\" }\n\
         [[rule]]\nwhen = { title = [\"x\", { regex = \"^y\" }], medium = \"M*\", \
         not = { label = [\"l\", \"m\"] }, length = { over = 9 }, age = { under = \"2d\" }, \
         enclosure = \"audio/*\", image = false, any = [{ text = \"t\" }, { link = \"k\" }] }\n\
         add = [\"tech\", \"{medium}\"]\ntitle = { replace = \"^y+\", with = \"z\" }\n\
         [[defaults.rule]]\nhold = true\nwhen = { language = \"en\" }\n\
         [[source]]\nid = \"b\"\nurl = \"https://b.example/\"\ninherit_rules = false\n\
         rule = [{ when = { author = \"e\" }, drop = true }]\n",
    ));
    let names: Vec<_> = settings.rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["rule 1", "default rule 1", "own", "rule 1 of b"]);
    let declining: Vec<_> = settings.declining.iter().map(crate::model::SourceId::as_str).collect();
    assert_eq!(declining, ["b"]);
    assert_eq!(settings.router.len(), 4);
    insta::assert_debug_snapshot!(settings.rules[0]);
}

#[test]
fn categories_draw_items_and_have_other_names() {
    let settings = good(
        "[publish]\nmin_items = 3\n[[category]]\nid = \"Wind\"\naliases = [\"Wind资讯\"]\n\
         any = [\"wind\", \" \"]\nquery = \"芯片 -广告\"\nmin_items = 1\n\
         when = { label = \"w\" }\n[[category]]\nid = \"other\"\n",
    );
    assert_eq!((settings.publish.min_items, settings.rules.len()), (3, 1));
    assert_eq!(settings.rules[0].name, "category Wind");
    let wind = &settings.categories[0];
    assert_eq!((wind.min_items, wind.query.as_deref()), (Some(1), Some("芯片 -广告")));
    let meant = settings.aliases.meant(crate::model::CategoryId::new("ＷＩＮＤ 资讯"));
    assert_eq!(meant.as_str(), "Wind");
}

#[test]
fn faults_of_rules_are_named_with_their_place() {
    let check = |rules: &str, expect: &[&str]| check(&with_sources(rules), expect);
    let rule = |keys: &str| format!("[[rule]]\n{keys}");
    let when = |when: &str| rule(&format!("add = \"tech\"\nwhen = {{ {when} }}"));
    check(
        &when("titel = \"x\""),
        &["8:10: `rule.when` has no key `titel`\n  hint: did you mean `title`?"],
    );
    check(
        &rule("add = \"tek\""),
        &["7:7: there is no category `tek`\n  hint: did you mean `tech`?"],
    );
    check(
        &rule("add = \"{mdium}\""),
        &["7:7: `add` has no place `{mdium}`\n  hint: did you mean `{medium}`?"],
    );
    check(&when("source = \"b\""), &["8:19: there is no source `b`\n  hint: did you mean `a`?"]);
    check(&when("text = \" * \""), &["8:17: there is no word in ` * `: it can never be found"]);
    check(&when("text = []"), &["8:17: `text` is empty: it can never hold"]);
    check(&when("text = { regex = \"(\" }"), &["8:27: `(` is no pattern: unclosed group"]);
    check(&when("text = { regex = \"[a&&b]\" }"), &["8:27: nothing matches `[a&&b]`"]);
    check(&when("length = { over = 5, under = 6 }"), &["8:19: nothing is both: it can never hold"]);
    check(
        &rule("when = { text = \"x\" }"),
        &[
            "6:1: the rule does nothing\n  hint: give it `add`, `drop`, `only`, `hold`, `title` or `limit`",
        ],
    );
    check(
        &rule("add = \"tech\"\ndrop = true"),
        &["6:1: the rule drops what it holds for, so that nothing else it says can matter\n  \
           hint: make two rules of it"],
    );
    check(
        &rule("limit = { per = \"1h\", by = \"moon\" }"),
        &[
            "7:9: `limit` needs `most`\n  hint: write `most = 5, per = \"1h\"`",
            "7:28: `by` has no meaning as `moon`\n  hint: write `source`, `medium` or `all`",
        ],
    );
    check(
        &when("source = \"a\", not = { source = \"a\" }"),
        &["6:1: `rule 1`: it can never hold: it asks for what it rules out"],
    );
    check(
        &format!(
            "{}\n{}",
            when("text = [\"x\"], label = \"l\""),
            rule("name = \"no x\"\ndrop = true\nwhen = { text = [\"x\", \"y\"] }")
        ),
        &["6:1: `rule 1`: it can do nothing: all that it holds for is dropped, by `no x`"],
    );
    let deep = format!("{}title = \"x\"{}", "not = { ".repeat(17), " }".repeat(17));
    check(&when(&deep), &["8:136: conditions stand in each other more than 16 deep"]);
}

#[test]
fn faults_of_categories_are_named_with_their_place() {
    check(
        "[[category]]\nid = \"a\"\naliases = [\"B\", \"a\"]\n[[category]]\nid = \"B\"\n\
         aliases = [\"ｂ\"]\nquery = \"-x\"",
        &[
            "3:12: `B` is a category of its own\n  hint: take away its [[category]], or this alias",
            "3:17: `a` is no other name",
            "6:12: `ｂ` is an alias already",
            "7:9: `-x` is no query: it only says what is not wanted\n  hint: write words, \
           `\"a phrase\"`, `a OR b`, `-not`",
        ],
    );
}

#[test]
fn a_rule_of_the_command_line_joins_the_others() {
    let settings = good(&with_sources(""));
    let with = |text: &str| super::with_rule(&settings, text);
    let both = with("when = { title = \"x\" }, add = \"tech\"").unwrap();
    assert_eq!((both.rules.len(), both.rules[0].name.as_str()), (1, "this rule"));
    assert_eq!(with("drop = true\nwhen = { source = \"a\" }").unwrap().rules.len(), 1);
    assert!(with("add = \"tek\"").unwrap_err().to_string().contains("no category `tek`"));
    assert!(with("add = ").is_err());
}
#[test]
fn a_browser_is_named_once_and_wanted_by_source() {
    let source = |id: &str, more: &str| {
        format!("[[source]]\nid = \"{id}\"\nurl = \"https://a.example/\"\n{more}\n")
    };
    let text = format!(
        "[render]\nendpoint = \"http://127.0.0.1:9222\"\ntime = \"1m\"\n{}{}",
        source("a", "render = \"browser\""),
        source("b", "")
    );
    let settings = good(&text);
    let render = settings.render.unwrap();
    assert_eq!(render.endpoint.as_str(), "http://127.0.0.1:9222/");
    assert_eq!((render.time.as_secs(), render.requests, render.at_once), (60, 200, 2));
    let wishes: Vec<_> = settings.sources.iter().map(|one| one.access.render).collect();
    assert_eq!(wishes, [true, false]);
    assert!(good("").render.is_none());

    check(
        &source("a", "render = \"chrome\""),
        &["4:10: `chrome` is no way to render\n  hint: write `browser`, or `no`"],
    );
    check(
        "[render]\nendpoint = \"wss://b.example\"\nat_once = 0",
        &[
            "2:12: `wss://b.example` is no endpoint of a browser\n  hint: write \
             `http://127.0.0.1:9222`, or the `ws://…` that the browser prints; it speaks no TLS",
            "3:11: `at_once` must be a whole number from 1 to 64, not 0",
        ],
    );
    check("[render]", &["1:1: `render` needs `endpoint`"]);
    let cure = "there is no browser that could `render`\n  hint: add [render] with `endpoint = \
                \"http://127.0.0.1:9222\"`, where your browser is";
    check(&source("a", "render = \"browser\""), &[&format!("4:10: {cure}")]);
    check("[defaults]\nrender = \"browser\"", &[&format!("2:10: {cure}")]);
}

#[test]
fn stories_and_changes_are_read() {
    use crate::story::Prefer;
    let source = "[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n";
    let plain = good(source);
    assert!(plain.stories.on && !plain.stories.upgrade && plain.stories.alone.is_empty());
    assert_eq!((plain.sources[0].most_new, plain.sources[0].on_change), (20, None));
    let settings = good(&format!(
        "[stories]\nprefer = [\"a\"]\nwindow = \"2d\"\nupgrade = true\n[defaults]\nmost_new = 5\n\
         {source}stories = false\non_change = \"announce\"\n"
    ));
    assert_eq!(settings.stories.window.as_secs(), 2 * 86_400);
    assert!(matches!(&settings.stories.prefer, Prefer::Sources(order) if order.len() == 1));
    assert_eq!(settings.stories.alone.len(), 1);
    assert_eq!(settings.sources[0].most_new, 5);
    assert_eq!(settings.sources[0].on_change, Some(super::OnChange::Announce));
    check(
        "[stories]\nprefer = \"erliest\"\n[defaults]\non_change = \"tell\"",
        &[
            "2:10: there is no source `erliest`\n  hint: did you mean `earliest`?",
            "4:13: `on_change` knows no `tell`\n  hint: write \"update\", \"ignore\" or \"announce\"",
        ],
    );
}

#[test]
fn ways_out_are_checked_with_place_and_cure() {
    let source =
        |text: &str| format!("[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n{text}");
    check(
        &source("user_agent = \"a\\r\\nX: y\""),
        &[
            "4:14: `user_agent` holds the control character \\r\n  hint: write it in one line, without tabs",
        ],
    );
    check(
        "[fetch]\nuser_agent = \"a\\tb\"",
        &[
            "2:14: `user_agent` holds the control character \\t\n  hint: write it in one line, without tabs",
        ],
    );
    check(
        &source("user_agent = \"消息\""),
        &["4:14: `user_agent` holds `消`\n  hint: letters of ASCII alone go in a header"],
    );
    check(
        &source("user_agent = \" \""),
        &[
            "4:14: `user_agent` is empty\n  hint: leave it out to be `finews/<version> (+<site.url>)`",
        ],
    );
    check(
        &source("proxy = \"ftp://me:secret@b.example\""),
        &[
            "4:9: `proxy` is no address of an HTTP proxy\n  hint: write `http://127.0.0.1:3128`, or `none`",
        ],
    );
    check(
        &source("robots = \"maybe\""),
        &["4:10: `robots` is not `maybe`\n  hint: write `obey` or `ignore`"],
    );
}

#[test]
fn sources_inherit_their_way_out() {
    let settings = good(
        "[defaults]\nproxy = \"http://127.0.0.1:3128\"\nrobots = \"ignore\"\nuser_agent = \"x/1\"\n\
         [[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n\
         [[source]]\nid = \"b\"\nurl = \"https://b.example/\"\nproxy = \"none\"\nrobots = \"obey\"\n\
         http1_only = true\nallow_invalid_tls = true\n",
    );
    let [a, b] = [0, 1].map(|at: usize| settings.sources[at].access.clone());
    assert_eq!(a.egress.proxy.as_ref().map(url::Url::as_str), Some("http://127.0.0.1:3128/"));
    assert!(!a.obey_robots && !a.egress.http1_only && !a.egress.allow_invalid_tls);
    assert!(b.obey_robots && b.egress.http1_only && b.egress.allow_invalid_tls);
    assert_eq!(b.egress.proxy, None);
    assert_eq!(b.user_agent.as_deref(), Some("x/1"));
    assert!(
        good("[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n").sources[0]
            .access
            .obey_robots
    );
}

#[test]
fn websub_subscribes_by_itself_only_where_hubs_can_reach_us() {
    let subscribes = |url: &str, more: &str| {
        let text = format!("[site]\ntitle = \"t\"\nurl = \"{url}\"\n{more}");
        parse(&text, &Outside::NOTHING).unwrap().websub.subscribe
    };
    assert!(subscribes("https://news.example.org/", ""));
    for hidden in [
        "http://news.example.org/",
        "https://localhost/",
        "https://news/",
        "https://news.local/",
        "https://news.internal.",
        "https://news.example/",
        "https://192.0.2.1/",
        "https://[2001:db8::1]/",
    ] {
        assert!(!subscribes(hidden, ""), "{hidden}");
    }
    assert!(!subscribes("https://news.example.org/", "[websub]\nsubscribe = false"));
    assert!(subscribes("http://127.0.0.1/", "[websub]\nsubscribe = true"));
}

#[test]
fn websub_says_what_is_wrong_with_it() {
    check("[websub]\nhub = \"yes\"", &["2:7: `hub` must be `true` or `false`, not a string"]);
    check(
        "[websub]\nhubs = [\"hub.example\"]",
        &["2:9: `hubs` is no web address: `hub.example`\n  hint: write it whole: \
           `https://example.org/…`"],
    );
    check(
        "[websub]\nsignature = \"md5\"",
        &["2:13: `md5` is no way to sign\n  hint: write `sha256`, `sha384`, `sha512` or, for \
           readers of old, `sha1`"],
    );
    check("[websub]\nlease = \"5s\"", &["2:9: `lease` must be from `1m` to `365d`"]);
    check(
        "[websub]\nallow_private = [\"home\"]\nper_host = 0",
        &[
            "2:18: `home` is no network\n  hint: write `10.1.2.0/24` or `127.0.0.1/32`",
            "3:12: `per_host` must be a whole number from 1 to 1000000, not 0",
        ],
    );
    let websub =
        good("[websub]\nhub = true\nhubs = [\"https://h.example/\"]\nlease = \"2d\"").websub;
    let named: Vec<_> = websub
        .named(&"https://example.org/".parse().unwrap())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(named, ["https://example.org/hub", "https://h.example/"]);
}
