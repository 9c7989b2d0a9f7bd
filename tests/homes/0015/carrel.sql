PRAGMA user_version = 15;
BEGIN TRANSACTION;
CREATE TABLE approval (
  key TEXT NOT NULL,
  id TEXT NOT NULL,
  place INTEGER NOT NULL, -- from store_order
  body TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'allowed', 'denied', 'withdrawn')),
  closed_by TEXT NOT NULL DEFAULT '',
  at REAL NOT NULL,
  closed_at REAL,
  PRIMARY KEY (key, id)
) STRICT;
CREATE TABLE cursor (
  source TEXT NOT NULL,
  address TEXT NOT NULL,
  conversation TEXT NOT NULL,
  ext_id TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (source, address)
) STRICT;
INSERT INTO "cursor" VALUES('console','console:a','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','a1',1.79589752354577183719e+09);
INSERT INTO "cursor" VALUES('console','console:b','{"platform":"console","channel":"b","thread":null,"within":[],"direct":true}','b1',1.79589752686623191834e+09);
CREATE TABLE fire (
  job TEXT NOT NULL,
  at REAL NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('due', 'given', 'done', 'failed', 'stopped', 'skipped')),
  tries INTEGER NOT NULL,
  since REAL NOT NULL,
  note TEXT NOT NULL, cost REAL NOT NULL DEFAULT 0,
  PRIMARY KEY (job, at)
) STRICT;
CREATE TABLE granted (
  key TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (key, id)
) STRICT;
CREATE TABLE host (
  id TEXT PRIMARY KEY,
  incarnation INTEGER NOT NULL DEFAULT 0,
  lease_until REAL,
  capacity INTEGER,
  labels TEXT,
  started_at REAL
, seen_until REAL NOT NULL DEFAULT 0, came_at REAL NOT NULL DEFAULT 0, version TEXT NOT NULL DEFAULT '', live INTEGER NOT NULL DEFAULT 0, drains INTEGER NOT NULL DEFAULT 0, part TEXT NOT NULL DEFAULT 'all', places INTEGER NOT NULL DEFAULT 0, offer TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE "inbox" (
  id INTEGER PRIMARY KEY, -- from store_order
  source TEXT NOT NULL,
  ext_id TEXT NOT NULL,
  message TEXT NOT NULL,
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,
  command INTEGER NOT NULL,
  waiting TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('queued', 'running', 'done', 'stopped', 'superseded', 'failed', 'command', 'held')),
  turn TEXT,
  address TEXT NOT NULL,
  body TEXT NOT NULL,
  at REAL NOT NULL,
  settled_at REAL,
  UNIQUE (source, ext_id),
  UNIQUE (key, seq)
) STRICT;
INSERT INTO "inbox" VALUES(1,'console','a1','console/a1','console:a',1,0,'queue','done','console:a#1','console:a','{"source":"console","id":"a1","conversation":{"platform":"console","channel":"a","thread":null,"within":[],"direct":true},"sender":{"platform":"console","id":"local","name":"you","is_bot":false,"roles":[]},"text":"remember the word lantern\nSAY noted","attachments":[],"addressed":true,"at":1795897523.5446987,"material":[],"more":false,"edited":false}',1.79589752354577183719e+09,1.79589752667301726348e+09);
INSERT INTO "inbox" VALUES(9,'console','a2','console/a2','console:a',2,0,'queue','done','console:a#2','console:a','{"source":"console","id":"a2","conversation":{"platform":"console","channel":"a","thread":null,"within":[],"direct":true},"sender":{"platform":"console","id":"local","name":"you","is_bot":false,"roles":[]},"text":"SAY still here","attachments":[],"addressed":true,"at":1795897526.6914191,"material":[],"more":false,"edited":false}',1.79589752669817590718e+09,1.79589752681912326812e+09);
INSERT INTO "inbox" VALUES(17,'console','b1','console/b1','console:b',1,0,'queue','done','console:b#1','console:b','{"source":"console","id":"b1","conversation":{"platform":"console","channel":"b","thread":null,"within":[],"direct":true},"sender":{"platform":"console","id":"local","name":"you","is_bot":false,"roles":[]},"text":"SAY elsewhere","attachments":[],"addressed":true,"at":1795897526.864476,"material":[],"more":false,"edited":false}',1.79589752686623191834e+09,1.79589752826568818094e+09);
CREATE TABLE listened (
  source TEXT PRIMARY KEY,
  at REAL NOT NULL
) STRICT;
CREATE TABLE mirror (
  key TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  unfinished INTEGER NOT NULL DEFAULT 0,
  why TEXT NOT NULL DEFAULT '',
  place TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE mirror_file (
  key TEXT NOT NULL REFERENCES mirror (key) ON DELETE CASCADE,
  path BLOB NOT NULL,
  kind TEXT NOT NULL,
  mode INTEGER NOT NULL,
  time INTEGER NOT NULL,
  pieces TEXT NOT NULL,
  PRIMARY KEY (key, path)
) STRICT;
CREATE TABLE mirror_piece (
  key TEXT NOT NULL REFERENCES mirror (key) ON DELETE CASCADE,
  name TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (key, name)
) STRICT;
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, -- from store_order: where it stands in a history
  nonce TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL,
  dest TEXT NOT NULL,
  place INTEGER NOT NULL, -- from store_order: when it is sent
  kind TEXT NOT NULL,
  conversation TEXT NOT NULL,
  body TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'dead')),
  ref TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  unsure INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  at REAL NOT NULL,
  sent_at REAL
) STRICT;
INSERT INTO "outbox" VALUES(3,'console/a1.mark','console:a','console:a marks',6,'mark','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"message":"console/a1","sign":"answered","kind":"mark"}',2,'sent','console/a1.mark',0,0,NULL,1.79589752355601024627e+09,1.79589752669907617562e+09);
INSERT INTO "outbox" VALUES(5,'console:a#1.card','console:a','console:a',8,'gone','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"kind":"gone"}',2,'sent',NULL,0,0,NULL,1.79589752355601024627e+09,1.79589752670277476307e+09);
INSERT INTO "outbox" VALUES(7,'console:a#1.answer.0.0','console:a','console:a',7,'answer','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"text":"noted","footer":"0 s · 1 % context · claude-opus-5-5 · $0.06","reply_to":"console/a1","whole":"","nothing":false,"kind":"answer"}',1,'sent','console:a#1.answer.0.0',0,0,NULL,1.79589752667301726348e+09,1.7958975266991825104e+09);
INSERT INTO "outbox" VALUES(11,'console/a2.mark','console:a','console:a marks',14,'mark','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"message":"console/a2","sign":"answered","kind":"mark"}',2,'sent','console/a2.mark',0,0,NULL,1.7958975267001142502e+09,1.79589752683088636395e+09);
INSERT INTO "outbox" VALUES(13,'console:a#2.card','console:a','console:a',16,'gone','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"kind":"gone"}',2,'sent',NULL,0,0,NULL,1.7958975267001142502e+09,1.79589752683633017537e+09);
INSERT INTO "outbox" VALUES(15,'console:a#2.answer.0.0','console:a','console:a',15,'answer','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"text":"still here","footer":"0 s · 1 % context · claude-opus-5-5 · $0.06","reply_to":"console/a2","whole":"","nothing":false,"kind":"answer"}',1,'sent','console:a#2.answer.0.0',0,0,NULL,1.79589752681912326812e+09,1.79589752683092617989e+09);
INSERT INTO "outbox" VALUES(19,'console/b1.mark','console:b','console:b marks',22,'mark','{"platform":"console","channel":"b","thread":null,"within":[],"direct":true}','{"message":"console/b1","sign":"answered","kind":"mark"}',2,'sent','console/b1.mark',0,0,NULL,1.79589752687983560562e+09,1.79589752827992630004e+09);
INSERT INTO "outbox" VALUES(21,'console:b#1.card','console:b','console:b',24,'gone','{"platform":"console","channel":"b","thread":null,"within":[],"direct":true}','{"kind":"gone"}',2,'sent',NULL,0,0,NULL,1.79589752687983560562e+09,1.79589752828151392937e+09);
INSERT INTO "outbox" VALUES(23,'console:b#1.answer.0.0','console:b','console:b',23,'answer','{"platform":"console","channel":"b","thread":null,"within":[],"direct":true}','{"text":"elsewhere","footer":"0 s · 1 % context · claude-opus-5-5 · $0.06","reply_to":"console/b1","whole":"","nothing":false,"kind":"answer"}',1,'sent','console:b#1.answer.0.0',0,0,NULL,1.79589752826568818094e+09,1.7958975282799797058e+09);
CREATE TABLE pairing (
  hash TEXT PRIMARY KEY,
  until REAL NOT NULL
) STRICT;
CREATE TABLE past (
  key TEXT NOT NULL,
  engine TEXT NOT NULL,
  value TEXT NOT NULL,
  directory TEXT NOT NULL,
  topic TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (key, engine, value)
) STRICT;
CREATE TABLE person (
  address TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  by TEXT NOT NULL,
  at REAL NOT NULL
) STRICT;
CREATE TABLE reminder (
  id TEXT PRIMARY KEY,
  at REAL NOT NULL,
  address TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'said', 'cancelled', 'refused')),
  settled_at REAL
) STRICT;
CREATE TABLE schedule (
  job TEXT PRIMARY KEY,
  spec TEXT NOT NULL,
  known REAL NOT NULL, -- every fire up to here has been decided
  paused TEXT NOT NULL,
  failures INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE TABLE session (
  key TEXT PRIMARY KEY,
  conversation TEXT,
  next_seq INTEGER NOT NULL DEFAULT 0,
  turns INTEGER NOT NULL DEFAULT 0,
  owner TEXT,
  owner_inc INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0,
  resume_engine TEXT,
  resume_value TEXT,
  resume_directory TEXT,
  paused_until REAL,
  last_used REAL NOT NULL DEFAULT 0
, leaving INTEGER NOT NULL DEFAULT 0, gone_at REAL, chosen TEXT, topic TEXT NOT NULL DEFAULT '', freed_until REAL NOT NULL DEFAULT 0, terminal TEXT, fallback TEXT, home TEXT) STRICT;
INSERT INTO "session" VALUES('console:a','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}',2,2,'local',0,1,'claude','7702d0cd-0346-4c16-a3dc-f0bb6bd5987b','@HOME@/sessions/console-a-131b61b1a751259924c7/work',NULL,1.79589752681912326812e+09,0,NULL,NULL,'remember the word lantern SAY noted',0.0,NULL,NULL,'local');
INSERT INTO "session" VALUES('console:b','{"platform":"console","channel":"b","thread":null,"within":[],"direct":true}',1,1,'local',0,1,'claude','ae31ddf9-e117-48e7-89b5-3dc22084553c','@HOME@/sessions/console-b-550c5bac6f6c7139a37b/work',NULL,1.79589752826568818094e+09,0,NULL,NULL,'SAY elsewhere',0.0,NULL,NULL,'local');
CREATE TABLE shared_grant (
  project TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (project, id)
) STRICT;
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
INSERT INTO "spending" VALUES(1,'console:a','console:a#1','console:local','you',1.79589752667301726348e+09,3.52890003006905317306e-01,14124,2,5.65359999999999959796e-02,0.014124,'claude-opus-5-5');
INSERT INTO "spending" VALUES(2,'console:a','console:a#2','console:local','you',1.79589752681912326812e+09,1.03677783990860916674e-01,14154,3,0.056676,0.014154,'claude-opus-5-5');
INSERT INTO "spending" VALUES(3,'console:b','console:b#1','console:local','you',1.79589752826568818094e+09,4.35492693999549373984e-01,14118,3,0.056532,0.014118,'claude-opus-5-5');
CREATE TABLE store_order (value INTEGER NOT NULL) STRICT;
INSERT INTO "store_order" VALUES(24);
CREATE TABLE turn (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL,
  place INTEGER NOT NULL, -- from store_order
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'interrupted', 'failed')),
  attempt INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  started_at REAL NOT NULL,
  ended_at REAL
, conversation TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "turn" VALUES('console:a#1','console:a',2,'done',1,1,1.79589752355553865432e+09,1.79589752667301726348e+09,'7702d0cd-0346-4c16-a3dc-f0bb6bd5987b');
INSERT INTO "turn" VALUES('console:a#2','console:a',10,'done',1,1,1.79589752669141912455e+09,1.79589752681912326812e+09,'7702d0cd-0346-4c16-a3dc-f0bb6bd5987b');
INSERT INTO "turn" VALUES('console:b#1','console:b',18,'done',1,1,1.79589752687909841536e+09,1.79589752826568818094e+09,'ae31ddf9-e117-48e7-89b5-3dc22084553c');
CREATE INDEX session_by_use ON session (last_used DESC, key);
CREATE UNIQUE INDEX turn_running ON turn (key) WHERE state = 'running';
CREATE INDEX outbox_due ON outbox (dest, place) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_due_anywhere ON outbox (place) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_history ON outbox (dest, id) WHERE kind NOT IN ('mark', 'gone');
CREATE INDEX approval_open ON approval (key, place) WHERE state = 'open';
CREATE INDEX session_leaving ON session (key) WHERE leaving = 1;
CREATE INDEX inbox_open ON inbox (key, seq) WHERE state IN ('queued', 'running', 'command');
CREATE INDEX inbox_held ON inbox (key, seq) WHERE state = 'held';
CREATE INDEX inbox_history ON inbox (address, id);
CREATE INDEX fire_open ON fire (at, job) WHERE state IN ('due', 'given');
CREATE INDEX reminder_open ON reminder (at, id) WHERE state = 'open';
CREATE INDEX spending_by_time ON spending (at);
CREATE INDEX spending_by_session ON spending (key, id);
COMMIT;
