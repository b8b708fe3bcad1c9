//! Precision and recall of the search for stories, on a labelled set made of the public test data:
//! `near_pairs [FOLDER] [--misses]`.
//!
//! Articles are edited in controlled ways (one story), and set beside others that only look alike
//! (not one story). Every article belongs to one of two halves by its name: thresholds are chosen
//! on the first, the second is only measured.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use finews::story::{Index, Print, Reading};
use serde_json::Value;

/// Fewer characters make no article.
const LEAST: usize = 160;

/// Filler text that many pages share, and one of each two that were found to carry the same report
/// and were read: they are one story.
const LEFT_OUT: [&str; 15] = [
    "/moz-pages/",
    "20120117_timesofindia.indiatimes.com_87093d45",
    "20120112_www.northnews.cn_4d6498d1",
    "20120112_www.huffingtonpost.com_5cabf1e3",
    "20120117_www.thehindu.com_8b040e08",
    "20120105_www.zdrowiutko.info_8fdeaf9b",
    "20120106_fakty.interia.pl_bf1e8b62",
    "20120117_news.sina.com.tw_71c27ff5",
    "20120112_www.uho.com.tw_32bc40bd",
    "20120112_www.boston.com_074caa4a",
    "20120106_www.wprost.pl_21e626fb",
    "20120117_www.vancouversun.com_53f7cb27",
    "20120112_industry.caijing.com.cn_00b39c75",
    "20120112_news.xinmin.cn_a53cab47",
    "20120117_ent.qq.com_499d3cc4",
];

#[derive(Clone)]
struct Article {
    name: String,
    title: String,
    text: String,
    dense: bool,
}

struct Pair {
    kind: &'static str,
    same: bool,
    one: Article,
    other: Article,
}

fn main() -> Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let misses = arguments.iter().any(|one| one == "--misses");
    arguments.retain(|one| one != "--misses");
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/pages/dev");
    let folder = arguments.first().map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let mut out = std::io::stdout().lock();
    let articles = articles(&folder)?;
    if articles.is_empty() {
        writeln!(out, "skipped: no corpus")?;
        return Ok(());
    }
    for (at, half) in ["dev", "held out"].into_iter().enumerate() {
        let own: Vec<_> = articles.iter().filter(|one| half_of(&one.name) == at).cloned().collect();
        let pairs = pairs(&own);
        writeln!(out, "{half}: {} articles, {} pairs", own.len(), pairs.len())?;
        writeln!(out, "{}", measure(&own, &pairs, misses))?;
        writeln!(out, "{}", among(&own, misses))?;
    }
    Ok(())
}

/// By the name of the file alone: the same wherever the corpus lies.
fn half_of(name: &str) -> usize {
    let name = name.rsplit('/').next().unwrap_or(name);
    (Print::of(name, name).title ^ name.bytes().map(u64::from).sum::<u64>()) as usize % 2
}

/// Every annotated article, each text once.
fn articles(folder: &Path) -> Result<Vec<Article>> {
    let mut articles = BTreeMap::new();
    let Ok(corpora) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    for corpus in corpora {
        for file in std::fs::read_dir(corpus?.path())? {
            let path = file?.path();
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            let value: Value = serde_json::from_str(&std::fs::read_to_string(&path)?)
                .with_context(|| path.display().to_string())?;
            let text = |key: &str| value[key].as_str().unwrap_or_default().trim().to_owned();
            let body = text("body_text");
            if body.chars().count() < LEAST {
                continue;
            }
            let dense = body.chars().filter(|c| ('\u{3040}'..'\u{a000}').contains(c)).count() * 2
                > body.chars().count();
            let name = path.to_string_lossy().into_owned();
            if LEFT_OUT.iter().any(|part| name.contains(part)) {
                continue;
            }
            let title = text("title");
            let first = || body.lines().next().unwrap_or_default().chars().take(40).collect();
            let title = if title.is_empty() { first() } else { title };
            let start: String = body.chars().take(200).collect();
            articles.entry(start).or_insert(Article { name, title, text: body, dense });
        }
    }
    Ok(articles.into_values().collect())
}

/// A small generator of numbers, so that the set is the same at every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }

    fn pick<'p>(&mut self, from: &'p [String]) -> &'p str {
        from.get(self.roll(from.len())).map_or("", String::as_str)
    }
}

fn pairs(articles: &[Article]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let bags: Vec<_> = articles.iter().map(bag).collect();
    let words = [vocabulary(articles, false), vocabulary(articles, true)];
    for (at, article) in articles.iter().enumerate() {
        let mut dice = Dice(at as u64 * 7_919 + 17);
        let words = &words[usize::from(article.dense)];
        for (kind, other) in edits(article, words, &mut dice) {
            pairs.push(Pair { kind, same: true, one: article.clone(), other });
        }
        for (kind, other) in look_alikes(at, articles, &bags, &mut dice) {
            pairs.push(Pair { kind, same: false, one: article.clone(), other });
        }
        let (first, second) = parts(article);
        pairs.push(Pair { kind: "part of a series", same: false, one: first, other: second });
    }
    for turn in 0..200 {
        let dense = turn % 2 == 0;
        let (one, other) = (market(dense, turn * 2), market(dense, turn * 2 + 1));
        pairs.push(Pair { kind: "market report", same: false, one, other });
        for form in 0..NOTICES.len() {
            let (one, other) = (notice(form, turn * 2), notice(form, turn * 2 + 1));
            let title = one.title != other.title && turn % 4 < 2;
            let title = if title { &other.title } else { &one.title }.clone();
            pairs.push(Pair {
                kind: "notice of another one",
                same: false,
                one,
                other: Article { title, ..other },
            });
        }
    }
    pairs
}

fn edits(article: &Article, words: &[String], dice: &mut Dice) -> Vec<(&'static str, Article)> {
    let with = |title: String, text: String| Article { title, text, ..article.clone() };
    let same = |text: String| with(article.title.clone(), text);
    let text = &article.text;
    let other_title = retitled(article, dice);
    let rewritten = rewritten(article, words, 8, dice);
    let mut edits = vec![
        ("frame", same(framed(article, text, dice))),
        ("cut at the end", same(cut(text, 0, 40 + dice.roll(40)))),
        ("cut at the beginning", same(cut(text, 20 + dice.roll(20), 100))),
        ("paragraphs in another order", same(shuffled(text, dice))),
        ("another title", with(other_title.clone(), text.clone())),
        ("punctuation, width, case", same(refolded(article))),
        ("lightly rewritten", same(rewritten.clone())),
        ("rewritten more", same(self::rewritten(article, words, 6, dice))),
        (
            "rewritten, another title, frame",
            with(other_title.clone(), framed(article, &rewritten, dice)),
        ),
        ("cut, another title, frame", {
            let short = cut(text, 0, 60);
            with(other_title, framed(article, &short, dice))
        }),
    ];
    edits.retain(|(_, edited)| edited.text.chars().count() >= LEAST / 2);
    edits
}

const FRAMES: [[&str; 6]; 2] = [
    [
        "Sign up for our newsletter and never miss a story. By signing up you agree to our terms.",
        "This article was first published elsewhere and is shown here under a licence.",
        "Share this article: Facebook, Twitter, WhatsApp, e-mail. Print this page.",
        "Reporting by Ann Hill in London; editing by Tom Reed. Our standards: the trust principles.",
        "Copyright 2026 The Hill Gazette. All rights reserved. Call 020 7946 0000 to reach the desk.",
        "Read more: ten things to know this morning; the week in pictures; letters to the editor.",
    ],
    [
        "本报讯（记者 林之南 实习生 周舟）",
        "（责任编辑：江一帆 审核：陆远 值班编委：石川）",
        "版权声明：本网所有内容，凡注明来源的，版权均属原作者所有，未经授权不得转载、摘编。",
        "投资有风险，入市需谨慎。本文仅供参考，不构成任何投资建议，据此操作风险自负。",
        "扫描二维码关注我们的公众号，第一时间获取更多资讯。新闻热线：010-55550123。",
        "延伸阅读：今日要闻一览；本周图片精选；读者来信选登。",
    ],
];

fn framed(article: &Article, text: &str, dice: &mut Dice) -> String {
    let frames = FRAMES[usize::from(article.dense)];
    let mut frame = |out: &mut String| {
        for _ in 0..=dice.roll(2) {
            _ = writeln!(out, "{}", frames[dice.roll(6)]);
        }
    };
    let mut out = String::new();
    frame(&mut out);
    _ = writeln!(out, "{text}");
    frame(&mut out);
    out
}

/// Characters from one percentage to another, at whole lines or sentences.
fn cut(text: &str, from: usize, to: usize) -> String {
    let pieces: Vec<String> = sentences(text);
    let total: usize = pieces.iter().map(|piece| piece.chars().count()).sum();
    let mut seen = 0;
    let mut out = String::new();
    for piece in pieces {
        let place = seen * 100 / total.max(1);
        if place >= from && place < to {
            out.push_str(&piece);
        }
        seen += piece.chars().count();
    }
    out
}

fn sentences(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for c in text.chars() {
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
        if matches!(c, '。' | '！' | '？' | '\n') || (c == ' ' && ends_sentence(&out)) {
            out.push(String::new());
        }
    }
    out.retain(|sentence| !sentence.is_empty());
    out
}

fn ends_sentence(out: &[String]) -> bool {
    out.last().is_some_and(|last| last.trim_end().ends_with(['.', '!', '?']))
}

fn shuffled(text: &str, dice: &mut Dice) -> String {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut pieces = if lines.len() >= 4 { lines } else { sentences(text) };
    for at in (1..pieces.len()).rev() {
        pieces.swap(at, dice.roll(at + 1));
    }
    pieces.join("\n")
}

fn retitled(article: &Article, dice: &mut Dice) -> String {
    let sentences = sentences(&article.text);
    let sentence = sentences.get(dice.roll(sentences.len())).cloned().unwrap_or_default();
    let long = if article.dense { 22 } else { 60 };
    sentence.trim().chars().take(long).collect()
}

fn refolded(article: &Article) -> String {
    if article.dense {
        let traditional = traditional();
        let wide = |c: char| match c {
            '0'..='9' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
            '，' => ',',
            '“' | '”' => '"',
            c => traditional.get(&c).copied().unwrap_or(c),
        };
        return article.text.chars().map(wide).collect();
    }
    let plain = article.text.to_uppercase();
    plain.replace(['“', '”'], "\"").replace('’', "'").replace(" - ", " — ").replace('\n', " ")
}

/// A traditional form for each simplified one.
fn traditional() -> BTreeMap<char, char> {
    let table = include_str!("../src/story/simplified.txt");
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.flat_map(str::split_whitespace).filter_map(|pair| {
        let mut chars = pair.chars();
        let (from, to) = (chars.next()?, chars.next()?);
        Some((to, from))
    });
    pairs.collect()
}

/// Words of a language that may stand for others.
fn vocabulary(articles: &[Article], dense: bool) -> Vec<String> {
    let own = articles.iter().filter(|article| article.dense == dense);
    own.flat_map(|article| units(&article.text, dense))
        .filter(|unit| is_plain(unit))
        .step_by(7)
        .collect()
}

/// Words with what separates them; of dense scripts, pairs of characters.
fn units(text: &str, dense: bool) -> Vec<String> {
    if dense {
        let chars: Vec<char> = text.chars().collect();
        return chars.chunks(2).map(|pair| pair.iter().collect()).collect();
    }
    text.split_inclusive([' ', '\n']).map(str::to_owned).collect()
}

/// Whether a word may be replaced: no number, no name, no punctuation.
fn is_plain(unit: &str) -> bool {
    let word = unit.trim();
    !word.is_empty() && word.chars().all(|c| c.is_alphabetic() && !c.is_uppercase())
}

/// One plain word in so many is another one, or gone.
fn rewritten(article: &Article, words: &[String], one_in: usize, dice: &mut Dice) -> String {
    let units = units(&article.text, article.dense);
    let other = |unit: String| {
        if !is_plain(&unit) || dice.roll(one_in) > 0 {
            return unit;
        }
        if dice.roll(5) == 0 { String::new() } else { dice.pick(words).to_owned() }
    };
    units.into_iter().map(other).collect()
}

fn look_alikes(
    at: usize,
    articles: &[Article],
    bags: &[BTreeSet<u64>],
    dice: &mut Dice,
) -> Vec<(&'static str, Article)> {
    let mut alike = Vec::new();
    let Some(article) = articles.get(at) else { return alike };
    let numbers = runs_of_digits(&article.text);
    if numbers >= 4 {
        let text = renumbered(&article.text, dice);
        alike
            .push(("other numbers, same title", Article { text: text.clone(), ..article.clone() }));
        let title = retitled(article, dice);
        alike.push(("other numbers, other title", Article { title, text, ..article.clone() }));
    }
    if let Some(other) = nearest(at, articles, bags) {
        alike.push(("another newsroom, nearest", other.clone()));
        // Both quote the same statement, and give the report the same title.
        let quote = cut(&article.text, 30, 30 + 15);
        let text = format!("{}\n{quote}\n{}", cut(&other.text, 0, 50), cut(&other.text, 50, 100));
        if quote.chars().count() * 4 < text.chars().count() {
            alike.push((
                "another newsroom, same quotes",
                Article { title: article.title.clone(), text, ..other.clone() },
            ));
        }
    }
    alike
}

fn runs_of_digits(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).count()
}

fn renumbered(text: &str, dice: &mut Dice) -> String {
    let digit = |c: char| match c {
        '0'..='9' => char::from(b'1' + (((c as u8 - b'0') as usize + dice.roll(8)) % 9) as u8),
        c => c,
    };
    text.chars().map(digit).collect()
}

/// The article in the same kind of script that shares most of its words.
fn nearest<'a>(at: usize, articles: &'a [Article], bags: &[BTreeSet<u64>]) -> Option<&'a Article> {
    let (article, own) = (articles.get(at)?, bags.get(at)?);
    let likeness = |place: &usize| {
        let common = own.intersection(&bags[*place]).count();
        common * 1_000 / (own.len() + bags[*place].len()).max(1)
    };
    let kin = (0..articles.len()).filter(|one| *one != at && articles[*one].dense == article.dense);
    kin.max_by_key(likeness).and_then(|place| articles.get(place))
}

fn bag(article: &Article) -> BTreeSet<u64> {
    let words = units(&article.text, article.dense).into_iter().take(300);
    let words = words.map(|word| word.trim().to_lowercase());
    words
        .filter(|word| word.chars().count() > 1)
        .map(|word| Print::of(&word.repeat(6), "").title)
        .collect()
}

/// The two halves with the same introduction.
fn parts(article: &Article) -> (Article, Article) {
    let intro = cut(&article.text, 0, 15);
    let part = |number: usize, text: String| Article {
        title: format!("{} ({number})", article.title),
        text: format!("{intro}\n{text}"),
        ..article.clone()
    };
    (part(1, cut(&article.text, 15, 57)), part(2, cut(&article.text, 57, 100)))
}

/// A report from a template, with numbers of its own.
fn market(dense: bool, seed: usize) -> Article {
    let mut dice = Dice(seed as u64 * 104_729 + 5);
    let mut n = |from: usize, to: usize| from + dice.roll(to - from);
    let text = if dense {
        format!(
            "今日早盘，两市小幅高开，随后震荡走高。截至收盘，沪指报{}.{}点，涨{}.{}%；深成指报{}.{}点，\
             涨{}.{}%；创业板指报{}.{}点，跌0.{}%。两市成交额{}亿元，较上一交易日放量{}亿元。盘面上，\
             水泥、造船、航运板块涨幅居前，纺织、酿酒板块跌幅居前。个股方面，上涨{}家，下跌{}家，涨停{}家。\
             分析人士表示，市场情绪有所回暖，短期内指数或维持震荡，建议关注业绩确定性较强的方向。",
            n(3000, 3500),
            n(10, 99),
            n(0, 3),
            n(10, 99),
            n(9000, 12000),
            n(10, 99),
            n(0, 3),
            n(10, 99),
            n(1900, 2500),
            n(10, 99),
            n(10, 99),
            n(6000, 15000),
            n(100, 2000),
            n(1000, 4000),
            n(500, 3000),
            n(20, 120),
        )
    } else {
        format!(
            "The Harbour index closed at {}.{} points on Monday, up {}.{} percent, after swinging \
             between gains and losses in early trading. The Mill Street 100 added {}.{} points to \
             {}.{}. Turnover came to {} million shares, against {} million in the session before. \
             Shipping and cement led the gainers, while brewers and spinners fell. Advancing issues \
             outnumbered decliners by {} to {}. Analysts said the mood had improved and that the \
             index was likely to move sideways until the next set of figures is published.",
            n(3000, 3500),
            n(10, 99),
            n(0, 3),
            n(10, 99),
            n(10, 90),
            n(10, 99),
            n(9000, 12000),
            n(10, 99),
            n(600, 1500),
            n(600, 1500),
            n(1000, 4000),
            n(500, 3000),
        )
    };
    let title = if dense { "收评：两市震荡走高" } else { "Shares close higher" };
    Article { name: format!("market {seed}"), title: title.into(), text, dense }
}

/// Forms as they are filled in by whoever: `{a}` is a name, `#` a number of its own.
const NOTICES: [(&str, &str); 6] = [
    (
        "{a}：关于召开2026年第二次临时股东大会的通知",
        "证券代码：60#0# 证券简称：{a} 本公司董事会及全体董事保证公告内容不存在任何虚假记载、误导性陈述或者\
         重大遗漏。{a}股份有限公司定于2026年12月#日14点30分召开2026年第二次临时股东大会，采用现场投票和网络\
         投票相结合的方式，投票时间为当日的9:15-9:25，9:30-11:30，13:00-15:00。股权登记日收市后登记在册的\
         {a}股东有权出席，并可以委托代理人。会期半天，与会股东食宿及交通费自理。",
    ),
    (
        "{a}前三季度净利润同比增长#%",
        "{a}发布三季报，前三季度实现营业收入#.#亿元，同比增长#%；归属于上市公司股东的净利润#.#亿元，同比增长\
         #%；基本每股收益0.#元。其中第三季度实现营业收入#.#亿元。公司表示，业绩变动主要由于产品销量增加、\
         原材料价格回落，以及费用控制得当。{a}的股票今日收报#.#元。",
    ),
    (
        "人民币汇率中间价公布",
        "中国外汇交易中心公布，今日银行间外汇市场人民币汇率中间价为：1美元对人民币#.##元，1欧元对人民币#.##元，\
         100日元对人民币#.##元，1港元对人民币0.##元，1英镑对人民币#.##元，人民币1元对0.##林吉特，人民币1元对\
         ##卢布，人民币1元对##韩元。",
    ),
    (
        "{a} declares quarterly dividend",
        "{a} declared a quarterly dividend of # cents a share, payable on March 31 to holders of record \
         on March 15. The board of directors considers the dividend each quarter. Forward-looking \
         statements in this release are subject to risks that could cause actual results to differ, and \
         {a} undertakes no duty to update them. The company was founded in 1921.",
    ),
    (
        "Прогноз погоды: {a}",
        "По данным метеорологов, в городе {a} завтра ожидается переменная облачность, ветер северный, # \
         метров в секунду. Температура воздуха ночью # градусов, днём # градусов. Атмосферное давление # \
         миллиметров ртутного столба. Водителям следует соблюдать осторожность на дорогах: возможна \
         гололедица. Жителям {a} советуют одеваться теплее.",
    ),
    (
        "{a}の決算、純利益#億円",
        "{a}が発表した決算によると、売上高は#億円、純利益は#億円だった。前の期と比べた増減率は#％となった。\
         主力の製品の販売が堅調だったほか、原材料の価格が落ち着いた。{a}は通期の業績予想を据え置いた。\
         配当は1株当たり#円とする。",
    ),
];

const NAMES: [[&str; 6]; 2] = [
    ["江城船务", "海州纺织", "林东水泥", "石桥酒业", "青湾机械", "南浦药业"],
    ["Harbour Mills", "Riverton Steel", "Northgate", "Oakes Brothers", "Quay Foods", "Westford"],
];

/// A form with a name and numbers of its own; a form without a name has other numbers.
fn notice(form: usize, seed: usize) -> Article {
    let (title, text) = NOTICES[form % NOTICES.len()];
    let dense = !matches!(form, 3 | 4);
    let mut dice = Dice(seed as u64 * 7_717 + form as u64);
    let name = NAMES[usize::from(!dense)][(seed / 2 + seed % 2 * (1 + seed / 2 % 5)) % 6];
    let mut fill = |text: &str| -> String {
        let fill = |c: char| match c {
            '#' => dice.roll(89).to_string(),
            c => c.to_string(),
        };
        text.replace("{a}", name).chars().map(fill).collect()
    };
    let (title, text) = (fill(title), fill(text));
    Article { name: format!("notice {form} {seed}"), title, text, dense }
}

#[derive(Default)]
struct Tally {
    right: usize,
    wrong: usize,
    unfound: usize,
}

/// Looks each pair up in an index of all articles, and judges it.
fn measure(articles: &[Article], pairs: &[Pair], misses: bool) -> String {
    let mut index = Index::default();
    for (number, article) in articles.iter().enumerate() {
        index.insert(number as u32, &Print::of(&article.title, &article.text).features);
    }
    let mut tallies = BTreeMap::<(bool, &str), Tally>::new();
    let mut out = String::new();
    for pair in pairs {
        let (own, other) = (print(&pair.one), print(&pair.other));
        let found = own.exact == other.exact
            || own.features.iter().zip(&other.features).any(|(a, b)| *a != 0 && a == b);
        let read = |one: &Article| Reading::of(&one.title, &one.text);
        let decision = read(&pair.one).compare(&read(&pair.other));
        let tally = tallies.entry((!pair.same, pair.kind)).or_default();
        let same = found && decision.same;
        tally.unfound += usize::from(pair.same && !found);
        if same == pair.same {
            tally.right += 1;
        } else {
            tally.wrong += 1;
            if misses {
                _ = writeln!(
                    out,
                    "MISS {}: {} {decision:?} found {found} | {} | {} chars",
                    pair.kind,
                    pair.one.name,
                    pair.other.title,
                    pair.other.text.chars().count()
                );
            }
        }
    }
    let sum = |same: bool, wrong: bool| -> usize {
        let own = tallies.iter().filter(|((not, _), _)| *not != same);
        own.map(|(_, tally)| if wrong { tally.wrong } else { tally.right }).sum()
    };
    for ((not_same, kind), tally) in &tallies {
        let label = if *not_same { "apart" } else { "one" };
        let (all, right) = (tally.right + tally.wrong, tally.right);
        _ = writeln!(
            out,
            "  {label:<6}{kind:<34}{right:>6} of {all:>6} right, {} not found",
            tally.unfound
        );
    }
    let (hits, false_hits, lost) = (sum(true, false), sum(false, true), sum(true, true));
    let precision = hits as f64 / (hits + false_hits).max(1) as f64;
    let recall = hits as f64 / (hits + lost).max(1) as f64;
    _ = write!(out, "  precision {precision:.4}, recall {recall:.4}");
    out
}

fn print(article: &Article) -> Print {
    Print::of(&article.title, &article.text)
}

/// All articles against all others, as they are: whatever is found here has to be looked at.
fn among(articles: &[Article], show: bool) -> String {
    let mut index = Index::default();
    let mut out = String::new();
    let (mut looked, mut found) = (0, 0);
    for (number, article) in articles.iter().enumerate() {
        let features = print(article).features;
        let reading = Reading::of(&article.title, &article.text);
        for near in index.near(&features, 24) {
            let Some(other) = articles.get(near.number as usize) else { continue };
            looked += 1;
            let decision = reading.compare(&Reading::of(&other.title, &other.text));
            if decision.same {
                found += 1;
                if show {
                    _ = writeln!(
                        out,
                        "PAIR {decision:?}\n  {} | {}\n  {} | {}",
                        article.name, article.title, other.name, other.title
                    );
                }
            }
        }
        index.insert(number as u32, &features);
    }
    _ = write!(
        out,
        "  among the articles themselves: {looked} pairs looked at, {found} taken for one story"
    );
    out
}
