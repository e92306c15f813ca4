-- What a closing was when it was made; nothing for those from before.
ALTER TABLE closed_months ADD COLUMN digest TEXT;
