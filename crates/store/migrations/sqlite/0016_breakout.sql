-- Breakout rooms: meetings of their own that belong to another one.
ALTER TABLE meeting ADD COLUMN parent BLOB;
-- Leads from a meeting to its breakout rooms. Meetings that are none, nearly all, are not in it.
CREATE INDEX meeting_parent ON meeting (parent, created_ms, id) WHERE parent IS NOT NULL;
-- Which participants of a meeting belong in which of its breakout rooms; all others belong in the meeting itself. Not a
-- projection of facts: who is told to go must be told again, and let in there, by another process. The rows of a room go
-- when it is closed.
CREATE TABLE placement (
  parent      BLOB NOT NULL CHECK (length(parent) = 16),
  participant BLOB NOT NULL CHECK (length(participant) = 16),
  room        BLOB NOT NULL CHECK (length(room) = 16),
  at_ms       INTEGER NOT NULL,
  PRIMARY KEY (parent, participant)
) STRICT, WITHOUT ROWID;
