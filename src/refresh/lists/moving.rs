//! Asking at the address that a source moved to, and noticing that it moves.

use url::Url;

use super::Gathered;
use crate::fetch::{Answer, Error, Request};
use crate::model::Instant;
use crate::schedule::{self, Move, Sight};

/// What an address did, before it is known what was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// It led there for good.
    Led { to: String },
    /// It answered itself, or led elsewhere for now.
    Otherwise,
    /// It is not there.
    Lost,
    /// It did not answer.
    Silent,
}

/// The request as it goes out: to the adopted address, if there is one. What was configured for
/// one origin is told to no other.
pub(super) fn to(request: &Request, moved: Option<&Move>) -> Request {
    let mut request = request.clone();
    let adopted = moved.filter(|moved| moved.adopted);
    if let Some(target) = adopted.and_then(|moved| Url::parse(&moved.to).ok()) {
        if target.origin() != request.url.origin() {
            request.headers.clear();
        }
        // Validators go to none but the address that gave them.
        request.validated.get_or_insert(request.url);
        request.url = target;
    }
    request
}

/// What an answer says of the address.
pub(super) fn sight(request: &Request, answer: &Result<Answer, Error>, can_move: bool) -> Seen {
    match answer {
        Ok(Answer::Fresh { wait, .. } | Answer::Unchanged { wait, .. }) => match &wait.moved_to {
            Some(to) if can_move && request.body.is_none() => Seen::Led { to: to.to_string() },
            _ => Seen::Otherwise,
        },
        Err(Error::Status { status: 404 | 410, .. }) => Seen::Lost,
        Err(_) => Seen::Silent,
    }
}

/// The move that is adopted because the old address is lost, if there is one.
pub(super) fn lost(one: &Gathered, seen: &Seen, now: Instant) -> Option<Move> {
    let before = one.moved.as_ref().filter(|moved| !moved.adopted)?;
    if *seen != Seen::Lost {
        return None;
    }
    schedule::observe(&one.address, Some(before.clone()), Sight::Lost, now)
}

/// Puts what was seen beside what was known; a redirect to what is no list counts for nothing.
pub(super) fn observe(one: &mut Gathered, seen: &Seen, kin: bool, now: Instant) {
    let sight = match seen {
        Seen::Led { .. } if one.error.is_some() => Sight::Otherwise,
        Seen::Led { to } => Sight::Led { to, kin },
        Seen::Otherwise => Sight::Otherwise,
        Seen::Lost => Sight::Lost,
        Seen::Silent => Sight::Silent,
    };
    one.moved = schedule::observe(&one.address, one.moved.take(), sight, now);
}
