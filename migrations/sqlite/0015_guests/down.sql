DROP TABLE phone_proofs;
DROP TABLE tracking_tokens;
CREATE TABLE accounts_old (
    id TEXT NOT NULL CONSTRAINT pk_accounts PRIMARY KEY,
    phone TEXT NOT NULL CONSTRAINT uq_accounts_phone UNIQUE,
    email TEXT,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    language TEXT NOT NULL CONSTRAINT ck_accounts_language CHECK (language IN ('id', 'su', 'en')),
    operator BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL
);
INSERT INTO accounts_old SELECT id, phone, email, name, password_hash, language, operator, created_at, version FROM accounts WHERE NOT guest;
DROP TABLE accounts;
ALTER TABLE accounts_old RENAME TO accounts;
