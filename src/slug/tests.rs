//! Slugs of both styles, and a digest over the whole of the predecessor's table.

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::{Style, file_part, predecessor, slug};

/// Over `U+ reading` lines for every character that xpinyin 0.7.6 reads, in order.
const WHOLE_TABLE: &str = "2cbae6159293fd2f4efe241aaa9e3b2d811e30c73b6a997d0e5a20ff63617ce9";

fn check(style: Style, cases: &[(&str, &str)]) {
    for (name, expect) in cases {
        assert_eq!(slug(name, style), *expect, "{name:?}");
    }
}

#[test]
fn predecessor_addresses_seen() {
    check(
        Style::Predecessor,
        &[
            ("新华日报", "xinhuaribao"),
            ("财联社", "cailianshe"),
            ("券商中国", "quanshangzhongguo"),
            ("上海证券报", "shanghaizhengquanbao"),
            ("央视新闻客户端", "yangshixinwenkehuduan"),
            ("21世纪经济报道  南财理财通", "21shijijingjibaodao  nancailicaitong"),
            ("21世纪经济报道 21财经APP", "21shijijingjibaodao 21caijingAPP"),
            ("Career In 投行PEVC", "Career In touxingPEVC"),
            ("中国银行保险报", "zhongguoyinxingbaoxianbao"),
            ("安信国际证券(香港)", "anxinguojizhengquan(xianggang)"),
            ("安信国际", "anxinguoji"),
            ("安信国际证券", "anxinguojizhengquan"),
            ("TechWeb", "TechWeb"),
            ("Techweb", "Techweb"),
            ("Wind", "Wind"),
            ("Wind资讯", "Windzixun"),
            ("36氪", "36ke"),
            ("36氪财经", "36kecaijing"),
            ("35氪", "35ke"),
            ("21世界经济报道", "21shijiejingjibaodao"),
            ("EBoversea", "EBoversea"),
            ("FT中文网", "FTzhongwenwang"),
            ("Kevin策略研究", "Kevincelveyanjiu"),
            ("99期货", "99qihuo"),
            ("42号车库", "42haocheku"),
        ],
    );
}

#[test]
fn predecessor_addresses_computed() {
    check(
        Style::Predecessor,
        &[
            ("重庆日报", "zhongqingribao"),
            ("厦门日报", "shamenribao"),
            ("音乐财经", "yinlecaijing"),
            ("西藏日报", "xicangribao"),
            ("六安日报", "liuanribao"),
            ("番禺日报", "fanyuribao"),
            ("调", "diao"),
            ("会计", "huiji"),
            ("朝", "zhao"),
            ("旅", "lv"),
            ("绿", "lv"),
            ("吕", "lv"),
            ("略", "lve"),
            ("证券时报·e公司", "zhengquanshibao·egongsi"),
            ("ＩＴ时报", "ＩＴshibao"),
            ("（香港）", "（xianggang）"),
            ("浙商-证券", "zheshangzhengquan"),
            ("A-B", "AB"),
        ],
    );
}

#[test]
fn predecessor_reads_the_whole_table_alike() {
    let mut digest = Sha256::new();
    let mut known = 0;
    for c in ('\0'..=char::MAX).filter(|c| *c != '-') {
        let reading = predecessor::slug(&c.to_string());
        if reading != c.to_string() {
            known += 1;
            digest.update(format!("{:X} {reading}\n", u32::from(c)));
        }
    }
    let digest =
        digest.finalize().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert_eq!((known, digest.as_str()), (25_557, WHOLE_TABLE));
}

#[test]
fn predecessor_slugs_are_one_part_of_a_path() {
    check(
        Style::Predecessor,
        &[
            ("甲/乙", "jia-yi"),
            ("..\\甲\0乙\n", "-.-jia-yi-"),
            (".甲", "-jia"),
            ("甲.乙", "jia.yi"),
            ("-./..", "--.."),
        ],
    );
    assert!(slug("--", Style::Predecessor).starts_with("x-"));
    assert_eq!(slug(&"甲".repeat(100), Style::Predecessor).len(), 240);
    assert_eq!(file_part(&"·".repeat(200)).len(), 240);
}

#[test]
fn safe_slugs() {
    check(
        Style::Safe,
        &[
            ("新华日报", "xinhuaribao"),
            ("21世纪经济报道  南财理财通", "21shijijingjibaodao-nancailicaitong"),
            ("安信国际证券(香港)", "anxinguojizhengquan-xianggang"),
            ("证券时报·e公司", "zhengquanshibao-egongsi"),
            ("ＩＴ时报", "itshibao"),
            ("（香港）", "xianggang"),
            ("浙商-证券", "zheshang-zhengquan"),
            ("TechWeb", "techweb"),
            ("旅游", "lvyou"),
            ("Économie & Société", "economie-societe"),
            ("e\u{301}conomie", "economie"),
            ("Straße", "strasse"),
            ("Сельское хозяйство", "selskoe-khozyaystvo"),
            ("Ελλάδα", "ellada"),
            ("ニュース", "niyusu"),
            ("서울", "seoul"),
            ("№5", "no5"),
            ("--a--b--", "a-b"),
            ("", "x-e3b0c442"),
            ("·", "x-a137f17a"),
        ],
    );
}

#[test]
fn safe_slugs_keep_clear_of_reserved_names() {
    check(
        Style::Safe,
        &[
            ("Index", "index-x"),
            ("all", "all-x"),
            ("CON", "con-x"),
            ("com1", "com1-x"),
            ("LPT9", "lpt9-x"),
            ("com10", "com10"),
            ("comx", "comx"),
        ],
    );
}

#[test]
fn long_names_with_one_beginning_stay_apart() {
    let (a, b) = ("新".repeat(40) + "甲", "新".repeat(40) + "乙");
    let (a, b) = (slug(&a, Style::Safe), slug(&b, Style::Safe));
    assert_eq!((a.len(), b.len()), (64, 64));
    assert_ne!(a, b);
}

fn is_safe(slug: &str) -> bool {
    let inside = slug.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    inside && (1..=64).contains(&slug.len()) && !slug.starts_with('-') && !slug.ends_with('-')
}

proptest! {
    #[test]
    fn any_name_gets_a_safe_slug(name in "\\PC{0,80}|[\\x00-\\x7f]{0,80}") {
        let slug = slug(&name, Style::Safe);
        prop_assert!(is_safe(&slug), "{slug:?}");
    }

    #[test]
    fn any_predecessor_slug_is_a_file_name(name in "(?s:.{0,80})") {
        let slug = slug(&name, Style::Predecessor);
        prop_assert!(!slug.is_empty() && !slug.starts_with('.'));
        prop_assert!(!slug.chars().any(|c| matches!(c, '/' | '\\') || c.is_control()));
    }
}
