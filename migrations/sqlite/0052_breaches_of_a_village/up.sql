-- The village whose office stands by; every breach has one.
ALTER TABLE breaches ADD COLUMN village_id TEXT;
UPDATE breaches SET village_id = (SELECT agreements.village_id FROM agreements WHERE agreements.id = breaches.agreement_id);
CREATE INDEX ix_breaches_village ON breaches (village_id, id);
