use chrono::{DateTime, TimeZone as _, Utc};
use chrono_tz::Asia::Shanghai;
use url::Url;

use super::dates::Clock;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 8, 0, 0).single().unwrap()
}

#[test]
fn reads_dates_of_lists() {
    let clock = Clock { now: now(), zone: Shanghai };
    for text in [
        "[2026-11-03]",
        "(2026-11-03)",
        "2026-11-03",
        "2026/11/03",
        "2026.11.03",
        "20261103",
        "2026年11月3日",
        "11-03",
        "[11-03]",
        "(11-03)",
        "11/03",
        "11月03日",
        "11.03",
        "5分钟前",
        "昨天 10:00",
        "03 Nov 2026",
        "Nov 3, 2026",
        "Nov 3",
        "发布时间：2026-11-03",
        "2026/1103",
        "202611/03",
        "2026-11/03",
        "3小时前",
        "2026-11-03 10:21",
        "1761000000",
        "Posted on Nov 3, 2026",
        "by Ann, 3 Nov 2026",
        "03 2026-11",
        "2026-11 03",
        "11-03 10:22",
        "3 hours ago",
        "3h ago",
        "3d",
        "刚刚",
        "今天",
        "2026-11",
        "November 3rd, 2026",
        "【2026-11-03】",
        "2026-11-03T10:00:00+08:00",
        "Tuesday, 3 November",
        "3 November",
    ] {
        println!("{text:30} {:?}", clock.read(text));
    }
    let _ = Url::parse("https://a.example/");
}
