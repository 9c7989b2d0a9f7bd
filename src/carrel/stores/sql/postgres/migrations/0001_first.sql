-- The same tables as SQLite's, in PostgreSQL's words. Text is compared by its bytes, as there.

-- One order over the whole store: it says which of two rows came first, whatever the clock says.
-- A sequence, because a counted row would be a lock that every writer waits for.
CREATE SEQUENCE store_order;

-- A machine and its lease. One host with a locked home needs none; several do.
CREATE TABLE host (
  id TEXT COLLATE "C" PRIMARY KEY,
  incarnation BIGINT NOT NULL DEFAULT 0,
  lease_until DOUBLE PRECISION,
  capacity BIGINT,
  labels TEXT COLLATE "C",
  started_at DOUBLE PRECISION
);

CREATE TABLE session (
  key TEXT COLLATE "C" PRIMARY KEY,
  conversation TEXT COLLATE "C",
  next_seq BIGINT NOT NULL DEFAULT 0,
  turns BIGINT NOT NULL DEFAULT 0,
  owner TEXT COLLATE "C",
  owner_inc BIGINT NOT NULL DEFAULT 0,
  epoch BIGINT NOT NULL DEFAULT 0,
  resume_engine TEXT COLLATE "C",
  resume_value TEXT COLLATE "C",
  resume_directory TEXT COLLATE "C",
  paused_until DOUBLE PRECISION,
  last_used DOUBLE PRECISION NOT NULL DEFAULT 0
);
CREATE INDEX session_by_use ON session (last_used DESC, key);

CREATE TABLE inbox (
  id BIGINT PRIMARY KEY, -- from store_order
  source TEXT COLLATE "C" NOT NULL,
  ext_id TEXT COLLATE "C" NOT NULL,
  message TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  command BIGINT NOT NULL,
  waiting TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN
    ('queued', 'running', 'done', 'stopped', 'superseded', 'failed', 'command')),
  turn TEXT COLLATE "C",
  address TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  at DOUBLE PRECISION NOT NULL,
  settled_at DOUBLE PRECISION,
  UNIQUE (source, ext_id),
  UNIQUE (key, seq)
);
CREATE INDEX inbox_open ON inbox (key, seq) WHERE state IN ('queued', 'running', 'command');
CREATE INDEX inbox_history ON inbox (address, id);

CREATE TABLE turn (
  id TEXT COLLATE "C" PRIMARY KEY,
  key TEXT COLLATE "C" NOT NULL,
  place BIGINT NOT NULL, -- from store_order
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('running', 'done', 'interrupted', 'failed')),
  attempt BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  started_at DOUBLE PRECISION NOT NULL,
  ended_at DOUBLE PRECISION
);
CREATE UNIQUE INDEX turn_running ON turn (key) WHERE state = 'running';

CREATE TABLE outbox (
  id BIGINT PRIMARY KEY, -- from store_order: where it stands in a history
  nonce TEXT COLLATE "C" NOT NULL UNIQUE,
  key TEXT COLLATE "C" NOT NULL,
  dest TEXT COLLATE "C" NOT NULL,
  place BIGINT NOT NULL, -- from store_order: when it is sent
  kind TEXT COLLATE "C" NOT NULL,
  conversation TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  state TEXT COLLATE "C" NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'dead')),
  ref TEXT COLLATE "C",
  attempts BIGINT NOT NULL DEFAULT 0,
  unsure BIGINT NOT NULL DEFAULT 0,
  error TEXT COLLATE "C",
  at DOUBLE PRECISION NOT NULL,
  sent_at DOUBLE PRECISION
);
CREATE INDEX outbox_due ON outbox (dest, place) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_due_anywhere ON outbox (place) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_history ON outbox (dest, id) WHERE kind NOT IN ('mark', 'gone');

CREATE TABLE approval (
  key TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  place BIGINT NOT NULL, -- from store_order
  body TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'allowed', 'denied', 'withdrawn')),
  closed_by TEXT COLLATE "C" NOT NULL DEFAULT '',
  at DOUBLE PRECISION NOT NULL,
  closed_at DOUBLE PRECISION,
  PRIMARY KEY (key, id)
);
CREATE INDEX approval_open ON approval (key, place) WHERE state = 'open';

-- The newest message stored from each channel: where catching up begins.
CREATE TABLE cursor (
  source TEXT COLLATE "C" NOT NULL,
  channel TEXT COLLATE "C" NOT NULL,
  ext_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (source, channel)
);
