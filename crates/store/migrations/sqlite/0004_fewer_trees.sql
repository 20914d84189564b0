-- A join and a leave touch fewer trees: each index of a table is one more page to write for every session of a group.

-- The facts of a session are a chain: `prev` is the fact of the same session before it, NULL for the first. Its last
-- one is in the session's row, which every fact writes anyway. Replaces an index over all facts by session.
ALTER TABLE fact ADD COLUMN prev INTEGER;
DROP TRIGGER fact_no_update;
UPDATE fact SET prev = (SELECT max(b.seq) FROM fact b INDEXED BY fact_session
                        WHERE b.session = fact.session AND b.seq < fact.seq);
CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'facts are never changed'); END;
ALTER TABLE session ADD COLUMN last_seq INTEGER NOT NULL DEFAULT 0;
UPDATE session SET last_seq = (SELECT max(f.seq) FROM fact f INDEXED BY fact_session WHERE f.session = session.id);
DROP INDEX fact_session;

-- Where the facts of an app are: block n has the sequence numbers 64 n … 64 n + 63. One row for up to 64 facts;
-- replaces an index over all facts by app.
CREATE TABLE fact_block (
  app   INTEGER NOT NULL,
  block INTEGER NOT NULL,
  PRIMARY KEY (app, block)
) STRICT, WITHOUT ROWID;
INSERT INTO fact_block SELECT DISTINCT app, seq >> 6 FROM fact ORDER BY 1, 2;
DROP INDEX fact_app;

-- Who stayed stands in the row of the stay: personal data, erasable (all NULL) without touching a fact.
ALTER TABLE stay ADD COLUMN display_name TEXT;
ALTER TABLE stay ADD COLUMN name_fold TEXT;
ALTER TABLE stay ADD COLUMN preset_name TEXT;
ALTER TABLE stay ADD COLUMN custom_participant_id TEXT;
ALTER TABLE stay ADD COLUMN custom_fold TEXT;
ALTER TABLE stay ADD COLUMN user_id TEXT;
ALTER TABLE stay ADD COLUMN ip_address TEXT;
ALTER TABLE stay ADD COLUMN user_agent TEXT;
UPDATE stay SET (display_name, name_fold, preset_name, custom_participant_id, custom_fold, user_id, ip_address,
                 user_agent)
  = (SELECT p.display_name, p.name_fold, p.preset_name, p.custom_participant_id, p.custom_fold, p.user_id,
            p.ip_address, p.user_agent
     FROM person p WHERE p.session = stay.session AND p.peer = stay.peer);
DROP TABLE person;
CREATE TRIGGER person_updated AFTER UPDATE OF display_name, name_fold, preset_name, custom_participant_id,
    custom_fold, user_id, ip_address, user_agent ON stay
  BEGIN UPDATE person_change SET changes = changes + 1; END;

-- Only the LIVE session of a meeting has open stays, and it is found by its own index. The stays of a room are those of
-- its sessions, whose meeting is in their rows; how many there are in ended ones is summed up when a session ends.
DROP INDEX stay_open;
DROP INDEX IF EXISTS stay_meeting;
ALTER TABLE stay DROP COLUMN meeting;
ALTER TABLE meeting_tally ADD COLUMN stays INTEGER NOT NULL DEFAULT 0;
UPDATE meeting_tally SET stays = s.stays
  FROM (SELECT meeting, sum(stay_count) AS stays FROM session WHERE ended_ms IS NOT NULL GROUP BY meeting) s
  WHERE s.meeting = meeting_tally.meeting;
