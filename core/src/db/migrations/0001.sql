-- The store of one device of one organisation. Every row lies encrypted (SQLCipher). Meanings never change; dead columns stay.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- Entries that this person may see, by position. `bytes` is the protocol's encoding of the entry.
CREATE TABLE entry (
    position INTEGER PRIMARY KEY,
    identity BLOB NOT NULL,
    record BLOB NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE INDEX entry_identity ON entry (identity);
CREATE INDEX entry_record ON entry (record, position);

-- Folded records. `state` is confirmed; `shown` has this device's pending actions on top and is empty where there are none.
-- `sort` is the moment by which lists go: the record's own moment, else when it was made (milliseconds since 1970).
CREATE TABLE record (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    project BLOB NOT NULL DEFAULT x'',
    concerns BLOB NOT NULL DEFAULT x'',
    last INTEGER NOT NULL DEFAULT 0,
    sort INTEGER NOT NULL DEFAULT 0,
    withdrawn INTEGER NOT NULL DEFAULT 0,
    conflicted INTEGER NOT NULL DEFAULT 0,
    state BLOB NOT NULL DEFAULT x'',
    shown BLOB NOT NULL DEFAULT x''
) STRICT;
CREATE INDEX record_kind ON record (kind, withdrawn, sort, row);
CREATE INDEX record_concerns ON record (concerns, kind, sort) WHERE concerns <> x'';
CREATE INDEX record_conflicted ON record (conflicted, sort) WHERE conflicted = 1;
CREATE INDEX record_shown ON record (row) WHERE shown <> x'';

-- Chains of devices as far as their actions were visible, with the newest `seen` of each.
CREATE TABLE chain (
    device BLOB PRIMARY KEY,
    sequence INTEGER NOT NULL,
    hash BLOB NOT NULL,
    seen_size INTEGER NOT NULL DEFAULT 0,
    seen_root BLOB NOT NULL DEFAULT x''
) STRICT;

-- Held entries that no administrator admitted yet.
CREATE TABLE held (
    hash BLOB PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;

-- What this device signed and the confirmed state does not have yet. `state`: waiting, logged (applied, not pulled yet),
-- held, refused.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    record BLOB NOT NULL,
    bytes BLOB NOT NULL,
    made INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    position INTEGER NOT NULL DEFAULT -1,
    attempts INTEGER NOT NULL DEFAULT 0,
    fault TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_state ON outbox (state, id);

-- Sizes and roots that later history must continue: checkpoints of receipts and old cursors.
CREATE TABLE anchor (
    generation INTEGER NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    PRIMARY KEY (generation, size, root)
) STRICT;

-- Alarms: a log that disagreed with its proofs, in words; both versions stay.
CREATE TABLE alarm (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    code TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT -1,
    text TEXT NOT NULL,
    page BLOB NOT NULL DEFAULT x''
) STRICT;

-- Files of photographs on this device. `name` and `key` open the sealed original; empty once it was let go. `state`: local,
-- received, deposited (its deposit was seen, nothing more is asked). Verified is the deposit's word, in the log.
CREATE TABLE photo (
    record BLOB PRIMARY KEY,
    sha256 BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    key BLOB NOT NULL DEFAULT x'',
    thumb_name TEXT NOT NULL DEFAULT '',
    thumb_key BLOB NOT NULL DEFAULT x'',
    thumb_due INTEGER NOT NULL DEFAULT 0,
    upload_due INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'local',
    attempts INTEGER NOT NULL DEFAULT 0,
    fault TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX photo_sha256 ON photo (sha256);
CREATE INDEX photo_upload ON photo (record) WHERE upload_due = 1;
CREATE INDEX photo_thumb ON photo (record) WHERE thumb_due = 1;

CREATE VIRTUAL TABLE search USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');
