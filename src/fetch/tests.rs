//! The pure parts of the room, by tables.
