-- Whether an item that stands for its story has forgotten its own words: another one's are shown.
ALTER TABLE story ADD COLUMN bare INTEGER NOT NULL DEFAULT 0;
