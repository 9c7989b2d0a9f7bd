-- The terminal that has a session's engine conversation, as JSON; NULL: none has.

ALTER TABLE session ADD COLUMN terminal TEXT;
