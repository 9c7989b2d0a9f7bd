-- Answers that hold for later requests of a session, each as JSON.

CREATE TABLE granted (
  key TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (key, id)
) STRICT;
