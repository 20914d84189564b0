-- A participant of the RealtimeKit door holds a preset by its id, so that renaming or deleting one changes neither entry nor
-- history. A member of the Pagecall door has none (NULL): its preset is found by the name that its type gives it.
ALTER TABLE participant ADD COLUMN preset_id TEXT;

-- Deleted presets stay for those who hold them; their names are free again.
CREATE TABLE preset_new (
  id         TEXT PRIMARY KEY,
  app        TEXT NOT NULL REFERENCES app (id),
  name       TEXT NOT NULL,
  name_fold  TEXT NOT NULL,
  body       TEXT NOT NULL,
  deleted_ms INTEGER,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
INSERT INTO preset_new SELECT id, app, name, name_fold, body, NULL, created_ms, updated_ms FROM preset;
DROP TABLE preset;
ALTER TABLE preset_new RENAME TO preset;
CREATE UNIQUE INDEX preset_name ON preset (app, name) WHERE deleted_ms IS NULL;

-- Who is in a room and has a preset that a member's type gives is a member, as far as a row tells.
UPDATE participant SET preset_id = (SELECT id FROM preset r WHERE r.app = participant.app AND r.name = participant.preset_name)
WHERE member_type <> 'monitor'
  AND NOT (preset_name IN ('group_call_host', 'group_call_participant')
           AND EXISTS (SELECT 1 FROM meeting m WHERE m.id = participant.meeting AND m.is_room));

-- A participant with the present name of its preset.
CREATE VIEW participant_now AS
SELECT p.id, p.meeting, p.app, p.name, p.name_fold, p.picture, p.custom_participant_id, p.custom_fold, p.user_id,
       p.preset_id, coalesce(r.name, p.preset_name) AS preset_name, p.member_type, p.blocked, p.deleted_ms,
       p.created_ms, p.updated_ms
FROM participant p LEFT JOIN preset r ON r.id = p.preset_id;

-- The view type that was in force at the join, as a number; NULL = from before, or unknown.
ALTER TABLE stay ADD COLUMN view_type INTEGER;
