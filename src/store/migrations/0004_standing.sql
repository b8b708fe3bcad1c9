-- How each source is, as judged after its last visit.
CREATE TABLE standing (
    source   TEXT PRIMARY KEY,
    state    TEXT NOT NULL,
    cause    TEXT,
    since    INTEGER NOT NULL,
    -- Good visits in a row whose lists came and were all empty.
    empties  INTEGER NOT NULL DEFAULT 0,
    moved_to TEXT,
    visits   INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- The last visits of each source, in a ring of slots.
CREATE TABLE visit (
    source    TEXT NOT NULL,
    slot      INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    cause     TEXT,
    error     TEXT,
    entries   INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    new       INTEGER NOT NULL,
    changed   INTEGER NOT NULL,
    held      INTEGER NOT NULL,
    PRIMARY KEY (source, slot)
) WITHOUT ROWID;

-- What broke and what healed: each change of a state.
CREATE TABLE turn (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    at     INTEGER NOT NULL,
    was    TEXT NOT NULL,
    state  TEXT NOT NULL,
    cause  TEXT,
    error  TEXT
);

CREATE INDEX item_of_source ON item (source, published DESC);
