-- Restores. Entries above the size that a restore named, as they were in their generation: kept as evidence and offered again.
-- state: due, logged (the server has it in the new generation), passed (its device's chain went on without it).
CREATE TABLE superseded (
    generation INTEGER NOT NULL,
    position INTEGER NOT NULL,
    record BLOB NOT NULL,
    identity BLOB NOT NULL,
    bytes BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT 'due',
    PRIMARY KEY (generation, position)
) STRICT;
CREATE INDEX superseded_due ON superseded (generation, position) WHERE state = 'due';

ALTER TABLE chain ADD COLUMN seen_generation INTEGER NOT NULL DEFAULT 0;
