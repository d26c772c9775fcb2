-- Entries are found by record and identity. Identities are hashes in no order: in an index of their own each page of a pull
-- touched most of its leaves, and each leaf touched is sealed and written once more.
DROP INDEX entry_identity;
DROP INDEX entry_record;
CREATE INDEX entry_record ON entry (record, identity);

-- What waits on top of a record, without a walk over all that waits.
CREATE INDEX outbox_record ON outbox (record);

-- Verified pages of a pull from 0, packed as they came, until the last one is there and all replace what is shown.
CREATE TABLE stage (
    number INTEGER PRIMARY KEY,
    message BLOB NOT NULL
) STRICT;
