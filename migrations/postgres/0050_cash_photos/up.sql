-- A picture of the slip or page that a row was written down from.
ALTER TABLE cash_rows ADD COLUMN photo_media_id uuid;
