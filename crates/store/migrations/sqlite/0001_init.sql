-- Conventions: instants are UTC milliseconds since 1970 (`*_ms`); a 128-bit id is a BLOB of 16 bytes, big-endian,
-- so that byte order = id order; `*_fold` columns hold text after NFC and simple case folding, for search.

-- ---- facts: the truth ------------------------------------------------------------------------------------------

CREATE TABLE app (
  no         INTEGER PRIMARY KEY,          -- short key for rows that are written often
  id         TEXT NOT NULL UNIQUE,
  account    TEXT NOT NULL,
  name       TEXT NOT NULL,
  name_fold  TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX app_account ON app (account, created_ms, id);

CREATE TABLE node (
  no           INTEGER PRIMARY KEY,
  name         TEXT NOT NULL UNIQUE,
  heartbeat_ms INTEGER                     -- NULL until the first heartbeat
) STRICT;

-- `seq` is given by the writer: 1, 2, 3 … without a gap.
CREATE TABLE fact (
  seq           INTEGER PRIMARY KEY,
  node          INTEGER NOT NULL,           -- node.no: who recorded it
  at_ms         INTEGER NOT NULL,
  app           INTEGER NOT NULL,           -- app.no
  meeting       BLOB NOT NULL CHECK (length(meeting) = 16),
  session       BLOB NOT NULL CHECK (length(session) = 16),
  kind          TEXT NOT NULL,
  peer          BLOB,
  participant   BLOB,
  role          TEXT,
  created_ms    INTEGER,
  reason        TEXT,
  title         TEXT,
  keep_alive_ms INTEGER
) STRICT;
CREATE INDEX fact_session ON fact (session);

CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'facts are never changed'); END;
CREATE TRIGGER fact_no_delete BEFORE DELETE ON fact BEGIN SELECT RAISE(ABORT, 'facts are never deleted'); END;

-- ---- projections: written in the transaction of their facts, rebuilt and compared by `verify` --------------------

CREATE TABLE session (
  id                    BLOB PRIMARY KEY,
  app                   INTEGER NOT NULL,
  meeting               BLOB NOT NULL,
  title                 TEXT NOT NULL,
  title_fold            TEXT NOT NULL,
  keep_alive_ms         INTEGER NOT NULL,
  started_ms            INTEGER NOT NULL,
  ended_ms              INTEGER,           -- NULL = LIVE
  end_reason            TEXT,
  updated_ms            INTEGER NOT NULL,
  live_count            INTEGER NOT NULL,
  peak                  INTEGER NOT NULL,
  stay_count            INTEGER NOT NULL,
  closed_ms             INTEGER NOT NULL,
  ticking_count         INTEGER NOT NULL,
  ticking_joined_sum_ms INTEGER NOT NULL,
  last_left_ms          INTEGER,
  together_ms           INTEGER NOT NULL,
  together_since_ms     INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX session_one_live ON session (meeting) WHERE ended_ms IS NULL;
-- After the sort key comes `id`, so ties need no sort, and then what is filtered by, so that counting and skipping
-- read no rows.
CREATE INDEX session_started ON session (app, started_ms, id, ended_ms);
CREATE INDEX session_meeting ON session (meeting, started_ms, id, app, ended_ms);
CREATE INDEX session_live ON session (app, started_ms, id, ended_ms) WHERE ended_ms IS NULL;
-- An ended session has consumed exactly `closed_ms`.
CREATE INDEX session_consumed ON session (app, closed_ms, id, ended_ms) WHERE ended_ms IS NOT NULL;

CREATE TABLE stay (
  session     BLOB NOT NULL,
  peer        BLOB NOT NULL,
  meeting     BLOB NOT NULL,
  participant BLOB NOT NULL,
  node        INTEGER NOT NULL,            -- the node of its latest fact
  role        TEXT NOT NULL,
  created_ms  INTEGER NOT NULL,
  joined_ms   INTEGER NOT NULL,
  left_ms     INTEGER,                     -- NULL = connected
  reason      TEXT,
  away_ms     INTEGER,
  PRIMARY KEY (session, peer)
) STRICT, WITHOUT ROWID;
CREATE INDEX stay_meeting ON stay (meeting, joined_ms, peer);
CREATE INDEX stay_open ON stay (meeting, joined_ms, peer) WHERE left_ms IS NULL;

-- Sums over the sessions of a meeting.
CREATE TABLE meeting_tally (
  meeting         BLOB PRIMARY KEY,
  sessions        INTEGER NOT NULL,
  first_joined_ms INTEGER NOT NULL,
  together_ms     INTEGER NOT NULL         -- of ended sessions
) STRICT, WITHOUT ROWID;

CREATE TABLE app_tally (
  app      INTEGER PRIMARY KEY,
  sessions INTEGER NOT NULL
) STRICT;

-- ---- personal data of a stay: erasable without touching a fact -------------------------------------------------

CREATE TABLE person (
  session               BLOB NOT NULL,
  peer                  BLOB NOT NULL,
  meeting               BLOB NOT NULL,
  display_name          TEXT NOT NULL,
  name_fold             TEXT NOT NULL,
  preset_name           TEXT NOT NULL,
  custom_participant_id TEXT,
  custom_fold           TEXT,
  user_id               TEXT,
  ip_address            TEXT,
  user_agent            TEXT,
  PRIMARY KEY (session, peer)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_user ON person (meeting, user_id) WHERE user_id IS NOT NULL;

CREATE TABLE chat (
  id           BLOB PRIMARY KEY,
  session      BLOB NOT NULL,
  peer         BLOB NOT NULL,
  participant  BLOB NOT NULL,
  display_name TEXT NOT NULL,
  pinned       INTEGER NOT NULL,
  edited       INTEGER NOT NULL,
  payload_type INTEGER NOT NULL,
  payload      TEXT NOT NULL,
  targets      BLOB NOT NULL,              -- participant ids, 16 bytes each; empty = everybody
  at_ms        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_session ON chat (session, at_ms);

-- ---- the registry ----------------------------------------------------------------------------------------------

CREATE TABLE api_token (
  sha256      BLOB PRIMARY KEY CHECK (length(sha256) = 32),
  id          TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  account     TEXT,
  permission  TEXT,
  workspace   TEXT,
  created_ms  INTEGER NOT NULL,
  revoked_ms  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE preset (
  id         TEXT PRIMARY KEY,
  app        TEXT NOT NULL REFERENCES app (id),
  name       TEXT NOT NULL,
  name_fold  TEXT NOT NULL,
  body       TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  UNIQUE (app, name)
) STRICT;

CREATE TABLE meeting (
  id                  BLOB PRIMARY KEY CHECK (length(id) = 16),
  app                 TEXT NOT NULL REFERENCES app (id),
  title               TEXT NOT NULL,
  title_fold          TEXT NOT NULL,
  active              INTEGER NOT NULL,
  keep_alive_secs     INTEGER NOT NULL,
  kind                TEXT NOT NULL,
  is_room             INTEGER NOT NULL,
  default_member_type TEXT NOT NULL,
  max_meeting_seconds INTEGER,
  terminated_ms       INTEGER,
  deleted_ms          INTEGER,
  extra               TEXT NOT NULL,
  created_ms          INTEGER NOT NULL,
  updated_ms          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX meeting_app ON meeting (app, created_ms) WHERE deleted_ms IS NULL;

CREATE TABLE participant (
  id                    BLOB PRIMARY KEY CHECK (length(id) = 16),
  meeting               BLOB NOT NULL,
  app                   TEXT NOT NULL REFERENCES app (id),
  name                  TEXT NOT NULL,
  name_fold             TEXT NOT NULL,
  picture               TEXT NOT NULL,
  custom_participant_id TEXT,
  custom_fold           TEXT,
  user_id               TEXT,
  preset_name           TEXT NOT NULL,
  member_type           TEXT NOT NULL,
  blocked               INTEGER NOT NULL,
  deleted_ms            INTEGER,
  created_ms            INTEGER NOT NULL,
  updated_ms            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX participant_meeting ON participant (meeting, created_ms) WHERE deleted_ms IS NULL;
-- Not unique: several RealtimeKit participants of a meeting may share a custom id.
CREATE INDEX participant_user ON participant (meeting, user_id) WHERE user_id IS NOT NULL AND deleted_ms IS NULL;

CREATE TABLE app_user (
  app          TEXT NOT NULL REFERENCES app (id),
  user_id      TEXT NOT NULL,
  name         TEXT NOT NULL,
  access_token TEXT NOT NULL UNIQUE,
  extra        TEXT NOT NULL,
  created_ms   INTEGER NOT NULL,
  updated_ms   INTEGER NOT NULL,
  PRIMARY KEY (app, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
