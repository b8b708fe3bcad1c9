use serde_json::json;
use serde_json_path::JsonPath;

use super::{cursor, texts};

#[test]
fn values_are_texts() {
    let check = |text: &str, expect: &[&str]| {
        let value = serde_json::from_str(&format!("{{\"a\":{text}}}")).unwrap();
        assert_eq!(texts(&value, &JsonPath::parse("$.a").unwrap()), expect, "{text}");
    };
    check("\"x\"", &["x"]);
    check("12345678901234567890123", &["12345678901234567890123"]);
    check("1.50", &["1.50"]);
    check("1.793664131e9", &["1793664131"]);
    check("1e400", &["1e+400"]);
    check("true", &["true"]);
    check("null", &[]);
    check("{\"b\":1}", &[]);
    check("[1,\"b\",null,[2],{\"c\":3}]", &["1", "b"]);
}

#[test]
fn a_cursor_leads_on_or_ends() {
    let path = JsonPath::parse("$.next").unwrap();
    let check = |value: serde_json::Value, expect: Option<&str>| {
        assert_eq!(cursor(&json!({ "next": value }), &path).as_deref(), expect);
    };
    check(json!("abc"), Some("abc"));
    check(json!(17), Some("17"));
    check(json!(0), Some("0"));
    check(json!(""), None);
    check(json!(null), None);
    check(json!(false), None);
    check(json!(true), None);
    check(json!([]), None);
}
