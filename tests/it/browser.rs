//! Guards the pages in a browser (Debian's Chromium, where it is installed): nothing foreign is
//! asked for, nothing is complained about, everything is reached by keyboard and legible, on three
//! widths and in both colour schemes. `FINEWS_SCREENSHOTS=DIR` keeps the pictures.

mod page;

use serde_json::{Value, json};

use crate::daemon::Daemon;
use crate::house::House;
use crate::origin::{Origin, reply};
use crate::render::chromium::Chromium;
use page::Page;

/// Width and height in CSS pixels.
const SCREENS: [(u32, u32); 3] = [(360, 740), (768, 1024), (1280, 800)];
const SCHEMES: [&str; 2] = ["light", "dark"];

const BODY: &str = "<p>春江两岸的试验田里，新一代育秧机正在作业。<a href=\"https://bell.example/more\">更多</a></p>\
    <h2>A heading</h2><pre>let quite_a_long_line_of_code = \"that_does_not_break_anywhere_and_goes_on_and_on\";</pre>\
    <table><tr><th>省</th><th>产量</th><th>增长</th><th>A long column</th></tr>\
    <tr><td>江苏</td><td>3,700</td><td>5 %</td><td>more words than fit</td></tr></table>\
    <blockquote><p>“今年产量预计增加百分之五”，农技员说。</p></blockquote>\
    <ul><li>https://bell.example/a/very/long/address/that/has/no/space/in/it/at/all?and=so&amp;on=true</li></ul>";

fn feed(picture: &str) -> String {
    let item = |n: usize| {
        format!(
            "<item><title>第{n}次敲钟：Bell &amp; rope, a title that is long enough to need two lines</title>\
             <guid>bell-{n}</guid><link>https://bell.example/{n}</link>\
             <pubDate>Tue, {:02} Nov 2026 10:00:00 GMT</pubDate><category>钟</category>\
             <dc:creator>农技员</dc:creator><media:content url=\"{picture}\" medium=\"image\"/>\
             <content:encoded><![CDATA[{BODY}]]></content:encoded></item>",
            n + 1
        )
    };
    let items: String = (0..4).map(item).collect();
    format!(
        "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:media=\"http://search.yahoo.com/mrss/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel><title>Bells</title>\
         <language>zh-CN</language>{items}</channel></rss>"
    )
}

/// A site with a page of every kind.
struct Site {
    origin: Origin,
    house: House,
    daemon: Daemon,
    browser: Chromium,
    paths: Vec<String>,
}

fn site() -> Option<Site> {
    let browser = Chromium::start()?;
    let origin = Origin::start([]);
    let picture = origin.url("/field.svg").to_string();
    origin.on("GET /feed", [reply(200).body(feed(&picture))]);
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1200\" height=\"630\">\
        <rect width=\"1200\" height=\"630\" fill=\"#484\"/></svg>";
    origin.on("GET /field.svg", [reply(200).header("Content-Type", "image/svg+xml").body(drawing)]);
    let house = House::new(&format!(
        "[[category]]\nid = \"bells\"\ntitle = \"钟声 Bells\"\n\
         [[category]]\nid = \"vault\"\nprivate = true\n\
         [[source]]\nid = \"bell\"\nurl = \"{}\"\ncategories = [\"bells\", \"vault\"]\nstories = false\n",
        origin.url("/feed")
    ));
    house.good(&["fetch"]);
    let json = house.json("all.json");
    let share = json["items"][0]["_finews"]["share"].as_str().unwrap().to_owned();
    house.good(&["share", &share, "--note", "听一听 — worth a listen"]);
    let private = house.good(&["subscribers", "add", "Ann", "--category", "vault"]).out;
    let path = |url: &str| url.trim().strip_prefix("https://news.example").unwrap().to_owned();
    let paths = vec![
        "/".to_owned(),
        "/category/bells.html".to_owned(),
        "/all.html".to_owned(),
        "/shares.html".to_owned(),
        path(&share),
        "/search.html?q=bell".to_owned(),
        "/nowhere".to_owned(),
        path(&private).replace(".atom", ".html"),
    ];
    let daemon = Daemon::start(&house);
    daemon.ready();
    Some(Site { origin, house, daemon, browser, paths })
}

/// Everything that a keyboard has to reach, and what text stands on what ground.
const LOOK: &str = r#"(() => {
  const visible = (e) => e.checkVisibility({ visibilityProperty: true });
  const reach = [...document.querySelectorAll("a[href], button, input, select, summary")].filter(visible);
  const parse = (c) => { const n = c.match(/[\d.]+/g).map(Number); return n.length > 3 ? n : [...n, 1]; };
  const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] + under[i] * (1 - top[3]));
  const ground = (e) => {
    if (!e) return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
    const own = parse(getComputedStyle(e).backgroundColor);
    return own[3] === 1 ? own.slice(0, 3) : over(own, ground(e.parentElement));
  };
  const light = (c) => {
    const [r, g, b] = c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const dim = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const e = node.parentElement;
    if (!node.data.trim() || !visible(e) || e.closest("svg, .skip")) continue;
    const under = ground(e);
    const [a, b] = [light(over(parse(getComputedStyle(e).color), under)), light(under)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) dim.push(`${contrast.toFixed(2)}: ${node.data.trim().slice(0, 40)}`);
  }
  const wide = [...document.querySelectorAll("body *")].filter((e) => {
    const box = e.getBoundingClientRect();
    const scrolls = e.closest("pre, table, .skip, svg");
    return visible(e) && !scrolls && box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
  });
  const pictures = [...document.images].filter((i) => !i.hasAttribute("alt"));
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(visible);
  const skips = headings.filter((h, i) => i > 0 && +h.tagName[1] > +headings[i - 1].tagName[1] + 1);
  return {
    reach: reach.length, dim, pictures: pictures.length,
    wide: wide.map((e) => e.outerHTML.slice(0, 80)),
    over: document.documentElement.scrollWidth - innerWidth,
    lang: document.documentElement.lang, titles: document.querySelectorAll("h1").length,
    skips: skips.map((h) => h.outerHTML.slice(0, 80)),
    unnamed: reach.filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label")
      || (e.labels && e.labels.length) || e.title)).map((e) => e.outerHTML.slice(0, 80)),
  };
})()"#;

/// What has the focus, and whether that can be seen.
const FOCUS: &str = r#"(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const all = [...document.querySelectorAll("a[href], button, input, select, summary")];
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return { place: all.indexOf(e), seen, there: box.bottom > 0 && box.top < innerHeight, html: e.outerHTML.slice(0, 80) };
})()"#;

#[tokio::test(flavor = "multi_thread")]
async fn p53_p54_pages_are_sound_on_every_screen_and_ask_nobody_else() {
    let Some(site) = tokio::task::spawn_blocking(site).await.unwrap() else { return };
    let mut page = Page::open(&site.browser.endpoint).await;
    let own = format!("http://{}/", site.daemon.address());
    let picture = site.origin.url("/field.svg").to_string();
    for path in &site.paths {
        for (width, height) in SCREENS {
            for scheme in SCHEMES {
                page.screen(width, height, scheme).await;
                page.go(&format!("{}{}", own.trim_end_matches('/'), path)).await;
                let place = format!("{path} at {width} in {scheme}");
                let seen: Value = page.value(LOOK).await;
                println!("{place}: {} places", seen["reach"]);
                for key in ["dim", "wide", "skips", "unnamed"] {
                    assert_eq!(seen[key], json!([]), "{place}: {key}");
                }
                assert_eq!(seen["pictures"], 0, "{place}");
                assert!(seen["over"].as_i64().unwrap() <= 0, "{place}: {seen}");
                assert_eq!(
                    (&seen["lang"], &seen["titles"]),
                    (&"zh-CN".into(), &1.into()),
                    "{place}"
                );
                page.picture(&format!("{}-{width}-{scheme}", name(path))).await;
            }
        }
        let complaints = page.complaints();
        let expected = |line: &&String| path != "/nowhere" || !line.contains("404");
        let complaints: Vec<_> = complaints.iter().filter(expected).collect();
        assert!(complaints.is_empty(), "{path}: {complaints:?}");
        for asked in page.asked() {
            let ours = asked.starts_with(&own) || asked.starts_with("data:");
            assert!(ours || asked == picture, "{path}: {asked}");
        }
    }
}

fn name(path: &str) -> String {
    let path = path.trim_start_matches('/');
    let end = path.find(['?', '.']).unwrap_or(path.len());
    let name = path[..end].replace('/', "-");
    let name = if name.starts_with("private") { "private".to_owned() } else { name };
    let name = if name.starts_with("share-") { "share".to_owned() } else { name };
    if name.is_empty() { "home".to_owned() } else { name }
}

#[tokio::test(flavor = "multi_thread")]
async fn p53_a_keyboard_reaches_everything_and_shows_where_it_is() {
    let Some(site) = tokio::task::spawn_blocking(site).await.unwrap() else { return };
    let mut page = Page::open(&site.browser.endpoint).await;
    for path in &site.paths {
        page.screen(360, 740, "light").await;
        page.go(&format!("http://{}{path}", site.daemon.address())).await;
        // A search begins in its field; everybody else at the top.
        page.value("document.activeElement.blur()").await;
        let look = page.value(LOOK).await;
        let many = look["reach"].as_u64().unwrap();
        let mut reached = std::collections::BTreeSet::new();
        // What scrolls by itself is reached too.
        for at in 0..2 * many + 10 {
            if reached.len() as u64 == many {
                break;
            }
            page.tab().await;
            let focus = page.value(FOCUS).await;
            if focus.is_null() {
                continue;
            }
            assert_eq!(focus["seen"], true, "{path}: {focus}");
            assert_eq!(focus["there"], true, "{path}: {focus}");
            if at == 0 && !path.starts_with("/search") {
                assert!(
                    focus["html"].as_str().unwrap().contains("class=\"skip\""),
                    "{path}: {focus}"
                );
            }
            reached.extend(focus["place"].as_u64());
        }
        assert_eq!(reached.len() as u64, many, "{path}: {reached:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p43_copying_works_with_leave_and_without_and_sharing_where_there_is_a_way() {
    let Some(site) = tokio::task::spawn_blocking(site).await.unwrap() else { return };
    let mut page = Page::open(&site.browser.endpoint).await;
    let own = format!("http://{}", site.daemon.address());
    let share = format!("{own}{}", site.paths[4]);
    let address = format!("https://news.example{}", site.paths[4]);
    let state = "(() => { const b = document.querySelector('button.copy'); const f = document.getElementById('address'); \
        return { hidden: b.hidden, says: b.textContent, value: f.value, \
        picked: f.value.slice(f.selectionStart, f.selectionEnd), focus: document.activeElement === f, \
        native: document.querySelector('button.pass-on').hidden }; })()";

    // Nothing is selected or focused before somebody asks; there is no native way here.
    page.permit("clipboard-write", "granted").await;
    page.permit("clipboard-read", "granted").await;
    page.go(&share).await;
    let before = page.value(state).await;
    assert_eq!(before["hidden"], false);
    assert_eq!(before["native"], true, "navigator.share is absent");
    assert_eq!((&before["focus"], &before["value"]), (&false.into(), &address.as_str().into()));
    page.click("button.copy").await;
    page.wait("document.querySelector('button.copy').textContent === '已复制'").await;
    let copied = page.value("navigator.clipboard.readText()").await;
    assert_eq!(copied, address, "the address and nothing else");
    assert_eq!(page.value(state).await["focus"], false, "nothing was moved");

    page.permit("clipboard-write", "denied").await;
    page.go(&share).await;
    page.click("button.copy").await;
    page.wait("document.querySelector('button.copy').textContent.includes('Ctrl')").await;
    let denied = page.value(state).await;
    assert_eq!((&denied["picked"], &denied["focus"]), (&address.as_str().into(), &true.into()));

    // Every feed's address has a button of its own.
    page.permit("clipboard-write", "granted").await;
    page.go(&format!("{own}/category/bells.html")).await;
    for (at, ending) in ["atom", "rss", "json"].into_iter().enumerate() {
        page.click_at("button.copy", at).await;
        let done =
            format!("document.querySelectorAll('button.copy')[{at}].textContent === '已复制'");
        page.wait(&done).await;
        let copied = page.value("navigator.clipboard.readText()").await;
        assert_eq!(copied, format!("https://news.example/category/bells.{ending}"));
    }

    page.before("navigator.share = (data) => { window.passed = data; return Promise.resolve(); }; navigator.canShare = () => true;").await;
    page.go(&share).await;
    assert_eq!(page.value(state).await["native"], false);
    page.click("button.pass-on").await;
    page.wait("window.passed").await;
    let passed = page.value("window.passed").await;
    assert_eq!(passed["url"], address);
    let title = site.house.json("all.json")["items"][0]["title"].clone();
    assert_eq!(passed["title"], title);
    assert!(page.complaints().is_empty(), "{:?}", page.complaints());
}

#[tokio::test(flavor = "multi_thread")]
async fn p42_without_scripts_a_page_is_whole_and_shows_no_dead_button() {
    let Some(site) = tokio::task::spawn_blocking(site).await.unwrap() else { return };
    let mut page = Page::open(&site.browser.endpoint).await;
    page.scripts(false).await;
    page.go(&format!("http://{}{}", site.daemon.address(), site.paths[4])).await;
    assert!(!page.asked().iter().any(|asked| asked.ends_with("finews.js")));
    let boxes = |css: &'static str| css;
    for css in ["button.copy", "button.pass-on"] {
        assert_eq!(page.shown(boxes(css)).await, 0, "{css}");
    }
    for css in ["#address", ".pass .chips a", "a.button", ".code svg", ".body p"] {
        assert!(page.shown(boxes(css)).await > 0, "{css}");
    }
}
