-- What the operator recommends, with a note; `until` is when it ends by itself.
CREATE TABLE share (
    item    TEXT PRIMARY KEY,
    note    TEXT,
    since   INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    until   INTEGER
) WITHOUT ROWID;
CREATE INDEX share_by_time ON share (since DESC, item);

-- Grows with each change of what is recommended, until that is published.
CREATE TABLE pending_share (
    mark INTEGER PRIMARY KEY AUTOINCREMENT
);
CREATE TRIGGER share_made AFTER INSERT ON share BEGIN
    INSERT INTO pending_share (mark) VALUES (NULL);
END;
CREATE TRIGGER share_changed AFTER UPDATE ON share BEGIN
    INSERT INTO pending_share (mark) VALUES (NULL);
END;
CREATE TRIGGER share_ended AFTER DELETE ON share BEGIN
    INSERT INTO pending_share (mark) VALUES (NULL);
END;
-- An item that changes changes there too; so does one whose story is told by another.
CREATE TRIGGER share_touched AFTER INSERT ON pending_item
WHEN EXISTS (SELECT 1 FROM share WHERE item = NEW.item)
    OR EXISTS (SELECT 1 FROM story JOIN share ON share.item = story.item WHERE head = NEW.item)
BEGIN
    INSERT INTO pending_share (mark) VALUES (NULL);
END;
CREATE TRIGGER share_gone AFTER DELETE ON item BEGIN
    DELETE FROM share WHERE item = OLD.id;
END;

-- Categories that are published nowhere: 1 for those that never were, 2 for those that once were.
ALTER TABLE category ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
CREATE INDEX category_private ON category (number) WHERE private > 0;

-- Items that stand in private categories and in no other.
CREATE VIEW private_item AS
    SELECT own.item AS item FROM category AS secret
    JOIN item_category AS own ON own.category = secret.number
    WHERE secret.private > 0 AND NOT EXISTS
        (SELECT 1 FROM item_category AS other JOIN category AS open ON open.number = other.category
         WHERE other.item = own.item AND open.private = 0);

-- Who may read private categories. The code alone opens nothing: an address is the code and its
-- signature, and the key of that is kept in a file of its own.
CREATE TABLE subscriber (
    code     TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    category TEXT NOT NULL,
    since    INTEGER NOT NULL,
    until    INTEGER,
    revoked  INTEGER
) WITHOUT ROWID;
CREATE INDEX subscriber_by_name ON subscriber (name, category);

-- As before, and for what is recommended.
DROP TRIGGER hub_change;
CREATE TRIGGER hub_change BEFORE INSERT ON file
WHEN (NEW.path LIKE 'category/%' OR NEW.path LIKE 'all.%' OR NEW.path LIKE 'shares.%')
    AND (NEW.path LIKE '%.rss' OR NEW.path LIKE '%.atom' OR NEW.path LIKE '%.json')
    AND EXISTS (SELECT 1 FROM meta WHERE name = 'websub' AND value = 'on')
    AND NOT EXISTS (SELECT 1 FROM file WHERE path = NEW.path AND digest = NEW.digest)
BEGIN
    INSERT OR REPLACE INTO hub_changed (path) VALUES (NEW.path);
END;
