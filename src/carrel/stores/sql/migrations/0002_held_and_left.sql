-- Messages that are held until a person says what becomes of them, sessions on their way to the
-- trash, and where catching up begins.

ALTER TABLE session ADD COLUMN leaving INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN gone_at REAL;
CREATE INDEX session_leaving ON session (key) WHERE leaving = 1;

-- A CHECK cannot be changed in place.
CREATE TABLE inbox_next (
  id INTEGER PRIMARY KEY, -- from store_order
  source TEXT NOT NULL,
  ext_id TEXT NOT NULL,
  message TEXT NOT NULL,
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,
  command INTEGER NOT NULL,
  waiting TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('queued', 'running', 'done', 'stopped', 'superseded', 'failed', 'command', 'held')),
  turn TEXT,
  address TEXT NOT NULL,
  body TEXT NOT NULL,
  at REAL NOT NULL,
  settled_at REAL,
  UNIQUE (source, ext_id),
  UNIQUE (key, seq)
) STRICT;
INSERT INTO inbox_next
  SELECT id, source, ext_id, message, key, seq, command, waiting, state, turn, address, body, at,
    settled_at
  FROM inbox;
DROP TABLE inbox;
ALTER TABLE inbox_next RENAME TO inbox;
CREATE INDEX inbox_open ON inbox (key, seq) WHERE state IN ('queued', 'running', 'command');
CREATE INDEX inbox_held ON inbox (key, seq) WHERE state = 'held';
CREATE INDEX inbox_history ON inbox (address, id);

-- Up to which message of a conversation everything that was said is known.
DROP TABLE cursor;
CREATE TABLE cursor (
  source TEXT NOT NULL,
  address TEXT NOT NULL,
  conversation TEXT NOT NULL,
  ext_id TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (source, address)
) STRICT;

-- When each source was last known to be listened to.
CREATE TABLE listened (
  source TEXT PRIMARY KEY,
  at REAL NOT NULL
) STRICT;
