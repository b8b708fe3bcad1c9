//! An expression's text to tokens (XPath 1.0 §3.7).

/// A token. Whether a name or `*` is an operator is for the parser to say, by its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// A name, with its prefix if it has one: `div`, `svg:path`, `svg:*`.
    Name(&'t str),
    /// A text without its quotes.
    Literal(&'t str),
    Number(f64),
    Sign(&'static str),
}

/// Longer signs before those they begin with.
const SIGNS: &[&str] = &[
    "::", "//", "..", "!=", "<=", ">=", "(", ")", "[", "]", "@", ",", "/", "|", "+", "-", "=", "<",
    ">", "*", ".",
];

pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (token, after) = token(rest)?;
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn token(rest: &str) -> Result<(Token<'_>, &str), String> {
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inner = rest.get(1..).unwrap_or_default();
        let (literal, after) = inner.split_once(quote).ok_or("a quote is not closed")?;
        return Ok((Token::Literal(literal), after));
    }
    if let Some((number, after)) = number(rest) {
        return Ok((Token::Number(number), after));
    }
    if let Some((name, after)) = name(rest) {
        return Ok((Token::Name(name), after));
    }
    let sign = SIGNS.iter().find_map(|sign| Some((*sign, rest.strip_prefix(sign)?)));
    let odd = rest.chars().next().unwrap_or_default();
    let (sign, after) = sign.ok_or_else(|| format!("`{odd}` means nothing here"))?;
    Ok((Token::Sign(sign), after))
}

/// `1`, `1.5`, `1.`, `.5`.
fn number(rest: &str) -> Option<(f64, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    let tail = rest.get(whole..).and_then(|tail| tail.strip_prefix('.'));
    let part = tail.map(digits);
    let length = match part {
        _ if whole == 0 && part.unwrap_or(0) == 0 => return None,
        Some(part) => whole + 1 + part,
        None => whole,
    };
    let (number, after) = rest.split_at_checked(length)?;
    Some((number.parse().ok()?, after))
}

fn name(rest: &str) -> Option<(&str, &str)> {
    let local = local(rest)?;
    let after = rest.get(local..)?;
    let prefixed = after.strip_prefix(':').and_then(|tail| {
        let second = if tail.starts_with('*') { 1 } else { self::local(tail)? };
        Some(local + 1 + second)
    });
    rest.split_at_checked(prefixed.unwrap_or(local))
}

/// The length of the name without a colon that the text begins with.
fn local(text: &str) -> Option<usize> {
    let starts = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    starts.then(|| text.find(|c| !inside(c)).unwrap_or(text.len()))
}
