-- Hosts that stand by are rows too: alive until `seen_until`; `lease_until` is the leader's alone.

ALTER TABLE host ADD COLUMN seen_until REAL NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN came_at REAL NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE host ADD COLUMN live INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN drains INTEGER NOT NULL DEFAULT 0;

-- The host that has the session's folders; NULL until a host works on it.

ALTER TABLE session ADD COLUMN home TEXT;
