//! Thousands of words and patterns looked for in one walk over a text.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind, PatternID};
use regex::{RegexSet, RegexSetBuilder};

use super::facts::Haystack;
use super::fold::{fold, joins};
use super::{Pattern, Place};

/// The most hits of words in one text that are looked at.
const MOST_HITS: usize = 1 << 20;
/// So many patterns may keep the memory that they run in.
const FEW: usize = 100;
/// The most memory of the patterns that are run together, in bytes.
const SET_SIZE: usize = 16 << 20;
/// The longest word that is nobody's, in bytes; see [`automaton`].
const MOST_SILENT: usize = 1 << 14;

/// Where a word counts, and as which test.
#[derive(Debug)]
struct Use {
    place: Place,
    /// Whether a letter may stand right before it, and right behind it.
    open: (bool, bool),
    test: u32,
}

/// Words by what they are called folded.
#[derive(Debug, Default)]
pub(super) struct Words {
    by_word: HashMap<String, usize>,
    uses: Vec<Vec<Use>>,
    automaton: Option<AhoCorasick>,
}

impl Words {
    /// Adds a word; one that folds to nothing is never found.
    pub fn add(&mut self, place: Place, word: &str, test: u32) {
        let folded = fold(word);
        let open = (folded.starts_with('*'), folded.ends_with('*'));
        let word = folded.trim_matches(['*', ' ']);
        if word.is_empty() {
            return;
        }
        let open = if place == Place::Link { (true, true) } else { open };
        let at = *self.by_word.entry(word.to_owned()).or_insert_with(|| {
            self.uses.push(Vec::new());
            self.uses.len() - 1
        });
        if let Some(uses) = self.uses.get_mut(at) {
            uses.push(Use { place, open, test });
        }
    }

    /// Makes them ready; false where the machine would be too large.
    pub fn build(&mut self) -> bool {
        let mut words: Vec<(String, usize)> =
            std::mem::take(&mut self.by_word).into_iter().collect();
        words.sort_by_key(|(_, at)| *at);
        if words.is_empty() {
            return true;
        }
        let words: Vec<&[u8]> = words.iter().map(|(word, _)| word.as_bytes()).collect();
        self.automaton = automaton(&words);
        self.automaton.is_some()
    }

    /// Calls with the test of every word that stands in the text.
    pub fn find(&self, hay: &Haystack, mut hit: impl FnMut(u32)) {
        let Some(automaton) = &self.automaton else { return };
        for found in automaton.find_overlapping_iter(&hay.text).take(MOST_HITS) {
            let place = hay.place(found.start());
            let (mut before, mut behind) = (None, None);
            for one in self.uses.get(word(found.pattern())).into_iter().flatten() {
                let in_text = one.place == Place::Text && place != Place::Link;
                if one.place != place && !in_text {
                    continue;
                }
                let left = one.open.0
                    || *before.get_or_insert_with(|| is_border(&hay.text, found.start()));
                let right =
                    one.open.1 || *behind.get_or_insert_with(|| is_border(&hay.text, found.end()));
                if left && right {
                    hit(one.test);
                }
            }
        }
    }

    /// Memory that it takes, in bytes, about.
    pub fn memory(&self) -> usize {
        self.automaton.as_ref().map_or(0, AhoCorasick::memory_usage)
    }
}

/// A machine for words, whose order [`word`] gives. Making it takes time that grows with the square
/// of their number where almost every state ends a word (`a1`, `a12`, `a123`): states that end one
/// are moved before all others one by one, and where each went is looked up step by step, in as
/// many steps as there are states for each that ends none. So there is one word more, of bytes
/// that are in no text, whose states end none.
fn automaton(words: &[&[u8]]) -> Option<AhoCorasick> {
    let silent = vec![0xff; (words.len() / 4).clamp(1, MOST_SILENT)];
    let all = std::iter::once(silent.as_slice()).chain(words.iter().copied());
    AhoCorasick::builder().match_kind(MatchKind::Standard).build(all).ok()
}

/// The place among its words of what an [`automaton`] found.
fn word(pattern: PatternID) -> usize {
    pattern.as_usize().wrapping_sub(1)
}

/// Whether no word goes on over a place of a text.
fn is_border(text: &str, at: usize) -> bool {
    let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
    let joined = |c: Option<char>| c.is_some_and(joins);
    !(joined(before.chars().next_back()) && joined(behind.chars().next()))
}

/// Patterns of texts: those that need certain letters are run only where these stand.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    all: Vec<(Place, Pattern, u32)>,
    letters: Option<AhoCorasick>,
    /// Which pattern each run of letters is for.
    of_letters: Vec<usize>,
    together: Vec<Together>,
    /// Patterns that are run one by one on every text.
    single: Vec<usize>,
}

/// Patterns of one place that are run as one machine.
#[derive(Debug)]
struct Together {
    place: Place,
    set: RegexSet,
    tests: Vec<u32>,
}

impl Patterns {
    pub fn add(&mut self, place: Place, pattern: &Pattern, test: u32) {
        self.all.push((place, pattern.clone(), test));
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Makes them ready.
    pub fn build(&mut self) {
        let mut letters: Vec<Vec<u8>> = Vec::new();
        let mut rest: HashMap<Place, Vec<usize>> = HashMap::new();
        for (at, (place, pattern, _)) in self.all.iter().enumerate() {
            if let Some(needs) = pattern.needs() {
                self.of_letters.extend(needs.iter().map(|_| at));
                letters.extend(needs.iter().cloned());
            } else {
                rest.entry(*place).or_default().push(at);
            }
        }
        let letters: Vec<&[u8]> = letters.iter().map(Vec::as_slice).collect();
        self.letters = automaton(&letters).filter(|_| !letters.is_empty());
        if self.letters.is_none() {
            self.single.append(&mut self.of_letters);
        }
        for (place, those) in rest {
            self.join(place, those);
        }
    }

    fn join(&mut self, place: Place, those: Vec<usize>) {
        let chosen: Vec<_> = those.iter().filter_map(|at| self.all.get(*at)).collect();
        let texts = chosen.iter().map(|(_, pattern, _)| pattern.as_str());
        let set = RegexSetBuilder::new(texts).size_limit(SET_SIZE).dfa_size_limit(SET_SIZE).build();
        match set {
            Ok(set) => {
                let tests = chosen.iter().map(|(_, _, test)| *test).collect();
                self.together.push(Together { place, set, tests });
            }
            Err(_) => self.single.extend(those),
        }
    }

    /// Calls with the test of every pattern that is found in the text.
    pub fn find(&self, hay: &Haystack, mut hit: impl FnMut(u32)) {
        let mut wanted = self.single.clone();
        if let Some(letters) = &self.letters {
            let mut seen = vec![false; self.of_letters.len()];
            for found in letters.find_overlapping_iter(&hay.text).take(MOST_HITS) {
                if let Some(seen) = seen.get_mut(word(found.pattern())) {
                    *seen = true;
                }
            }
            let those = self.of_letters.iter().zip(seen).filter(|(_, seen)| *seen);
            wanted.extend(those.map(|(at, _)| *at));
        }
        wanted.sort_unstable();
        wanted.dedup();
        for (place, pattern, test) in wanted.into_iter().filter_map(|at| self.all.get(at)) {
            let part = hay.part(*place);
            let found = if self.all.len() > FEW {
                // A copy shares the machine, and takes what it runs in with it when it goes.
                pattern.regex().clone().is_match(part)
            } else {
                pattern.regex().is_match(part)
            };
            if found {
                hit(*test);
            }
        }
        for one in &self.together {
            for at in one.set.matches(hay.part(one.place)) {
                one.tests.get(at).copied().into_iter().for_each(&mut hit);
            }
        }
    }
}
