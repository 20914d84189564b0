-- What an app's sessions came to by UTC day: those that have ended, each wholly on the day it began. Days are counted from
-- 1970-01-01. LIVE sessions are few, and counted when somebody asks; so an end writes here, and a join or a leave does not.
CREATE TABLE app_day (
  app         INTEGER NOT NULL,
  day         INTEGER NOT NULL,
  sessions    INTEGER NOT NULL,
  consumed_ms INTEGER NOT NULL,
  PRIMARY KEY (app, day)
) STRICT, WITHOUT ROWID;
-- Division rounds towards zero; a day before 1970 is the one below.
INSERT INTO app_day
SELECT app, started_ms / 86400000 - (started_ms % 86400000 < 0), count(*), sum(closed_ms)
FROM session WHERE ended_ms IS NOT NULL GROUP BY 1, 2;

-- Which sessions a peer was in. Run n has the peers that joined in the facts 16384 n … 16384 n + 16383, sorted; it is written
-- as a whole with the last of these facts, behind the runs before it. An index by peer would cost every join a page, as
-- their ids are random. Facts that are in no run yet are looked through.
CREATE TABLE peer_run (
  run     INTEGER NOT NULL,
  peer    BLOB NOT NULL,
  session BLOB NOT NULL,
  PRIMARY KEY (run, peer, session)
) STRICT, WITHOUT ROWID;
INSERT INTO peer_run
SELECT seq >> 14, peer, session FROM fact
WHERE kind = 'peer_joined' AND seq >> 14 < (SELECT (coalesce(max(seq), 0) + 1) >> 14 FROM fact)
ORDER BY 1, 2, 3;

-- What clients said of their calls: the posts of a stay, in order, as they are kept. Personal data of the stay, and no fact.
-- `stay_bytes`: of the stay's posts up to this one. `mileage`: of all posts ever written up to this one, short
-- ones counted as a kibibyte.
CREATE TABLE client_report (
  session    BLOB NOT NULL,
  peer       BLOB NOT NULL,
  no         INTEGER NOT NULL,
  at_ms      INTEGER NOT NULL,
  stay_bytes INTEGER NOT NULL,
  mileage    INTEGER NOT NULL,
  body       TEXT NOT NULL,
  PRIMARY KEY (session, peer, no)
) STRICT;
-- Whoever erases a person erases these too.
CREATE TRIGGER report_erased AFTER UPDATE OF display_name ON stay
  WHEN new.display_name IS NULL AND old.display_name IS NOT NULL
  BEGIN DELETE FROM client_report WHERE session = new.session AND peer = new.peer; END;
