-- What hosts of LIVE sessions have changed for people: it holds for every page of a participant, and when it comes back to
-- another process. Not a projection of facts. The rows of a session go with its end.
CREATE TABLE permission (
  session     BLOB NOT NULL CHECK (length(session) = 16),
  participant BLOB NOT NULL CHECK (length(participant) = 16),
  taken       TEXT NOT NULL,   -- paths of a preset, with commas: what it lacks of what its preset gives
  touched     TEXT NOT NULL,   -- likewise: what was taken at any time
  PRIMARY KEY (session, participant)
) STRICT, WITHOUT ROWID;
