//! The search for near prints among a million: time of a lookup, bytes an item, time of a
//! comparison; and the same with crowds that share boilerplate.
//!
//! `cargo bench --bench near [-- ITEMS]`

use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use finews::story::{FEATURES, Features, Index, Print, Reading};

fn main() {
    let items = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let items: u32 = items.unwrap_or(1_000_000);
    let mut out = std::io::stdout().lock();
    _ = writeln!(
        out,
        "| items | bytes an item | insert µs | worst insert ms | lookup µs p50 | p99 | worst | \
         worst, best of 3 |"
    );
    _ = writeln!(out, "|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut index = Index::default();
    let mut spent = (Duration::ZERO, Duration::ZERO);
    for number in 0..items {
        let features = features(number);
        let begun = Instant::now();
        index.insert(number, &features);
        let took = begun.elapsed();
        spent = (spent.0 + took, spent.1.max(took));
        let so_far = number + 1;
        if so_far == items || [10_000, 100_000, 300_000].contains(&so_far) {
            let bytes = index.bytes() / index.len();
            let insert = micros(spent.0) / f64::from(so_far);
            let [half, most, worst, settled] = lookups(&index, so_far);
            let worst_insert = micros(spent.1) / 1_000.0;
            _ = writeln!(
                out,
                "| {so_far} | {bytes} | {insert:.2} | {worst_insert:.1} | {half:.1} | {most:.1} | {worst:.1} | {settled:.1} |"
            );
        }
    }
    texts(&mut out);
}

/// One item in three shares boilerplate with thousands, one in ten is near another one.
fn features(number: u32) -> Features {
    let seed = if number % 10 == 9 { number - 5 } else { number };
    std::array::from_fn(|at| {
        let of_its_own = spread(u64::from(seed) * FEATURES as u64 + at as u64 + 1);
        let edited = number != seed && at < 3;
        match (number % 3, at) {
            (0, 0) => spread(u64::from(number % 50) + (1 << 50)),
            _ if edited => spread(u64::from(number) + (1 << 40) + at as u64),
            _ => of_its_own,
        }
    })
}

fn spread(x: u64) -> u32 {
    let x = (x ^ (x >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((x >> 32) as u32).max(1)
}

/// Median, 99th percentile and worst, in microseconds; half of them find something. The last is the
/// worst of what took long three times: once may be the machine's doing.
fn lookups(index: &Index, items: u32) -> [f64; 4] {
    let time = |turn: u64| {
        let features = features(spread(turn) % (items * 2));
        let begun = Instant::now();
        black_box(index.near(&features, 24));
        begun.elapsed()
    };
    let mut times: Vec<Duration> = (0..20_000).map(time).collect();
    let best = |turn: u64| (0..3).map(|_| time(turn)).min().unwrap_or_default();
    let settled = (0..20_000).map(best).max().unwrap_or_default();
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 1_000).copied().unwrap_or_default();
    let worst = times.last().copied().unwrap_or_default();
    [micros(at(500)), micros(at(990)), micros(worst), micros(settled)]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// What a text of an article's length costs.
fn texts(out: &mut impl std::io::Write) {
    let words =
        ["harbour", "mill", "ferry", "council", "river", "night", "bridge", "price", "of", "the"];
    let text = |salt: u64| -> String {
        let word = |at: u64| words[spread(at * 31 + salt) as usize % words.len()];
        let words: Vec<String> =
            (0..800).map(|at| format!("{} {}", word(at), spread(at + salt) % 90)).collect();
        words.join(" ")
    };
    let (one, other) = (text(1), text(2));
    let per = |work: &dyn Fn()| {
        let begun = Instant::now();
        (0..200).for_each(|_| work());
        micros(begun.elapsed()) / 200.0
    };
    let print = per(&|| _ = black_box(Print::of("a title of a story", &one)));
    let read = per(&|| _ = black_box(Reading::of("a title of a story", &one)));
    let readings = (Reading::of("a", &one), Reading::of("b", &other));
    let compare = per(&|| _ = black_box(readings.0.compare(&readings.1)));
    _ = writeln!(
        out,
        "1,600 tokens: print {print:.0} µs, reading {read:.0} µs, comparison {compare:.0} µs"
    );
}
