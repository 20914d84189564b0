-- The session that a session is a breakout room of: said by its first fact, and in its row.
ALTER TABLE fact ADD COLUMN parent BLOB;
ALTER TABLE session ADD COLUMN parent BLOB;
-- Leads from a session to its breakout rooms. Sessions that are none, nearly all, are not in it.
CREATE INDEX session_parent ON session (parent, started_ms, id) WHERE parent IS NOT NULL;
