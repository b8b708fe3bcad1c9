//! Guards the pieces: addresses, validators, codings, the door, the shelf.
