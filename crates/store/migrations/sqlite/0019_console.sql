-- Sign-ins of the console: a cookie stands for a token until one of both ends (docs/decisions/0049-console.md). The text of
-- the cookie is not kept. Not a projection of facts.
CREATE TABLE console_session (
  sha256     BLOB PRIMARY KEY CHECK (length(sha256) = 32),   -- of the cookie
  token      BLOB NOT NULL CHECK (length(token) = 32),       -- api_token.sha256
  read_only  INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  seen_ms    INTEGER NOT NULL                                -- last use, to the minute
) STRICT, WITHOUT ROWID;
