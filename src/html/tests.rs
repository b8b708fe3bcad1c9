use proptest::strategy::Strategy;
use url::Url;

use super::Manner;
use super::{SafeHtml, clean, escape, excerpt, first_image, from_text, line, markdown, text};

const BASE: &str = "https://example.org/news/1.html";

fn cleaned(markup: &str) -> SafeHtml {
    clean(markup, Url::parse(BASE).ok().as_ref())
}

/// Checks what becomes of markup, and that cleaning it again changes nothing.
#[track_caller]
fn check(markup: &str, expect: &str) {
    let once = cleaned(markup);
    assert_eq!(once.as_str(), expect);
    assert_eq!(cleaned(once.as_str()).as_str(), expect, "cleaned twice");
    assert_eq!(clean(once.as_str(), None).as_str(), expect, "cleaned twice, without a base");
}

/// An `img` as it is written, without what every `img` has.
#[track_caller]
fn check_image(markup: &str, expect: &str) {
    check(markup, &expect.replace('>', r#" loading="lazy" referrerpolicy="no-referrer">"#));
}

#[test]
fn text_and_inline_markup_stay() {
    check("a &lt; b &amp; c", "a &lt; b &amp; c");
    check("<p>One <b>two</b> <em>three</em>.</p>", "<p>One <b>two</b> <em>three</em>.</p>");
    check("<p>x<sub>1</sub> <code>a&lt;b</code></p>", "<p>x<sub>1</sub> <code>a&lt;b</code></p>");
    check(
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
    );
    check(
        "<acronym title=t>A</acronym><strike>s</strike><tt>t</tt>",
        "<abbr title=\"t\">A</abbr><s>s</s><code>t</code>",
    );
    check("<p><font color=red>a</font><span class=x>b</span></p>", "<p>ab</p>");
}

#[test]
fn what_runs_or_asks_goes() {
    check("<p onclick=x() style='color:red' class=c id=i>a</p>", "<p>a</p>");
    check("<script>alert(1)</script><style>p{}</style>b", "b");
    check("<a href='javascript:alert(1)'>a</a>", "a");
    check("<a href=' java\tscript:alert(1)'>a</a>", "a");
    check("<a href='vbscript:x'>a</a><a href='data:text/html,x'>b</a>", "ab");
    check("<form action=/x><p>text</p><input name=a><textarea>b</textarea></form>", "<p>text</p>");
    check("<svg><script>alert(1)</script><text>12 %</text><path/></svg>", "12 % ");
    check("<math><mi>x</mi><mo>=</mo><mn>1</mn><annotation>x=1</annotation></math>", "x=1");
    check(
        "<iframe srcdoc='<script>x</script>'></iframe><object data=x><p>f</p></object>",
        "<p>f</p>",
    );
    check("<iframe src='javascript://youtube.com/%0Aalert(1)'></iframe>", "");
}

#[test]
fn links_become_absolute_and_say_little() {
    let link = |href: &str| format!(r#"<a href="{href}" rel="noopener noreferrer nofollow">a</a>"#);
    check("<a href='../x?y=1#z'>a</a>", &link("https://example.org/x?y=1#z"));
    check("<a href=//cdn.example/x>a</a>", &link("https://cdn.example/x"));
    check("<a href='mailto:a@example.org'>a</a>", &link("mailto:a@example.org"));
    check("<a href='/x?utm_source=f&id=1&fbclid=2'>a</a>", &link("https://example.org/x?id=1"));
    check("<a href='/x?utm_source=f'>a</a>", &link("https://example.org/x"));
    check("<a href='https://b.example/?ref=example.org'>a</a>", &link("https://b.example/"));
    check("<a href='https://b.example/?ref=me'>a</a>", &link("https://b.example/?ref=me"));
    check("<a name=x>a</a><a href=/y></a>", "a");
    check("<base href='https://c.example/d/'><a href=e>a</a>", &link("https://c.example/d/e"));
    check("<base href='/d/'><a href=e>a</a>", &link("https://example.org/news/e"));
    assert_eq!(clean("<a href=e>a</a>", None).as_str(), "a");
}

#[test]
fn lazy_pictures_are_resolved() {
    check_image(
        "<img src=a.png alt='A' width=600px height=40>",
        r#"<img src="https://example.org/news/a.png" alt="A" width="600" height="40">"#,
    );
    check_image(
        "<img src='data:image/gif;base64,R0' data-src=/a.jpg>",
        r#"<img src="https://example.org/a.jpg">"#,
    );
    check_image(
        "<img src=/blank.gif data-large-file=/a.jpg>",
        r#"<img src="https://example.org/a.jpg">"#,
    );
    check_image(
        "<img src=/small.jpg data-large-file=/a.jpg>",
        r#"<img src="https://example.org/small.jpg">"#,
    );
    check_image(
        "<img data-odd='https://example.org/b.webp?x'>",
        r#"<img src="https://example.org/b.webp?x">"#,
    );
    check_image(
        "<img style='display:none' data-original=/a.jpg>",
        r#"<img src="https://example.org/a.jpg">"#,
    );
    check_image(
        "<img src=/l.gif?x data-lazy-src=/a.jpg><noscript><img src=/a.jpg></noscript>",
        r#"<img src="https://example.org/a.jpg">"#,
    );
    check_image(
        "<img src=data:,><noscript><img src=/a.jpg></noscript>",
        r#"<img src="https://example.org/a.jpg">"#,
    );
    check_image(
        "<noscript><img src=/a.jpg></noscript><img data-src=/a.jpg>",
        r#"<img src="https://example.org/a.jpg">"#,
    );
    check_image(
        "<picture><source srcset='/a.avif' type=image/avif><source srcset='/a.webp 2x'><img src=data:,></picture>",
        r#"<img src="https://example.org/a.webp" srcset="https://example.org/a.webp 2x">"#,
    );
    check("<img src=data:image/png;base64,aaaa>", "");
    check("<noscript>Please enable JavaScript</noscript>", "");
}

#[test]
fn srcset_is_parsed_candidate_by_candidate() {
    check_image(
        "<img src=/a.jpg srcset='a,b.jpg 480w, javascript:x 1x,//c.example/d.jpg 2x , e.jpg 1q' sizes='100vw'>",
        r#"<img src="https://example.org/a.jpg" srcset="https://example.org/news/a,b.jpg 480w, https://c.example/d.jpg 2x" sizes="100vw">"#,
    );
    check_image(
        "<img srcset='/s.jpg 300w, /m.jpg 1200w, /l.jpg 4000w'>",
        r#"<img src="https://example.org/m.jpg" srcset="https://example.org/s.jpg 300w, https://example.org/m.jpg 1200w, https://example.org/l.jpg 4000w">"#,
    );
    check_image("<img data-srcset='/s.jpg'>", r#"<img src="https://example.org/s.jpg">"#);
}

#[test]
fn pictures_that_count_readers_go() {
    check("<p>a<img src=//t.example/p.gif width=1 height=1></p>", "<p>a</p>");
    check("<p>a<img src=//t.example/p.gif style='width:1px;height:1px'></p>", "<p>a</p>");
    check("<p>a<img src=https://pixel.wp.com/b.gif?x></p>", "<p>a</p>");
}

#[test]
fn wrappers_become_paragraphs() {
    check("<div><div>one</div><div>two</div></div>", "<p>one</p><p>two</p>");
    check("<div>one</div>", "<p>one</p>");
    check("loose <b>text</b><p>para</p>", "<p>loose <b>text</b></p><p>para</p>");
    check("<section><h1>T</h1><article><p>a</p></article></section>", "<h2>T</h2><p>a</p>");
    check(
        "<ul><li><div>a</div></li><li>b<div>c</div></li></ul>",
        "<ul><li>a</li><li><p>b</p><p>c</p></li></ul>",
    );
    check("<h2><div>a</div><div>b</div></h2>", "<h2>a<br>b</h2>");
    check("<p></p><p>&nbsp;</p><p><br></p><div><span></span></div><p>a<br></p>", "<p>a</p>");
    check(
        "<p hidden>a</p><p style='Display : none'>b</p><p style='display:none;height:1px'><br /></p><p>c</p>",
        "<p>c</p>",
    );
}

#[test]
fn centre_holds_a_picture_or_nothing() {
    let img =
        |src: &str| format!(r#"<img src="{src}" loading="lazy" referrerpolicy="no-referrer">"#);
    check(
        "<center><img src=https://e.org/a.png /></center><p>b</p>",
        &format!("<figure>{}</figure><p>b</p>", img("https://e.org/a.png")),
    );
    check("<center>text</center><p>b</p>", "<p>text</p><p>b</p>");
    check(
        "<figure><div><img src=https://e.org/a.png></div><figcaption>c</figcaption></figure>",
        &format!("<figure>{}<figcaption>c</figcaption></figure>", img("https://e.org/a.png")),
    );
}

#[test]
fn tables_lists_and_code_stay() {
    check(
        "<table><tr><th colspan=2>h<tr><td>a<td></table>",
        r#"<table><tbody><tr><th colspan="2">h</th></tr><tr><td>a</td><td></td></tr></tbody></table>"#,
    );
    check("<ol start=3><li>a<li>b</ol>", r#"<ol start="3"><li>a</li><li>b</li></ol>"#);
    check("<pre>\n\na\n  b</pre>", "<pre>a\n  b</pre>");
    check("<dl><div><dt>a</dt><dd>b</dd></div></dl>", "<dl><dt>a</dt><dd>b</dd></dl>");
    check(
        "<blockquote>a</blockquote><details><summary>s</summary>t</details>",
        "<blockquote>a</blockquote><details><summary>s</summary><p>t</p></details>",
    );
}

#[test]
fn what_plays_stays_or_becomes_a_link() {
    check(
        "<video src=/a.mp4 poster=/p.jpg autoplay></video>",
        r#"<video src="https://example.org/a.mp4" poster="https://example.org/p.jpg" controls="" preload="none"></video>"#,
    );
    check(
        "<audio><source src=/a.ogg type=audio/ogg><source src=data:,>no sound</audio>",
        r#"<audio controls="" preload="none"><source src="https://example.org/a.ogg" type="audio/ogg"></audio>"#,
    );
    check("<video>cannot play</video>", "");
    check(
        "<iframe src='//www.youtube-nocookie.com/embed/abc?x=1' title=Talk></iframe>",
        r#"<p><a href="https://www.youtube.com/watch?v=abc" rel="noopener noreferrer nofollow">▶ Talk</a></p>"#,
    );
    check("<iframe src=https://notyoutube.com/embed/x></iframe>", "");
}

#[test]
fn ideographic_indents_go() {
    check("<p>　　一</p><p>&nbsp; 　　<b>　二</b></p>", "<p>一</p><p><b>二</b></p>");
    check("<p>一<br>　　二　　三　四</p>", "<p>一<br>二　三　四</p>");
}

#[test]
fn text_is_for_people() {
    assert_eq!(
        text("<h1>A &amp;amp; B</h1><p>c<br>d</p><script>x</script><ul><li>e<li>f</ul>"),
        "A &amp; B\nc\nd\ne\nf"
    );
    assert_eq!(text("<table><tr><td>a<td>b<tr><td>c</table>"), "a b\nc");
    assert_eq!(text("one\n  two <b>three</b>four"), "one two threefour");
    assert_eq!(text("<ruby>漢<rt>kan</rt></ruby>"), "漢(kan)");
    assert_eq!(line(" a\n<br>b <i>c</i> "), "a b c");
    assert_eq!(line("a < b &lt; c"), "a < b < c");
    assert_eq!(escape("<a b=\"c\">&'\u{1}"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
}

#[test]
fn plain_text_becomes_paragraphs() {
    let made = |plain: &str| from_text(plain).as_str().to_owned();
    assert_eq!(made("one\ntwo\r\n\r\n\n<b>&amp;"), "<p>one<br>two</p><p>&lt;b&gt;&amp;amp;</p>");
    assert_eq!(made("one"), "<p>one</p>");
    assert_eq!(made(" \n\n "), "");
}

#[test]
fn excerpts_end_at_borders() {
    assert_eq!(excerpt("short", 10), "short");
    assert_eq!(excerpt("One sentence here. Another one follows", 25), "One sentence here.…");
    assert_eq!(excerpt("several words without an end", 16), "several words…");
    assert_eq!(excerpt("这是第一句。这是很长的第二句", 8), "这是第一句。…");
    assert_eq!(excerpt("没有句号的一长串汉字到处可断", 8), "没有句号的一长…");
    assert_eq!(excerpt("他说：“走吧。”然后大家都走了", 10), "他说：“走吧。”…");
    assert_eq!(excerpt("abcdefghij", 5), "abcd…");
    assert_eq!(excerpt("abc", 0), "");
}

#[test]
fn emptiness_and_first_picture() {
    assert!(cleaned("<p> </p><hr>").is_empty());
    assert!(!cleaned("<p>a</p>").is_empty());
    assert!(!cleaned("<img src=/a.png>").is_empty());
    assert_eq!(
        first_image(&cleaned("<p>a</p><p><a href=/b><img src=/a.png></a>")),
        Some("https://example.org/a.png".to_owned())
    );
    assert_eq!(first_image(&cleaned("<p>a</p>")), None);
}

#[track_caller]
fn check_markdown(markup: &str, expect: &str) {
    assert_eq!(markdown(&cleaned(markup)), expect);
}

#[test]
fn markdown_keeps_structure_and_text() {
    check_markdown(
        "<h1>T</h1><p>a <b>b</b> <i>c</i> <a href=/x>d</a></p>",
        "## T\n\na **b** *c* [d](https://example.org/x)",
    );
    check_markdown("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c");
    check_markdown("<ol start=3><li><p>a</p><p>b</p><li>c</ol>", "3. a\n\n   b\n\n4. c");
    check_markdown("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b");
    check_markdown(
        "<pre>a ``` b\n  c</pre><p><code>x`y</code></p>",
        "````\na ``` b\n  c\n````\n\n``x`y``",
    );
    check_markdown(
        "<table><tr><th>a<th>b<tr><td>c|d</table>",
        "| a | b |\n| --- | --- |\n| c\\|d |  |",
    );
    check_markdown(
        "<p>1. *a* _b_ [c] &lt;i&gt; &amp;amp; `d`</p>",
        "1\\. \\*a\\* \\_b\\_ \\[c\\] &lt;i&gt; &amp;amp; \\`d\\`",
    );
    check_markdown(
        "<p>R&amp;D! <a href=/x> d </a>!<a href=/x>e</a></p>",
        "R&D! [d](https://example.org/x) \\![e](https://example.org/x)",
    );
    check_markdown("<p>a<br># b</p>", "a\\\n\\# b");
    check_markdown("<p><b>“引”</b>文</p>", "<strong>“引”</strong>文");
    check_markdown("<img src='/a_(1).png' alt='x]'>", "![x\\]](<https://example.org/a_(1).png>)");
}

/// Everything ends, and nothing overflows, however the markup is nested.
#[test]
fn monstrous_markup_ends() {
    let many = |unit: &str| unit.repeat(100_000);
    for unit in
        ["<div>", "<b>x", "<table><b>", "<b><div></b>", "<a><table>", "<svg><g>", "<p><font a=1>"]
    {
        let markup = many(unit);
        let once = cleaned(&markup);
        assert_eq!(cleaned(once.as_str()), once, "{unit}");
        assert!(text(&markup).len() <= 100_000 && markdown(&once).len() < 1_000_000, "{unit}");
    }
    let attributes = (0..1_000_000).map(|n| format!("a{n}")).collect::<Vec<_>>().join(" ");
    check(&format!("<p {attributes}>x</p>y"), "<p>x</p><p>y</p>");
    check(&format!("<p title='>' {attributes} b='>'>x</p>"), "<p>x</p>");
    assert_eq!(cleaned(&"&nbsp;&amp;".repeat(50_000)).text().len(), 2 * 50_000 - 1);
}

#[test]
fn what_is_too_deep_loses_tags_but_no_text() {
    let deep = format!(
        "{}<script>x</script>word<style>y</style>{}",
        "<div>".repeat(1000),
        "</div>".repeat(1000)
    );
    check(&deep, "<p>word</p>");
    check(&format!("{deep}<p>after</p>"), "<p>word</p><p>after</p>");
}

/// Tags and pieces of tags, apart by `|`.
const PIECES: &str = "<p>|</p>|<div>|</div>|<b>|</b>|<a href=x>|<a>|</a>|<table>|</table>|<tr>|<td>|</td>\
    |<ul>|<li>|</li>|</ul>|<h1>|</h1>|<h3>|<pre>\n|</pre>|<br>|<hr>|<img src=a.png>|<img data-src=b.png>\
    |<noscript>|</noscript>|<svg>|</svg>|<math>|<mtext>|<style>|</style>|<title>|</title>|<!--|-->\
    |<![CDATA[|]]>|<center>|</center>|<figure>|<figcaption>|</figure>|<select>|<option>|<button>|<ruby>\
    |<rt>|<dl>|<dt>|<dd>|<blockquote>|<details>|<summary>|<span hidden>|<caption>|<col>|<object>|<nobr>\
    |<form>|<template>|<iframe src=https://youtu.be/x>|</iframe>|<video src=v>|<plaintext>|<dir>|word| \
    |\u{3000}|\u{a0}|&lt;p&gt;|&amp;|\n|<|>|\"|'|</|<base href=//b>";

/// Markup as broken as can be.
fn soup() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(PIECES.split('|').collect::<Vec<_>>());
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn cleaning_twice_changes_nothing(markup in soup()) {
        let once = cleaned(&markup);
        proptest::prop_assert_eq!(&cleaned(once.as_str()), &once);
        proptest::prop_assert_eq!(&clean(once.as_str(), None), &once);
        for gone in ["<script", "<style", "<svg", "<iframe", "<div", "<form", "<!--"] {
            proptest::prop_assert!(!once.as_str().contains(gone));
        }
        proptest::prop_assert_eq!(once.text(), text(once.as_str()));
        markdown(&once);
    }

    #[test]
    fn plain_text_comes_back(plain in "[a-z<>&\"' \n]{0,60}") {
        let made = from_text(&plain);
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        proptest::prop_assert_eq!(words(&made.text()), words(&plain));
        proptest::prop_assert_eq!(&clean(made.as_str(), None), &made);
    }

    #[test]
    fn excerpts_fit(plain in ".{0,80}", most in 0_usize..40) {
        proptest::prop_assert!(excerpt(&plain, most).chars().count() <= most);
    }
}

#[test]
fn players_stay_frames_where_that_is_wished() {
    let manner = Manner { frames: true, ..Manner::default() };
    let check = |markup: &str, expect: &str| {
        let cleaned = super::clean_as(markup, None, &manner);
        assert_eq!(cleaned.as_str(), expect, "{markup}");
        assert_eq!(super::clean_as(expect, None, &manner).as_str(), expect, "again");
    };
    let frame = |src: &str, title: &str| {
        format!(
            "<iframe src=\"{src}\" title=\"{title}\" sandbox=\"allow-scripts allow-same-origin \
             allow-presentation allow-popups\" loading=\"lazy\" referrerpolicy=\"strict-origin\" \
             allowfullscreen=\"\"></iframe>"
        )
    };
    check(
        "<p>a</p><iframe src='http://www.youtube.com/embed/x1?autoplay=1' onload='alert(1)' \
         sandbox='allow-top-navigation' allow='camera' style='x' srcdoc='<b>' name=n></iframe>",
        &format!(
            "<p>a</p><p>{}</p>",
            frame("https://www.youtube-nocookie.com/embed/x1", "youtube.com")
        ),
    );
    check("<iframe title='Tide' src=//player.vimeo.com/video/7>no</iframe>", "");
    check(
        "<iframe title='Tide' src=https://player.vimeo.com/video/7>no</iframe>",
        &frame("https://player.vimeo.com/video/7", "Tide"),
    );
    for address in [
        "https://evil.example/youtube.com",
        "https://player.vimeo.com:8443/video/7",
        "https://u:p@player.vimeo.com/video/7",
    ] {
        check(&format!("<p>a</p><iframe src={address}></iframe>"), "<p>a</p>");
    }
    check(
        "<p>a</p><iframe src='javascript:alert(1)'></iframe><iframe srcdoc=x></iframe>",
        "<p>a</p>",
    );
}

#[test]
fn what_the_operator_calls_tracking_goes_too() {
    let manner = Manner {
        tracking: vec!["from_app".into(), "xz_*".into()],
        pixels: vec!["count.example/".into()],
        ..Manner::default()
    };
    let cleaned = super::clean_as(
        "<p><a href='https://a.example/?Xz_1=2&amp;id=7&amp;from_app=x'>a</a>\
         <img src='https://count.example/p.gif' alt=p width=9 height=9>\
         <img src='https://a.example/b.png?xz_2=1' srcset='https://a.example/c.png?xz_2=1 2x'></p>",
        None,
        &manner,
    );
    let text = cleaned.as_str();
    assert!(text.contains("href=\"https://a.example/?id=7\""), "{text}");
    assert!(text.contains("src=\"https://a.example/b.png\""), "{text}");
    assert!(text.contains("https://a.example/c.png 2x") && !text.contains("xz_"), "{text}");
    assert!(!text.contains("count.example"), "{text}");
    assert_eq!(super::clean_as(text, None, &manner).as_str(), text);
}
