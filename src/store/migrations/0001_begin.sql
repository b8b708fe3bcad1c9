-- Times are whole seconds since 1970, UTC. Prints are the first 16 bytes of a SHA-256.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE source (
    id          TEXT PRIMARY KEY,
    title       TEXT,
    home        TEXT,
    feed        TEXT,
    next_visit  INTEGER NOT NULL DEFAULT 0,
    last_visit  INTEGER,
    last_good   INTEGER,
    failures    INTEGER NOT NULL DEFAULT 0,
    error       TEXT,
    faults      TEXT NOT NULL DEFAULT '[]',
    -- Whether the last visit ended before the end of its lists: the next one walks them whole.
    incomplete  INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- What a server gave for an address, echoed byte for byte; `asked` is a print of the request
-- (address, headers, body): when it changes, the next request is unconditional.
CREATE TABLE validator (
    source        TEXT NOT NULL,
    address       TEXT NOT NULL,
    asked         BLOB NOT NULL,
    given_by      TEXT,
    etag          BLOB,
    last_modified BLOB,
    PRIMARY KEY (source, address)
) WITHOUT ROWID;

CREATE TABLE item (
    id         TEXT PRIMARY KEY,
    source     TEXT NOT NULL,
    key        TEXT NOT NULL,
    uri        TEXT NOT NULL UNIQUE,
    link       TEXT,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    summary    TEXT,
    published  INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    medium     TEXT,
    image      TEXT,
    language   TEXT,
    extra      TEXT NOT NULL,
    substance  BLOB NOT NULL,
    UNIQUE (source, key)
);
CREATE INDEX item_by_time ON item (published DESC, id);

-- Each rendition of an entry as it came, compressed; the item is made of them.
CREATE TABLE original (
    item  TEXT NOT NULL REFERENCES item (id),
    list  TEXT NOT NULL,
    print BLOB NOT NULL,
    -- How often its article was asked for in vain; 0 where it is here or not wanted.
    tries INTEGER NOT NULL DEFAULT 0,
    data  BLOB NOT NULL,
    PRIMARY KEY (item, list)
);

-- Entries that cannot be published: kept with the reason.
CREATE TABLE held (
    source TEXT NOT NULL,
    key    TEXT NOT NULL,
    list   TEXT NOT NULL,
    since  INTEGER NOT NULL,
    reason TEXT NOT NULL,
    print  BLOB NOT NULL,
    data   BLOB NOT NULL,
    PRIMARY KEY (source, key, list)
);

CREATE TABLE category (
    number INTEGER PRIMARY KEY,
    id     TEXT NOT NULL UNIQUE,
    slug   TEXT NOT NULL UNIQUE COLLATE NOCASE,
    title  TEXT NOT NULL
);

-- Addresses that lead to a category's own: what it was called before, or would have liked.
CREATE TABLE alias (
    slug     TEXT PRIMARY KEY,
    category INTEGER NOT NULL REFERENCES category (number)
) WITHOUT ROWID;

CREATE TABLE item_category (
    category  INTEGER NOT NULL REFERENCES category (number),
    published INTEGER NOT NULL,
    item      TEXT NOT NULL REFERENCES item (id),
    place     INTEGER NOT NULL,
    PRIMARY KEY (category, published DESC, item)
) WITHOUT ROWID;
CREATE INDEX category_of_item ON item_category (item, place);

CREATE INDEX original_unfinished ON original (item) WHERE tries > 0;

-- What changed since it was last published.
CREATE TABLE pending_item (
    mark INTEGER PRIMARY KEY AUTOINCREMENT,
    item TEXT NOT NULL UNIQUE
);
CREATE TABLE pending_category (
    mark     INTEGER PRIMARY KEY AUTOINCREMENT,
    category INTEGER NOT NULL UNIQUE
);

-- The published files that are ours, as they were when written.
CREATE TABLE file (
    path   TEXT PRIMARY KEY,
    digest BLOB NOT NULL,
    size   INTEGER NOT NULL,
    mtime  INTEGER NOT NULL
) WITHOUT ROWID;
