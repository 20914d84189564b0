-- The waiting room. Not projections of facts: nobody who waits is counted, and nothing personal is here.
--
-- Clients that wait to be let in: they do not ask again by themselves when they come back, perhaps to another process. What
-- is older than a day means nothing any more and is deleted by the next ones.
CREATE TABLE waiting (
  meeting     BLOB NOT NULL CHECK (length(meeting) = 16),
  peer        BLOB NOT NULL CHECK (length(peer) = 16),         -- the client's own id
  participant BLOB NOT NULL CHECK (length(participant) = 16),  -- whose it is
  since_ms    INTEGER NOT NULL,
  denied      INTEGER NOT NULL,                                -- it was sent away, and has to be told
  PRIMARY KEY (meeting, peer)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_since ON waiting (since_ms);
-- People who were let in: they do not wait again in this session.
CREATE TABLE admitted (
  meeting     BLOB NOT NULL CHECK (length(meeting) = 16),
  participant BLOB NOT NULL CHECK (length(participant) = 16),
  session     BLOB NOT NULL CHECK (length(session) = 16),
  at_ms       INTEGER NOT NULL,
  PRIMARY KEY (meeting, participant)
) STRICT, WITHOUT ROWID;
CREATE INDEX admitted_at ON admitted (at_ms);
