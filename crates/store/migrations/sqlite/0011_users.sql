-- Leads from a user of a workspace to its memberships in all rooms, for whoever deletes it.
CREATE INDEX participant_of_user ON participant (app, user_id) WHERE user_id IS NOT NULL AND deleted_ms IS NULL;
-- The list of users, by when they were made.
CREATE INDEX app_user_created ON app_user (app, created_ms, user_id);
