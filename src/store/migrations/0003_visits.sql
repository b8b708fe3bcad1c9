-- What the last lists of a source asked for, in seconds and bits, and whether the source is gone.
CREATE TABLE course (
    source      TEXT PRIMARY KEY,
    fresh       INTEGER,
    ttl         INTEGER,
    quiet_hours INTEGER NOT NULL DEFAULT 0,
    quiet_days  INTEGER NOT NULL DEFAULT 0,
    -- When 410 was first answered, and since when it is believed.
    first_410   INTEGER,
    gone        INTEGER
) WITHOUT ROWID;

-- Where permanent redirects lead from an address of the settings.
CREATE TABLE moved (
    source  TEXT NOT NULL,
    address TEXT NOT NULL,
    target  TEXT NOT NULL,
    since   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    days    INTEGER NOT NULL,
    proven  INTEGER NOT NULL,
    adopted INTEGER NOT NULL,
    PRIMARY KEY (source, address)
) WITHOUT ROWID;

-- Hosts that asked to be left alone.
CREATE TABLE rest (
    host     TEXT PRIMARY KEY,
    until    INTEGER NOT NULL,
    refusals INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX item_by_arrival ON item (source, first_seen DESC, published DESC);
