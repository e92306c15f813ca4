ALTER TABLE closed_months DROP COLUMN digest;
