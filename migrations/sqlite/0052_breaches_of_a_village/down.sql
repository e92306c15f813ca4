DROP INDEX ix_breaches_village;
ALTER TABLE breaches DROP COLUMN village_id;
