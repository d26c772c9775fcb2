-- Restores. generation: of the log. next_key: seed of the key by which the server will sign after a restore or a rotation;
-- empty until the next start. behind: 1 while the log is known to lack what was acknowledged.
ALTER TABLE organisation ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organisation ADD COLUMN next_key BLOB NOT NULL DEFAULT x'';
ALTER TABLE organisation ADD COLUMN behind INTEGER NOT NULL DEFAULT 0;

-- Entries that a restore did not continue, as they were: evidence, never served.
CREATE TABLE superseded (
  organisation BLOB    NOT NULL,
  generation   INTEGER NOT NULL,
  position     INTEGER NOT NULL,
  bytes        BLOB    NOT NULL,
  PRIMARY KEY (organisation, generation, position)
) STRICT;
