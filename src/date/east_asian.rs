//! Chinese, Japanese and Korean dates spelled with plain marks: `2022年3月9日 15时27分` as `2022-3-9 15:27`.

use chrono_tz::Tz;

const MORNING: &[&str] = &["上午", "凌晨", "早上", "清晨", "午前", "오전"];
const AFTERNOON: &[&str] = &["下午", "晚上", "傍晚", "中午", "午後", "午后", "오후"];

/// Spells out; anything else stays as it is.
///
/// A Korean date without a zone of its own is Korean time where nobody named the source's zone,
/// that is, where it is UTC.
pub(super) fn spell(text: String, zone: Tz) -> (String, Tz) {
    if text.bytes().all(|byte| byte < 0xe0) {
        return (text, zone);
    }
    let korean = text.chars().any(|c| ('가'..='힣').contains(&c));
    let spelled = marks(&halves(&text));
    (spelled, if korean && zone == Tz::UTC { Tz::Asia__Seoul } else { zone })
}

fn halves(text: &str) -> String {
    let mut text = text.to_owned();
    for word in MORNING {
        text = text.replace(word, " am ");
    }
    for word in AFTERNOON {
        text = text.replace(word, " pm ");
    }
    let text = text.replace(" 오 ", " am ");
    // Without an hour after it, it makes no time of the number before it.
    let end = text.trim_end();
    end.strip_suffix(" am").or_else(|| end.strip_suffix(" pm")).unwrap_or(&text).to_owned()
}

/// Each sign after a number becomes the mark that plain dates have there.
fn marks(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let digit_follows = characters.peek().is_some_and(char::is_ascii_digit);
        let after_number = spelled.trim_end().ends_with(|c: char| c.is_ascii_digit());
        match character {
            '年' | '년' | '月' | '월' if after_number => trim_and_push(&mut spelled, "-"),
            '日' | '号' | '號' | '일' if after_number => spelled.push(' '),
            '时' | '時' | '点' | '點' | '시' if after_number => {
                hour_mark(&mut spelled, &mut characters);
            }
            '分' | '분' if after_number => {
                trim_and_push(&mut spelled, if digit_follows { ":" } else { "" });
            }
            '秒' | '초' if after_number => {}
            '周' | '週' => drop_weekday(&mut characters),
            '星' | '礼' | '禮' | '曜' | '요' => drop_two(&mut characters),
            other => spelled.push(other),
        }
    }
    spelled
}

/// After an hour: `:`, and `00` where no minutes follow.
fn hour_mark(spelled: &mut String, characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    spelled.truncate(spelled.trim_end().len());
    while characters.next_if_eq(&' ').is_some() {}
    match characters.next_if_eq(&'半') {
        Some(_) => spelled.push_str(":30"),
        None if characters.peek().is_some_and(char::is_ascii_digit) => spelled.push(':'),
        None => spelled.push_str(":00 "),
    }
}

fn trim_and_push(spelled: &mut String, mark: &str) {
    spelled.truncate(spelled.trim_end().len());
    spelled.push_str(mark);
}

/// The `三` of `周三`.
fn drop_weekday(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    characters.next_if(|c| "一二三四五六日天".contains(*c));
}

/// The `期三` of `星期三`, the `日` of `曜日`.
fn drop_two(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    characters.next_if(|c| "期拜日일".contains(*c));
    drop_weekday(characters);
}
