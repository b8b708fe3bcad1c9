//! Words that nobody can guess.

use crate::websub::hex;

/// Characters of a token: 160 bits.
pub(super) const LENGTH: usize = 40;

/// A word of hexadecimal digits; `None` where the system has no randomness to give.
pub(super) fn token() -> Option<String> {
    let mut bytes = [0_u8; LENGTH / 2];
    getrandom::fill(&mut bytes).ok()?;
    Some(hex(&bytes))
}
