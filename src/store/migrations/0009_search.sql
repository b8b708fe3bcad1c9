-- Which row of the index an item is, in the order of publication, and a print of what is in it.
CREATE TABLE indexed (
    number INTEGER PRIMARY KEY,
    item   TEXT NOT NULL UNIQUE,
    print  BLOB NOT NULL
);

-- The texts are kept in `item`; here are only their words, parted by our own rules.
CREATE VIRTUAL TABLE search USING fts5 (
    title, summary, body, link, source, medium, label, author, language, single,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);
