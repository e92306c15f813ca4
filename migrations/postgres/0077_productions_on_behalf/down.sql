ALTER TABLE productions DROP COLUMN on_behalf_of;
