-- Statements that PostgreSQL needs in other words, and those that only it needs.

-- name: next_place
-- Asked for when the session's row is locked, so that its rows are in the order of commits.
SELECT nextval('store_order') AS place;

-- name: sessions_within
SELECT conversation FROM session
WHERE gone_at IS NULL AND conversation IS NOT NULL
  AND conversation::json ->> 'platform' = :platform
  AND EXISTS (
    SELECT 1 FROM json_array_elements_text(session.conversation::json -> 'within') AS place(id)
    WHERE place.id = :place)
ORDER BY key;

-- name: spend
-- SQLite numbers these rows by itself. There are fewer of them than places, so that rows which
-- came from there have smaller numbers.
INSERT INTO spending
  (id, key, turn, person, name, at, seconds, input_tokens, output_tokens, cost, context, model)
VALUES
  (nextval('store_order'), :key, :turn, :person, :called, :at, :seconds, :input_tokens,
    :output_tokens, :cost, :context, :model);

-- name: spending
SELECT CASE :by WHEN 'session' THEN key WHEN 'person' THEN person ELSE turn END AS id,
  (ARRAY_AGG(CASE :by WHEN 'person' THEN name ELSE '' END ORDER BY id DESC))[1] AS name,
  COUNT(DISTINCT turn) AS turns, SUM(seconds) AS seconds,
  CAST(SUM(input_tokens) AS BIGINT) AS input_tokens,
  CAST(SUM(output_tokens) AS BIGINT) AS output_tokens, SUM(cost) AS cost
FROM spending WHERE at >= :since
GROUP BY CASE :by WHEN 'session' THEN key WHEN 'person' THEN person ELSE turn END
ORDER BY SUM(cost) DESC, 1 LIMIT :limit;

-- name: dead_letters
-- JSON may hold a character that text cannot.
SELECT key, body, settled_at, COALESCE(
  (SELECT replace(body, '\u0000', '\ufffd')::json ->> 'text' FROM outbox
   WHERE nonce = turn || '.end'),
  (SELECT replace(body, '\u0000', '\ufffd')::json ->> 'text' FROM outbox
   WHERE nonce = message || '.aside'),
  (SELECT replace(body, '\u0000', '\ufffd')::json ->> 'text' FROM outbox
   WHERE dest = inbox.address AND kind NOT IN ('mark', 'gone') AND right(nonce, 6) = '.aside'
   ORDER BY id DESC LIMIT 1),
  '') AS why
FROM inbox WHERE state = 'failed' AND command = 0 ORDER BY settled_at DESC, id DESC LIMIT :limit;

-- name: transaction
-- Nothing for a transaction that has written nothing.
SELECT pg_current_xact_id_if_assigned()::text AS id;

-- name: transaction_status
SELECT pg_xact_status(:id::xid8) AS status;

-- name: lock_hosts
-- Waits for whoever holds a lease and is in the middle of a transaction.
LOCK TABLE host IN EXCLUSIVE MODE;

-- name: other_live_host
SELECT id, lease_until FROM host
WHERE id <> :id AND lease_until > EXTRACT(EPOCH FROM clock_timestamp())::float8
ORDER BY lease_until DESC LIMIT 1;

-- name: stand_by
-- Says that the host waits; who asked it to drain is heard until it comes anew.
INSERT INTO host (id, seen_until, came_at, version, part, places, live, offer)
VALUES (:id, EXTRACT(EPOCH FROM clock_timestamp())::float8 + :seconds,
  EXTRACT(EPOCH FROM clock_timestamp())::float8, :version, :part, :places, :live, :offer)
ON CONFLICT (id) DO UPDATE SET
  seen_until = excluded.seen_until, version = excluded.version, part = excluded.part,
  places = excluded.places, live = excluded.live, offer = excluded.offer,
  came_at = CASE WHEN :comes THEN excluded.came_at ELSE host.came_at END,
  drains = CASE WHEN :comes THEN 0 ELSE host.drains END
RETURNING drains;

-- name: shut_out_others
UPDATE host SET incarnation = incarnation + 1 WHERE id <> :id;

-- name: take_lease
-- The number is higher than any that was given before, to whichever host.
INSERT INTO host (id, incarnation, lease_until, started_at, version, part, places)
VALUES (:id, COALESCE((SELECT MAX(incarnation) FROM host), 0) + 1,
  EXTRACT(EPOCH FROM clock_timestamp())::float8 + :seconds,
  EXTRACT(EPOCH FROM clock_timestamp())::float8, :version, :part, :places)
ON CONFLICT (id) DO UPDATE SET
  incarnation = excluded.incarnation, lease_until = excluded.lease_until,
  started_at = excluded.started_at, version = excluded.version, part = excluded.part,
  places = excluded.places, offer = '', live = 0, drains = 0
RETURNING incarnation;

-- name: renew_lease
UPDATE host SET lease_until = EXTRACT(EPOCH FROM clock_timestamp())::float8 + :seconds, live = :live
WHERE id = :id AND incarnation = :incarnation
RETURNING drains;

-- name: free_lease
UPDATE host SET lease_until = 0, live = 0, seen_until = EXTRACT(EPOCH FROM clock_timestamp())::float8
WHERE id = :id AND incarnation = :incarnation;

-- name: go_away
UPDATE host SET seen_until = EXTRACT(EPOCH FROM clock_timestamp())::float8, live = 0, offer = ''
WHERE id = :id AND seen_until > EXTRACT(EPOCH FROM clock_timestamp())::float8;

-- name: hosts
-- Whoever is gone for a week and has no session is not listed any more.
SELECT id, version,
  CASE WHEN place < 3 THEN live ELSE 0 END AS live,
  CASE WHEN place = 1 OR (place = 2 AND offer <> '') THEN places ELSE 0 END AS places,
  CASE WHEN place = 1 THEN 'leads' WHEN place = 3 THEN 'gone'
    WHEN part = 'engines' THEN 'runs agents' ELSE 'stands by' END AS role,
  last - at AS left_over,
  CASE place WHEN 1 THEN started_at WHEN 2 THEN came_at ELSE last END AS since,
  (SELECT COUNT(*) FROM session WHERE home = known.id AND gone_at IS NULL) AS sessions
FROM (
  SELECT host.*, at, GREATEST(lease_until, seen_until) AS last,
    CASE WHEN lease_until > at THEN 1 WHEN seen_until > at THEN 2 ELSE 3 END AS place
  FROM host, (SELECT EXTRACT(EPOCH FROM clock_timestamp())::float8 AS at) AS clock) AS known
WHERE place < 3 OR last > at - 604800
  OR EXISTS (SELECT 1 FROM session WHERE home = known.id AND gone_at IS NULL)
ORDER BY place, id;

-- name: offers
SELECT id, offer FROM host, (SELECT EXTRACT(EPOCH FROM clock_timestamp())::float8 AS at) AS clock
WHERE id <> :id AND offer <> '' AND COALESCE(lease_until, 0) <= at AND seen_until > at
ORDER BY id;

-- name: ask_to_drain
UPDATE host SET drains = 1 WHERE id = :id
  AND GREATEST(lease_until, seen_until) > EXTRACT(EPOCH FROM clock_timestamp())::float8;

-- name: tell_hosts
-- Only a hint, with the commit: who misses it looks by itself a moment later.
SELECT pg_notify('carrel_hosts', '');

-- name: hold_lease
-- Whoever takes the lease waits until this transaction has ended.
SELECT lease_until > EXTRACT(EPOCH FROM clock_timestamp())::float8 AS held FROM host
WHERE id = :id AND incarnation = :incarnation
FOR KEY SHARE;

-- name: own_session
-- Whoever claims the session waits until this transaction has ended.
SELECT key FROM session WHERE key = :key AND epoch = :epoch FOR UPDATE;

-- name: mirror
SELECT number, unfinished, why, place FROM mirror WHERE key = :key;

-- name: mirror_files
SELECT path, kind, mode, time, pieces FROM mirror_file WHERE key = :key;

-- name: mirror_pieces
SELECT name FROM mirror_piece WHERE key = :key;

-- name: fetch_pieces
SELECT name, body FROM mirror_piece WHERE key = :key AND name = ANY(:names::text[]);

-- name: begin_mirror
INSERT INTO mirror (key, number) VALUES (:key, 0) ON CONFLICT (key) DO NOTHING;

-- name: open_mirror
UPDATE mirror SET unfinished = 1 WHERE key = :key;

-- name: number_mirror
UPDATE mirror SET number = :number, unfinished = 0, why = '', place = :place
WHERE key = :key AND number = :was AND (unfinished = 0 OR :ahead);

-- name: give_up_mirror
UPDATE mirror SET number = :number, unfinished = 0, why = :why WHERE key = :key;

-- name: add_pieces
INSERT INTO mirror_piece (key, name, body)
SELECT :key, piece.name, piece.body
FROM unnest(:names::text[], :bodies::bytea[]) AS piece (name, body)
ON CONFLICT (key, name) DO NOTHING;

-- name: drop_pieces
DELETE FROM mirror_piece WHERE key = :key AND name = ANY(:names::text[]);

-- name: drop_all_pieces
DELETE FROM mirror_piece WHERE key = :key;

-- name: write_files
INSERT INTO mirror_file (key, path, kind, mode, time, pieces)
SELECT :key, file.path, file.kind, file.mode, file.time, file.pieces
FROM unnest(:paths::bytea[], :kinds::text[], :modes::bigint[], :times::bigint[], :pieces::text[])
  AS file (path, kind, mode, time, pieces)
ON CONFLICT (key, path) DO UPDATE SET kind = excluded.kind, mode = excluded.mode,
  time = excluded.time, pieces = excluded.pieces;

-- name: drop_files
DELETE FROM mirror_file WHERE key = :key AND path = ANY(:paths::bytea[]);

-- name: drop_all_files
DELETE FROM mirror_file WHERE key = :key;
