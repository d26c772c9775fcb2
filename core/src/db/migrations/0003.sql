-- Both versions of a log that disagrees with itself: what the server had signed, beside what it now says.

-- The signed checkpoint that promised this size and root; empty where none was kept.
ALTER TABLE anchor ADD COLUMN checkpoint TEXT NOT NULL DEFAULT '';

-- Signed checkpoints that this device had believed when the alarm was raised, as a JSON list.
ALTER TABLE alarm ADD COLUMN believed TEXT NOT NULL DEFAULT '[]';
