-- What each item is recognised by when its key changes (64-bit prints, 0 for none). A row stays
-- when the item itself is forgotten, so that it never comes anew.
CREATE TABLE trace (
    item       TEXT PRIMARY KEY,
    source     TEXT NOT NULL,
    key        TEXT NOT NULL,
    link       INTEGER NOT NULL,
    path       INTEGER NOT NULL,
    title      INTEGER NOT NULL,
    text       INTEGER NOT NULL,
    telling    INTEGER NOT NULL,
    dated      INTEGER,
    first_seen INTEGER NOT NULL,
    UNIQUE (source, key)
) WITHOUT ROWID;
CREATE INDEX trace_by_link ON trace (source, link);
CREATE INDEX trace_by_path ON trace (source, path);
CREATE INDEX trace_by_title ON trace (source, title);
CREATE INDEX trace_by_text ON trace (source, text);
CREATE INDEX trace_by_time ON trace (source, first_seen);

-- Further keys under which an item came, the newest few.
CREATE TABLE known_as (
    source TEXT NOT NULL,
    key    TEXT NOT NULL,
    item   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (source, key)
) WITHOUT ROWID;
CREATE INDEX known_as_item ON known_as (item, at);

-- What a list said of itself when it was last read in good order.
CREATE TABLE face (
    source  TEXT NOT NULL,
    list    TEXT NOT NULL,
    title   TEXT,
    home    TEXT,
    size    INTEGER NOT NULL,
    empties INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, list)
) WITHOUT ROWID;

-- Earlier states of items that changed: title, summary and body, compressed.
CREATE TABLE revision (
    item   TEXT NOT NULL,
    number INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    data   BLOB NOT NULL,
    PRIMARY KEY (item, number)
);

-- Items as members of stories. `head` is the item that stands for all of them in public (itself,
-- where it stands alone); `face` the one whose words are shown under the head's name.
CREATE TABLE story (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    item      TEXT NOT NULL UNIQUE,
    head      TEXT NOT NULL,
    face      TEXT,
    source    TEXT NOT NULL,
    list      TEXT NOT NULL,
    published INTEGER NOT NULL,
    link      INTEGER NOT NULL,
    exact     INTEGER NOT NULL,
    features  BLOB NOT NULL,
    length    INTEGER NOT NULL,
    score     REAL,
    reason    TEXT,
    -- Whether it was handed out to be published: then it stands for its story for ever.
    out       INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX story_by_head ON story (head);
CREATE INDEX story_by_link ON story (link) WHERE link <> 0;
CREATE INDEX story_by_exact ON story (exact) WHERE exact <> 0;
CREATE INDEX story_by_time ON story (published);

-- Where each member of a story of several would be filed by itself; the head is filed under all.
-- Place -1, category 0 says that it is known, even if there is no category.
CREATE TABLE story_category (
    item     TEXT NOT NULL,
    place    INTEGER NOT NULL,
    category INTEGER NOT NULL,
    PRIMARY KEY (item, place)
) WITHOUT ROWID;

-- Items that readers see: all but those for which another member of their story stands.
CREATE VIEW shown AS
    SELECT * FROM item WHERE NOT EXISTS
        (SELECT 1 FROM story WHERE story.item = item.id AND story.head <> item.id);
