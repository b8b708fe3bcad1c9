use crate::config::{Faults, Form, List, Outside, Pages, parse};
use crate::listing::plan::{Field, Wrap};

const SITE: &str = "[site]\ntitle = \"t\"\nurl = \"https://example.org\"\n";

fn source(kind: &str, list: &str) -> String {
    format!(
        "[[source]]\nid = \"a\"\nkind = \"{kind}\"\n[source.list]\nurl = \"https://a.example/{{x}}\"\n{list}"
    )
}

fn good(kind: &str, list: &str) -> List {
    let text = format!("{}\n{SITE}", source(kind, list).replace("{x}", "?{page}&{cursor}"));
    let mut settings = parse(&text, &Outside::NOTHING).unwrap_or_else(|why| panic!("{why}"));
    settings.sources.remove(0).lists.remove(0)
}

/// The faults of a list whose address asks for `{x}`.
fn faults(kind: &str, list: &str, expect: &[&str]) {
    let text = format!("{}\n{SITE}", source(kind, list));
    let Err(Faults(faults)) = parse(&text, &Outside::NOTHING) else { panic!("no fault: {text}") };
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, expect, "{list}");
}

const LIST: &str = "items = \"$[*]\"\ntitle = \"$.t\"\n";

#[test]
fn a_first_page_makes_places_known() {
    let first = "[source.list.first]\nurl = \"https://a.example/?t={now}\"\n";
    let text = format!(
        "{}{LIST}{first}x = [\"$.id\", \"meta@content\", {{ pattern = \"a(.)\" }}]\n{SITE}",
        source("api", "")
    );
    let settings = parse(&text, &Outside::NOTHING).unwrap_or_else(|why| panic!("{why}"));
    let values = &settings.sources[0].lists[0].first.as_ref().unwrap().values;
    assert_eq!(values["x"].len(), 3);
    faults("api", LIST, &["5:7: `url` has no place `{x}`\n  hint: known: {page}, {cursor}, {now}"]);
    faults(
        "api",
        &format!("{LIST}first = {{ y = \"a\", page = \"b\", z = \"{{q}}\", w = {{}} }}\n"),
        &[
            "5:7: `url` has no place `{x}`\n  hint: known: {page}, {cursor}, {now}",
            "8:9: `first` needs `url`",
            "8:20: `page` cannot be the name of a value\n  hint: letters, digits and `_`, and none \
             of `page`, `cursor`, `now`",
            "8:36: `z`: `{q}` is neither path nor selector",
            "8:47: `w` needs `path`, `select` or `pattern`",
        ],
    );
}

#[test]
fn a_first_page_needs_values_and_a_fixed_address() {
    faults(
        "feed",
        "first = { url = \"https://a.example/{page}\" }\n",
        &[
            "5:7: `url` has no place `{x}`\n  hint: known: {page}, {cursor}, {now}",
            "6:9: `first` needs a value to read\n  hint: for example: channel = \
             \"meta[name=channelid]@content\"",
            "6:17: `url` of a first page has no place `{page}`\n  hint: known: {now}",
        ],
    );
}

#[test]
fn conditions_have_values_of_every_kind() {
    let list = good(
        "api",
        &format!(
            "{LIST}only = {{ path = \"$.k\", equals = [\"a\", 1, true, 1.5] }}\n\
                  skip = [\"$.ad\", {{ path = \"$.n\", pattern = \"x\" }}]\n"
        ),
    );
    let Form::Api(plan) = list.form else { panic!() };
    assert_eq!(plan.only[0].equals, ["a", "1", "true", "1.5"]);
    assert_eq!((plan.skip.len(), plan.skip[1].pick.pattern.is_some()), (2, true));
}

#[test]
fn pages_are_told_by_number_cursor_or_link() {
    let check = |keys: &str, expect: Pages| {
        assert_eq!(good("api", &format!("{LIST}{keys}")).pages, expect, "{keys}");
    };
    check("", Pages::One);
    check(
        "pages = { most = 2, first = 0, step = 20 }",
        Pages::Numbered { first: 0, step: 20, most: 2 },
    );
    check("cursor = \"$.c\"\npages = { most = 2 }", Pages::Cursor { most: 2 });
    check("next = \"$.n\"\npages = { most = 2 }", Pages::Linked { most: 2 });
    let place = "5:7: `url` has no place `{x}`\n  hint: known: {page}, {cursor}, {now}";
    let more = |what: &str| [place.to_owned(), what.to_owned()];
    let check = |keys: &str, what: &str| {
        let expect = more(what);
        let expect: Vec<_> = expect.iter().map(String::as_str).collect();
        faults("api", &format!("{LIST}{keys}"), &expect);
    };
    check(
        "pages = { most = 2 }\ncursor = \"$.c\"\nnext = \"$.n\"",
        "8:9: a list has `cursor` or `next`, not both",
    );
    check(
        "pages = { most = 2 }\nnext = \"/?{n}\"",
        "9:8: `next` cannot be a template\n  hint: an address made of a value is `url` with \
         `{cursor}`, and `cursor`",
    );
}

#[test]
fn json_may_be_within_a_page() {
    let check = |keys: &str, expect: fn(&Wrap) -> bool| {
        let Form::Api(plan) = good("api", &format!("{LIST}{keys}")).form else { panic!() };
        assert!(expect(&plan.wrap), "{keys}: {:?}", plan.wrap);
    };
    check("", |wrap| matches!(wrap, Wrap::Auto));
    check("variable = \"x\"", |wrap| matches!(wrap, Wrap::Variable(name) if name == "x"));
    check("within = \"script\"", |wrap| matches!(wrap, Wrap::Script(_)));
    check(
        "within = \"div@data-x\"",
        |wrap| matches!(wrap, Wrap::Attribute(_, name) if name == "data-x"),
    );
    check("within = \"script\"\nvariable = \"x\"", |wrap| matches!(wrap, Wrap::VariableIn(_, _)));
}

#[test]
fn vars_and_fields_take_alternatives() {
    let list = good(
        "page",
        "items = \"li\"\nvars = { a = [\"b\", { select = \"c\", pattern = \"d\" }] }\n\
         label = { select = \".t\", split = \"[|]\" }\nbase = \"https://b.example/\"\n",
    );
    let Form::Page(plan) = list.form else { panic!() };
    assert_eq!(plan.vars["a"].len(), 2);
    assert!(plan.fields[&Field::Label][0].split.is_some());
    assert_eq!(plan.base.as_ref().map(url::Url::as_str), Some("https://b.example/"));
}

#[test]
fn sitemaps_need_no_list() {
    let text = format!(
        "{SITE}[[source]]\nid = \"m\"\nkind = \"sitemap\"\nurl = \"https://a.example/s.xml\"\n"
    );
    let settings = parse(&text, &Outside::NOTHING).unwrap();
    let Form::Sitemap(plan) = &settings.sources[0].lists[0].form else { panic!() };
    assert_eq!((plan.most, plan.children, plan.titles), (500, 3, true));
    let Form::Sitemap(plan) = good("sitemap", "match = \"/a\"\nmost = 9\nchildren = 2").form else {
        panic!()
    };
    assert_eq!((plan.most, plan.children, plan.matching.is_some()), (9, 2, true));
    faults(
        "sitemap",
        "match = \"(\"\nchildren = 51\npages = { most = 2 }",
        &[
            "5:7: `url` has no place `{x}`\n  hint: known: {page}, {cursor}, {now}",
            "6:9: `(` is no pattern: unclosed group",
            "7:12: `children` must be a whole number from 1 to 50, not 51",
            "8:1: `source.list` has no key `pages`\n  hint: known keys: body_text, categories, \
             children, first, headers, match, method, most, name, url",
        ],
    );
}
