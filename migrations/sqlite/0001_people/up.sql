CREATE TABLE villages (
    id TEXT NOT NULL CONSTRAINT pk_villages PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT uq_villages_code UNIQUE,
    name TEXT NOT NULL,
    district TEXT NOT NULL,
    regency TEXT NOT NULL,
    province TEXT NOT NULL,
    post_code TEXT,
    created_at TEXT NOT NULL
);

CREATE TABLE accounts (
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

CREATE TABLE sessions (
    id TEXT NOT NULL CONSTRAINT pk_sessions PRIMARY KEY,
    account_id TEXT NOT NULL CONSTRAINT fk_sessions_account REFERENCES accounts (id),
    device TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
);
CREATE INDEX ix_sessions_account ON sessions (account_id, id);

CREATE TABLE refresh_tokens (
    digest TEXT NOT NULL CONSTRAINT pk_refresh_tokens PRIMARY KEY,
    session_id TEXT NOT NULL CONSTRAINT fk_refresh_tokens_session REFERENCES sessions (id),
    issued_at TEXT NOT NULL,
    used_at TEXT
);
CREATE INDEX ix_refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE setup_tokens (
    digest TEXT NOT NULL CONSTRAINT pk_setup_tokens PRIMARY KEY,
    created_at TEXT NOT NULL,
    used_at TEXT
);

CREATE TABLE enterprises (
    id TEXT NOT NULL CONSTRAINT pk_enterprises PRIMARY KEY,
    village_id TEXT NOT NULL CONSTRAINT fk_enterprises_village REFERENCES villages (id),
    kind TEXT NOT NULL CONSTRAINT ck_enterprises_kind
        CHECK (kind IN ('home_industry', 'warung', 'supplier', 'village_office')),
    name TEXT NOT NULL,
    about TEXT,
    phone TEXT,
    phone_public BOOLEAN NOT NULL,
    assisted BOOLEAN NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_enterprises_state
        CHECK (state IN ('pending', 'invited', 'onboarding', 'ready_for_review', 'approved', 'rejected', 'suspended')),
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX ix_enterprises_village ON enterprises (village_id, state, id);
CREATE INDEX ix_enterprises_state_kind ON enterprises (state, kind, id);

CREATE TABLE enterprise_events (
    id TEXT NOT NULL CONSTRAINT pk_enterprise_events PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_enterprise_events_enterprise REFERENCES enterprises (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor_id TEXT NOT NULL CONSTRAINT fk_enterprise_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_enterprise_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_enterprise_events_enterprise ON enterprise_events (enterprise_id, id);

CREATE TABLE members (
    enterprise_id TEXT NOT NULL CONSTRAINT fk_members_enterprise REFERENCES enterprises (id),
    account_id TEXT NOT NULL CONSTRAINT fk_members_account REFERENCES accounts (id),
    role TEXT NOT NULL CONSTRAINT ck_members_role CHECK (role IN ('owner', 'staff')),
    since TEXT NOT NULL,
    CONSTRAINT uq_members_enterprise_id_account_id PRIMARY KEY (enterprise_id, account_id)
);
CREATE INDEX ix_members_account ON members (account_id, enterprise_id);

CREATE TABLE invitations (
    digest TEXT NOT NULL CONSTRAINT pk_invitations PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_invitations_enterprise REFERENCES enterprises (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT
);
CREATE INDEX ix_invitations_enterprise ON invitations (enterprise_id);
