-- Where peers of LIVE sessions sit in rooms with a stage, where that is not what their preset gives them: who was let on
-- stage is on it again when its client comes back to another process, and who was taken off it is not. Not a projection of
-- facts. The rows of a session go with its end.
CREATE TABLE seat (
  session BLOB NOT NULL CHECK (length(session) = 16),
  peer    BLOB NOT NULL CHECK (length(peer) = 16),   -- the client's own id
  seat    TEXT NOT NULL,                             -- a Seat
  PRIMARY KEY (session, peer)
) STRICT, WITHOUT ROWID;
