//! The words of a date: months and weekdays, folded.

use chrono::Weekday;

/// Beginnings of month names by month, each before the shorter ones it would be taken for.
/// English, German, French, Spanish, Portuguese, Italian, Dutch, Scandinavian, Finnish, Polish,
/// Czech, Hungarian, Turkish, Indonesian, Russian, Ukrainian, Greek.
const MONTHS: &[(u32, &[&str])] = &[
    (
        7,
        &["juil", "jul", "lip", "lug", "cervenc", "cervenec", "heina", "tem", "июл", "лип", "ιουλ"],
    ),
    (1, &["jan", "ene", "gen", "sty", "led", "oca", "tammi", "янв", "січ", "ιαν"]),
    (2, &["feb", "fev", "lut", "uno", "sub", "helmi", "фев", "лют", "φεβ"]),
    (3, &["mar", "maer", "mrz", "mrt", "maa", "brez", "bre", "мар", "бер", "μαρ"]),
    (4, &["apr", "avr", "abr", "kwi", "dub", "nis", "huhti", "апр", "кві", "απρ"]),
    (5, &["may", "mai", "maj", "mei", "mag", "kve", "touko", "мая", "май", "тра", "μαι"]),
    (6, &["jun", "juin", "giu", "cze", "cerv", "haz", "kesa", "июн", "чер", "ιουν"]),
    (8, &["aug", "aou", "aout", "ago", "agu", "sie", "srp", "elo", "авг", "сер", "αυγ"]),
    (9, &["sep", "set", "szep", "wrz", "zar", "eyl", "syys", "сен", "вер", "σεπ"]),
    (10, &["oct", "okt", "ott", "out", "paz", "rij", "eki", "loka", "окт", "жов", "οκτ"]),
    (11, &["nov", "lis", "kas", "marras", "ноя", "лис", "νοε"]),
    (12, &["dec", "dez", "dic", "des", "gru", "pros", "ara", "joulu", "дек", "гру", "δεκ"]),
];

/// The longest month name, in characters.
const LONGEST: usize = 13;

/// 1 to 12 for a month's name or its beginning.
pub(super) fn month(word: &str) -> Option<u32> {
    if word.starts_with("marras") {
        return Some(11);
    }
    if word.chars().count() > LONGEST {
        return None;
    }
    let names = |prefixes: &[&str]| prefixes.iter().any(|prefix| word.starts_with(prefix));
    MONTHS.iter().find(|(_, prefixes)| names(prefixes)).map(|(month, _)| *month)
}

/// An English weekday's name or beginning.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    let beginning = word.get(..3)?;
    match beginning {
        "mon" => Some(Weekday::Mon),
        "tue" => Some(Weekday::Tue),
        "wed" => Some(Weekday::Wed),
        "thu" => Some(Weekday::Thu),
        "fri" => Some(Weekday::Fri),
        "sat" => Some(Weekday::Sat),
        "sun" => Some(Weekday::Sun),
        _ => None,
    }
}

/// Words that stand between the parts of a date and say nothing.
pub(super) fn is_noise(word: &str) -> bool {
    matches!(
        word,
        "t" | "at"
            | "on"
            | "of"
            | "the"
            | "de"
            | "del"
            | "um"
            | "uhr"
            | "kl"
            | "klo"
            | "le"
            | "a"
            | "h"
            | "г"
            | "года"
            | "в"
    )
}

/// `st`, `nd`, `rd`, `th` and their relatives, right after a day.
pub(super) fn is_ordinal(word: &str) -> bool {
    matches!(word, "st" | "nd" | "rd" | "th" | "er" | "º" | "ª" | "e" | "o")
}
