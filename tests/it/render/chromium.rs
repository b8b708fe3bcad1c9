//! The same with Debian's Chromium, where it is installed.

use std::io::{BufRead as _, BufReader};
use std::net::UdpSocket;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use finews::fetch::{self, Accept, Answer, Fetcher, Lookup, Manners, Request};
use finews::render::{Error, Limits, Renderer};
use url::Url;

use super::{fetcher, request};
use crate::house::House;
use crate::origin::{Origin, Reply, reply};

/// The browser with a profile of its own; it ends when dropped.
pub struct Chromium {
    child: Child,
    pub endpoint: Url,
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// None where it is not installed.
    #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
    pub fn start() -> Option<Self> {
        let Some(path) = ["/usr/bin/chromium"].into_iter().find(|path| Path::new(path).exists())
        else {
            println!("skipped: no chromium");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new(path)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines.find_map(|line| {
            line.ok()?.strip_prefix("DevTools listening on ").and_then(|url| Url::parse(url).ok())
        });
        // Its further words must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { child, endpoint: url.unwrap(), _profile: profile })
    }

    /// As an operator would name it.
    fn by_http(&self) -> Url {
        let port = self.endpoint.port().unwrap();
        format!("http://localhost:{port}").parse().unwrap()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
    }
}

fn html(body: &str) -> Reply {
    reply(200).header("Content-Type", "text/html; charset=utf-8").body(body)
}

fn js(body: &str) -> Reply {
    reply(200).header("Content-Type", "text/javascript").body(body)
}

const APP: &str = r"
const load = async () => {
  const story = await (await fetch('/api/story?id=1')).json();
  document.title = story.title;
  const root = document.getElementById('root');
  root.innerHTML = `<article><h1>${story.title}</h1></article>`;
  for (const text of story.paragraphs) {
    const p = document.createElement('p');
    p.textContent = text;
    root.firstChild.append(p);
  }
};
setTimeout(load, 50);
";

fn story() -> String {
    let sentence =
        "The bell at the river was cast again this week, and the town heard it at noon. ";
    let paragraphs: Vec<_> = (1..=6).map(|n| format!("{n}. {}", sentence.repeat(4))).collect();
    serde_json::json!({ "title": "The bell at the river", "paragraphs": paragraphs }).to_string()
}

fn site() -> Origin {
    let shell = "<!DOCTYPE html><html><head><title>App</title><link rel=stylesheet href=/a.css>\
        </head><body><noscript>You need to enable JavaScript to run this app.</noscript>\
        <div id=root></div><img src=/a.png><script type=module src=/app.js></script></body></html>";
    let item = "<item><title>bell</title><guid>1</guid><link>LINK</link></item>";
    let origin = Origin::start([
        ("GET /story/1", vec![html(shell)]),
        ("GET /app.js", vec![js(APP)]),
        (
            "GET /api/story?id=1",
            vec![reply(200).header("Content-Type", "application/json").body(story())],
        ),
    ]);
    let item = item.replace("LINK", origin.url("/story/1").as_str());
    let feed = format!("<rss version=\"2.0\"><channel><title>t</title>{item}</channel></rss>");
    origin.on("GET /feed", [reply(200).body(feed)]);
    origin
}

#[test]
fn an_article_that_a_script_builds_is_published() {
    let Some(chromium) = Chromium::start() else { return };
    let origin = site();
    let house = House::new(&format!(
        "[render]\nendpoint = \"{}\"\n\
         [[source]]\nid = \"app\"\nurl = \"{}\"\nfull_text = true\nrender = \"browser\"\n",
        chromium.by_http(),
        origin.url("/feed"),
    ));
    let ended = house.good(&["fetch"]);
    let item = &house.json("all.json")["items"][0];
    let text = item["content_html"].as_str().unwrap_or_default();
    assert!(text.contains("<p>6. The bell at the river was cast again"), "{item} {ended:?}");
    let mut asked: Vec<_> = origin.requests().into_iter().map(|one| one.target).collect();
    asked.sort();
    assert_eq!(asked, ["/api/story?id=1", "/app.js", "/feed", "/story/1"]);
    let seen = house.good(&[
        "preview",
        "--render",
        "--full-text",
        "--json",
        "--allow-private",
        "127.0.0.1/32",
        origin.url("/story/1").as_str(),
    ]);
    assert!(seen.out.contains("6. The bell at the river"), "{seen:?}");
}

/// What a page may try to get past us.
const HOSTILE: &str = r#"
const ways = {
  fetch: () => fetch('OTHER/fetch').then(r => r.text()),
  meta: () => fetch('http://169.254.169.254/latest/'),
  xhr: () => new Promise((done, fail) => {
    const x = new XMLHttpRequest(); x.open('GET', 'OTHER/xhr'); x.onload = done; x.onerror = fail; x.send();
  }),
  post: () => fetch('OTHER/post', { method: 'POST', mode: 'no-cors', body: 'x' }),
  beacon: () => { navigator.sendBeacon('OTHER/beacon', 'x'); throw 0; },
  socket: () => new Promise((done, fail) => {
    const s = new WebSocket('OTHER/socket'.replace('http', 'ws')); s.onopen = done; s.onerror = fail;
  }),
  events: () => new Promise((done, fail) => {
    const s = new EventSource('OTHER/events'); s.onopen = done; s.onerror = fail;
  }),
  worker: () => new Promise((done, fail) => {
    const code = "fetch('OTHER/worker').then(() => postMessage(1))";
    const w = new Worker(URL.createObjectURL(new Blob([code]))); w.onmessage = done; w.onerror = fail;
  }),
  service: () => navigator.serviceWorker.register('/app.js'),
  rtc: () => new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:UDP' }] }).createDataChannel('x'),
  frame: () => new Promise((done, fail) => {
    const f = document.createElement('iframe'); f.src = 'OTHER/frame';
    f.onload = () => { try { f.contentDocument.body } catch { } fail(); };
    document.body.append(f); setTimeout(fail, 100);
  }),
  popup: () => { if (!window.open('OTHER/popup')) throw 0; },
  hints: () => {
    for (const rel of ['preconnect', 'dns-prefetch', 'prefetch', 'prerender', 'preload', 'modulepreload', 'manifest', 'icon']) {
      const link = document.createElement('link'); link.rel = rel; link.href = 'OTHER/' + rel;
      if (rel === 'preload') link.as = 'fetch';
      document.head.append(link);
    }
    const rules = document.createElement('script'); rules.type = 'speculationrules';
    rules.textContent = JSON.stringify({ prerender: [{ urls: ['OTHER/rules'] }], prefetch: [{ urls: ['OTHER/rules'] }] });
    document.head.append(rules);
    throw 0;
  },
  blank: () => {
    const f = document.createElement('iframe'); document.body.append(f);
    const c = new f.contentWindow.RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:UDP' }] });
    c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o));
  },
  srcdoc: () => new Promise((done, fail) => {
    const f = document.createElement('iframe');
    f.srcdoc = "<script>fetch('OTHER/srcdoc').then(() => parent.done(), () => parent.fail())<\/script>";
    window.done = done; window.fail = fail;
    document.body.append(f); setTimeout(fail, 200);
  }),
  media: () => { const v = document.createElement('video'); v.src = 'OTHER/video'; document.body.append(v); throw 0; },
  image: () => { new Image().src = 'OTHER/image'; throw 0; },
  form: () => {
    const f = document.createElement('form'); f.action = 'OTHER/form'; f.method = 'POST';
    f.target = '_blank'; document.body.append(f); f.submit(); throw 0;
  },
  ask: () => { if (!confirm('?')) throw 0; },
};
(async () => {
  const got = [];
  for (const [name, way] of Object.entries(ways)) {
    try { await way(); got.push(name) } catch (e) { }
  }
  document.getElementById('root').textContent = 'done: [' + got.join(' ') + ']';
})();
"#;

#[tokio::test]
async fn a_hostile_page_gets_nowhere() {
    let Some(chromium) = Chromium::start() else { return };
    let other = Origin::start([]);
    let stun = UdpSocket::bind("127.0.0.1:0").unwrap();
    stun.set_nonblocking(true).unwrap();
    let port = stun.local_addr().unwrap().port().to_string();
    let script = HOSTILE.replace("OTHER", other.url("").as_str().trim_end_matches('/'));
    let script = script.replace("UDP", &port);
    let page =
        format!("<!DOCTYPE html><body><p id=root>not done</p><script>{script}</script></body>");
    let origin = Origin::start([("GET /", vec![html(&page)])]);
    let limits = Limits { quiet: Duration::from_secs(1), ..Limits::default() };
    let renderer = Renderer::new(chromium.endpoint.clone(), limits);
    let answer = renderer.render(&fetcher(), &request(origin.url("/")), None).await.unwrap();
    let Answer::Fresh { page, .. } = answer else { panic!("nothing was asked on a condition") };
    let text = String::from_utf8(page.bytes).unwrap();
    assert!(text.contains("done: []"), "{text}");
    assert_eq!(other.connections(), 0, "{:?}", other.requests());
    assert!(stun.recv(&mut [0; 64]).is_err(), "something came by UDP");
}

#[tokio::test]
async fn a_page_without_end_dies_and_leaves_nothing_behind() {
    let Some(chromium) = Chromium::start() else { return };
    let origin = Origin::start([
        ("GET /loop", vec![html("<!DOCTYPE html><script>for (;;) {}</script>")]),
        ("GET /again", vec![html("<!DOCTYPE html><script>location.reload()</script>")]),
        ("GET /old", vec![reply(302).header("Location", "/deep/new")]),
        ("GET /deep/new", vec![html("<!DOCTYPE html><p id=a></p><script src=old.js></script>")]),
        ("GET /deep/old.js", vec![reply(301).header("Location", "/js/new.js")]),
        ("GET /js/new.js", vec![js("a.textContent = document.URL; location.hash = 'x'")]),
        ("GET /leads", vec![html("<!DOCTYPE html><script>location = '/old'</script>")]),
    ]);
    let limits = Limits { time: Duration::from_secs(2), requests: 20, ..Limits::default() };
    let short = Renderer::new(chromium.endpoint.clone(), limits);
    let render = async |renderer: &Renderer, path: &str| {
        let request = request(origin.url(path));
        match renderer.render(&fetcher(), &request, None).await {
            Ok(Answer::Fresh { page, .. }) => {
                Ok((page.url, String::from_utf8(page.bytes).unwrap()))
            }
            Ok(Answer::Unchanged { .. }) => panic!("nothing was asked on a condition"),
            Err(fetch::Error::Browser(why)) => Err(*why.downcast::<Error>().unwrap()),
            Err(why) => panic!("{why:?}"),
        }
    };
    let gone = render(&short, "/loop").await;
    assert!(matches!(gone, Err(Error::Time(_))), "{gone:?}");
    let gone = render(&short, "/again").await;
    assert!(matches!(gone, Err(Error::Requests(20) | Error::Time(_))), "{gone:?}");
    // Relative addresses are relative to where redirects and scripts led.
    let renderer = Renderer::new(chromium.endpoint.clone(), Limits::default());
    for path in ["/old", "/leads"] {
        let (url, text) = render(&renderer, path).await.unwrap();
        assert_eq!(url, origin.url("/deep/new"), "{path}");
        assert!(text.contains(&format!(">{}</p>", origin.url("/deep/new"))), "{path}: {text}");
    }
    let list = Request {
        allow_private: request(origin.url("/")).allow_private,
        ..Request::get(chromium.by_http().join("/json/list").unwrap(), Accept::Json)
    };
    let Ok(Answer::Fresh { page, .. }) = fetcher().fetch(&list).await else { panic!("no list") };
    let list = String::from_utf8(page.bytes).unwrap();
    assert!(!list.contains(origin.url("/").as_str()), "{list}");
}

#[tokio::test]
async fn a_page_may_ask_other_servers_as_browsers_do() {
    let Some(chromium) = Chromium::start() else { return };
    let script = "fetch('http://api.example/x', { method: 'POST', credentials: 'include', \
        headers: { 'X-A': '1' }, body: '{}' }).catch(() => {})";
    let page = format!("<!DOCTYPE html><script type=module>{script}</script>");
    let origin = Origin::start([("GET /", vec![html(&page)])]);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let names = Arc::clone(&asked);
    let lookup: Lookup = Arc::new(move |name| {
        names.lock().unwrap().push(name);
        Box::pin(async { Err(std::io::ErrorKind::NotFound.into()) })
    });
    let fetcher = Fetcher::with_lookup(Manners::new("finews/0"), lookup).unwrap();
    let renderer = Renderer::new(chromium.endpoint.clone(), Limits::default());
    renderer.render(&fetcher, &request(origin.url("/")), None).await.unwrap();
    // Its leave to ask came from us, and the request itself left through the fetcher.
    assert_eq!(*asked.lock().unwrap(), ["api.example"]);
}
