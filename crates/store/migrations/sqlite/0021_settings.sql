-- What the console's settings show (docs/decisions/0053-console-settings.md): whether a token has the right to the server itself,
-- on which day it was last used, and with which browser somebody signed in. Not a projection of facts.
ALTER TABLE api_token ADD COLUMN server INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_token ADD COLUMN used_day INTEGER;   -- UTC days since 1970; NULL = not since this column is there
ALTER TABLE console_session ADD COLUMN browser TEXT NOT NULL DEFAULT '';

-- The oldest token is the one that the first start made, for whoever runs the server.
UPDATE api_token SET server = 1
  WHERE revoked_ms IS NULL AND sha256 = (SELECT sha256 FROM api_token ORDER BY created_ms, id LIMIT 1);
