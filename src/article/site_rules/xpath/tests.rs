use proptest::prelude::*;
use scraper::{ElementRef, Html};

use super::{Fuel, Index, Item, Value, XPath};
use crate::html::dom;

const PAGE: &str = r#"<!doctype html><html lang="en-GB"><head><title> The  Title </title>
<meta property="og:title" content="Graph"><script type="application/ld+json">{"a":1}</script></head>
<body><div id="main" class="story wide"><h1>Head</h1><p class="lead first">One</p><p>Two <b>bold</b> end</p>
<!-- note --><ul><li>a</li><li class="x">b</li><li>c</li></ul><p data-n="3">Three</p></div>
<div class="side"><p>Side</p><a href="/2" rel="next">Next page</a><a href="/3">3</a><svg viewBox="0 0"><path d="m"/></svg></div>
<table><tr><td>7</td><td>8.5</td></tr></table></body></html>"#;

fn value_in(page: &str, expression: &str) -> Value {
    let tree = dom::page(page);
    let path = XPath::parse(expression).unwrap_or_else(|why| panic!("{expression}: {why}"));
    path.value(&tree, &Index::of(&tree), &Fuel::new(1_000_000)).unwrap()
}

/// A value as text: nodes as their names or texts, with bars between them.
fn shown(page: &str, value: &Value) -> String {
    let tree = dom::page(page);
    let index = Index::of(&tree);
    match value {
        Value::Nodes(nodes) => {
            let all: Vec<_> = nodes.iter().map(|node| node_shown(&tree, &index, *node)).collect();
            all.join("|")
        }
        Value::Text(text) => format!("\"{text}\""),
        Value::Number(number) => super::value::written(*number),
        Value::Truth(truth) => truth.to_string(),
    }
}

fn node_shown(tree: &Html, index: &Index, item: Item) -> String {
    let node = tree.tree.get(index.id(item.node).unwrap()).unwrap();
    if item.attribute > 0 {
        let element = node.value().as_element().unwrap();
        return format!("@{}", element.attrs().nth(item.attribute as usize - 1).unwrap().0);
    }
    match ElementRef::wrap(node) {
        Some(element) => {
            let text: String = element.text().collect::<String>().trim().chars().take(6).collect();
            format!("{}:{text}", element.value().name())
        }
        None => {
            node.value().as_text().map_or("other".to_owned(), |text| format!("'{}'", text.trim()))
        }
    }
}

#[track_caller]
fn check(expression: &str, expect: &str) {
    assert_eq!(shown(PAGE, &value_in(PAGE, expression)), expect, "{expression}");
}

#[test]
fn paths_in_the_short_form() {
    check("//h1", "h1:Head");
    check("/html/body/div/h1", "h1:Head");
    check("//div[@id='main']/p", "p:One|p:Two bo|p:Three");
    check("//div[@class=\"side\"]//a/@href", "@href|@href");
    check("//p/text()", "'One'|'Two'|'end'|'Three'|'Side'");
    check("//comment()", "other");
    check("//li/..", "ul:abc");
    check("//DIV[@CLASS='side']/a[1]", "a:Next p");
    check("//ul/*", "li:a|li:b|li:c");
    check("//ul//.", "ul:abc|li:a|'a'|li:b|'b'|li:c|'c'");
    check("//*[@data-n]", "p:Three");
    check("//@*[name()='data-n']", "@data-n");
    check("//svg/path", "path:");
    check("//h1 | //title | //h1", "title:The  T|h1:Head");
    check("(//p)[2]", "p:Two bo");
    check("(//p)[last()]/parent::div/@class", "@class");
    check("//nothing", "");
    check("/", "other");
    check("/..", "");
    check(".//h1", "h1:Head");
}

#[test]
fn predicates_and_positions() {
    check("//li[2]", "li:b");
    check("//li[position()=2]", "li:b");
    check("//li[position() > 1]", "li:b|li:c");
    check("//li[last()]", "li:c");
    check("//li[last()-1]", "li:b");
    check("//p[1]", "p:One|p:Side");
    check("//div//p[1]", "p:One|p:Side");
    check("//li[@class][1]", "li:b");
    check("//li[1][@class]", "");
    check("//div[p]/h1", "h1:Head");
    check("//div[.//b]/@id", "@id");
    check("//p[b='bold']", "p:Two bo");
    check("//p[not(b) and not(@class)]", "p:Three|p:Side");
    check("//p[count(*)=1 or @data-n]", "p:Two bo|p:Three");
    check("//li['']", "");
    check("//li['x']", "li:a|li:b|li:c");
}

#[test]
fn axes() {
    check("//b/ancestor::div", "div:HeadOn");
    check("//b/ancestor::*[1]", "p:Two bo");
    check("//b/ancestor-or-self::*[2]", "p:Two bo");
    check("//h1/following-sibling::p", "p:One|p:Two bo|p:Three");
    check("//h1/following-sibling::p[2]", "p:Two bo");
    check("//ul/preceding-sibling::*[1]", "p:Two bo");
    check("//ul/preceding-sibling::p", "p:One|p:Two bo");
    check("//ul/following::p", "p:Three|p:Side");
    check("//ul/preceding::p[1]", "p:Two bo");
    check("//b/preceding::text()[1]", "'Two'");
    check("//li[2]/self::li", "li:b");
    check("//li[2]/self::p", "");
    check("//ul/child::li[3]", "li:c");
    check("//ul/descendant-or-self::*[1]", "ul:abc");
    check("//a/attribute::rel", "@rel");
    check("//a/@rel/..", "a:Next p");
    check("//a/@rel/ancestor::div/@class", "@class");
    check("//td/namespace::*", "");
    check("//li/following-sibling::li/preceding-sibling::li", "li:a|li:b");
    check("//p/descendant::text()[contains(., 'bold')]/parent::b", "b:bold");
}

#[test]
fn functions_of_text() {
    check("string(//title)", "\" The  Title \"");
    check("normalize-space(//title)", "\"The Title\"");
    check("//meta[@property='og:title']/@content", "@content");
    check("string(//meta[@property='og:title']/@content)", "\"Graph\"");
    check("concat('a', 1, true(), //li)", "\"a1truea\"");
    check("starts-with('story', 'st')", "true");
    check("//div[contains(concat(' ', normalize-space(@class), ' '), ' wide ')]/@id", "@id");
    check("substring-before('a=b=c', '=')", "\"a\"");
    check("substring-after('a=b=c', '=')", "\"b=c\"");
    check("substring-after('abc', 'x')", "\"\"");
    check("substring('12345', 2, 3)", "\"234\"");
    check("substring('12345', 1.5, 2.6)", "\"234\"");
    check("substring('12345', 0, 3)", "\"12\"");
    check("substring('12345', 0 div 0, 3)", "\"\"");
    check("substring('12345', -42, 1 div 0)", "\"12345\"");
    check("substring('12345', -1 div 0, 1 div 0)", "\"\"");
    check("substring('钟声江', 2)", "\"声江\"");
    check("string-length('钟声')", "2");
    check("string-length(//h1)", "4");
    check("translate('--aaa--', 'abc-', 'ABC')", "\"AAA\"");
    check("//a[translate(., 'NEXT', 'next')='next page']", "a:Next p");
    check("name(//svg/@*)", "\"viewBox\"");
    check("local-name(//li)", "\"li\"");
    check("namespace-uri(//li)", "\"\"");
    check("id('main')/h1", "h1:Head");
    check("//p[lang('en')][1]", "p:One|p:Side");
    check("boolean(//p[lang('de')])", "false");
}

#[test]
fn numbers_and_truths() {
    check("1 + 2 * 3", "7");
    check("(1 + 2) * 3", "9");
    check("7 div 2", "3.5");
    check("-7 mod 3", "-1");
    check("--3", "3");
    check(".5 + 1.", "1.5");
    check("sum(//td)", "15.5");
    check("floor(-1.5)", "-2");
    check("ceiling(1.2)", "2");
    check("round(-2.5)", "-2");
    check("round(2.5)", "3");
    check("number('1e3')", "NaN");
    check("number(' 12 ')", "12");
    check("1 div 0", "Infinity");
    check("0 div 0 = 0 div 0", "false");
    check("count(//li) >= 3", "true");
    check("//td = 7", "true");
    check("//td != 7", "true");
    check("//td < 7", "false");
    check("7 < //td", "true");
    check("//td > //td", "true");
    check("//li = //li[2]", "true");
    check("//h1 != //h1", "false");
    check("//none = //h1", "false");
    check("//none = false()", "true");
    check("'1' = 1", "true");
    check("true() = 'x'", "true");
    check("'' or 'x'", "true");
    check("1 = 1 = 1", "true");
    check("3 > 2 > 1", "false");
}

#[test]
fn what_is_no_expression() {
    let check = |expression: &str, expect: &str| {
        assert_eq!(XPath::parse(expression).map(|_| ()), Err(expect.to_owned()), "{expression}");
    };
    check("", "it ends too early");
    check("//", "it ends too early");
    check("//div[", "it ends too early");
    check("//div[@id='a'", "`]` is missing");
    check("//div]", "`]` is not expected there");
    check("//div[@id='a]", "a quote is not closed");
    check("//div[matches(., 'x')]", "there is no function `matches`");
    check("contains('a')", "`contains` does not take 1 arguments");
    check("sideways::div", "there is no axis `sideways`");
    check("$x", "`$` means nothing here");
    check("//div:", "`:` means nothing here");
    check("1 2", "`2` is not expected there");
    check(&"(".repeat(1_000), "nested more than 40 deep");
    check(&format!("//a{}", "[b".repeat(1_000)), "nested more than 40 deep");
    check(&"-".repeat(10_000), "longer than 8192 characters");
    assert!(XPath::parse(&format!("1{}", "-1".repeat(4_000))).is_ok());
    assert!(XPath::parse(&format!("{}1", "-".repeat(8_000))).is_ok());
}

/// What runs away in an evaluator without a measure ends here.
#[test]
fn work_is_bounded() {
    let page = format!("<body>{}x", "<div><i>a</i>".repeat(20_000));
    let tree = dom::page(&page);
    let index = Index::of(&tree);
    let expressions = [
        "//*[count(preceding::*) > count(following::*)]",
        "//div//div//div//div//div[contains(., 'zzz')]//div",
        "//*[//*[//*[//*]]='x']",
        "//*[. = //*]",
        "concat(//body, //body, //body, string(//div[1]))",
        "//i/preceding-sibling::*/following-sibling::*/preceding::*",
    ];
    for expression in expressions {
        let fuel = Fuel::new(2_000_000);
        let _ = XPath::parse(expression).unwrap().value(&tree, &index, &fuel);
        println!("{expression}: {} left", fuel.left());
    }
    let fuel = Fuel::new(1_000);
    assert!(XPath::parse("//*[. = //*]").unwrap().value(&tree, &index, &fuel).is_err());
}

#[test]
fn a_plain_search_costs_a_look_at_each_node() {
    let tree = dom::page(&format!("<body>{}", "<div class=a><p>b</p></div>".repeat(1_000)));
    let index = Index::of(&tree);
    let fuel = Fuel::new(1_000_000);
    XPath::parse("//div[@class='none']").unwrap().value(&tree, &index, &fuel).unwrap();
    let spent = 1_000_000 - fuel.left();
    assert!(spent < 4 * index.len(), "{spent} for {} nodes", index.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "[ -~]{0,60}") {
        let _ = XPath::parse(&text);
    }

    #[test]
    fn any_expression_ends(
        parts in proptest::collection::vec(
            prop::sample::select(vec![
                "//", "/", "*", "div", "p", "[", "]", "(", ")", "@", "class", "=", "'a'", "1", " or ",
                "|", "..", ".", "::", "following", "preceding", "count(", "last()", "text()", "-",
                "contains(", ",", "not(", "钟",
            ]),
            1..14,
        )
    ) {
        if let Ok(path) = XPath::parse(&parts.concat()) {
            let tree = dom::page(PAGE);
            let _ = path.value(&tree, &Index::of(&tree), &Fuel::new(100_000));
        }
    }
}
