-- What stands in other places than the published folder: by place and path, the digest of the
-- bytes that were put there.
CREATE TABLE mirror (
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (place, path)
) STRICT, WITHOUT ROWID;
