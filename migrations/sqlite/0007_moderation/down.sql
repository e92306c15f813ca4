DROP TABLE moderations;
ALTER TABLE enterprise_events DROP COLUMN trusted;
ALTER TABLE enterprises DROP COLUMN trusted;
