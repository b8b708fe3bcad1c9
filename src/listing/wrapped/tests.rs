use scraper::Selector;
use serde_json::{Value, json};

use super::unwrap;
use crate::listing::plan::Wrap;

fn check(text: &str, wrap: &Wrap, expect: &Value) {
    let got = unwrap(text, wrap).map_err(|why| why.to_string());
    assert_eq!(got.as_ref(), Ok(expect), "{text}");
}

fn fails(text: &str, wrap: &Wrap, word: &str) {
    let why = unwrap(text, wrap).unwrap_err().to_string();
    assert!(why.contains(word), "{text}: {why}");
}

fn css(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

#[test]
fn json_is_found_in_what_servers_put_around_it() {
    let one = json!({"a": [1]});
    for text in [
        r#"{"a":[1]}"#,
        "\u{feff} \r\n{\"a\":[1]}\n",
        r#"{"a":[1]} and what else was written"#,
        r#"cb({"a":[1]})"#,
        r#"cb({"a":[1]});"#,
        r#"jQuery1830_17( {"a":[1]} )"#,
        r#"parent.frames["x"].cb({"a":[1]});"#,
        r#"/**/ typeof cb === 'function' && cb({"a":[1]});"#,
        "/*<script>location.href='//a.example';</script>*/\ncb({\"a\":[1]});",
        "// made at 10:20 (UTC)\ncb({\"a\":[1]})",
        r#"try{cb({"a":[1]});}catch(e){}"#,
        r#"var ajaxResult={"a":[1]}"#,
        r#"var ajaxResult = {"a":[1]};"#,
        r#"window["x"] = window["x"] || {}; window["x"]["y"] = {"a":[1]};"#,
        r#"var a=[],b={};a[0]={"a":[1]};"#,
        ")]}',\n{\"a\":[1]}",
        r#"while(1);{"a":[1]}"#,
        r#"for(;;);{"a":[1]}"#,
        r#"var x = JSON.parse("{\"a\":[1]}");"#,
        r#"x = '{"a":[1]}'"#,
    ] {
        check(text, &Wrap::Auto, &one);
    }
    check("cb({})", &Wrap::Auto, &json!({}));
    check("var newest = [1,2];", &Wrap::Auto, &json!([1, 2]));
}

#[test]
fn literals_of_javascript_are_read() {
    let check = |text: &str, expect: Value| check(text, &Wrap::Auto, &expect);
    check("{a:1,'b':'c',\"d\":[1,2,],}", json!({"a": 1, "b": "c", "d": [1, 2]}));
    check(
        "x({a:undefined,b:NaN,c:-1.5,$d:true})",
        json!({"a": null, "b": null, "c": -1.5, "$d": true}),
    );
    check("{'a':'it\\'s \"so\"','b':'\\x41\\u4e2d'}", json!({"a": "it's \"so\"", "b": "A中"}));
    check("{\"a\":\"line\nend\ttab\"}", json!({"a": "line\nend\ttab"}));
    check("{\"a\":\"half \\ud83d and \\ud83d\\ude00\"}", json!({"a": "half \u{fffd} and 😀"}));
    check("{/* one */a:1, // two\n b:[,1]}", json!({"a": 1, "b": [null, 1]}));
    check("{\"a\":\"\\d\\/\"}", json!({"a": "d/"}));
}

#[test]
fn pages_hold_json_in_scripts_and_attributes() {
    let page = "<script>var a = {};</script><script id=D type=application/json>{\"a\":1}</script>\
        <script>if(x){y()}window.initialState={\"a\":2};(function(){})()</script>\
        <div id=app data-page='{&quot;a&quot;:3}'></div>\
        <script>self.s=self.s||[];s.t='{\\\"';x.initialState : {\"a\":4}</script>";
    check(page, &Wrap::Script(css("script#D")), &json!({"a": 1}));
    check(page, &Wrap::Variable("window.initialState".into()), &json!({"a": 2}));
    check(page, &Wrap::Attribute(css("#app"), "data-page".into()), &json!({"a": 3}));
    let last = Wrap::VariableIn(css("body script"), "initialState".into());
    check(page, &last, &json!({"a": 4}));
    fails(page, &Wrap::Script(css("script#none")), "`within` matches nothing");
    fails(page, &Wrap::Attribute(css("#app"), "data-x".into()), "no `data-x`");
    fails(page, &Wrap::Variable("none".into()), "no value is assigned to `none`");
    fails(page, &Wrap::Auto, "is a page");
}

#[test]
fn what_is_no_json_is_named() {
    fails("", &Wrap::Auto, "empty");
    fails("/* nothing", &Wrap::Auto, "empty");
    fails("busy, try later", &Wrap::Auto, "`busy, try later`");
    fails("{\"a\":[1,2", &Wrap::Auto, "EOF");
    fails("cb(1)", &Wrap::Auto, "`cb(1)`");
    fails("var x = y;", &Wrap::Variable("x".into()), "begins with `y;`");
}

#[test]
fn depth_is_bounded() {
    for open in ["[", "{\"a\":", "{a:", "x=[", "(["] {
        fails(&open.repeat(100_000), &Wrap::Auto, "");
    }
    let wide = format!("x({}", "{".repeat(1 << 20));
    fails(&wide, &Wrap::Auto, "");
    let names = "x=[".repeat(300_000);
    fails(&names, &Wrap::Variable("x".into()), "");
}
