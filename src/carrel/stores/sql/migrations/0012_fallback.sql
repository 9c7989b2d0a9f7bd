-- The model that goes on after a usage limit, and what it is owed, as JSON; NULL: the first one.

ALTER TABLE session ADD COLUMN fallback TEXT;

-- The engine's name of the conversation in which a turn was had: what was said in it can be told.

ALTER TABLE turn ADD COLUMN conversation TEXT NOT NULL DEFAULT '';
