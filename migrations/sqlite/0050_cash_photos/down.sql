ALTER TABLE cash_rows DROP COLUMN photo_media_id;
