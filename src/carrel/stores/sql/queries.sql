-- name: next_place
UPDATE store_order SET value = value + 1 RETURNING value AS place;

-- name: known_message
SELECT seq FROM inbox WHERE source = :source AND ext_id = :ext_id;

-- name: next_seq
INSERT INTO session (key, conversation, next_seq, last_used)
VALUES (:key, :conversation, 1, :at)
ON CONFLICT (key) DO UPDATE SET
  next_seq = session.next_seq + 1,
  conversation = COALESCE(session.conversation, excluded.conversation),
  last_used = excluded.last_used, gone_at = NULL
RETURNING next_seq;

-- name: accept_message
INSERT INTO inbox
  (id, source, ext_id, message, key, seq, command, waiting, state, address, body, at)
VALUES
  (:id, :source, :ext_id, :message, :key, :seq, :command, :waiting, :state, :address, :body, :at);

-- name: message_state
SELECT state FROM inbox WHERE source = :source AND ext_id = :ext_id;

-- name: begin_cursor
INSERT INTO cursor (source, address, conversation, ext_id, at)
VALUES (:source, :address, :conversation, :ext_id, :at)
ON CONFLICT (source, address) DO NOTHING;

-- name: move_cursor
INSERT INTO cursor (source, address, conversation, ext_id, at)
VALUES (:source, :address, :conversation, :ext_id, :at)
ON CONFLICT (source, address) DO UPDATE SET ext_id = excluded.ext_id, at = excluded.at;

-- name: drop_cursor
DELETE FROM cursor WHERE source = :source AND address = :address;

-- name: cursors
SELECT conversation, ext_id FROM cursor WHERE source = :source ORDER BY at DESC, address;

-- name: listening
INSERT INTO listened (source, at) VALUES (:source, :at)
ON CONFLICT (source) DO UPDATE SET at = excluded.at;

-- name: listened
SELECT at FROM listened WHERE source = :source;

-- name: beget
INSERT INTO session (key, conversation, home, resume_engine, resume_value, resume_directory,
  topic, chosen, last_used)
VALUES (:key, :conversation, :home, :engine, :value, :directory, :topic, :chosen, :at)
ON CONFLICT (key) DO NOTHING;

-- name: claim_session
-- The first host that works on a session has its folders, unless all see them: then the last one.
-- A store that nobody shares knows no name of a host.
INSERT INTO session (key, owner, home, epoch) VALUES (:key, :host, :host, 1)
ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, epoch = session.epoch + 1,
  home = CASE WHEN :moves OR session.home = 'local' THEN excluded.home
    ELSE COALESCE(session.home, excluded.home) END
RETURNING epoch, home, turns, resume_engine, resume_value, resume_directory, paused_until, leaving,
  chosen, topic, terminal, freed_until, fallback;

-- name: drop_mirror
-- With its files and pieces.
DELETE FROM mirror WHERE key = :key;

-- name: rehome
UPDATE session SET home = owner WHERE key = :key;

-- name: running_turn
SELECT id, attempt, started_at FROM turn WHERE key = :key AND state = 'running';

-- name: open_messages
SELECT waiting, state, turn, body FROM inbox
WHERE key = :key AND state IN ('queued', 'running', 'command')
ORDER BY seq;

-- name: held_messages
SELECT waiting, body FROM inbox WHERE key = :key AND state = 'held' ORDER BY seq;

-- name: open_approvals
SELECT body FROM approval WHERE key = :key AND state = 'open' ORDER BY place;

-- name: nonces_between
SELECT nonce FROM outbox WHERE nonce >= :low AND nonce < :high;

-- name: hold_fence
UPDATE session SET last_used = :at WHERE key = :key AND epoch = :epoch;

-- name: count_turn
UPDATE session SET turns = turns + 1
WHERE key = :key AND NOT EXISTS (SELECT 1 FROM turn WHERE id = :turn);

-- name: take_turn
INSERT INTO turn (id, key, place, state, attempt, epoch, started_at)
VALUES (:turn, :key, :place, 'running', :attempt, :epoch, :started_at)
ON CONFLICT (id) DO UPDATE SET
  state = 'running', attempt = excluded.attempt, epoch = excluded.epoch,
  started_at = excluded.started_at, ended_at = NULL
WHERE turn.key = excluded.key;

-- name: bind_message
UPDATE inbox SET state = 'running', turn = :turn
WHERE key = :key AND message = :message AND state IN ('queued', 'running');

-- name: settle_message
UPDATE inbox SET state = :fate, settled_at = :at
WHERE key = :key AND message = :message AND state IN ('queued', 'running', 'command');

-- name: queue_message
UPDATE inbox SET state = CASE command WHEN 1 THEN 'command' ELSE 'queued' END, turn = NULL
WHERE key = :key AND message = :message AND state IN ('queued', 'running', 'command');

-- name: settle_held
UPDATE inbox SET state = :fate, settled_at = CASE :fate WHEN 'queued' THEN NULL ELSE :at END
WHERE key = :key AND message = :message AND state = 'held';

-- name: reopen
UPDATE inbox SET state = :fate,
  settled_at = CASE :fate WHEN 'queued' THEN NULL ELSE :at END,
  turn = CASE :fate WHEN 'queued' THEN NULL ELSE turn END
WHERE key = :key AND message = :message AND state = 'failed' AND command = 0;

-- name: dead_letters
-- Why: the last words of its turn, or what was said when the whole session was set aside; that is
-- said once in each place, for all that waited there.
SELECT key, body, settled_at, COALESCE(
  (SELECT json_extract(body, '$.text') FROM outbox WHERE nonce = turn || '.end'),
  (SELECT json_extract(body, '$.text') FROM outbox WHERE nonce = message || '.aside'),
  (SELECT json_extract(body, '$.text') FROM outbox
   WHERE dest = inbox.address AND kind NOT IN ('mark', 'gone') AND nonce LIKE '%.aside'
   ORDER BY id DESC LIMIT 1),
  '') AS why
FROM inbox WHERE state = 'failed' AND command = 0 ORDER BY settled_at DESC, id DESC LIMIT :limit;

-- name: open_ids
SELECT message, address FROM inbox
WHERE key = :key AND state IN ('queued', 'running', 'command') ORDER BY seq;

-- name: fail_open
UPDATE inbox SET state = 'failed', settled_at = :at
WHERE key = :key AND state IN ('queued', 'running', 'command');

-- name: running_ids
SELECT id FROM turn WHERE key = :key AND state = 'running';

-- name: fail_turns
UPDATE turn SET state = 'failed', ended_at = :at WHERE key = :key AND state = 'running';

-- name: withdraw_approvals
UPDATE approval SET state = 'withdrawn', closed_at = :at WHERE key = :key AND state = 'open';

-- name: waiting_message
SELECT id, body FROM inbox
WHERE key = :key AND message = :message AND state IN ('queued', 'running', 'command')
  AND state = 'queued'
UNION ALL
SELECT id, body FROM inbox WHERE key = :key AND message = :message AND state = 'held';

-- name: amend_message
UPDATE inbox SET body = :body, waiting = :waiting WHERE id = :id;

-- name: become
UPDATE inbox SET command = 0, state = 'queued', waiting = 'queue', body = :body
WHERE key = :key AND message = :message AND state = 'command';

-- name: said
SELECT body FROM inbox WHERE message = :message;

-- name: leave
UPDATE session SET leaving = 1, gone_at = CASE :gone WHEN 1 THEN :at ELSE gone_at END
WHERE key = :key;

-- name: left
UPDATE session SET leaving = 0, home = NULL WHERE key = :key;

-- name: finish_turn
UPDATE turn SET state = :fate, ended_at = :at, conversation = :conversation
WHERE id = :turn AND key = :key;

-- name: asked_in
SELECT inbox.turn, inbox.body FROM inbox JOIN turn ON turn.id = inbox.turn
WHERE inbox.key = :key AND inbox.state IN ('done', 'stopped', 'superseded', 'failed')
  AND turn.key = :key AND turn.conversation = :conversation
ORDER BY inbox.seq DESC LIMIT :limit;

-- name: answers_between
SELECT body FROM outbox WHERE nonce >= :low AND nonce < :high AND kind = 'answer' ORDER BY id;

-- name: spend
INSERT INTO spending
  (key, turn, person, name, at, seconds, input_tokens, output_tokens, cost, context, model)
VALUES
  (:key, :turn, :person, :called, :at, :seconds, :input_tokens, :output_tokens, :cost, :context,
   :model);

-- name: spent
SELECT COUNT(DISTINCT turn) AS turns, COALESCE(SUM(seconds), 0.0) AS seconds,
  CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT) AS input_tokens,
  CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT) AS output_tokens,
  COALESCE(SUM(cost), 0.0) AS cost
FROM spending WHERE at >= :since AND at < :until AND (:key IS NULL OR key = :key);

-- name: spending
-- Of several names that one person had, SQLite gives the one of the row with the greatest id.
SELECT CASE :by WHEN 'session' THEN key WHEN 'person' THEN person ELSE turn END AS id,
  CASE :by WHEN 'person' THEN name ELSE '' END AS name, MAX(id) AS newest,
  COUNT(DISTINCT turn) AS turns, SUM(seconds) AS seconds, SUM(input_tokens) AS input_tokens,
  SUM(output_tokens) AS output_tokens, SUM(cost) AS cost
FROM spending WHERE at >= :since
GROUP BY CASE :by WHEN 'session' THEN key WHEN 'person' THEN person ELSE turn END
ORDER BY SUM(cost) DESC, 1 LIMIT :limit;

-- name: queue_unsettled
UPDATE inbox SET state = 'queued', turn = NULL
WHERE key = :key AND turn = :turn AND state = 'running';

-- name: remember
UPDATE session SET
  resume_engine = :engine, resume_value = :value, resume_directory = :directory
WHERE key = :key;

-- name: entitle
UPDATE session SET topic = :topic WHERE key = :key;

-- name: shelve
INSERT INTO past (key, engine, value, directory, topic, at)
VALUES (:key, :engine, :value, :directory, :topic, :at)
ON CONFLICT (key, engine, value) DO UPDATE SET topic = excluded.topic, at = excluded.at;

-- name: unshelve
DELETE FROM past WHERE key = :key AND engine = :engine AND value = :value;

-- name: unshelve_all
DELETE FROM past WHERE key = :key;

-- name: past
SELECT engine, value, directory, topic, at FROM past
WHERE key = :key ORDER BY at DESC, value LIMIT :limit;

-- name: allow
INSERT INTO granted (key, id, body, at) VALUES (:key, :id, :body, :at)
ON CONFLICT (key, id) DO UPDATE SET body = excluded.body, at = excluded.at;

-- name: revoke
DELETE FROM granted WHERE key = :key AND id = :id;

-- name: granted
SELECT body FROM granted WHERE key = :key ORDER BY at, id;

-- name: share
INSERT INTO shared_grant (project, id, body, at) VALUES (:project, :id, :body, :at)
ON CONFLICT (project, id) DO UPDATE SET body = excluded.body, at = excluded.at;

-- name: unshare
DELETE FROM shared_grant WHERE project = :project AND id = :id;

-- name: shared_grants
SELECT body FROM shared_grant WHERE project = :project ORDER BY at, id;

-- name: choose
UPDATE session SET chosen = :chosen WHERE key = :key;

-- name: lend
UPDATE session SET terminal = :terminal WHERE key = :key;

-- name: switch
UPDATE session SET fallback = :fallback WHERE key = :key;

-- name: pause
UPDATE session SET paused_until = :until WHERE key = :key;

-- name: free
UPDATE session SET freed_until = :until WHERE key = :key;

-- name: ask
INSERT INTO approval (key, id, place, body, state, at)
VALUES (:key, :id, :place, :body, 'open', :at)
ON CONFLICT (key, id) DO UPDATE SET
  place = excluded.place, body = excluded.body, state = 'open', closed_by = '',
  at = excluded.at, closed_at = NULL;

-- name: close_approval
UPDATE approval SET state = :state, closed_by = :by, closed_at = :at
WHERE key = :key AND id = :id AND state = 'open';

-- name: drop_unshown
DELETE FROM outbox
WHERE nonce = :nonce AND ref IS NULL AND unsure = 0 AND state <> 'sending';

-- name: say_again
-- What is shown already moves behind what was said meanwhile; what is not keeps its place.
UPDATE outbox SET
  kind = :kind, body = :body, version = version + 1, error = NULL,
  place = CASE WHEN state = 'pending' OR ref IS NULL THEN place ELSE :place END,
  state = CASE state WHEN 'sending' THEN 'sending' ELSE 'pending' END
WHERE nonce = :nonce;

-- name: say
INSERT INTO outbox (id, nonce, key, dest, place, kind, conversation, body, at)
VALUES (:place, :nonce, :key, :dest, :place, :kind, :conversation, :body, :at);

-- name: sending
UPDATE outbox SET
  attempts = attempts + 1,
  unsure = CASE state WHEN 'sending' THEN 1 ELSE unsure END,
  state = 'sending'
WHERE id = :id AND state IN ('pending', 'sending');

-- name: sent
UPDATE outbox SET
  state = CASE version WHEN :version THEN 'sent' ELSE 'pending' END,
  ref = :ref, attempts = 0, unsure = 0, error = NULL, sent_at = :at
WHERE id = :id;

-- name: unsent
UPDATE outbox SET
  state = CASE WHEN :dead = 1 AND version = :version THEN 'dead' ELSE 'pending' END,
  unsure = CASE WHEN :unsure = 1 THEN 1 ELSE unsure END, error = :error
WHERE id = :id AND state IN ('pending', 'sending');

-- name: open_keys
SELECT key FROM (
  SELECT key, MIN(id) AS first FROM inbox
  WHERE state IN ('queued', 'running', 'command') GROUP BY key
  UNION ALL
  SELECT key, place AS first FROM turn WHERE state = 'running'
  UNION ALL
  SELECT key, 0 AS first FROM session WHERE leaving = 1 OR terminal IS NOT NULL) AS work
GROUP BY key ORDER BY MIN(first), key;

-- name: due
SELECT id, nonce, conversation, body, version, ref, attempts, unsure, state, at FROM outbox
WHERE state IN ('pending', 'sending') AND dest = :dest
ORDER BY place LIMIT :limit;

-- name: due_anywhere
SELECT id, nonce, conversation, body, version, ref, attempts, unsure, state, at FROM outbox
WHERE state IN ('pending', 'sending')
ORDER BY place LIMIT :limit;

-- name: lanes
SELECT dest FROM outbox WHERE state IN ('pending', 'sending') GROUP BY dest ORDER BY MIN(place);

-- name: sessions
SELECT key, conversation, turns, last_used,
  (SELECT COUNT(*) FROM inbox WHERE inbox.key = session.key
     AND inbox.state IN ('queued', 'running', 'command') AND inbox.state = 'queued') AS waiting,
  EXISTS (SELECT 1 FROM turn WHERE turn.key = session.key AND turn.state = 'running') AS running
FROM session WHERE gone_at IS NULL ORDER BY last_used DESC, key LIMIT :limit OFFSET :offset;

-- name: counts
SELECT 'message' AS kind, state, COUNT(*) AS count FROM inbox GROUP BY state
UNION ALL SELECT 'turn', state, COUNT(*) FROM turn GROUP BY state
UNION ALL SELECT 'outbound', state, COUNT(*) FROM outbox GROUP BY state;

-- name: session
SELECT key, conversation, turns, last_used,
  (SELECT COUNT(*) FROM inbox WHERE inbox.key = session.key
     AND inbox.state IN ('queued', 'running', 'command') AND inbox.state = 'queued') AS waiting,
  EXISTS (SELECT 1 FROM turn WHERE turn.key = session.key AND turn.state = 'running') AS running
FROM session WHERE key = :key;

-- name: sessions_within
SELECT conversation FROM session
WHERE gone_at IS NULL AND conversation IS NOT NULL
  AND json_extract(conversation, '$.platform') = :platform
  AND EXISTS (SELECT 1 FROM json_each(session.conversation, '$.within') WHERE value = :place)
ORDER BY key;

-- name: history
-- In the order of saying: a clock that goes back hides nothing.
SELECT * FROM (
  SELECT at, id, state, NULL AS nonce, NULL AS conversation, body FROM inbox
  WHERE address = :address ORDER BY id DESC LIMIT :limit) AS heard
UNION ALL
SELECT * FROM (
  SELECT at, id, NULL AS state, nonce, conversation, body FROM outbox
  WHERE dest = :address AND kind NOT IN ('mark', 'gone') AND state <> 'dead'
  ORDER BY id DESC LIMIT :limit) AS said
ORDER BY id DESC LIMIT :limit;

-- name: prune_inbox
DELETE FROM inbox WHERE id IN (
  SELECT id FROM inbox
  WHERE at < :before AND state NOT IN ('queued', 'running', 'command') LIMIT :limit);

-- name: prune_outbox
DELETE FROM outbox WHERE id IN (
  SELECT id FROM outbox
  WHERE at < :before AND state NOT IN ('pending', 'sending') LIMIT :limit);

-- name: prune_turns
DELETE FROM turn WHERE id IN (
  SELECT id FROM turn WHERE started_at < :before AND state <> 'running' LIMIT :limit);

-- name: last_context
SELECT context FROM spending WHERE key = :key AND context IS NOT NULL ORDER BY id DESC LIMIT 1;

-- name: prune_spending
DELETE FROM spending WHERE id IN (SELECT id FROM spending WHERE at < :before LIMIT :limit);

-- name: prune_approvals
DELETE FROM approval WHERE (key, id) IN (
  SELECT key, id FROM approval WHERE at < :before AND state <> 'open' LIMIT :limit);

-- name: prune_sessions
DELETE FROM session WHERE key IN (
  SELECT key FROM session WHERE gone_at < :before AND leaving = 0 LIMIT :limit);

-- name: prune_past
DELETE FROM past WHERE (key, engine, value) IN (
  SELECT past.key, engine, value FROM past
  LEFT JOIN session ON session.key = past.key WHERE session.key IS NULL LIMIT :limit);

-- name: prune_granted
DELETE FROM granted WHERE (key, id) IN (
  SELECT granted.key, granted.id FROM granted
  LEFT JOIN session ON session.key = granted.key WHERE session.key IS NULL LIMIT :limit);

-- name: prune_cursors
DELETE FROM cursor WHERE (source, address) IN (
  SELECT source, address FROM cursor WHERE at < :before LIMIT :limit);

-- name: standings
SELECT job, spec, known, paused, failures, version FROM schedule ORDER BY job;

-- name: first_standing
INSERT INTO schedule (job, spec, known, paused, failures, version)
VALUES (:job, :spec, :known, :paused, :failures, 1)
ON CONFLICT (job) DO NOTHING;

-- name: next_standing
UPDATE schedule SET
  spec = :spec, known = :known, paused = :paused, failures = :failures, version = version + 1
WHERE job = :job AND version = :version;

-- name: plan_fire
INSERT INTO fire (job, at, state, tries, since, note, cost)
VALUES (:job, :at, :state, :tries, :since, :note, :cost)
ON CONFLICT (job, at) DO NOTHING;

-- name: change_fire
UPDATE fire SET
  state = :state, tries = :tries, since = :since, note = :note, cost = :cost
WHERE job = :job AND at = :at;

-- name: open_fires
SELECT job, at, state, tries, since, note, cost FROM fire
WHERE state IN ('due', 'given') ORDER BY at, job;

-- name: fires
SELECT job, at, state, tries, since, note, cost FROM fire
WHERE job = :job ORDER BY at DESC LIMIT :limit;

-- name: job_cost
SELECT COALESCE(SUM(cost), 0.0) AS cost FROM fire WHERE job = :job AND since >= :since;

-- name: message_cost
SELECT COALESCE(SUM(spending.cost), 0.0) AS cost
FROM inbox JOIN spending ON spending.key = inbox.key AND spending.turn = inbox.turn
WHERE inbox.source = :source AND inbox.ext_id = :id;

-- name: forget_job
DELETE FROM schedule WHERE job = :job;

-- name: skip_open_fires
UPDATE fire SET state = 'skipped', note = 'Its job is gone.'
WHERE job = :job AND state IN ('due', 'given');

-- name: remind
INSERT INTO reminder (id, at, address, body) VALUES (:id, :at, :address, :body)
ON CONFLICT (id) DO UPDATE SET
  at = excluded.at, address = excluded.address, body = excluded.body
WHERE reminder.state = 'open' AND reminder.address = excluded.address;

-- name: reminders
SELECT body FROM reminder
WHERE state = 'open' AND (:address IS NULL OR address = :address) ORDER BY at, id;

-- name: settle_reminder
UPDATE reminder SET state = :end, settled_at = :settled
WHERE id = :id AND at = :at AND address = :address AND state = 'open';

-- name: prune_fires
DELETE FROM fire WHERE (job, at) IN (
  SELECT job, at FROM fire
  WHERE since < :before AND at < :before AND state NOT IN ('due', 'given') LIMIT :limit);

-- name: prune_reminders
DELETE FROM reminder WHERE id IN (
  SELECT id FROM reminder WHERE settled_at < :before AND state <> 'open' LIMIT :limit);

-- name: invite
INSERT INTO person (address, name, by, at) VALUES (:address, :called, :by, :at)
ON CONFLICT (address) DO UPDATE SET name = excluded.name, by = excluded.by, at = excluded.at;

-- name: uninvite
DELETE FROM person WHERE address = :address;

-- name: invited
SELECT address, name, by, at FROM person ORDER BY at, address;

-- name: offer_pairing
INSERT INTO pairing (hash, until) VALUES (:hash, :until);

-- name: prune_pairings
DELETE FROM pairing WHERE until <= :at;

-- name: use_pairing
DELETE FROM pairing WHERE hash = :hash AND until > :at;
