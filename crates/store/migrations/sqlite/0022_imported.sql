-- Stretches of the sequence in which every fact was imported (docs/decisions/0063-imports-passed-over.md), none behind another
-- without a fact between. What was imported before this table was there is in none.
CREATE TABLE imported (
  last  INTEGER PRIMARY KEY,
  first INTEGER NOT NULL
) STRICT;
