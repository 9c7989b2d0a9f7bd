-- What an engine conversation began with, and the earlier ones that can be taken up again.

ALTER TABLE session ADD COLUMN topic TEXT NOT NULL DEFAULT '';

CREATE TABLE past (
  key TEXT NOT NULL,
  engine TEXT NOT NULL,
  value TEXT NOT NULL,
  directory TEXT NOT NULL,
  topic TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (key, engine, value)
) STRICT;
