-- Whether an item that stands for its story has forgotten its own words: another one's are shown.
ALTER TABLE story ADD COLUMN bare INTEGER NOT NULL DEFAULT 0;

-- The index has entries for the beginnings of words: it is made anew as the items are gone through.
INSERT INTO search (search) VALUES ('delete-all');
DELETE FROM indexed WHERE print <> x'';
DELETE FROM meta WHERE name = 'indexed';
