-- What each turn has cost: seconds, tokens in and out, US dollars.

ALTER TABLE turn ADD COLUMN seconds REAL NOT NULL DEFAULT 0;
ALTER TABLE turn ADD COLUMN input_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE turn ADD COLUMN output_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE turn ADD COLUMN cost REAL NOT NULL DEFAULT 0;
CREATE INDEX turn_by_end ON turn (ended_at);
