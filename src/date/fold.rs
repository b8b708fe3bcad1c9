//! Date text to the few characters that the readers know: lower case, no accents, plain digits.

/// Lower-cases, drops accents and comments in parentheses, narrows full-width characters, and
/// writes every dash as `-` and every blank as a space.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut depth = 0_usize;
    for character in text.chars() {
        match character {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ => push(&mut folded, character),
        }
    }
    let kept = folded.trim().len();
    if kept == 0 { folded } else { folded.trim().to_owned() }
}

fn push(folded: &mut String, character: char) {
    if character.is_ascii() {
        folded.push(if character.is_ascii_control() {
            ' '
        } else {
            character.to_ascii_lowercase()
        });
        return;
    }
    match narrow(character) {
        Some(plain) => folded.push(plain),
        None => folded
            .extend(character.to_lowercase().map(without_accent).filter(|c| !is_combining(*c))),
    }
}

/// ASCII for the characters that are only another form of it.
fn narrow(character: char) -> Option<char> {
    let code = u32::from(character);
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(code - 0xfee0).map(|c| c.to_ascii_lowercase()),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '∶' => Some(':'),
        '\u{2018}' | '\u{2019}' | '\u{2b9}' => Some('\''),
        _ if character.is_whitespace() || character == '\u{200b}' || character == '\u{feff}' => {
            Some(' ')
        }
        _ => None,
    }
}

fn is_combining(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character) || character == '\u{ad}'
}

/// The letter under the accent, Latin and Greek.
fn without_accent(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' | 'ģ' => 'g',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ł' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ő' | 'ō' => 'o',
        'ř' => 'r',
        'ś' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù'..='ü' | 'ű' | 'ů' | 'ū' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' | 'ϊ' | 'ΐ' => 'ι',
        'ό' => 'ο',
        'ύ' | 'ϋ' | 'ΰ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        other => other,
    }
}
