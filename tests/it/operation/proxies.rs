//! The snippets for nginx and Caddy: readers see no difference between them and our own server.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{Daemon, until};
use crate::house::{ARCHIVE, House, import_posts};

/// A web server in front, until it is dropped.
struct Front {
    child: Child,
    address: String,
}

impl Drop for Front {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A snippet of the project with the places of a test in it.
fn snippet(name: &str, house: &House, ours: &str, changes: &[(&str, &str)]) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config").join(name);
    let text = fs::read_to_string(path).unwrap();
    let feeds = house.path("feeds");
    let places = [("/srv/finews/feeds", feeds.to_str().unwrap()), ("127.0.0.1:8080", ours)];
    places.iter().chain(changes).fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{name} has no `{from}`");
        text.replace(from, to)
    })
}

fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

fn is_installed(program: &str) -> bool {
    Command::new(program)
        .arg("version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

fn start(mut command: Command, port: &str) -> Front {
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let front = Front { child, address: format!("127.0.0.1:{port}") };
    until(|| TcpStream::connect(&front.address).ok());
    front
}

fn nginx(house: &House, ours: &str) -> Front {
    let port = free_port();
    let listen = format!("listen       {port};");
    let snippet = snippet("nginx.conf", house, ours, &[("listen       80;", &listen)]);
    let home = house.path("nginx");
    fs::create_dir(&home).unwrap();
    let home = home.to_str().unwrap();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = temporary.map(|name| format!("{name}_temp_path {home}/{name};\n")).concat();
    // The folder of a test is for its own user alone, who may be root.
    let user = if is_root() { "user root;" } else { "" };
    let whole = format!(
        "{user} pid {home}/pid; daemon off; error_log {home}/error.log;\n\
         events {{}}\nhttp {{ access_log off; {temporary} {snippet} }}\n"
    );
    fs::write(house.path("nginx/nginx.conf"), whole).unwrap();
    let mut command = Command::new("nginx");
    command.args(["-e", &format!("{home}/error.log"), "-c", &format!("{home}/nginx.conf")]);
    start(command, &port)
}

fn caddy(house: &House, ours: &str) -> Front {
    let port = free_port();
    let name = format!("{{\n\tadmin off\n\tauto_https off\n}}\nhttp://127.0.0.1:{port} {{");
    let snippet = snippet("Caddyfile", house, ours, &[("\nnews.example.org {", &name)]);
    fs::write(house.path("Caddyfile"), snippet).unwrap();
    let mut command = Command::new("caddy");
    command.arg("run").arg("--config").arg(house.path("Caddyfile"));
    command.env("HOME", house.path("caddy")).env("XDG_DATA_HOME", house.path("caddy"));
    start(command, &port)
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The status, the headers that matter, and the body.
type Told = (u16, BTreeMap<String, String>, Vec<u8>);

fn told(address: &str, method: &str, path: &str, more: &str) -> Told {
    const SAME: [&str; 13] = [
        "content-type",
        "cache-control",
        "x-content-type-options",
        "referrer-policy",
        "content-security-policy",
        "access-control-allow-origin",
        "access-control-expose-headers",
        "vary",
        "last-modified",
        "accept-ranges",
        "link",
        "location",
        "allow",
    ];
    let mut stream = TcpStream::connect(address).unwrap();
    // The name is that of the proxy: a stranger's.
    let host = "Host: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.9";
    write!(stream, "{method} {path} HTTP/1.1\r\n{host}\r\n{more}Connection: close\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = BTreeMap::new();
    for line in head.lines().skip(1) {
        let (name, value) = line.split_once(':').unwrap();
        let name = name.to_ascii_lowercase();
        if SAME.contains(&name.as_str()) {
            let old: &mut String = headers.entry(name).or_default();
            *old = format!("{old}{}", value.trim());
        }
    }
    let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let body = answer.split_off(end + 4);
    (status, headers, if is_chunked { joined(&body) } else { body })
}

/// What both say of a document between two changes: a daemon that has just begun publishes.
fn told_of_one(ours: &str, front: &str, path: &str) -> (Told, Told) {
    for _ in 0..100 {
        let (before, found) = (told(ours, "GET", path, ""), told(front, "GET", path, ""));
        if told(ours, "GET", path, "") == before {
            return (before, found);
        }
    }
    panic!("{path} never stays as it is");
}

/// A body that came in chunks.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = chunks.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).unwrap(), 16).unwrap();
        body.extend(&chunks[end + 2..end + 2 + size]);
        chunks = &chunks[end + 4 + size..];
    }
    body
}

fn site() -> (House, Daemon, String) {
    let house = House::new(ARCHIVE);
    import_posts(&house, 0..120);
    house.good(&["publish"]);
    let gone = first(&house.path("feeds/share"));
    house.good(&["withdraw", gone.trim_end_matches(".html")]);
    let daemon = Daemon::start(&house);
    daemon.until("/readyz", |status, _| status == 200);
    (house, daemon, gone)
}

fn first(folder: &Path) -> String {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).min().unwrap()
}

/// Asks both for a document of every kind, and for what is none.
fn compare(front: &str, house: &House, ours: &str, gone: &str) {
    let share = first(&house.path("feeds/share"));
    let category = first(&house.path("feeds/category"));
    let category = category.rsplit_once('.').unwrap().0.to_owned();
    let mut paths: Vec<String> = [
        "/",
        "/index.html",
        "/all.html",
        "/all.rss",
        "/all.atom",
        "/all.json",
        "/opml.xml",
        "/style.css",
        "/icon-144.png",
        "/archive/1.atom",
        "/archive/2.html",
        "/nothing.html",
        "/nothing.rss",
        "/category/",
        "/category",
        "/.finews",
        "/metrics",
        "/search.html?q=text",
        "/html_News/NewsShare.html?infoCode=NW202202020000000119",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.extend([format!("/share/{share}"), format!("/share/{gone}")]);
    paths
        .extend(["html", "rss", "atom", "json"].map(|form| format!("/category/{category}.{form}")));
    for path in &paths {
        let (expect, found) = told_of_one(ours, front, path);
        if path != "/.finews" {
            assert_eq!((found.0, &found.1), (expect.0, &expect.1), "GET {path}");
        }
        if !path.starts_with("/search") && expect.0 == 200 {
            assert!(found.2 == expect.2, "GET {path}: another body");
        }
        assert_eq!(found.0, expect.0, "{path}");
    }
    for path in ["/all.atom", "/index.html", "/style.css"] {
        for method in ["HEAD", "POST", "OPTIONS"] {
            let (expect, found) = (told(ours, method, path, ""), told(front, method, path, ""));
            assert_eq!((found.0, found.1), (expect.0, expect.1), "{method} {path}");
        }
        let (_, headers, _) = told(ours, "GET", path, "");
        let since = format!("If-Modified-Since: {}\r\n", headers["last-modified"]);
        assert_eq!(told(front, "GET", path, &since).0, 304, "{path}");
        let packed = told(front, "GET", path, "Accept-Encoding: gzip\r\n");
        assert!(packed.2.len() < told(front, "GET", path, "").2.len(), "{path} is not compressed");
    }
}

#[test]
fn p31_nginx_serves_the_folder_as_we_do() {
    if !is_installed("nginx") {
        println!("skipped: no nginx");
        return;
    }
    let (house, daemon, gone) = site();
    let front = nginx(&house, &daemon.address);
    compare(&front.address, &house, &daemon.address, &gone);
}

#[test]
fn p31_caddy_serves_the_folder_as_we_do() {
    if !is_installed("caddy") {
        println!("skipped: no caddy");
        return;
    }
    let (house, daemon, gone) = site();
    let front = caddy(&house, &daemon.address);
    compare(&front.address, &house, &daemon.address, &gone);
}
