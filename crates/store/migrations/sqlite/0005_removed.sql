-- Peer ids that were removed from a meeting: their clients come back by themselves, perhaps to another process, and are
-- told so. Not a projection of facts: bots have no stays, and a stay may have another id than its client. What is older
-- than a day means nothing any more and is deleted by the next removals.
CREATE TABLE removed (
  meeting BLOB NOT NULL CHECK (length(meeting) = 16),
  peer    BLOB NOT NULL CHECK (length(peer) = 16),   -- the client's own id
  at_ms   INTEGER NOT NULL,
  reason  TEXT NOT NULL,                             -- a LeaveReason
  joined  INTEGER NOT NULL,                          -- it had entered the room
  PRIMARY KEY (meeting, peer)
) STRICT, WITHOUT ROWID;
CREATE INDEX removed_at ON removed (at_ms);
