PRAGMA user_version = 1;
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
  channel TEXT NOT NULL,
  ext_id TEXT NOT NULL,
  PRIMARY KEY (source, channel)
) STRICT;
INSERT INTO "cursor" VALUES('console','console:a','a2');
INSERT INTO "cursor" VALUES('console','console:b','b1');
CREATE TABLE host (
  id TEXT PRIMARY KEY,
  incarnation INTEGER NOT NULL DEFAULT 0,
  lease_until REAL,
  capacity INTEGER,
  labels TEXT,
  started_at REAL
) STRICT;
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY, -- from store_order
  source TEXT NOT NULL,
  ext_id TEXT NOT NULL,
  message TEXT NOT NULL,
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,
  command INTEGER NOT NULL,
  waiting TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('queued', 'running', 'done', 'stopped', 'superseded', 'failed', 'command')),
  turn TEXT,
  address TEXT NOT NULL,
  body TEXT NOT NULL,
  at REAL NOT NULL,
  settled_at REAL,
  UNIQUE (source, ext_id),
  UNIQUE (key, seq)
) STRICT;
INSERT INTO "inbox" VALUES(1,'console','a1','console/a1','console:a',1,0,'queue','done',NULL,'console:a','{"source":"console","id":"a1","conversation":{"platform":"console","channel":"a","thread":null,"within":[],"direct":true},"sender":{"platform":"console","id":"local","name":"you","is_bot":false,"roles":[]},"text":"remember the word lantern\nSAY noted","attachments":[],"addressed":true,"at":1795873120.4068227,"material":[],"more":false}',1.79587312040713763241e+09,1.79587312447363948823e+09);
INSERT INTO "inbox" VALUES(8,'console','a2','console/a2','console:a',2,0,'queue','done',NULL,'console:a','{"source":"console","id":"a2","conversation":{"platform":"console","channel":"a","thread":null,"within":[],"direct":true},"sender":{"platform":"console","id":"local","name":"you","is_bot":false,"roles":[]},"text":"SAY still here","attachments":[],"addressed":true,"at":1795873124.5288012,"material":[],"more":false}',1.79587312452900338174e+09,1.79587312490202832219e+09);
INSERT INTO "inbox" VALUES(15,'console','b1','console/b1','console:b',1,0,'queue','done',NULL,'console:b','{"source":"console","id":"b1","conversation":{"platform":"console","channel":"b","thread":null,"within":[],"direct":true},"sender":{"platform":"console","id":"local","name":"you","is_bot":false,"roles":[]},"text":"SAY elsewhere","attachments":[],"addressed":true,"at":1795873124.939875,"material":[],"more":false}',1.79587312494005060196e+09,1.79587312830421066281e+09);
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
INSERT INTO "outbox" VALUES(3,'console/a1.mark','console:a','console:a',6,'mark','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"message":"console/a1","sign":"answered","kind":"mark"}',2,'sent','console/a1.mark',0,0,NULL,1.79587312041879439356e+09,1.79587312449430632592e+09);
INSERT INTO "outbox" VALUES(4,'console:a#1.card','console:a','console:a',7,'gone','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"kind":"gone"}',2,'sent',NULL,0,0,NULL,1.79587312041879439356e+09,1.79587312450697112083e+09);
INSERT INTO "outbox" VALUES(5,'console:a#1.answer.0.0','console:a','console:a',5,'answer','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"text":"noted","footer":"1 s · 1 % context · claude-opus-5-5 · $0.06","reply_to":"console/a1","kind":"answer"}',1,'sent','console:a#1.answer.0.0',0,0,NULL,1.79587312447363948823e+09,1.79587312449178242686e+09);
INSERT INTO "outbox" VALUES(10,'console/a2.mark','console:a','console:a',13,'mark','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"message":"console/a2","sign":"answered","kind":"mark"}',2,'sent','console/a2.mark',0,0,NULL,1.79587312453443384173e+09,1.79587312492848777769e+09);
INSERT INTO "outbox" VALUES(11,'console:a#2.card','console:a','console:a',14,'gone','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"kind":"gone"}',2,'sent',NULL,0,0,NULL,1.79587312453443384173e+09,1795873124.93983);
INSERT INTO "outbox" VALUES(12,'console:a#2.answer.0.0','console:a','console:a',12,'answer','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}','{"text":"still here","footer":"0 s · 1 % context · claude-opus-5-5 · $0.06","reply_to":"console/a2","kind":"answer"}',1,'sent','console:a#2.answer.0.0',0,0,NULL,1.79587312490202832219e+09,1.7958731249141902924e+09);
INSERT INTO "outbox" VALUES(17,'console/b1.mark','console:b','console:b',20,'mark','{"platform":"console","channel":"b","thread":null,"within":[],"direct":true}','{"message":"console/b1","sign":"answered","kind":"mark"}',2,'sent','console/b1.mark',0,0,NULL,1.79587312494673848146e+09,1.79587312836241102219e+09);
INSERT INTO "outbox" VALUES(18,'console:b#1.card','console:b','console:b',21,'gone','{"platform":"console","channel":"b","thread":null,"within":[],"direct":true}','{"kind":"gone"}',2,'sent',NULL,0,0,NULL,1.79587312494673848146e+09,1.79587312836756300919e+09);
INSERT INTO "outbox" VALUES(19,'console:b#1.answer.0.0','console:b','console:b',19,'answer','{"platform":"console","channel":"b","thread":null,"within":[],"direct":true}','{"text":"elsewhere","footer":"1 s · 1 % context · claude-opus-5-5 · $0.06","reply_to":"console/b1","kind":"answer"}',1,'sent','console:b#1.answer.0.0',0,0,NULL,1.79587312830421066281e+09,1.79587312832747054104e+09);
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
) STRICT;
INSERT INTO "session" VALUES('console:a','{"platform":"console","channel":"a","thread":null,"within":[],"direct":true}',2,2,'local',0,1,'claude','faf09b4b-3cde-446a-8fe5-66f6ffdec74a','@HOME@/sessions/console-a-131b61b1a751259924c7/work',NULL,1.79587312490202832219e+09);
INSERT INTO "session" VALUES('console:b','{"platform":"console","channel":"b","thread":null,"within":[],"direct":true}',1,1,'local',0,1,'claude','21e34d78-0ea9-4102-8754-d9b969111601','@HOME@/sessions/console-b-550c5bac6f6c7139a37b/work',NULL,1.79587312830421066281e+09);
CREATE TABLE store_order (value INTEGER NOT NULL) STRICT;
INSERT INTO "store_order" VALUES(21);
CREATE TABLE turn (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL,
  place INTEGER NOT NULL, -- from store_order
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'interrupted', 'failed')),
  attempt INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  started_at REAL NOT NULL,
  ended_at REAL
) STRICT;
INSERT INTO "turn" VALUES('console:a#1','console:a',2,'done',1,1,1.79587312041863894464e+09,1.79587312447363948823e+09);
INSERT INTO "turn" VALUES('console:a#2','console:a',9,'done',1,1,1.79587312452880120275e+09,1.79587312490202832219e+09);
INSERT INTO "turn" VALUES('console:b#1','console:b',16,'done',1,1,1.79587312494663476941e+09,1.79587312830421066281e+09);
CREATE INDEX session_by_use ON session (last_used DESC, key);
CREATE INDEX inbox_open ON inbox (key, seq) WHERE state IN ('queued', 'running', 'command');
CREATE INDEX inbox_history ON inbox (address, id);
CREATE UNIQUE INDEX turn_running ON turn (key) WHERE state = 'running';
CREATE INDEX outbox_due ON outbox (dest, place) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_due_anywhere ON outbox (place) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_history ON outbox (dest, id) WHERE kind NOT IN ('mark', 'gone');
CREATE INDEX approval_open ON approval (key, place) WHERE state = 'open';
COMMIT;
