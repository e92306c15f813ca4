CREATE TABLE villages (
    id uuid NOT NULL CONSTRAINT pk_villages PRIMARY KEY,
    code text NOT NULL CONSTRAINT uq_villages_code UNIQUE,
    name text NOT NULL,
    district text NOT NULL,
    regency text NOT NULL,
    province text NOT NULL,
    post_code text,
    created_at timestamptz NOT NULL
);

CREATE TABLE accounts (
    id uuid NOT NULL CONSTRAINT pk_accounts PRIMARY KEY,
    phone text NOT NULL CONSTRAINT uq_accounts_phone UNIQUE,
    email text,
    name text NOT NULL,
    password_hash text NOT NULL,
    language text NOT NULL CONSTRAINT ck_accounts_language CHECK (language IN ('id', 'su', 'en')),
    operator boolean NOT NULL,
    created_at timestamptz NOT NULL,
    version integer NOT NULL
);

CREATE TABLE sessions (
    id uuid NOT NULL CONSTRAINT pk_sessions PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT fk_sessions_account REFERENCES accounts (id),
    device text NOT NULL,
    label text NOT NULL,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX ix_sessions_account ON sessions (account_id, id);

CREATE TABLE refresh_tokens (
    digest text NOT NULL CONSTRAINT pk_refresh_tokens PRIMARY KEY,
    session_id uuid NOT NULL CONSTRAINT fk_refresh_tokens_session REFERENCES sessions (id),
    issued_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX ix_refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE setup_tokens (
    digest text NOT NULL CONSTRAINT pk_setup_tokens PRIMARY KEY,
    created_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE TABLE enterprises (
    id uuid NOT NULL CONSTRAINT pk_enterprises PRIMARY KEY,
    village_id uuid NOT NULL CONSTRAINT fk_enterprises_village REFERENCES villages (id),
    kind text NOT NULL CONSTRAINT ck_enterprises_kind
        CHECK (kind IN ('home_industry', 'warung', 'supplier', 'village_office')),
    name text NOT NULL,
    about text,
    phone text,
    phone_public boolean NOT NULL,
    assisted boolean NOT NULL,
    state text NOT NULL CONSTRAINT ck_enterprises_state
        CHECK (state IN ('pending', 'invited', 'onboarding', 'ready_for_review', 'approved', 'rejected', 'suspended')),
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX ix_enterprises_village ON enterprises (village_id, state, id);
CREATE INDEX ix_enterprises_state_kind ON enterprises (state, kind, id);

CREATE TABLE enterprise_events (
    id uuid NOT NULL CONSTRAINT pk_enterprise_events PRIMARY KEY,
    enterprise_id uuid NOT NULL CONSTRAINT fk_enterprise_events_enterprise REFERENCES enterprises (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor_id uuid NOT NULL CONSTRAINT fk_enterprise_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_enterprise_events_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_enterprise_events_enterprise ON enterprise_events (enterprise_id, id);

CREATE TABLE members (
    enterprise_id uuid NOT NULL CONSTRAINT fk_members_enterprise REFERENCES enterprises (id),
    account_id uuid NOT NULL CONSTRAINT fk_members_account REFERENCES accounts (id),
    role text NOT NULL CONSTRAINT ck_members_role CHECK (role IN ('owner', 'staff')),
    since timestamptz NOT NULL,
    CONSTRAINT uq_members_enterprise_id_account_id PRIMARY KEY (enterprise_id, account_id)
);
CREATE INDEX ix_members_account ON members (account_id, enterprise_id);

CREATE TABLE invitations (
    digest text NOT NULL CONSTRAINT pk_invitations PRIMARY KEY,
    enterprise_id uuid NOT NULL CONSTRAINT fk_invitations_enterprise REFERENCES enterprises (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX ix_invitations_enterprise ON invitations (enterprise_id);
