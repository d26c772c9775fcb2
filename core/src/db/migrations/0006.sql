-- Photographs are listed by moment, by who took them and by where they are, without a look into their states. `author` is the
-- member whose device made the photograph, empty where that is not known. `deposited` is 1 where the log has the server's
-- deposit of the same bytes, 0 where it has none, and -1 for whatever is not shown as a photograph. A store of before is
-- filled from its states in the same transaction (db/gallery).
ALTER TABLE record ADD COLUMN author BLOB NOT NULL DEFAULT x'';
ALTER TABLE record ADD COLUMN deposited INTEGER NOT NULL DEFAULT -1;
CREATE INDEX record_photo ON record (sort, row, withdrawn, project, author, deposited) WHERE deposited >= 0;
CREATE INDEX record_author ON record (author, sort, row, withdrawn, project, deposited) WHERE deposited >= 0;
CREATE INDEX record_undeposited ON record (sort, row, withdrawn, project, author) WHERE deposited = 0;

-- Photographs of which the server may not have every byte. One that was fetched from there has the state `copy`.
CREATE INDEX photo_unsent ON photo (record) WHERE state = 'local';
