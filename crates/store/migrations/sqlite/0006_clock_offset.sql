-- The wall clock may be set while a session runs. A LIVE session's own time is the steady clock of the process that wrote
-- its last fact, plus its offset: not part of any fold, needed to tell what has ticked by now.
ALTER TABLE session ADD COLUMN offset_ms INTEGER NOT NULL DEFAULT 0;
-- A heartbeat is an instant of the steady clock; the wall clock was that plus the offset.
ALTER TABLE node ADD COLUMN offset_ms INTEGER NOT NULL DEFAULT 0;
