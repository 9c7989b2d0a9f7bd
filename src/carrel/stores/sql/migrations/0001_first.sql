-- Rows are the truth. Times are unix seconds. Everything a second host needs (owners, epochs,
-- leases) is here from the start, so that the same states serve on PostgreSQL.

-- One order over the whole store: it says which of two rows came first, whatever the clock says.
CREATE TABLE store_order (value INTEGER NOT NULL) STRICT;
INSERT INTO store_order VALUES (0);

-- A machine and its lease. One host with a locked home needs none; several do.
CREATE TABLE host (
  id TEXT PRIMARY KEY,
  incarnation INTEGER NOT NULL DEFAULT 0,
  lease_until REAL,
  capacity INTEGER,
  labels TEXT,
  started_at REAL
) STRICT;

CREATE TABLE session (
  key TEXT PRIMARY KEY,
  conversation TEXT,
  next_seq INTEGER NOT NULL DEFAULT 0,
  turns INTEGER NOT NULL DEFAULT 0,
  owner TEXT,
  owner_inc INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0,
  resume_engine TEXT,
  resume_value TEXT,
  resume_directory TEXT,
  paused_until REAL,
  last_used REAL NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX session_by_use ON session (last_used DESC, key);

CREATE TABLE inbox (
  id INTEGER PRIMARY KEY, -- from store_order
  source TEXT NOT NULL,
  ext_id TEXT NOT NULL,
  message TEXT NOT NULL,
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,
  command INTEGER NOT NULL,
  waiting TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('queued', 'running', 'done', 'stopped', 'superseded', 'failed', 'command')),
  turn TEXT,
  address TEXT NOT NULL,
  body TEXT NOT NULL,
  at REAL NOT NULL,
  settled_at REAL,
  UNIQUE (source, ext_id),
  UNIQUE (key, seq)
) STRICT;
CREATE INDEX inbox_open ON inbox (key, seq) WHERE state IN ('queued', 'running', 'command');
CREATE INDEX inbox_history ON inbox (address, id);

CREATE TABLE turn (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL,
  place INTEGER NOT NULL, -- from store_order
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'interrupted', 'failed')),
  attempt INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  started_at REAL NOT NULL,
  ended_at REAL
) STRICT;
CREATE UNIQUE INDEX turn_running ON turn (key) WHERE state = 'running';

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, -- from store_order: where it stands in a history
  nonce TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL,
  dest TEXT NOT NULL,
  place INTEGER NOT NULL, -- from store_order: when it is sent
  kind TEXT NOT NULL,
  conversation TEXT NOT NULL,
  body TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'dead')),
  ref TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  unsure INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  at REAL NOT NULL,
  sent_at REAL
) STRICT;
CREATE INDEX outbox_due ON outbox (dest, place) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_due_anywhere ON outbox (place) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_history ON outbox (dest, id) WHERE kind NOT IN ('mark', 'gone');

CREATE TABLE approval (
  key TEXT NOT NULL,
  id TEXT NOT NULL,
  place INTEGER NOT NULL, -- from store_order
  body TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'allowed', 'denied', 'withdrawn')),
  closed_by TEXT NOT NULL DEFAULT '',
  at REAL NOT NULL,
  closed_at REAL,
  PRIMARY KEY (key, id)
) STRICT;
CREATE INDEX approval_open ON approval (key, place) WHERE state = 'open';

-- The newest message stored from each channel: where catching up begins.
CREATE TABLE cursor (
  source TEXT NOT NULL,
  channel TEXT NOT NULL,
  ext_id TEXT NOT NULL,
  PRIMARY KEY (source, channel)
) STRICT;
