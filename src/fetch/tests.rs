//! The pure parts of the room, by tables.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::fetch::manners::{self, Turns};
use crate::fetch::route::{self, Route};
use crate::fetch::{Accept, Detour, Error, Request, answer, guard, links, shown};

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn head(lines: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

#[test]
fn s01_special_addresses_are_told_from_public_ones() {
    fn check(ip: &str, expect: Option<&str>) {
        assert_eq!(guard::special(ip.parse().unwrap()), expect, "{ip}");
    }
    let public = [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2606:4700::1111",
        "2a00:1450::1",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
        "2002:101:101::1",
        "2003::1",
    ];
    for ip in public {
        check(ip, None);
    }
    for (ip, why) in [
        ("0.0.0.0", "unspecified address"),
        ("0.1.2.3", "unspecified address"),
        ("10.0.0.1", "private network"),
        ("100.64.0.1", "shared address space"),
        ("100.127.255.255", "shared address space"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.255", "loopback"),
        ("169.254.169.254", "link-local address"),
        ("172.16.0.1", "private network"),
        ("172.31.255.255", "private network"),
        ("192.0.0.8", "protocol assignment"),
        ("192.0.2.1", "documentation address"),
        ("192.88.99.1", "6to4 relay"),
        ("192.168.0.1", "private network"),
        ("198.18.0.1", "benchmarking network"),
        ("198.19.255.255", "benchmarking network"),
        ("198.51.100.1", "documentation address"),
        ("203.0.113.1", "documentation address"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", "reserved address"),
        ("255.255.255.255", "reserved address"),
        ("::", "unspecified address"),
        ("::1", "loopback"),
        ("::7f00:1", "IPv4-compatible address"),
        ("::1.1.1.1", "IPv4-compatible address"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private network"),
        ("64:ff9b::127.0.0.1", "loopback"),
        ("64:ff9b::169.254.169.254", "link-local address"),
        ("64:ff9b:1::1", "local translation prefix"),
        ("100::1", "discard prefix"),
        ("2001::1", "Teredo address"),
        ("2001:0:102:304:0:ffff:80ff:fffe", "Teredo address"),
        ("2001:2::1", "protocol assignment"),
        ("2001:db8::1", "documentation address"),
        ("3fff:fff::1", "documentation address"),
        ("2002:7f00:1::", "loopback"),
        ("2002:c0a8:1::1", "private network"),
        ("5f00::1", "segment routing"),
        ("168.63.129.16", "metadata service"),
        ("::ffff:0:127.0.0.1", "unassigned address"),
        ("4000::1", "unassigned address"),
        ("fc00::1", "private network"),
        ("fd00:ec2::254", "private network"),
        ("fdff::1", "private network"),
        ("fe80::1", "link-local address"),
        ("febf::1", "link-local address"),
        ("fec0::1", "site-local address"),
        ("ff02::1", "multicast"),
    ] {
        check(ip, Some(why));
    }
}

#[test]
fn s09_permissions_hold_for_their_networks_and_no_others() {
    fn check(target: &str, allow: &str, expect: bool) {
        let nets: Vec<_> = allow.split_whitespace().map(|net| net.parse().unwrap()).collect();
        assert_eq!(guard::vet_url(&url(target), &nets).is_ok(), expect, "{target} {allow}");
        let Ok(ip) = target.trim_start_matches("http://").parse::<IpAddr>() else { return };
        assert_eq!(guard::vet_name("a.example", &[ip], &nets).is_ok(), expect, "{target}");
    }
    check("http://10.1.2.3", "10.1.2.0/24", true);
    check("http://10.1.3.3", "10.1.2.0/24", false);
    check("http://10.1.2.3", "192.168.0.0/16 10.0.0.0/8", true);
    check("http://[::ffff:10.1.2.3]", "10.1.2.0/24", true);
    check("http://[::ffff:10.1.2.3]", "::ffff:10.1.2.0/120", true);
    check("http://[64:ff9b::10.1.2.3]", "10.1.2.0/24", false);
    check("http://[fd00::1]", "fd00::/8", true);
    check("http://93.184.216.34", "10.0.0.0/8", true);
    check("http://10.1.2.3:22", "10.1.2.0/24", true);
    check("http://93.184.216.34:22", "10.1.2.0/24", false);
    check("http://93.184.216.34:8080", "", true);
}

#[test]
fn s09_only_answers_from_inside_keep_a_permission() {
    let remote = |text: &str| text.parse::<SocketAddr>().ok();
    assert!(guard::inside(remote("10.0.0.1:80")));
    assert!(!guard::inside(remote("93.184.216.34:80")));
    assert!(!guard::inside(None));
}

#[test]
fn f13_f14_f15_freshness_follows_the_servers_own_clock() {
    fn check(lines: &[(&str, &str)], expect: Option<u64>) {
        let found = answer::freshness(&head(lines)).map(|it| it.as_secs());
        assert_eq!(found, expect, "{lines:?}");
    }
    const DATE: (&str, &str) = ("date", "Sun, 22 Nov 2026 10:00:00 GMT");
    check(&[], None);
    check(&[("cache-control", "max-age=3600")], Some(3600));
    check(&[("cache-control", "public, Max-Age = \"60\"")], Some(60));
    check(&[("cache-control", "max-age=7200"), ("age", "600")], Some(6600));
    check(&[("cache-control", "max-age=60"), ("age", "600")], None);
    check(&[("cache-control", "max-age=60"), ("age", "old")], Some(60));
    check(&[("cache-control", "no-cache, max-age=86400")], None);
    check(&[("cache-control", "max-age=86400"), ("cache-control", "no-store")], None);
    check(&[("cache-control", "no-cache=\"set-cookie\", max-age=60")], Some(60));
    check(&[("cache-control", "s-maxage=99, max-age=-5")], None);
    check(&[("cache-control", "max-age=99999999999999999999999")], Some(u64::MAX));
    check(&[DATE, ("expires", "Sun, 22 Nov 2026 12:00:00 GMT")], Some(7200));
    check(&[DATE, ("expires", "Sunday, 22-Nov-26 10:00:30 GMT")], Some(30));
    check(&[DATE, ("expires", "Sun Nov 22 10:00:30 2026")], Some(30));
    check(&[DATE, ("expires", "0")], None);
    check(&[DATE, ("expires", "Sun, 22 Nov 2026 09:00:00 GMT")], None);
    check(&[("expires", "Sun, 22 Nov 2026 12:00:00 GMT")], None);
    check(
        &[DATE, ("cache-control", "max-age=5"), ("expires", "Sun, 22 Nov 2026 12:00:00 GMT")],
        Some(5),
    );
    check(
        &[DATE, ("cache-control", "no-cache"), ("expires", "Sun, 22 Nov 2026 12:00:00 GMT")],
        None,
    );
}

#[test]
fn f18_f20_retry_after_is_read_in_both_forms_and_cut_at_seven_days() {
    fn check(value: &str, date: &str, expect: Option<u64>) {
        let found = answer::retry_after(&head(&[("retry-after", value), ("date", date)]));
        assert_eq!(found.map(|it| it.as_secs()), expect, "{value} {date}");
    }
    const DATE: &str = "Sun, 22 Nov 2026 10:00:00 GMT";
    check("120", DATE, Some(120));
    check(" 120 ", "", Some(120));
    check("0", DATE, None);
    check("-5", DATE, None);
    check("1.5", DATE, None);
    check("soon", DATE, None);
    check("1000000000000", DATE, Some(604_800));
    check("Sun, 22 Nov 2026 11:00:00 GMT", DATE, Some(3600));
    check("Sun, 22 Nov 2026 09:00:00 GMT", DATE, None);
    check("Sun, 22 Nov 2026 11:00:00 GMT", "", None);
    check("Sun, 22 Nov 9026 11:00:00 GMT", DATE, Some(604_800));
}

#[test]
fn validators_of_absurd_length_are_not_kept() {
    let long = "x".repeat(4097);
    let found = answer::validators(&head(&[("etag", &long), ("last-modified", "")]));
    assert_eq!((found.etag, found.last_modified), (None, None));
}

#[test]
fn header_text_carries_no_control_characters() {
    let mut headers = HeaderMap::new();
    headers.insert(
        "content-type",
        HeaderValue::from_bytes(b"\ttext/\thtml\x9b; a=\xe6\x96\xb0 ").unwrap(),
    );
    let text = answer::text(&headers, "content-type").unwrap();
    assert_eq!(text, "text/html\u{fffd}; a=新");
}

#[test]
fn f29_s10_secrets_stay_with_their_origin_and_off_open_lines() {
    fn check(from: &str, to: &str, expect: Result<bool, Detour>) {
        let mut request = Request::get(url(from), Accept::Feed);
        request.headers = vec![("X-Api-Key".to_owned(), "k".to_owned())];
        let mut route = Route::start(&request).unwrap();
        let told = match route.follow(302, &head(&[("location", to)]), 5) {
            Ok(()) => {
                Ok(route.headers(HeaderValue::from_static("a"), "b").contains_key("x-api-key"))
            }
            Err(Error::Redirects(detour)) => Err(detour),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(told, expect, "{from} {to}");
    }
    check("https://a.example/", "/b", Ok(true));
    check("https://a.example/", "https://a.example:443/b", Ok(true));
    check("https://a.example/", "//b.example/", Ok(false));
    check("https://a.example/", "https://a.example:8443/", Ok(false));
    check("https://a.example/", "https://sub.a.example/", Ok(false));
    check("https://a.example/", "http://a.example/", Err(Detour::Downgrade));
    check("http://a.example/", "https://a.example/", Ok(false));
}

#[test]
fn s10_credentials_in_an_address_are_secrets_too() {
    let request = Request::get(url("https://me:pw@a.example/"), Accept::Feed);
    let mut route = Route::start(&request).unwrap();
    let sent = route.headers(HeaderValue::from_static("a"), "b");
    assert_eq!(sent.get("authorization").unwrap(), "Basic bWU6cHc=");
    let open = route.follow(301, &head(&[("location", "http://a.example/")]), 5);
    assert!(matches!(open, Err(Error::Redirects(Detour::Downgrade))));
    let planted = route.follow(301, &head(&[("location", "https://x:y@b.example/")]), 5);
    assert!(planted.is_ok());
    assert_eq!(route.url, url("https://b.example/"));
    assert_eq!(route.headers(HeaderValue::from_static("a"), "b").get("authorization"), None);
}

#[test]
fn addresses_are_shown_without_what_is_secret() {
    fn check(text: &str, expect: &str) {
        assert_eq!(shown(&url(text)), expect);
    }
    check("https://me:pw@a.example/feed?x=1#part", "https://a.example/feed?x=1");
    check("http://a.example/\u{1b}[31m", "http://a.example/%1B[31m");
}

#[test]
fn base64_has_its_padding() {
    for (text, expect) in
        [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("\u{ff}~~", "w79+fg==")]
    {
        assert_eq!(route::base64(text.as_bytes()), expect);
    }
}

#[test]
fn a_host_is_a_name_or_an_address_with_its_port() {
    fn check(text: &str, expect: &str) {
        assert_eq!(manners::host_of(&url(text)), expect);
    }
    check("https://A.example/x", "a.example");
    check("http://a.example.:8080/", "a.example");
    check("http://localhost:8080/", "localhost:8080");
    check("http://93.184.216.34/", "93.184.216.34:80");
    check("https://[2001:db8::1]/", "[2001:db8::1]:443");
}

#[tokio::test]
async fn a_longer_rest_is_not_shortened() {
    let turns = Turns::new(Duration::ZERO, 1);
    turns.rest("a.example", Duration::from_hours(2));
    turns.rest("a.example", Duration::from_hours(1));
    let Err(Error::CoolingDown { wait, .. }) = turns.take("a.example").await else {
        panic!("the host does not rest");
    };
    assert!(wait > Duration::from_hours(1));
    assert!(turns.take("b.example").await.is_ok());
}

#[tokio::test]
async fn hosts_that_matter_no_more_are_forgotten() {
    let turns = Turns::new(Duration::ZERO, 1);
    turns.rest("resting.example", Duration::from_hours(1));
    for number in 0..5000 {
        drop(turns.take(&format!("{number}.example")).await.unwrap());
    }
    assert!(turns.hosts.lock().unwrap().places.len() <= 1024);
    assert!(turns.take("resting.example").await.is_err());
}

#[test]
fn links_in_the_head_are_read() {
    fn check(field: &str, expect: &[(&str, &str)]) {
        let base = url("https://a.example/feed");
        let found = links::read(&head(&[("link", field)]), &base);
        let found: Vec<_> = found.iter().map(|it| (it.rels.join(" "), it.url.as_str())).collect();
        let found: Vec<_> = found.iter().map(|(rels, url)| (rels.as_str(), *url)).collect();
        assert_eq!(found, expect, "{field}");
    }
    let (hub, own) = (("hub", "https://hub.example/"), ("self", "https://a.example/feed"));
    check("<https://hub.example/>; rel=\"hub\", <https://a.example/feed>; rel=self", &[hub, own]);
    check("<https://hub.example/>;REL = HUB", &[hub]);
    check(
        "</2>; title=\"a, b; \\\"c\\\" <x>\"; rel=\"Next Last\"",
        &[("next last", "https://a.example/2")],
    );
    check(
        "<?b>; rel=alternate; type=application/atom+xml",
        &[("alternate", "https://a.example/feed?b")],
    );
    check("<https://hub.example/>; rel=hub; anchor=\"/other\"", &[]);
    check("<https://hub.example/>; rel=hub; anchor=\"\"", &[hub]);
    check("<javascript:alert(1)>; rel=hub", &[]);
    check("<https://hub.example/>", &[]);
    check("<https://hub.example/", &[]);
    check("<a>; rel=\"hub", &[("hub", "https://a.example/a")]);
    check("<a>; rel=\"hub\\", &[("hub", "https://a.example/a")]);
    check("; , ;;<", &[]);
    check(&"<a>; rel=hub,".repeat(100)[..1300], &[("hub", "https://a.example/a"); 64]);
}
