CREATE TABLE accounts_new (
    id TEXT NOT NULL CONSTRAINT pk_accounts PRIMARY KEY,
    phone TEXT NOT NULL,
    email TEXT,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    language TEXT NOT NULL CONSTRAINT ck_accounts_language CHECK (language IN ('id', 'su', 'en')),
    operator BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    guest BOOLEAN NOT NULL,
    phone_proven_at TEXT,
    CONSTRAINT ck_accounts_guest CHECK (NOT (guest AND operator))
);
INSERT INTO accounts_new (id, phone, email, name, password_hash, language, operator, guest, created_at, version)
    SELECT id, phone, email, name, password_hash, language, operator, FALSE, created_at, version FROM accounts;
DROP TABLE accounts;
ALTER TABLE accounts_new RENAME TO accounts;
-- A number has one account; guests come and go.
CREATE UNIQUE INDEX uq_accounts_phone ON accounts (phone) WHERE NOT guest;
CREATE INDEX ix_accounts_guest_phone ON accounts (phone) WHERE guest;

CREATE TABLE tracking_tokens (
    digest TEXT NOT NULL CONSTRAINT pk_tracking_tokens PRIMARY KEY,
    session_id TEXT NOT NULL CONSTRAINT fk_tracking_tokens_session REFERENCES sessions (id),
    created_at TEXT NOT NULL
);
CREATE INDEX ix_tracking_tokens_session ON tracking_tokens (session_id);

CREATE TABLE phone_proofs (
    account_id TEXT NOT NULL CONSTRAINT pk_phone_proofs PRIMARY KEY CONSTRAINT fk_phone_proofs_account REFERENCES accounts (id),
    village_id TEXT NOT NULL CONSTRAINT fk_phone_proofs_village REFERENCES villages (id),
    code TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX ix_phone_proofs_village ON phone_proofs (village_id, code);
