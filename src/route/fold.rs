//! Text as rules compare it: without regard to case, width and kinds of white space.

/// The text in lower case, full-width letters and signs as ASCII, white space as single blanks.
/// What ends a line ends a phrase only where it ends a field; that is the caller's to mark.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_to(text, &mut out);
    out
}

/// As [`fold`], behind what is there already.
pub(super) fn fold_to(text: &str, out: &mut String) {
    let mut gap = false;
    let start = out.len();
    for c in text.chars() {
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        if gap && out.len() > start {
            out.push(' ');
        }
        gap = false;
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            narrow(c, out);
        }
    }
}

fn narrow(c: char, out: &mut String) {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            let ascii = char::from_u32(c as u32 - 0xfee0).unwrap_or(c);
            out.push(ascii.to_ascii_lowercase());
        }
        // Marks that nobody sees or types.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
        '\u{2018}' | '\u{2019}' => out.push('\''),
        '\u{4e00}'..='\u{9fff}' => out.push(c),
        _ => out.extend(c.to_lowercase()),
    }
}

/// Whether letters of this kind stand together as words between spaces; those of Chinese,
/// Japanese, Korean (whose particles join the word), Thai and the like do not.
pub fn joins(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    let unspaced = matches!(c,
        '\u{0e00}'..='\u{0eff}'      // Thai, Lao
        | '\u{1000}'..='\u{109f}'    // Burmese
        | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17ff}'    // Khmer
        | '\u{2e80}'..='\u{d7ff}'    // Han, kana, hangul
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}'
        | '\u{20000}'..='\u{3ffff}');
    !unspaced && c.is_alphanumeric()
}
