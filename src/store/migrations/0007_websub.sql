-- WebSub. Times are whole seconds since 1970, UTC.

-- What we subscribed to, or want to: one for each polled address that names a hub.
CREATE TABLE subscription (
    source      TEXT NOT NULL,
    address     TEXT NOT NULL,
    list        TEXT NOT NULL,
    hub         TEXT NOT NULL,
    topic       TEXT NOT NULL,
    -- The last part of the callback's address, which nobody can guess, and what the hub signs with.
    token       TEXT UNIQUE,
    secret      TEXT,
    state       TEXT NOT NULL DEFAULT 'wanted',
    -- When the hub is asked next (again, or for a further lease).
    next_at     INTEGER NOT NULL,
    failures    INTEGER NOT NULL DEFAULT 0,
    asked_at    INTEGER,
    lease_until INTEGER,
    -- Deliveries that were well signed, and those that were not.
    pushes      INTEGER NOT NULL DEFAULT 0,
    refused     INTEGER NOT NULL DEFAULT 0,
    last_push   INTEGER,
    -- Whether a delivery came that nobody has read yet.
    unread      INTEGER NOT NULL DEFAULT 0,
    -- Since when something is missing that the hub ought to have pushed.
    suspect     INTEGER,
    -- Until when the hub is not believed.
    distrusted  INTEGER,
    -- What the hub, or the way to it, said last.
    note        TEXT,
    PRIMARY KEY (source, address)
) WITHOUT ROWID;
CREATE INDEX subscription_due ON subscription (next_at);

-- Requests to our hub that their callbacks have yet to confirm.
CREATE TABLE hub_request (
    callback TEXT NOT NULL,
    path     TEXT NOT NULL,
    topic    TEXT NOT NULL,
    host     TEXT NOT NULL,
    mode     TEXT NOT NULL,
    secret   TEXT,
    lease    INTEGER NOT NULL,
    next_at  INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (callback, path)
) WITHOUT ROWID;

-- Who is told when a document changes: subscribers get the document, other hubs a word. While
-- `wanted` is above `sent`, something is to be sent; both are marks of `hub_changed`.
CREATE TABLE hub_target (
    address     TEXT NOT NULL,
    path        TEXT NOT NULL,
    topic       TEXT NOT NULL,
    host        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    secret      TEXT,
    lease_until INTEGER,
    wanted      INTEGER NOT NULL DEFAULT 0,
    sent        INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL DEFAULT 0,
    last_at     INTEGER NOT NULL DEFAULT 0,
    failures    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (address, path)
) WITHOUT ROWID;
CREATE INDEX hub_target_of_path ON hub_target (path);
CREATE INDEX hub_target_of_host ON hub_target (host);
CREATE INDEX hub_target_due ON hub_target (next_at) WHERE wanted > sent;

-- Documents that changed since the hub last looked.
CREATE TABLE hub_changed (
    mark INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE
);

-- A document is marked in the transaction that says it is published, so that no kill can come
-- between the two; only where there is a hub to be told, and only when its bytes are others.
CREATE TRIGGER hub_change BEFORE INSERT ON file
WHEN (NEW.path LIKE 'category/%' OR NEW.path LIKE 'all.%')
    AND (NEW.path LIKE '%.rss' OR NEW.path LIKE '%.atom' OR NEW.path LIKE '%.json')
    AND EXISTS (SELECT 1 FROM meta WHERE name = 'websub' AND value = 'on')
    AND NOT EXISTS (SELECT 1 FROM file WHERE path = NEW.path AND digest = NEW.digest)
BEGIN
    INSERT OR REPLACE INTO hub_changed (path) VALUES (NEW.path);
END;
