//! Guards what reaches a bucket: the built binary against a server that speaks as S3 does.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::Output;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::house::{ARCHIVE, House, import_posts};

const SECRET: &str = "wJalrXUtnFEMI-K7MDENG";

/// An object with what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Object {
    bytes: Bytes,
    media_type: String,
    freshness: String,
}

#[derive(Default)]
struct Inner {
    objects: BTreeMap<String, Object>,
    /// Methods and paths, as they came.
    asked: Vec<String>,
    /// Requests that are refused from now on.
    refusals: usize,
}

/// As much of S3 as is written to: PUT and DELETE of signed objects.
#[derive(Clone, Default)]
struct Bucket(Arc<Mutex<Inner>>);

impl Bucket {
    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let bytes =
            body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let text = |name: &str| {
            head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("-").to_owned()
        };
        let path = head.uri.path().to_owned();
        let mut inner = self.0.lock().unwrap();
        inner.asked.push(format!("{} {path}", head.method));
        let status = if inner.refusals > 0 {
            inner.refusals -= 1;
            StatusCode::FORBIDDEN
        } else if !text("authorization").starts_with("AWS4-HMAC-SHA256 Credential=AKID/") {
            StatusCode::UNAUTHORIZED
        } else if head.method == Method::PUT {
            let (media_type, freshness) = (text("content-type"), text("cache-control"));
            inner.objects.insert(path, Object { bytes, media_type, freshness });
            StatusCode::OK
        } else if inner.objects.remove(&path).is_some() {
            StatusCode::NO_CONTENT
        } else {
            StatusCode::NOT_FOUND
        };
        let answer = Response::builder().status(status).header("etag", "\"x\"");
        Ok(answer.body(Full::new(Bytes::new())).unwrap())
    }

    fn refuse(&self, requests: usize) {
        self.0.lock().unwrap().refusals = requests;
    }

    fn objects(&self) -> BTreeMap<String, Object> {
        self.0.lock().unwrap().objects.clone()
    }

    /// What was asked for since the last call.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }

    fn add(&self, path: &str) {
        let (bytes, media_type) = (Bytes::from_static(b"theirs"), "text/plain".to_owned());
        let object = Object { bytes, media_type, freshness: String::new() };
        self.0.lock().unwrap().objects.insert(path.to_owned(), object);
    }
}

/// A bucket's server, until it is dropped.
struct Cloud {
    bucket: Bucket,
    address: SocketAddr,
    _running: JoinSet<()>,
}

impl Cloud {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let bucket = Bucket::default();
        let mut running = JoinSet::new();
        let shared = bucket.clone();
        running.spawn(async move {
            let mut visits = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let bucket = shared.clone();
                visits.spawn(async move {
                    let service = service_fn(|request| bucket.clone().answer(request));
                    let builder = Builder::new(TokioExecutor::new());
                    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { bucket, address, _running: running }
    }

    async fn run(&self, house: &House, args: &[&str]) -> Output {
        let mut command = house.command(args);
        command
            .env("AWS_ENDPOINT", format!("http://{}", self.address))
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "AKID")
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("FINEWS_LOG", "debug,object_store=trace");
        let ended = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr) + String::from_utf8_lossy(&ended.stdout);
        assert!(!said.contains(SECRET), "{said}");
        ended
    }

    async fn good(&self, house: &House, args: &[&str]) {
        let ended = self.run(house, args).await;
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
}

fn published(house: &House) -> BTreeMap<String, Vec<u8>> {
    let tree = house.tree().into_iter();
    let tree = tree.filter(|(path, _)| !path.starts_with(".finews"));
    tree.map(|(path, (bytes, _))| (format!("/feeds/site/{path}"), bytes)).collect()
}

fn put(bucket: &Bucket) -> BTreeMap<String, Vec<u8>> {
    bucket.objects().into_iter().map(|(path, object)| (path, object.bytes.to_vec())).collect()
}

/// A house whose files go to a bucket.
fn house() -> House {
    House::new(&format!("[publish]\ndir = \"s3://feeds/site\"\n{ARCHIVE}"))
}

#[tokio::test]
async fn a_bucket_gets_what_the_folder_has_and_then_what_changed() {
    let cloud = Cloud::new().await;
    let house = house();
    import_posts(&house, 0..60);
    cloud.good(&house, &["publish"]).await;
    assert_eq!(put(&cloud.bucket), published(&house));
    let objects = cloud.bucket.objects();
    let said = |path: &str| {
        let object = &objects[&format!("/feeds/site/{path}")];
        (object.media_type.clone(), object.freshness.clone())
    };
    let usual = "public, max-age=3600, stale-while-revalidate=3600, stale-if-error=86400";
    for (path, media_type) in [
        ("all.rss", "application/rss+xml; charset=utf-8"),
        ("all.atom", "application/atom+xml; charset=utf-8"),
        ("all.json", "application/feed+json"),
        ("index.html", "text/html; charset=utf-8"),
        ("opml.xml", "text/x-opml; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("archive/1.atom", "application/atom+xml; charset=utf-8"),
    ] {
        assert_eq!(said(path), (media_type.to_owned(), usual.to_owned()), "{path}");
    }
    let asked = cloud.bucket.asked();
    let place = |path: &str| asked.iter().position(|one| one.ends_with(path)).unwrap();
    let last_share = asked.iter().rposition(|one| one.contains("/share/")).unwrap();
    assert!(last_share < place("/all.atom") && place("/all.atom") < place("/index.html"));

    cloud.good(&house, &["publish"]).await;
    assert_eq!(cloud.bucket.asked(), Vec::<String>::new());

    import_posts(&house, 60..61);
    cloud.good(&house, &["publish"]).await;
    assert_eq!(put(&cloud.bucket), published(&house));
    let asked = cloud.bucket.asked();
    assert_eq!(asked.iter().filter(|one| one.contains("/share/")).count(), 1, "{asked:?}");
    assert!(asked.len() < 25, "{asked:?}");
}

#[tokio::test]
async fn an_archive_document_that_is_full_may_be_kept_for_ever() {
    let cloud = Cloud::new().await;
    let house = house();
    import_posts(&house, 0..90);
    cloud.good(&house, &["publish"]).await;
    let of = |path: &str| cloud.bucket.objects()[&format!("/feeds/site/{path}")].freshness.clone();
    assert!(!of("archive/1.atom").contains("immutable"));
    import_posts(&house, 90..140);
    cloud.good(&house, &["publish"]).await;
    assert!(of("archive/1.atom").contains("immutable"));
    assert!(!of("archive/2.atom").contains("immutable"));
    assert_eq!(put(&cloud.bucket), published(&house));
}

#[tokio::test]
async fn a_put_that_fails_is_made_up_for_and_nothing_of_others_is_touched() {
    let cloud = Cloud::new().await;
    let house = house();
    cloud.bucket.add("/feeds/site/theirs.txt");
    cloud.bucket.add("/feeds/site/category/old.rss");
    import_posts(&house, 0..10);
    cloud.bucket.refuse(usize::MAX);
    let ended = cloud.run(&house, &["publish"]).await;
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("copy to `s3://feeds/site`"), "{said}");
    // The folder is published all the same.
    assert!(house.path("feeds/all.atom").exists());
    cloud.bucket.refuse(3);
    cloud.run(&house, &["publish"]).await;
    cloud.bucket.refuse(0);
    cloud.good(&house, &["publish"]).await;
    let mut expect = published(&house);
    for theirs in ["/feeds/site/theirs.txt", "/feeds/site/category/old.rss"] {
        expect.insert(theirs.to_owned(), b"theirs".to_vec());
    }
    assert_eq!(put(&cloud.bucket), expect);

    let share = published(&house).into_keys().find(|path| path.contains("/share/")).unwrap();
    let id = share.rsplit('/').next().unwrap().trim_end_matches(".html").to_owned();
    cloud.good(&house, &["withdraw", &id]).await;
    assert!(!put(&cloud.bucket).contains_key(&share));
    assert!(put(&cloud.bucket).contains_key("/feeds/site/theirs.txt"));
}

#[tokio::test]
async fn what_is_published_can_be_put_elsewhere_once() {
    let cloud = Cloud::new().await;
    let house = House::new(ARCHIVE);
    import_posts(&house, 0..5);
    cloud.good(&house, &["publish", "--to", "s3://feeds/site"]).await;
    assert_eq!(put(&cloud.bucket), published(&house));
    cloud.bucket.asked();
    cloud.good(&house, &["publish", "--to", "s3://feeds/site"]).await;
    assert_eq!(cloud.bucket.asked(), Vec::<String>::new());
    cloud.good(&house, &["publish", "--all", "--to", "s3://feeds/site"]).await;
    assert_eq!(cloud.bucket.asked().len(), put(&cloud.bucket).len());

    let other = house.path("other");
    for place in [other.display().to_string(), format!("file://{}", other.display())] {
        house.good(&["publish", "--to", &place]);
        for (path, (bytes, modified)) in house.tree() {
            let copy = other.join(&path);
            assert_eq!(std::fs::read(&copy).unwrap(), bytes, "{path}");
            if !path.starts_with('.') {
                assert_eq!(copy.metadata().unwrap().modified().unwrap(), modified, "{path}");
            }
        }
    }
}

#[test]
fn addresses_that_are_none_are_named_and_keys_are_not_told_back() {
    for (dir, expect) in [
        ("ftp://x/y", "files cannot be published to `ftp://`"),
        ("s3://", "`s3://` names no bucket"),
        ("s3://AKID:secret-key@feeds/", "bears no credentials"),
        ("az://feeds/?sig=secret-key", "bears no credentials"),
    ] {
        let house = House::new(&format!("[publish]\ndir = \"{dir}\"\n"));
        for args in [vec!["check"], vec!["publish"]] {
            let ended = house.run(&args);
            assert_eq!(ended.code, 2, "{dir}: {ended:?}");
            assert!(ended.err.contains(expect), "{dir}: {}", ended.err);
            assert!(!ended.err.contains("secret-key"), "{}", ended.err);
        }
        let house = House::new("");
        let ended = house.run(&["publish", "--to", dir]);
        assert_eq!(ended.code, 2, "{dir}: {ended:?}");
        assert!(ended.err.contains(expect) && !ended.err.contains("secret-key"), "{}", ended.err);
    }
}
