//! Paths with wildcards, compared as octets whatever way they are written (RFC 9309 §2.2.2).

/// A path of a rule; `*` stands for anything, `$` at the end for the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// What stands between the stars.
    pieces: Vec<String>,
    /// Whether nothing may follow.
    ends: bool,
    /// Octets as written: the longer, the more it says.
    length: usize,
}

impl Pattern {
    pub(super) fn new(path: &str) -> Self {
        let (path, ends) = path.strip_suffix('$').map_or((path, false), |path| (path, true));
        let pieces: Vec<_> = path.split('*').map(normal).collect();
        let stars = pieces.len() - 1;
        let length = pieces.iter().map(String::len).sum::<usize>() + stars + usize::from(ends);
        Self { pieces, ends, length }
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Whether it matches a path in its normal form. The first place of each piece is as good as
    /// any other, so that no way has to be tried twice.
    pub(super) fn matches(&self, path: &str) -> bool {
        let Some((first, more)) = self.pieces.split_first() else { return false };
        let Some(mut rest) = path.strip_prefix(first.as_str()) else { return false };
        let Some((last, between)) = more.split_last() else {
            return !self.ends || rest.is_empty();
        };
        for piece in between {
            let Some((_, behind)) = split(rest, piece) else { return false };
            rest = behind;
        }
        if self.ends { rest.ends_with(last.as_str()) } else { split(rest, last).is_some() }
    }
}

fn split<'t>(text: &'t str, piece: &str) -> Option<(&'t str, &'t str)> {
    if piece.is_empty() { Some(("", text)) } else { text.split_once(piece) }
}

/// A path with every octet written in one way: unreserved ones as they are, encoded ones in upper
/// case, and what stands for something in patterns always encoded.
pub(super) fn normal(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut text = String::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(octet);
        at += if escaped.is_some() { 3 } else { 1 };
        match escaped {
            Some(octet) if unreserved(octet) => text.push(char::from(octet)),
            Some(octet) => encode(&mut text, octet),
            None if matches!(byte, b'!'..=b'~') && !matches!(byte, b'*' | b'$') => {
                text.push(char::from(*byte));
            }
            None => encode(&mut text, *byte),
        }
    }
    text
}

fn octet(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    match digits {
        [high, low] => Some((digit(*high)? * 16 + digit(*low)?) as u8),
        _ => None,
    }
}

fn unreserved(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-._~".contains(&octet)
}

fn encode(text: &mut String, octet: u8) {
    const DIGITS: &[char; 16] =
        &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    text.push('%');
    text.extend([DIGITS[usize::from(octet >> 4)], DIGITS[usize::from(octet & 15)]]);
}
