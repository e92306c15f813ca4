DROP TABLE phone_proofs;
DROP TABLE tracking_tokens;
DROP INDEX uq_accounts_phone;
DROP INDEX ix_accounts_guest_phone;
ALTER TABLE accounts DROP CONSTRAINT ck_accounts_guest;
DELETE FROM accounts WHERE guest;
ALTER TABLE accounts DROP COLUMN guest;
ALTER TABLE accounts DROP COLUMN phone_proven_at;
ALTER TABLE accounts ADD CONSTRAINT uq_accounts_phone UNIQUE (phone);
