-- An article that was asked for in vain is not asked for again before this time.
ALTER TABLE original ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
