use crate::config::{Faults, LogForm, Outside, log, parse};

const SITE: &str = "[site]\ntitle = \"t\"\nurl = \"https://example.org\"\n";

/// The one fault of a text behind `[site]`, without its place.
fn check(text: &str, expect: &str) {
    let whole = format!("{SITE}{text}");
    let Err(Faults(faults)) = parse(&whole, &Outside::NOTHING) else { panic!("no fault: {text}") };
    let said: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains(expect), "{said:?}");
    assert!(said[0].contains("hint: "), "{said:?}");
}

fn page(list: &str) -> String {
    format!(
        "[[source]]\nid = \"a\"\nkind = \"page\"\n[source.list]\nitems = \"li\"\ntitle = \"a\"\n{list}"
    )
}

#[test]
fn what_only_fails_at_a_visit_is_refused_before() {
    let source = "[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n";
    check(&format!("{source}charset = \"gb23l2\"\n"), "did you mean `gb2312`?");
    check(&format!("{source}charset = \"nonsense\"\n"), "`nonsense` is no charset");
    let date = |format: &str| {
        page(&format!(
            "url = \"https://a.example/\"\ndate = {{ select = \"i\", format = \"{format}\" }}\n"
        ))
    };
    check(&date("%Q-%m"), "`%Q-%m` is no form of a date");
    check(&date("yyyy-mm-dd"), "`yyyy-mm-dd` is no form of a date");
    let pages = |url: &str| page(&format!("url = \"{url}\"\npages = {{ most = 3 }}\n"));
    check(&pages("https://a.example/"), "`url` has no `{page}`");
    check("[fetch]\nuser_agent = \"a\\r\\nX: y\"\n", "`user_agent` holds");
    check("[fetch]\nuser_agent = \"名\"\n", "`user_agent` holds");
    check("[serve]\nadmin = \"here\"\n", "`here` is no address to listen at");
    check("[log]\nform = \"xml\"\n", "`xml` is no form of a log");
    check("[log]\nlevel = \"loud\"\n", "`loud` is no level of a log");
    for good in [
        format!("{source}charset = \"GB2312\"\npaused = true\n"),
        date("%Y年%m月%d日"),
        pages("https://a.example/{page}"),
        page("url = \"https://a.example/\"\npages = { most = 1 }\n"),
        "[serve]\nadmin = \"127.0.0.1:9187\"\npublic_status = true\n".to_owned(),
        "[store]\nbackups = 0\nbackup_dir = \"b\"\n".to_owned(),
    ] {
        let read = parse(&format!("{SITE}{good}"), &Outside::NOTHING);
        assert!(read.is_ok(), "{good}: {}", read.unwrap_err());
    }
}

#[test]
fn the_form_of_the_log_is_known_before_the_settings_are() {
    let form = |text: &str| log(text).form;
    assert_eq!(form("[log]\nform = \"json\"\n"), LogForm::Json);
    assert_eq!(form("[log]\nform = \"json\"\n[site\n"), LogForm::Json);
    assert_eq!(form("[log]\nform = 7\n"), LogForm::Text);
    assert_eq!(form("no settings at all"), LogForm::Text);
    assert_eq!(log("[log]\nlevel = \"debug\"\n").level.as_deref(), Some("debug"));
    assert_eq!(log("[log]\nlevel = \"x=y\"\n").level, None);
}
