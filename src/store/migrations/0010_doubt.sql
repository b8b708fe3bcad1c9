-- How often an address has answered 304 since its last whole answer, and when that came. After a
-- long silence the validators are doubted once: the next request is made without them.
ALTER TABLE validator ADD COLUMN unchanged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE validator ADD COLUMN full_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE validator ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0;
