-- Items that are known and not published, and the rule that decided: `dropped`, `held`, `limited`;
-- of those that are `forgotten` only what they are known by is kept.
CREATE TABLE withheld (
    item TEXT PRIMARY KEY REFERENCES item (id),
    kept TEXT NOT NULL,
    rule TEXT NOT NULL
) WITHOUT ROWID;

-- Items that somebody let through: no rule holds them back again.
CREATE TABLE released (
    item TEXT PRIMARY KEY REFERENCES item (id)
) WITHOUT ROWID;

-- Who counts for which limit.
CREATE TABLE seat (
    key  TEXT NOT NULL,
    item TEXT NOT NULL REFERENCES item (id),
    PRIMARY KEY (key, item)
) WITHOUT ROWID;
CREATE INDEX seat_of_item ON seat (item);

CREATE INDEX item_by_source ON item (source, published DESC, id);
