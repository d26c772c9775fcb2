-- Times are milliseconds since 1970. Every table of an organisation's data is keyed by the organisation first.

-- The server's own secrets and settings, by name.
CREATE TABLE setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;

-- Setup links that nobody has used yet. The secret is kept as its hash.
CREATE TABLE setup (
  secret_sha256 BLOB    NOT NULL PRIMARY KEY,
  server_key    BLOB    NOT NULL,
  expires_at    INTEGER NOT NULL
) STRICT;

-- The organisations with the ends of their logs. organisation_last: the last entry about an Organisation kind, once size > 0.
CREATE TABLE organisation (
  organisation      BLOB    NOT NULL PRIMARY KEY,
  server_key        BLOB    NOT NULL,
  created_at        INTEGER NOT NULL,
  size              INTEGER NOT NULL DEFAULT 0,
  received          INTEGER NOT NULL DEFAULT 0,
  organisation_last INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The log. Header, signature, body and origin are bytes as they were verified. record_previous: -1 for none.
CREATE TABLE entry (
  organisation    BLOB    NOT NULL,
  position        INTEGER NOT NULL,
  hash            BLOB    NOT NULL,
  identity        BLOB    NOT NULL,
  record          BLOB    NOT NULL,
  header          BLOB    NOT NULL,
  signature       BLOB    NOT NULL,
  body            BLOB    NOT NULL,
  origin          BLOB    NOT NULL,
  received        INTEGER NOT NULL,
  outcome         BLOB    NOT NULL,
  rules           INTEGER NOT NULL,
  record_previous INTEGER NOT NULL,
  PRIMARY KEY (organisation, position)
) STRICT;
-- Finds a replay too: what an action's identity is, is known before it is looked up by it.
CREATE INDEX entry_identity ON entry (organisation, identity);

-- The fold of each record. Kind, project and concerns repeat what stands in state, for reading by rights. Empty: none.
CREATE TABLE record (
  organisation BLOB    NOT NULL,
  record       BLOB    NOT NULL,
  kind         TEXT    NOT NULL,
  project      BLOB    NOT NULL,
  concerns     BLOB    NOT NULL,
  last         INTEGER NOT NULL,
  state        BLOB    NOT NULL,
  PRIMARY KEY (organisation, record)
) STRICT;

-- The end of each device's chain.
CREATE TABLE chain (
  organisation BLOB    NOT NULL,
  device       BLOB    NOT NULL,
  sequence     INTEGER NOT NULL,
  hash         BLOB    NOT NULL,
  PRIMARY KEY (organisation, device)
) STRICT;

-- Entries without effect that may still be admitted, by the hash of their header.
CREATE TABLE held (
  organisation BLOB    NOT NULL,
  hash         BLOB    NOT NULL,
  position     INTEGER NOT NULL,
  PRIMARY KEY (organisation, hash)
) STRICT;

-- The Merkle tree in tiles of 256 hashes (C2SP tlog-tiles); the last one of a level grows.
CREATE TABLE tile (
  organisation BLOB    NOT NULL,
  level        INTEGER NOT NULL,
  tile         INTEGER NOT NULL,
  hashes       BLOB    NOT NULL,
  PRIMARY KEY (organisation, level, tile)
) STRICT;

-- Who may open a session: kept in step with the log by whoever appends to it.
CREATE TABLE device (
  organisation BLOB    NOT NULL,
  device       BLOB    NOT NULL,
  member       BLOB    NOT NULL,
  revoked      INTEGER NOT NULL,
  PRIMARY KEY (organisation, device)
) STRICT;

-- Challenges that have opened a session, until they expire by themselves.
CREATE TABLE spent (
  organisation BLOB    NOT NULL,
  expires_at   INTEGER NOT NULL,
  challenge    TEXT    NOT NULL,
  PRIMARY KEY (organisation, expires_at, challenge)
) STRICT;

-- A family of refresh tokens: the newest one issued and the one before it, as hashes. Empty: there was none before.
CREATE TABLE session (
  organisation    BLOB    NOT NULL,
  family          BLOB    NOT NULL,
  device          BLOB    NOT NULL,
  newest_sha256   BLOB    NOT NULL,
  previous_sha256 BLOB    NOT NULL,
  started_at      INTEGER NOT NULL,
  used_at         INTEGER NOT NULL,
  PRIMARY KEY (organisation, family)
) STRICT;
CREATE INDEX session_device ON session (organisation, device, started_at);

-- The bytes that a logged photo named, one row for each photo.
CREATE TABLE blob (
  organisation BLOB    NOT NULL,
  sha256       BLOB    NOT NULL,
  record       BLOB    NOT NULL,
  bytes        INTEGER NOT NULL,
  member       BLOB    NOT NULL,
  state        TEXT    NOT NULL CHECK (state IN ('expected', 'received', 'verified')),
  PRIMARY KEY (organisation, sha256, record)
) STRICT;
CREATE INDEX blob_received ON blob (organisation, sha256, record) WHERE state = 'received';

-- Parts on disk of blobs that are not whole yet, apart for each member: nobody learns what another has sent.
CREATE TABLE part (
  organisation BLOB    NOT NULL,
  member       BLOB    NOT NULL,
  sha256       BLOB    NOT NULL,
  part         INTEGER NOT NULL,
  PRIMARY KEY (organisation, member, sha256, part)
) STRICT;
