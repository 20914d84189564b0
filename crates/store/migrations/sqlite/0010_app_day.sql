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
