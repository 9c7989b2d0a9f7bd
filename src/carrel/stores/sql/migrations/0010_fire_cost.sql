-- What each fire of a job has cost, in US dollars, all its tries together.

ALTER TABLE fire ADD COLUMN cost REAL NOT NULL DEFAULT 0;
