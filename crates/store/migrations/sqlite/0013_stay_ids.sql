-- Each stay has an id that no other one has, of whatever session: Pagecall's session. NULL = the same as `peer`, which is
-- unique in its session only: stays from before, imported ones without an id of their own, and further stays of one client
-- in a session.
ALTER TABLE fact ADD COLUMN stay BLOB;
ALTER TABLE stay ADD COLUMN id BLOB;
