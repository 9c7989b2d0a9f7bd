-- What every answer has cost, a row for each person it is put down to. The columns of 0007 go.

CREATE TABLE spending (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  turn TEXT NOT NULL,
  person TEXT NOT NULL,
  name TEXT NOT NULL,
  at REAL NOT NULL,
  seconds REAL NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost REAL NOT NULL,
  context REAL,
  model TEXT NOT NULL
) STRICT;
CREATE INDEX spending_by_time ON spending (at);
CREATE INDEX spending_by_session ON spending (key, id);

INSERT INTO spending
  (key, turn, person, name, at, seconds, input_tokens, output_tokens, cost, context, model)
SELECT key, id, '', '', ended_at, seconds, input_tokens, output_tokens, cost, NULL, ''
FROM turn WHERE ended_at IS NOT NULL ORDER BY place;

DROP INDEX turn_by_end;
ALTER TABLE turn DROP COLUMN seconds;
ALTER TABLE turn DROP COLUMN input_tokens;
ALTER TABLE turn DROP COLUMN output_tokens;
ALTER TABLE turn DROP COLUMN cost;

-- No budget holds a session back before then: an owner said so.
ALTER TABLE session ADD COLUMN freed_until REAL NOT NULL DEFAULT 0;
