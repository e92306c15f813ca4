ALTER TABLE accounts DROP CONSTRAINT uq_accounts_phone;
ALTER TABLE accounts ADD COLUMN guest boolean NOT NULL DEFAULT FALSE;
ALTER TABLE accounts ALTER COLUMN guest DROP DEFAULT;
ALTER TABLE accounts ADD COLUMN phone_proven_at timestamptz;
ALTER TABLE accounts ADD CONSTRAINT ck_accounts_guest CHECK (NOT (guest AND operator));
-- A number has one account; guests come and go.
CREATE UNIQUE INDEX uq_accounts_phone ON accounts (phone) WHERE NOT guest;
CREATE INDEX ix_accounts_guest_phone ON accounts (phone) WHERE guest;

CREATE TABLE tracking_tokens (
    digest text NOT NULL CONSTRAINT pk_tracking_tokens PRIMARY KEY,
    session_id uuid NOT NULL CONSTRAINT fk_tracking_tokens_session REFERENCES sessions (id),
    created_at timestamptz NOT NULL
);
CREATE INDEX ix_tracking_tokens_session ON tracking_tokens (session_id);

CREATE TABLE phone_proofs (
    account_id uuid NOT NULL CONSTRAINT pk_phone_proofs PRIMARY KEY CONSTRAINT fk_phone_proofs_account REFERENCES accounts (id),
    village_id uuid NOT NULL CONSTRAINT fk_phone_proofs_village REFERENCES villages (id),
    code text NOT NULL,
    attempts integer NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX ix_phone_proofs_village ON phone_proofs (village_id, code);
