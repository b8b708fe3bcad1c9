//! Dates as feeds, pages and interfaces write them, one line each.

use chrono::{DateTime, SubsecRound};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{parse, parse_format};
use crate::model::Instant;

/// A Wednesday, 18:30 in Shanghai.
const NOW: &str = "2022-03-09T10:30:00Z";

fn now() -> Instant {
    instant(NOW)
}

fn instant(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn check_in(zone: Tz, cases: &[(&str, &str)]) {
    for (input, expect) in cases {
        let read =
            parse(input, now(), zone).map(|read| read.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        let expect = Some((*expect).to_owned()).filter(|expect| !expect.is_empty());
        assert_eq!(read, expect, "`{input}` in {zone}");
    }
}

/// In UTC; an empty expectation means that it is no date.
fn check(cases: &[(&str, &str)]) {
    check_in(Tz::UTC, cases);
}

#[test]
fn rfc_822_and_what_became_of_it() {
    check(&[
        ("Tue, 03 Jun 2003 09:39:21 GMT", "2003-06-03T09:39:21Z"),
        ("Tue, 03 Jun 2003 09:39 GMT", "2003-06-03T09:39:00Z"),
        ("3 Jun 2003 9:39:21 +0200", "2003-06-03T07:39:21Z"),
        ("Tue, 03 Jun 03 09:39:21 EST", "2003-06-03T14:39:21Z"),
        ("Tuesday, 03-Jun-03 09:39:21 GMT", "2003-06-03T09:39:21Z"),
        ("Tue Jun  3 09:39:21 2003", "2003-06-03T09:39:21Z"),
        ("Tue Jun  3 09:39:21 PDT 2003", "2003-06-03T16:39:21Z"),
        ("Tue, June 3, 2003 at 09:39 PM EDT", "2003-06-04T01:39:00Z"),
        ("June 3rd, 2003", "2003-06-03T00:00:00Z"),
        ("Tue, 03 Jun 2003 09:39:21 +02:00", "2003-06-03T07:39:21Z"),
        ("Tue, 03 Jun 2003 09:39:21 GMT+2", "2003-06-03T07:39:21Z"),
        ("Tue, 03 Jun 2003 09:39:21 UTC-07:00", "2003-06-03T16:39:21Z"),
        ("Tue, 03 Jun 2003 09:39:21 -0000", "2003-06-03T09:39:21Z"),
        ("Tue, 03 Jun 2003 09:39:21 America/Los_Angeles", "2003-06-03T16:39:21Z"),
        ("Tue, 03 Jun 2003 09:39:21 etc/gmt", "2003-06-03T09:39:21Z"),
        ("Tue, 03 Jun 2003 09:39:21 GMT (the good (old) one)", "2003-06-03T09:39:21Z"),
        ("Tue, 03 Jun 2003 24:00:00 GMT", "2003-06-04T00:00:00Z"),
        ("Tue, 03 Jun 2003 23:59:60 GMT", "2003-06-03T23:59:59Z"),
        ("Tue, 03 Jun 2003 12:05 AM", "2003-06-03T00:05:00Z"),
        ("03 Jun 2003 3 p.m.", "2003-06-03T15:00:00Z"),
        ("2003-06-03 09:39:21 +0800 +08", "2003-06-03T01:39:21Z"),
        ("2003-06-03 09h39", "2003-06-03T09:39:00Z"),
        ("Jun 2003", "2003-06-01T00:00:00Z"),
        ("3 June 1994 09:39 GMT", "1994-06-03T09:39:00Z"),
    ]);
}

#[test]
fn the_weekday_is_not_believed() {
    check(&[
        ("Sun, 03 Jun 2003 09:39:21 GMT", "2003-06-03T09:39:21Z"),
        ("Blursday, 03 Jun 2003 09:39:21 GMT", "2003-06-03T09:39:21Z"),
        ("mar, 3 jun 2003 09:39:21 GMT", "2003-06-03T09:39:21Z"),
    ]);
}

#[test]
fn iso_8601_in_all_lengths() {
    check(&[
        ("2003-12-31T10:14:55Z", "2003-12-31T10:14:55Z"),
        ("2003-12-31T10:14:55.123456+08:00", "2003-12-31T02:14:55Z"),
        ("2003-12-31t10:14z", "2003-12-31T10:14:00Z"),
        ("2003-12-31 10:14:55 -0800", "2003-12-31T18:14:55Z"),
        ("2003-12-31T10", "2003-12-31T10:00:00Z"),
        ("20031231T101455Z", "2003-12-31T10:14:55Z"),
        ("20031231101455", "2003-12-31T10:14:55Z"),
        ("200312311014", "2003-12-31T10:14:00Z"),
        ("20031231", "2003-12-31T00:00:00Z"),
        ("2003-12-31", "2003-12-31T00:00:00Z"),
        ("2003-12", "2003-12-01T00:00:00Z"),
        ("2003", "2003-01-01T00:00:00Z"),
        ("031231", "2003-12-31T00:00:00Z"),
        ("03-12-31", "2003-12-31T00:00:00Z"),
        ("2003-335", "2003-12-01T00:00:00Z"),
        ("2003335", "2003-12-01T00:00:00Z"),
        ("03335", "2003-12-01T00:00:00Z"),
        ("-0312", "2003-12-01T00:00:00Z"),
        ("-03-12", "2003-12-01T00:00:00Z"),
        ("--03-08", "2022-03-08T00:00:00Z"),
        ("-335", "2021-12-01T00:00:00Z"),
        ("2003-31-12", "2003-12-31T00:00:00Z"),
    ]);
}

#[test]
fn numbers_since_1970() {
    check(&[
        ("1646812020", "2022-03-09T07:47:00Z"),
        ("1646812020000", "2022-03-09T07:47:00Z"),
        ("1646812020000000", "2022-03-09T07:47:00Z"),
        ("1646812020.75", "2022-03-09T07:47:00Z"),
        ("/Date(1646812020000+0800)/", "2022-03-09T07:47:00Z"),
        ("123", ""),
        ("12345678901234567890", ""),
    ]);
}

#[test]
fn days_and_months_in_doubt() {
    check(&[
        ("26/06/2020", "2020-06-26T00:00:00Z"),
        ("06/26/2020", "2020-06-26T00:00:00Z"),
        // Slashes are American, dots are European; the weekday or the future decides first.
        ("05/03/2020", "2020-05-03T00:00:00Z"),
        ("Thu, 05/03/2020", "2020-03-05T00:00:00Z"),
        ("05.03.2020", "2020-03-05T00:00:00Z"),
        ("30.10.23", "2023-10-30T00:00:00Z"),
        ("11 04 2020 08:51", "2020-04-11T08:51:00Z"),
        ("04/03/2022", "2022-03-04T00:00:00Z"),
        ("2/1/2022 3:00 PM", "2022-02-01T15:00:00Z"),
        ("2022/03/09 15:27", "2022-03-09T15:27:00Z"),
    ]);
}

#[test]
fn other_languages() {
    check(&[
        ("mer, 16 nov 2022 00:38:15 +0100", "2022-11-15T23:38:15Z"),
        ("Mi, 5 Okt 2005 10:00:00 MESZ", "2005-10-05T08:00:00Z"),
        ("3. März 2020", "2020-03-03T00:00:00Z"),
        ("14 juillet 2020", "2020-07-14T00:00:00Z"),
        ("1er août 2020", "2020-08-01T00:00:00Z"),
        ("5 de maio de 2020", "2020-05-05T00:00:00Z"),
        ("12 février 2020 à 10:00", "2020-02-12T10:00:00Z"),
        ("3 października 2020", "2020-10-03T00:00:00Z"),
        ("9 марта 2020 г. 10:00", "2020-03-09T10:00:00Z"),
        ("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z"),
        ("2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z"),
    ]);
}

#[test]
fn east_asian_dates() {
    check_in(
        Tz::Asia__Shanghai,
        &[
            ("2022年03月09日 15:27", "2022-03-09T07:27:00Z"),
            ("2022年3月9日15时27分05秒", "2022-03-09T07:27:05Z"),
            ("2022年3月9日 星期三 下午3点半", "2022-03-09T07:30:00Z"),
            ("2022年3月9日 上午", "2022-03-08T16:00:00Z"),
            ("2022年3月9日（水）午後3時", "2022-03-09T07:00:00Z"),
            ("２０２２－０３－０９　１５：２７", "2022-03-09T07:27:00Z"),
            ("2022-03-09-15:27:05", "2022-03-09T07:27:05Z"),
            ("2022/03/09", "2022-03-08T16:00:00Z"),
            ("3月8日", "2022-03-07T16:00:00Z"),
            ("12月31日 10:00", "2021-12-31T02:00:00Z"),
            ("03-09 15:27", "2022-03-09T07:27:00Z"),
            ("03-10 15:27", "2021-03-10T07:27:00Z"),
            ("15:27", "2022-03-09T07:27:00Z"),
            ("23:27", "2022-03-08T15:27:00Z"),
            ("发布时间：2022-03-09 15:27", "2022-03-09T07:27:00Z"),
            ("Wed, 09 Mar 2022 15:27:00 CST", "2022-03-09T07:27:00Z"),
        ],
    );
    check(&[
        ("2004년 05월 28일  01:31:15", "2004-05-27T16:31:15Z"),
        ("2004-05-25 오후 11:23:17", "2004-05-25T14:23:17Z"),
        ("Wed, 09 Mar 2022 15:27:00 CST", "2022-03-09T21:27:00Z"),
    ]);
}

#[test]
fn dates_that_count_from_now() {
    check_in(
        Tz::Asia__Shanghai,
        &[
            ("刚刚", NOW),
            ("just now", NOW),
            ("5分钟前", "2022-03-09T10:25:00Z"),
            ("5 分钟之前", "2022-03-09T10:25:00Z"),
            ("半小时前", "2022-03-09T10:00:00Z"),
            ("2小时前", "2022-03-09T08:30:00Z"),
            ("3天前", "2022-03-06T10:30:00Z"),
            ("两周前", "2022-02-23T10:30:00Z"),
            ("1个月前", "2022-02-09T10:30:00Z"),
            ("一年前", "2021-03-09T10:30:00Z"),
            ("2 hours ago", "2022-03-09T08:30:00Z"),
            ("about 2 hours ago", "2022-03-09T08:30:00Z"),
            ("2h ago", "2022-03-09T08:30:00Z"),
            ("an hour ago", "2022-03-09T09:30:00Z"),
            ("今天 10:00", "2022-03-09T02:00:00Z"),
            ("昨天 10:00", "2022-03-08T02:00:00Z"),
            ("昨天", "2022-03-07T16:00:00Z"),
            ("前天 10:00", "2022-03-07T02:00:00Z"),
            ("昨天下午3点", "2022-03-08T07:00:00Z"),
            ("yesterday 10:00", "2022-03-08T02:00:00Z"),
        ],
    );
}

#[test]
fn the_29th_of_february_is_in_a_leap_year() {
    check(&[
        ("29 Feb", "2020-02-29T00:00:00Z"),
        ("02-29", "2020-02-29T00:00:00Z"),
        ("2021-02-29", ""),
    ]);
}

#[test]
fn a_clock_change_loses_no_date() {
    check_in(
        Tz::Europe__Berlin,
        &[
            ("2021-03-28 02:30", "2021-03-28T01:30:00Z"),
            ("2021-10-31 02:30", "2021-10-31T00:30:00Z"),
        ],
    );
}

#[test]
fn what_is_no_date() {
    let no = [
        "",
        " ",
        "-",
        "never",
        "013",
        "Mon",
        "Sun, 16 Dec 2012 1:2:3:4 GMT",
        "Sun, 16 zzz 2012 11:47:32 GMT",
        "Sun, Dec x 2012 11:47:32 GMT",
        "Sun, 16 Dec 2012 11:47:32 +00:zz",
        "32 Dec 2012",
        "25:61",
        "2012-13-32",
        "1000000000-01-01T00:00:00Z",
        "NaN",
        "前",
        "ago",
        "9999999999999999年前",
        "99999999999 years ago",
        "三",
        "年月日",
    ];
    for input in no {
        assert_eq!(parse(input, now(), Tz::UTC), None, "`{input}`");
    }
}

#[test]
fn hostile_dates_are_read_in_no_time() {
    let nested =
        format!("Tue, 03 Jun 2003 09:39:21 GMT {}{}", "(".repeat(100_000), ")".repeat(100_000));
    let long = "1:".repeat(100_000);
    for input in [
        nested.as_str(),
        long.as_str(),
        "+99:99",
        "2003-12-31T10:14:55+99:99",
        "2003-12-31T10:14:55+NaN",
    ] {
        let start = std::time::Instant::now();
        _ = parse(input, now(), Tz::UTC);
        assert!(start.elapsed().as_millis() < 10, "{}", input.len());
    }
}

#[test]
fn the_operators_own_format() {
    let cases = [
        ("09.03.22 15h27", "%d.%m.%y %Hh%M", "2022-03-09T07:27:00Z"),
        ("2022-03-09", "%Y-%m-%d", "2022-03-08T16:00:00Z"),
        ("2022-03-09 15:27 +0100", "%Y-%m-%d %H:%M %z", "2022-03-09T14:27:00Z"),
        ("1646812020", "%s", "2022-03-09T07:47:00Z"),
    ];
    for (text, format, expect) in cases {
        assert_eq!(
            parse_format(text, format, Tz::Asia__Shanghai),
            Some(instant(expect)),
            "`{text}` by `{format}`"
        );
    }
    for (text, format) in [("15:27", "%H:%M"), ("2022", "%Y-%m-%d"), ("x", "%Q"), ("1", "%")] {
        assert_eq!(parse_format(text, format, Tz::UTC), None, "`{text}` by `{format}`");
    }
}

proptest! {
    #[test]
    fn nothing_panics(text in ".{0,80}") {
        _ = parse(&text, now(), Tz::Asia__Shanghai);
    }

    #[test]
    fn nothing_like_a_date_panics(text in "[-+0-9:./,TZ年月日时分秒前天上下午 a-z]{0,40}", zone in 0..300_usize) {
        _ = parse(&text, now(), chrono_tz::TZ_VARIANTS[zone]);
    }

    #[test]
    fn what_chrono_writes_is_read(seconds in -2_000_000_000_i64..4_000_000_000, offset in -12..14_i32) {
        let written = DateTime::from_timestamp(seconds, 0).unwrap();
        let local = written.with_timezone(&chrono::FixedOffset::east_opt(offset * 3600).unwrap());
        prop_assert_eq!(parse(&local.to_rfc3339(), now(), Tz::Asia__Tokyo), Some(written.trunc_subsecs(0)));
        if (1950..2050).contains(&chrono::Datelike::year(&local)) {
            prop_assert_eq!(parse(&local.to_rfc2822(), now(), Tz::Asia__Tokyo), Some(written));
        }
    }
}
