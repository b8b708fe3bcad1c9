use super::{entries, expression, single};
use crate::route;

#[test]
fn texts_are_parted() {
    let check = |text: &str, expect: &str| assert_eq!(entries(text), expect, "{text}");
    check("", "");
    check("A Report, on-line", "a report on line");
    check("国产芯片", "国产 产芯 芯片 片");
    check("芯。片", "芯 片");
    check("ＡＩ芯片5G", "ai 芯片 片 5g");
    check("Über den Häfen", "über den häfen");
    check("반도체 칩", "반도 도체 체 칩");
    check("\"quoted\" 'it'", "quoted it");
    check("𠀀𠀁", "𠀀𠀁 𠀁");
}

#[test]
fn queries_are_expressions() {
    let check = |query: &str, expect: &str| {
        assert_eq!(expression(&route::query(query).unwrap()).as_deref(), Some(expect), "{query}");
    };
    let text = "{title summary body} : ";
    check("芯片", &format!("({text}\"芯片\")"));
    check("芯", "(single : \"芯\")");
    check("title:芯", "(single : \"›芯\")");
    check("summary:芯", "(summary : \"芯\" *)");
    check("c* title:ch*", "(single : \"‸c\") AND (single : \"›‸ch\")");
    check("body:c* -é*", "((body : \"c\" *)) NOT single : \"‸é\"");
    check("国产芯片", &format!("({text}\"国产 产芯 芯片\")"));
    check("5G芯片", &format!("({text}\"5g 芯片\")"));
    check("芯片5G", &format!("({text}\"芯片 片 5g\")"));
    check("chip*", &format!("({text}\"chip\" *)"));
    check("a OR b c", &format!("({text}\"a\" OR {text}\"b\") AND ({text}\"c\")"));
    check("a -b", &format!("(({text}\"a\")) NOT {text}\"b\""));
    check("title:\"a b\"", "(title : \"a b\")");
    check("a\" OR \"b", &format!("({text}\"a or b\")"));
    check("NEAR(a)", &format!("({text}\"near a\")"));
}

#[test]
fn single_characters_and_beginnings_are_entries_once() {
    let all = "‸c ‸ch ›‸c ›‸ch ›片 ›芯 国 片 芯";
    assert_eq!(single(["芯片 chip", "片芯 c", "国。"]), all);
}
