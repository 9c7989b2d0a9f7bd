-- Who was let in while Carrel ran: by an owner's press, or with a code.

CREATE TABLE person (
  address TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  by TEXT NOT NULL,
  at REAL NOT NULL
) STRICT;

-- Codes that let somebody in, once. No code is here, only its hash.
CREATE TABLE pairing (
  hash TEXT PRIMARY KEY,
  until REAL NOT NULL
) STRICT;
