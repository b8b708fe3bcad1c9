//! A JavaScript literal to strict JSON: single quotes, bare keys, trailing commas, comments,
//! `undefined`, raw line ends in strings, escapes and halves of surrogates that JSON forbids.

use serde_json::Value;

/// Brackets deeper than this are not read; the strict reader has a bound of the same size.
const DEEPEST: usize = 120;

/// The first list, object or text; `None` where even this grammar is broken. What follows it is not
/// looked at.
pub(super) fn first_value(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text, out: String::new(), open: Vec::new() };
    while reader.step()? {}
    serde_json::from_str(&reader.out).ok()
}

/// Rewrites token by token.
struct Reader<'a> {
    rest: &'a str,
    out: String,
    /// The brackets that are open, innermost last.
    open: Vec<char>,
}

impl Reader<'_> {
    /// Reads a token; `false` behind the last bracket, `None` where it cannot go on.
    fn step(&mut self) -> Option<bool> {
        let c = self.take()?;
        match c {
            '{' | '[' => {
                self.out.push(c);
                self.open.push(c);
                if self.open.len() > DEEPEST {
                    return None;
                }
            }
            '}' | ']' => {
                let partner = if c == '}' { '{' } else { '[' };
                if self.open.pop() != Some(partner) {
                    return None;
                }
                self.drop_comma();
                self.out.push(c);
                return Some(!self.open.is_empty());
            }
            '"' | '\'' | '`' => {
                self.string(c)?;
                return Some(!self.open.is_empty());
            }
            '/' => self.comment()?,
            c if c.is_whitespace() => {}
            // Outside of brackets, only text is worth the trouble.
            _ if self.open.is_empty() => return None,
            ':' => self.out.push(c),
            ',' => self.comma(),
            c => self.word(c)?,
        }
        Some(true)
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
        Some(c)
    }

    fn drop_comma(&mut self) {
        if self.out.ends_with(',') {
            self.out.pop();
        }
    }

    /// Holes in lists (`[1,,2]`) are `null`.
    fn comma(&mut self) {
        if self.out.ends_with([',', '[']) {
            self.out.push_str("null");
        }
        self.out.push(',');
    }

    fn comment(&mut self) -> Option<()> {
        let (end, inside) = match self.take()? {
            '*' => ("*/", self.rest),
            '/' => ("\n", self.rest),
            _ => return None,
        };
        self.rest = inside.split_once(end)?.1;
        Some(())
    }

    /// A number, a word of the language, or a key without quotes.
    fn word(&mut self, first: char) -> Option<()> {
        let is_part = |c: char| c.is_alphanumeric() || "_$.+-".contains(c);
        if !is_part(first) {
            return None;
        }
        let length = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (tail, rest) = self.rest.split_at_checked(length)?;
        let word = format!("{first}{tail}");
        self.rest = rest;
        let is_key = rest.trim_start().starts_with(':') && self.open.last() == Some(&'{');
        if is_key {
            self.quote(&word);
            return Some(());
        }
        match word.as_str() {
            "true" | "false" | "null" => self.out.push_str(&word),
            "undefined" | "NaN" | "Infinity" | "-Infinity" => self.out.push_str("null"),
            number => {
                let _: serde_json::Number = serde_json::from_str(number).ok()?;
                self.out.push_str(number);
            }
        }
        Some(())
    }

    fn quote(&mut self, text: &str) {
        self.out.push_str(&Value::from(text).to_string());
    }

    fn string(&mut self, quote: char) -> Option<()> {
        let mut text = Vec::new();
        loop {
            let c = self.take()?;
            if c == quote {
                break;
            }
            match c {
                '\\' => self.escape(&mut text)?,
                c => text.extend(c.encode_utf16(&mut [0; 2]).iter()),
            }
        }
        // Halves of surrogates become U+FFFD.
        self.quote(&String::from_utf16_lossy(&text));
        Some(())
    }

    /// Behind a backslash; the text is in UTF-16, as the language has it.
    fn escape(&mut self, text: &mut Vec<u16>) -> Option<()> {
        let c = self.take()?;
        let control = match c {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' | 'f' | 'v' | '0' => ' ',
            '\n' => return Some(()),
            'u' => return self.code(4).map(|code| text.push(code)),
            'x' => return self.code(2).map(|code| text.push(code)),
            other => other,
        };
        text.extend(control.encode_utf16(&mut [0; 2]).iter());
        Some(())
    }

    fn code(&mut self, digits: usize) -> Option<u16> {
        let code = u16::from_str_radix(self.rest.get(..digits)?, 16).ok()?;
        self.rest = self.rest.get(digits..).unwrap_or_default();
        Some(code)
    }
}
