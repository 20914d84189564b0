-- Files of chat messages. Their bytes are files of the folder `files`, named by the id: a row is written when they are durable
-- there, and its message after that. Not a projection of facts.
CREATE TABLE chat_file (
  id          BLOB PRIMARY KEY CHECK (length(id) = 16),
  session     BLOB NOT NULL CHECK (length(session) = 16),      -- for which it was uploaded
  participant BLOB NOT NULL CHECK (length(participant) = 16),  -- who uploaded it
  name        TEXT NOT NULL,
  kind        TEXT NOT NULL,                                   -- a FileKind: what its bytes are
  bytes       INTEGER NOT NULL,
  sha256      BLOB NOT NULL CHECK (length(sha256) = 32),
  at_ms       INTEGER NOT NULL,                                -- wall clock
  chat        BLOB,                                            -- the message that has it; NULL = none yet
  gone        INTEGER NOT NULL DEFAULT 0                       -- 1 = to everybody it is no more; its bytes go next, then the row
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_file_session ON chat_file (session) WHERE gone = 0;
CREATE INDEX chat_file_chat ON chat_file (chat) WHERE chat IS NOT NULL;
CREATE INDEX chat_file_loose ON chat_file (at_ms) WHERE chat IS NULL AND gone = 0;
CREATE INDEX chat_file_gone ON chat_file (id) WHERE gone = 1;

ALTER TABLE chat ADD COLUMN files BLOB NOT NULL DEFAULT x'';   -- ids, 16 bytes each

-- Whatever takes a message away, a person, a retention or an erasure, takes its files with it.
CREATE TRIGGER chat_gone AFTER DELETE ON chat WHEN length(OLD.files) > 0 BEGIN
  UPDATE chat_file SET gone = 1 WHERE chat = OLD.id;
END;
