-- Which document of a category (0 stands for everything) an item is published in: page 0 holds the
-- newest, every other number an archive document. An item leaves page 0 for an archive, and never
-- an archive for anything.
CREATE TABLE leaf (
    category  INTEGER NOT NULL,
    item      TEXT NOT NULL,
    page      INTEGER NOT NULL DEFAULT 0,
    published INTEGER NOT NULL,
    PRIMARY KEY (item, category)
) WITHOUT ROWID;
CREATE INDEX leaf_by_page ON leaf (category, page, published DESC, item);

INSERT INTO leaf (category, item, published) SELECT category, item, published FROM item_category;
INSERT INTO leaf (category, item, published) SELECT 0, id, published FROM item;

-- How many items a category has, and when the newest was published.
ALTER TABLE category ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
ALTER TABLE category ADD COLUMN newest INTEGER;
UPDATE category SET
    total = (SELECT count(*) FROM item_category WHERE category = number),
    newest = (SELECT max(published) FROM item_category WHERE category = number);
-- Whether the settings name it, and whether they did and do no more: its items are kept, and its
-- addresses answer that it is gone.
ALTER TABLE category ADD COLUMN named INTEGER NOT NULL DEFAULT 0;
ALTER TABLE category ADD COLUMN gone  INTEGER NOT NULL DEFAULT 0;

-- Archive documents that are out of date.
CREATE TABLE pending_page (
    mark     INTEGER PRIMARY KEY AUTOINCREMENT,
    category INTEGER NOT NULL,
    page     INTEGER NOT NULL,
    UNIQUE (category, page)
);

-- Published files that nothing stands for any more.
CREATE TABLE pending_removal (
    path TEXT PRIMARY KEY
) WITHOUT ROWID;

-- What was taken down and never comes back: nothing of it is kept but what it is known by.
CREATE TABLE withdrawn (
    item   TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    key    TEXT NOT NULL,
    uri    TEXT NOT NULL,
    link   TEXT,
    -- The link without what differs between two of the same article.
    trail  TEXT,
    since  INTEGER NOT NULL,
    why    TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX withdrawn_by_key ON withdrawn (source, key);
CREATE INDEX withdrawn_by_trail ON withdrawn (trail);

-- Where withdrawn items stood.
CREATE TABLE tomb (
    category INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    item     TEXT NOT NULL REFERENCES withdrawn (item),
    page     INTEGER NOT NULL,
    PRIMARY KEY (category, since DESC, item)
) WITHOUT ROWID;
CREATE INDEX tomb_of_item ON tomb (item);
