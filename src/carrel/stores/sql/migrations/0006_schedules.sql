-- Jobs as they stand, their fires, and reminders. Times are unix seconds.

-- Every decision about a job raises its version: two hosts cannot decide at once.
CREATE TABLE schedule (
  job TEXT PRIMARY KEY,
  spec TEXT NOT NULL,
  known REAL NOT NULL, -- every fire up to here has been decided
  paused TEXT NOT NULL,
  failures INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;

-- One row for each fire of a job: it is there once, so it fires once.
CREATE TABLE fire (
  job TEXT NOT NULL,
  at REAL NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('due', 'given', 'done', 'failed', 'stopped', 'skipped')),
  tries INTEGER NOT NULL,
  since REAL NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (job, at)
) STRICT;
CREATE INDEX fire_open ON fire (at, job) WHERE state IN ('due', 'given');

CREATE TABLE reminder (
  id TEXT PRIMARY KEY,
  at REAL NOT NULL,
  address TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'said', 'cancelled', 'refused')),
  settled_at REAL
) STRICT;
CREATE INDEX reminder_open ON reminder (at, id) WHERE state = 'open';
