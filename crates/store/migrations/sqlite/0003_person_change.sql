-- Counts changes of persons' rows that are there, so that whoever has read names knows when they are no longer true.
-- Joins only insert and cost nothing here.
CREATE TABLE person_change (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  changes  INTEGER NOT NULL
) STRICT;
INSERT INTO person_change VALUES (1, 0);
CREATE TRIGGER person_updated AFTER UPDATE ON person BEGIN UPDATE person_change SET changes = changes + 1; END;
CREATE TRIGGER person_deleted AFTER DELETE ON person BEGIN UPDATE person_change SET changes = changes + 1; END;
