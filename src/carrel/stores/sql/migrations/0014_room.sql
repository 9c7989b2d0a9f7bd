-- What a host may do (`all`, `platforms`, `engines`), how many agents it has places for, and, while
-- it waits, how the leader reaches it to run agents there: JSON, with a secret.

ALTER TABLE host ADD COLUMN part TEXT NOT NULL DEFAULT 'all';
ALTER TABLE host ADD COLUMN places INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN offer TEXT NOT NULL DEFAULT '';
