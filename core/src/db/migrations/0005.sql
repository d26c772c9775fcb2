-- When the server received the newest visible action of a device, by the log, milliseconds since 1970; 0 where none came since
-- this column is there.
ALTER TABLE chain ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
