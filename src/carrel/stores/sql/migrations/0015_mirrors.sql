-- Sessions' files as they were at the end of a turn, for hosts without a common folder.
-- `unfinished`: pieces were sent that no file names yet; `why` no mirror is kept of it; `place`:
-- where the folder lay.

CREATE TABLE mirror (
  key TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  unfinished INTEGER NOT NULL DEFAULT 0,
  why TEXT NOT NULL DEFAULT '',
  place TEXT NOT NULL DEFAULT ''
) STRICT;

-- A path below the session's folder, as its bytes; `pieces` is JSON.

CREATE TABLE mirror_file (
  key TEXT NOT NULL REFERENCES mirror (key) ON DELETE CASCADE,
  path BLOB NOT NULL,
  kind TEXT NOT NULL,
  mode INTEGER NOT NULL,
  time INTEGER NOT NULL,
  pieces TEXT NOT NULL,
  PRIMARY KEY (key, path)
) STRICT;

-- Named by the hash of what it is. No two sessions have one in common.

CREATE TABLE mirror_piece (
  key TEXT NOT NULL REFERENCES mirror (key) ON DELETE CASCADE,
  name TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (key, name)
) STRICT;
