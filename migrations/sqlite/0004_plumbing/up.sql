CREATE TABLE idempotency_keys (
    account_id TEXT NOT NULL CONSTRAINT fk_idempotency_keys_account REFERENCES accounts (id),
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    location TEXT,
    version INTEGER,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (account_id, key)
);
CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);

CREATE TABLE jobs (
    id TEXT NOT NULL CONSTRAINT pk_jobs PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_jobs_state CHECK (state IN ('queued', 'dead')),
    attempts INTEGER NOT NULL,
    run_at TEXT NOT NULL,
    last_error TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX ix_jobs_due ON jobs (state, run_at, id);
