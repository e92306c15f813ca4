CREATE TABLE idempotency_keys (
    account_id uuid NOT NULL CONSTRAINT fk_idempotency_keys_account REFERENCES accounts (id),
    key text NOT NULL,
    fingerprint text NOT NULL,
    status integer NOT NULL,
    location text,
    version integer,
    body text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (account_id, key)
);
CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);

CREATE TABLE jobs (
    id uuid NOT NULL CONSTRAINT pk_jobs PRIMARY KEY,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL CONSTRAINT ck_jobs_state CHECK (state IN ('queued', 'dead')),
    attempts integer NOT NULL,
    run_at timestamptz NOT NULL,
    last_error text,
    created_at timestamptz NOT NULL
);
CREATE INDEX ix_jobs_due ON jobs (state, run_at, id);
