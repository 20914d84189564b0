-- Polls of a session, as its chat is: they end with it in the room, and stay in the ledger. A vote does not change.
CREATE TABLE poll (
  id          BLOB PRIMARY KEY,
  session     BLOB NOT NULL,
  author      BLOB,                          -- a participant; NULL = the API
  author_name TEXT NOT NULL,
  question    TEXT NOT NULL,
  options     TEXT NOT NULL,                 -- JSON: an array of texts
  anonymous   INTEGER NOT NULL,
  hide_votes  INTEGER NOT NULL,
  at_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX poll_session ON poll (session, at_ms);

CREATE TABLE poll_vote (
  poll        BLOB NOT NULL,
  no          INTEGER NOT NULL,              -- in order of voting
  participant BLOB NOT NULL,
  name        TEXT NOT NULL,
  option      INTEGER NOT NULL,
  PRIMARY KEY (poll, no),
  UNIQUE (poll, participant)
) STRICT, WITHOUT ROWID;
