//! The zone of a date text: an offset, an abbreviation, or a name of the zone database.

use chrono_tz::Tz;

use super::tokens::{Kind, Token};

/// What a text says about its zone.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stated {
    /// Seconds east of Greenwich.
    pub(super) offset: Option<i32>,
    pub(super) zone: Option<Tz>,
}

const MINUTE: i32 = 60;
const HOUR: i32 = 60 * MINUTE;
/// Stands for `CST`, which is America's central time everywhere but in China.
const CST: i32 = -6 * HOUR;

/// Takes the zone from the front of what stands after the time, and gives what is left.
///
/// `None`: an offset that is none (`+00:zz`).
pub(super) fn take(mut rest: Vec<Token<'_>>) -> Option<(Stated, Vec<Token<'_>>)> {
    while rest.first().is_some_and(|token| token.is(",") || token.is(".")) {
        rest.remove(0);
    }
    let mut stated = Stated::default();
    if let Some((zone, used)) = database_name(&rest) {
        stated.zone = Some(zone);
        rest.drain(..used);
    } else if let Some(offset) = rest.first().and_then(|token| abbreviation(token.text)) {
        stated.offset = Some(offset);
        rest.remove(0);
    }
    // `+0800 +08`: the zone's name may be its offset again.
    for again in [false, true] {
        if is_sign(&rest) {
            let (offset, used) = signed(&rest)?;
            stated.offset = stated.offset.filter(|_| again).or(offset).or(Some(0));
            rest.drain(..used);
        }
    }
    Some((stated, rest))
}

/// `CST` as the source's own zone means it.
pub(super) fn local_meaning(offset: i32, zone: Tz) -> i32 {
    let chinese = matches!(
        zone,
        Tz::Asia__Shanghai | Tz::Asia__Chongqing | Tz::Asia__Harbin | Tz::PRC | Tz::Asia__Taipei
    );
    if offset == CST && chinese { 8 * HOUR } else { offset }
}

/// `America/Los_Angeles`, in whatever case.
fn database_name(rest: &[Token<'_>]) -> Option<(Tz, usize)> {
    if !rest.get(1).is_some_and(|token| token.is("/")) {
        return None;
    }
    let path: Vec<&str> = rest
        .chunk_by(|one, next| one.is("/") || next.is("/"))
        .next()?
        .iter()
        .map(|t| t.text)
        .collect();
    let parts: Vec<&str> = path.iter().step_by(2).copied().collect();
    if !matches!(parts.len(), 2 | 3) || path.iter().skip(1).step_by(2).any(|mark| *mark != "/") {
        return None;
    }
    let name = parts.iter().map(|part| capitals(part)).collect::<Vec<_>>().join("/");
    let zone = name
        .parse()
        .or_else(|_| parts.join("/").to_ascii_uppercase().replacen("ETC", "Etc", 1).parse());
    Some((zone.ok()?, parts.len() * 2 - 1))
}

/// `los_angeles` to `Los_Angeles`.
fn capitals(part: &str) -> String {
    let mut start = true;
    part.chars()
        .map(|letter| {
            let letter = if start { letter.to_ascii_uppercase() } else { letter };
            start = letter == '_';
            letter
        })
        .collect()
}

/// A sign right before a number, as opposed to a dash between two parts.
fn is_sign(rest: &[Token<'_>]) -> bool {
    matches!(rest, [sign, number, ..]
        if (sign.is("+") || sign.is("-")) && number.kind == Kind::Number && !number.spaced && number.text.len() <= 4)
}

/// `+0100`, `+01:00`, `+1`; an offset beyond a day counts as none.
fn signed(rest: &[Token<'_>]) -> Option<(Option<i32>, usize)> {
    let (sign, tail) = rest.split_first()?;
    let (first, digits) = tail.first()?.number()?;
    let colon = tail.get(1).is_some_and(|token| token.is(":"));
    let (hours, minutes, used) = match digits {
        1 | 2 if colon => (first, tail.get(2)?.number()?.0, 4),
        1 | 2 => (first, 0, 2),
        _ => (first / 100, first % 100, 2),
    };
    let seconds = i32::try_from(hours * 60 + minutes).ok()?.checked_mul(MINUTE)?;
    let sane = hours < 24 && minutes < 60;
    Some((sane.then_some(if sign.is("-") { -seconds } else { seconds }), used))
}

/// Seconds east of Greenwich for a zone's abbreviation.
pub(super) fn abbreviation(word: &str) -> Option<i32> {
    let quarters = match word {
        "z" | "utc" | "gmt" | "ut" | "wet" | "zulu" => 0,
        "bst" | "west" | "cet" | "met" | "mez" | "wat" => 4,
        "cest" | "mest" | "mesz" | "eet" | "sast" | "cat" => 8,
        "eest" | "msk" | "eat" | "trt" => 12,
        "msd" | "gst" => 16,
        "pkt" => 20,
        "ist" => 22,
        "npt" => 23,
        "ict" | "wib" => 28,
        "hkt" | "sgt" | "pht" | "awst" | "myt" => 32,
        "jst" | "kst" => 36,
        "acst" => 38,
        "aest" => 40,
        "acdt" => 42,
        "aedt" => 44,
        "nzst" => 48,
        "nzdt" => 52,
        "ndt" => -10,
        "adt" | "brt" | "art" => -12,
        "nst" => -14,
        "edt" | "ast" | "clt" => -16,
        "est" | "cdt" | "et" => -20,
        "cst" | "mdt" | "ct" => -24,
        "mst" | "pdt" | "mt" => -28,
        "pst" | "akdt" | "pt" => -32,
        "akst" => -36,
        "hst" => -40,
        _ => return None,
    };
    Some(quarters * 15 * MINUTE)
}
