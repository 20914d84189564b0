-- Links to one report for whoever has no account (docs/decisions/0051-attendance.md). Neither the text of the link nor that of
-- the cookie it becomes is kept. Not a projection of facts.
CREATE TABLE share (
  sha256     BLOB PRIMARY KEY CHECK (length(sha256) = 32),   -- of the cookie
  id         BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  app        TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  report     TEXT NOT NULL,      -- JSON: which report, and by which rule
  names      INTEGER NOT NULL,   -- people are told by their names as well
  made_by    TEXT NOT NULL,      -- api_token.id
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_ms    INTEGER             -- last use, to the minute
) STRICT;
CREATE INDEX share_app ON share (app, created_ms);
