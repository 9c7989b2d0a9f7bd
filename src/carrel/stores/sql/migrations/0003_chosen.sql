-- What people chose for a session: its mode, waiting mode, model and effort, as JSON.

ALTER TABLE session ADD COLUMN chosen TEXT;
