//! Cost of rules: `cargo run --release --example route_items -- [RULES] [CHARACTERS]` prints what
//! a decision over one item takes, by the kind of rules, and what compiling them takes.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement for people")]

use std::collections::HashSet;
use std::time::Instant;

use finews::html;
use finews::model::{Item, ItemId, SourceId};
use finews::route::{
    Acts, Facts, Field, MOST_COSTLY, Pattern, Place, Router, Rule, Scope, Test, When,
};
use finews::template::Template;

/// A reproducible sequence (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    /// A word of two to four Chinese characters, of which there are some hundred thousand.
    fn chinese(&mut self) -> String {
        let length = 2 + self.roll(3);
        (0..length).filter_map(|_| char::from_u32(0x4e00 + self.roll(900) as u32)).collect()
    }

    fn latin(&mut self) -> String {
        let length = 4 + self.roll(6);
        (0..length).map(|_| char::from(b'a' + self.roll(26) as u8)).collect()
    }
}

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let many = numbers.next().unwrap_or(10_000);
    let length = numbers.next().unwrap_or(3_000);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let items: Vec<(Item, String)> = (0..50).map(|_| item(&mut dice, length)).collect();
    println!("items of {length} characters, 50 items, median and worst of them");
    println!("| kind | rules | compiled in ms | machine MB | median µs | worst µs | acts |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for kind in
        ["words", "names", "patterns with letters", "patterns without", "conditions", "all kinds"]
    {
        let many = if kind == "patterns without" { many.min(MOST_COSTLY) } else { many };
        let rules: Vec<Rule> = (0..many).map(|n| rule(kind, n, &mut dice)).collect();
        let begun = Instant::now();
        let router = Router::new(rules, &HashSet::new());
        let compiled = begun.elapsed();
        let mut acts = 0;
        let mut times: Vec<_> = items
            .iter()
            .map(|(item, text)| {
                // The best of several: what others do on the machine is not our cost.
                acts += router.decide(&Facts { item, text }).acts.len();
                let time = || {
                    let begun = Instant::now();
                    router.decide(&Facts { item, text });
                    begun.elapsed().as_micros()
                };
                (0..9).map(|_| time()).min().unwrap()
            })
            .collect();
        times.sort_unstable();
        println!(
            "| {kind} | {many} | {} | {} | {} | {} | {acts} |",
            compiled.as_millis(),
            router.memory() >> 20,
            times[times.len() / 2],
            times[times.len() - 1],
        );
    }
}

fn item(dice: &mut Dice, length: usize) -> (Item, String) {
    let mut text = String::new();
    while text.chars().count() < length {
        for _ in 0..6 {
            text.push_str(&dice.chinese());
        }
        text.extend([" ", &dice.latin(), " ", &dice.latin(), "。"]);
    }
    let at = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let item = Item {
        id: ItemId::new("i"),
        uri: "tag:x".to_owned(),
        source: SourceId::new(format!("s{}", dice.roll(500))),
        link: Some(format!("https://{}.example/{}", dice.latin(), dice.roll(1_000))),
        title: text.chars().take(30).collect(),
        body: html::from_text(&text),
        summary: Some(text.chars().take(120).collect()),
        published: at,
        updated: at,
        first_seen: at,
        authors: Vec::new(),
        medium: Some(dice.chinese()),
        categories: Vec::new(),
        also: Vec::new(),
        facts: std::collections::BTreeMap::new(),
        labels: vec![dice.chinese(), dice.latin()],
        enclosures: Vec::new(),
        image: None,
        language: Some("zh-CN".to_owned()),
    };
    (item, text)
}

fn rule(kind: &str, n: usize, dice: &mut Dice) -> Rule {
    let word = |dice: &mut Dice| {
        let text = if dice.roll(4) == 0 { dice.latin() } else { dice.chinese() };
        When::Test(Test::Word(Place::Text, text))
    };
    let kinds = ["words", "names", "patterns with letters", "conditions"];
    let when = match kind {
        "words" => word(dice),
        "names" => When::Test(Test::Is(Field::Medium, dice.chinese())),
        "patterns with letters" => {
            let text = format!("{}.{{0,20}}{}", dice.latin(), dice.latin());
            When::Test(Test::Found(Place::Text, Pattern::new(&text).unwrap()))
        }
        "patterns without" => {
            let text = format!("[{}]{{2}}\\d[{}]", dice.latin(), dice.latin());
            When::Test(Test::Found(Place::Title, Pattern::new(&text).unwrap()))
        }
        "conditions" => When::All(vec![
            When::Any((0..4).map(|_| word(dice)).collect()),
            When::Not(Box::new(When::Any((0..3).map(|_| word(dice)).collect()))),
            When::Test(Test::Length(dice.roll(3_000), u64::MAX)),
        ]),
        _ => return rule(kinds[n % kinds.len()], n, dice),
    };
    let add = Template::parse(&format!("c{}", n % 500)).unwrap();
    let acts = Acts { add: vec![add], ..Acts::default() };
    Rule { name: format!("rule {n}"), scope: Scope::Every, when, acts }
}
