-- The terminal that has a session's engine conversation, as JSON; NULL: none has.

ALTER TABLE session ADD COLUMN terminal TEXT;

-- Answers that hold in every session of a project, each as JSON.

CREATE TABLE shared_grant (
  project TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (project, id)
) STRICT;
