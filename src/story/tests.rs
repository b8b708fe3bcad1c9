use super::*;

fn decide(one: (&str, &str), other: (&str, &str)) -> Decision {
    let (one, other) = (Reading::of(one.0, one.1), Reading::of(other.0, other.1));
    assert_eq!(one.compare(&other).same, other.compare(&one).same, "the order must not matter");
    one.compare(&other)
}

const FERRY: &str = "江城市港务局周一宣布，往返南北两岸的轮渡将于下月恢复夜航，末班船推迟到夜里十一点半。\
    港务局表示，恢复夜航是为了方便在北岸工厂上晚班的居民，去年停航以后他们只能绕行三十公里外的大桥。\
    首批投入的四艘渡船已经完成检修，每艘可以搭载二百人和四十辆自行车。票价保持两元不变，老人和学生半价。\
    码头附近的商户对消息表示欢迎，一家面馆的老板说，停航以后晚上几乎没有生意，现在总算可以等客人了。";

#[test]
fn width_case_and_punctuation_do_not_matter() {
    let check = |one: &str, other: &str| {
        assert_eq!(Print::of("", one), Print::of("", other), "{one} / {other}");
    };
    check(FERRY, &FERRY.replace('，', ",").replace('。', " . "));
    let english = "The Harbour Office said on Monday that ferries would run at night again, 12 times \
         in all, from 1,200 metres up the river to the mill and the old quay behind it.";
    check(english, &english.to_uppercase());
    check(english, &english.replace("12", "１２").replace("1,200", "1200"));
    check(english, &english.replace(' ', "\u{a0}\n ").replace("river", "ri\u{ad}ver"));
}

#[test]
fn a_reprint_with_a_frame_is_the_same_story() {
    let framed =
        format!("本报讯（记者 林之南）{FERRY}（责任编辑：周舟）版权所有，未经授权不得转载。");
    let decision = decide(("夜航恢复", FERRY), ("江城轮渡下月恢复夜航", &framed));
    assert!(decision.same && decision.score > 0.95, "{decision:?}");
    let index = {
        let mut index = Index::default();
        index.insert(7, &Print::of("夜航恢复", FERRY).features);
        index
    };
    let found = index.near(&Print::of("江城轮渡下月恢复夜航", &framed).features, 5);
    assert_eq!(found.first().map(|one| one.number), Some(7));
}

#[test]
fn a_form_filled_in_anew_is_another_story() {
    let report = |day: u32, points: &str, share: &str, turnover: u32| {
        format!(
            "沪江指数周{day}收报{points}点，涨幅{share}%，全天成交{turnover}亿元。两市个股涨多跌少，\
             其中水泥、造船板块领涨，纺织板块领跌。分析人士认为，指数短期仍将震荡，建议投资者控制仓位。\
             当日北向资金净流入{turnover}亿元，连续{day}个交易日净流入。"
        )
    };
    let (one, other) = (report(1, "3201.5", "0.31", 812), report(2, "3188.2", "1.04", 955));
    let decision = decide(("沪江指数收盘", &one), ("沪江指数收盘", &other));
    assert_eq!((decision.same, decision.reason), (false, Reason::Values));
    assert!(decide(("沪江指数收盘", &one), ("收盘", &one.clone())).same);
}

/// A notice as all companies write it: rules of the exchange, and hardly a number of its own.
fn notice(name: &str, code: &str, day: u32) -> String {
    format!(
        "证券代码：{code} 证券简称：{name} 本公司董事会及全体董事保证公告内容不存在任何虚假记载、误导性陈述\
         或者重大遗漏。{name}股份有限公司定于2026年12月{day}日14点30分召开2026年第二次临时股东大会，采用现场\
         投票和网络投票相结合的方式。通过交易系统投票平台的投票时间为当日的9:15-9:25，9:30-11:30，13:00-15:00；\
         通过互联网投票平台的投票时间为当日的9:15-15:00。股权登记日收市后登记在册的{name}股东有权出席，\
         并可以委托代理人，该代理人不必为公司股东。登记时间为9:00-11:30、13:30-16:30，以信函方式登记的以\
         收到时间为准。会期半天，与会股东食宿及交通费自理。"
    )
}

#[test]
fn notices_of_two_companies_are_two_stories() {
    let check = |one: (&str, &str, u32), other: (&str, &str, u32), same: bool| {
        let title = |name: &str| format!("{name}：关于召开2026年第二次临时股东大会的通知");
        let text = |(name, code, day): (&str, &str, u32)| notice(name, code, day);
        let decision = decide((&title(one.0), &text(one)), (&title(other.0), &text(other)));
        assert_eq!(decision.same, same, "{one:?} {other:?}: {decision:?}");
        let decision = decide(("股东大会通知", &text(one)), ("股东大会通知", &text(other)));
        assert_eq!(decision.same, same, "{one:?} {other:?}, one title: {decision:?}");
    };
    check(("江城", "600901", 8), ("海州", "600902", 8), false);
    check(("江城船务", "600901", 8), ("海州", "000902", 15), false);
    check(("江城", "600901", 8), ("江城", "600901", 8), true);
    let english = |name: &str, share: u32| {
        format!(
            "{name} declared a quarterly dividend of {share} cents a share, payable on March 31 to \
             holders of record on March 15. The board of directors considers the dividend each \
             quarter. Forward-looking statements in this release are subject to risks that could \
             cause actual results to differ, and {name} undertakes no duty to update them. The \
             company was founded in 1921 and has 4 mills in 3 countries."
        )
    };
    let check = |one: (&str, u32), other: (&str, u32), same: bool| {
        let title = |name: &str| format!("{name} declares quarterly dividend");
        let decision = decide(
            (&title(one.0), &english(one.0, one.1)),
            (&title(other.0), &english(other.0, other.1)),
        );
        assert_eq!(decision.same, same, "{one:?} {other:?}: {decision:?}");
    };
    check(("Harbour Mills", 12), ("Riverton Steel", 12), false);
    check(("Harbour Mills", 12), ("Riverton Steel", 14), false);
    check(("Harbour Mills", 12), ("Harbour Mills", 12), true);
}

#[test]
fn a_title_made_of_the_text_is_none() {
    let news = "江城地铁三号线今天清晨因信号故障停运四十分钟";
    assert!(decide(("地铁三号线停运", news), (news, news)).same);
    assert!(decide(("地铁三号线停运", news), ("", news)).same);
    assert!(!decide(("查看", "点击图片进入下一页"), ("", "点击图片进入下一页")).same);
}

#[test]
fn parts_of_a_series_are_stories_of_their_own() {
    let decision = decide(("河边的钟（一）", FERRY), ("河边的钟（二）", FERRY));
    assert_eq!((decision.same, decision.reason), (false, Reason::Parts));
    let decision = decide(("Part 1: the mill", FERRY), ("Part 2: the mill", FERRY));
    assert_eq!((decision.same, decision.reason), (false, Reason::Parts));
}

#[test]
fn a_short_text_is_a_story_only_with_its_title() {
    let decision = decide(("点击查看图集", "点击图片进入下一页"), ("另一条", "点击图片进入下一页"));
    assert_eq!((decision.same, decision.reason), (false, Reason::Short));
    let news = "江城地铁三号线今天清晨因信号故障停运四十分钟";
    assert!(decide(("江城地铁三号线停运", news), ("江城地铁三号线停运", news)).same);
}

#[test]
fn the_winner_is_chosen_by_setting() {
    let member = |source: &str, published, length, arrived| Member {
        source: SourceId::new(source),
        published,
        length,
        arrived,
    };
    let members = [member("a", 5, 10, 1), member("b", 3, 5, 2), member("c", 3, 30, 3)];
    assert_eq!(winner(&members, &Prefer::Earliest), Some(1));
    assert_eq!(winner(&members, &Prefer::Longest), Some(2));
    let order = |names: &[&str]| Prefer::Sources(names.iter().map(|n| SourceId::new(*n)).collect());
    assert_eq!(winner(&members, &order(&["x", "a"])), Some(0));
    assert_eq!(winner(&members, &order(&["x"])), Some(1));
    assert_eq!(winner(&[], &Prefer::Earliest), None);
}

#[test]
fn the_index_finds_what_was_put_in_and_bounds_a_crowd() {
    let features = |seed: u64| -> Features {
        std::array::from_fn(|at| (mix((seed + 1) * 31 + at as u64) >> 32) as u32)
    };
    let mut index = Index::default();
    for number in 0..20_000 {
        index.insert(number, &features(u64::from(number)));
    }
    for number in (0..20_000).step_by(37) {
        let mut some = features(u64::from(number));
        some[1..].fill(0);
        let found = index.near(&some, 4);
        assert!(found.contains(&Found { number, shared: 1 }), "{number}: {found:?}");
        assert_eq!(index.near(&features(u64::from(number)), 4)[0], Found { number, shared: 8 });
    }
    for number in 20_000..30_000 {
        index.insert(number, &features(1));
    }
    let found = index.near(&features(1), 100);
    assert_eq!((found.len(), found[0]), (CROWD_SEEN, Found { number: 29_999, shared: 8 }));
    assert!(index.bytes() / index.len() < 120, "{}", index.bytes() / index.len());
}

/// As many as may share a feature.
const CROWD_SEEN: usize = 32;
