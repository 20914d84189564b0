-- Receivers that an app has registered.
CREATE TABLE webhook (
  id           BLOB PRIMARY KEY CHECK (length(id) = 16),
  app          TEXT NOT NULL REFERENCES app (id),
  name         TEXT NOT NULL,
  url          TEXT NOT NULL,
  events       TEXT NOT NULL,              -- JSON list of names, in the order in which they were given
  enabled      INTEGER NOT NULL,
  secret       BLOB NOT NULL,
  old_secret   BLOB,                       -- signs beside the new one until old_until_ms
  old_until_ms INTEGER,
  created_ms   INTEGER NOT NULL,
  updated_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_app ON webhook (app, created_ms, id);

-- How far the deliveries to a receiver are; no facts, and nothing is rebuilt from them. A webhook has a row as long as
-- it exists. The receiver of room webhooks of an app at one URL has one while something waits for it.
CREATE TABLE delivery (
  id          BLOB PRIMARY KEY CHECK (length(id) = 16),
  app         TEXT NOT NULL,
  url         TEXT,                        -- of room webhooks
  epoch       INTEGER NOT NULL,            -- counts new beginnings: what was decided before one is not kept after it
  done_seq    INTEGER NOT NULL,            -- facts up to here are settled, or have rows
  state       TEXT NOT NULL,               -- up, down, disabled, given_up
  since_ms    INTEGER,                     -- of down
  down_ms     INTEGER,
  probe_ms    INTEGER,
  missed_from INTEGER                      -- of disabled and given_up: the first fact that may have been missed
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_app ON delivery (app);

-- Events that wait, and meetings that are behind. An event that is delivered at once never has a row.
CREATE TABLE delivery_row (
  delivery    BLOB NOT NULL,
  seq         INTEGER NOT NULL,
  part        INTEGER NOT NULL,
  replay      INTEGER NOT NULL,
  meeting     BLOB NOT NULL,
  attempts    INTEGER,                     -- NULL = no event waits
  first_ms    INTEGER,
  hold_ms     INTEGER,
  next_ms     INTEGER,
  last_status INTEGER,
  alone       INTEGER,
  behind_from INTEGER,
  PRIMARY KEY (delivery, seq, part, replay)
) STRICT, WITHOUT ROWID;

-- Apps with rooms that have a webhook: facts up to here are settled, or are above the place of a receiver that has a row.
CREATE TABLE delivery_rooms (
  app      TEXT PRIMARY KEY,
  done_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO delivery_rooms
SELECT DISTINCT app, (SELECT coalesce(max(seq), 0) FROM fact) FROM meeting
WHERE deleted_ms IS NULL AND json_extract(extra, '$.webhook.url') IS NOT NULL;

-- Facts that are told once more. Each is a receiver of its own, with a row above, while it runs.
CREATE TABLE replay (
  webhook    BLOB NOT NULL,
  no         INTEGER NOT NULL,             -- 1 for the first of its webhook
  delivery   BLOB NOT NULL UNIQUE,
  from_seq   INTEGER NOT NULL,
  to_seq     INTEGER NOT NULL,
  only_failed INTEGER NOT NULL,
  new_ids    INTEGER NOT NULL,
  events     TEXT,                         -- as of a webhook; NULL = those of the webhook
  state      TEXT NOT NULL,                -- running, done, stopped, given_up
  sent       INTEGER NOT NULL,
  failed     INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (webhook, no)
) STRICT, WITHOUT ROWID;
