CREATE TABLE agreements (
    id uuid NOT NULL CONSTRAINT pk_agreements PRIMARY KEY,
    village_id uuid NOT NULL CONSTRAINT fk_agreements_village REFERENCES villages (id),
    kind text NOT NULL CONSTRAINT ck_agreements_kind CHECK (kind IN ('consignment', 'supply', 'purchase', 'joint_stall')),
    provider_id uuid NOT NULL CONSTRAINT fk_agreements_provider REFERENCES enterprises (id),
    receiver_id uuid NOT NULL CONSTRAINT fk_agreements_receiver REFERENCES enterprises (id),
    drafted_by uuid NOT NULL CONSTRAINT fk_agreements_drafted_by REFERENCES enterprises (id),
    state text NOT NULL CONSTRAINT ck_agreements_state CHECK (state IN
        ('draft', 'offered', 'countered', 'accepted', 'active', 'declined', 'withdrawn', 'expired', 'terminated', 'superseded')),
    proposed integer,
    accepted integer,
    in_force_from timestamptz,
    in_force_until timestamptz,
    ends_by text NOT NULL CONSTRAINT ck_agreements_ends_by CHECK (ends_by IN ('expire', 'terminate', 'supersede')),
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT ck_agreements_sides CHECK (provider_id <> receiver_id),
    CONSTRAINT ck_agreements_in_force CHECK ((in_force_from IS NULL) = (in_force_until IS NULL) AND (accepted IS NULL) = (in_force_from IS NULL))
);
CREATE INDEX ix_agreements_provider ON agreements (provider_id, id);
CREATE INDEX ix_agreements_receiver ON agreements (receiver_id, id);
CREATE INDEX ix_agreements_village ON agreements (village_id, id);

CREATE TABLE agreement_versions (
    agreement_id uuid NOT NULL CONSTRAINT fk_agreement_versions_agreement REFERENCES agreements (id),
    number integer NOT NULL,
    proposed_by uuid NOT NULL CONSTRAINT fk_agreement_versions_proposed_by REFERENCES enterprises (id),
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    notice_days bigint NOT NULL,
    terms jsonb NOT NULL,
    wording text NOT NULL,
    digest text NOT NULL,
    accepted_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_agreement_versions PRIMARY KEY (agreement_id, number),
    CONSTRAINT ck_agreement_versions_days CHECK (starts_on <= ends_on)
);

-- Which version is in force between two enterprises, from when until when. One begins at an instant, and the one that began
-- last counts: so at every instant there is one or none.
CREATE TABLE agreement_periods (
    provider_id uuid NOT NULL CONSTRAINT fk_agreement_periods_provider REFERENCES enterprises (id),
    receiver_id uuid NOT NULL CONSTRAINT fk_agreement_periods_receiver REFERENCES enterprises (id),
    kind text NOT NULL,
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    agreement_id uuid NOT NULL,
    number integer NOT NULL,
    CONSTRAINT pk_agreement_periods PRIMARY KEY (provider_id, receiver_id, kind, begins_at),
    CONSTRAINT fk_agreement_periods_version FOREIGN KEY (agreement_id, number) REFERENCES agreement_versions (agreement_id, number),
    CONSTRAINT ck_agreement_periods_order CHECK (begins_at < ends_at)
);

CREATE TABLE agreement_events (
    id uuid NOT NULL CONSTRAINT pk_agreement_events PRIMARY KEY,
    agreement_id uuid NOT NULL CONSTRAINT fk_agreement_events_agreement REFERENCES agreements (id),
    act text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    number integer NOT NULL,
    actor_id uuid CONSTRAINT fk_agreement_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_agreement_events_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_agreement_events_agreement ON agreement_events (agreement_id, id);

CREATE TABLE agreement_templates (
    village_id uuid NOT NULL CONSTRAINT fk_agreement_templates_village REFERENCES villages (id),
    kind text NOT NULL CONSTRAINT ck_agreement_templates_kind CHECK (kind IN ('consignment', 'supply', 'purchase', 'joint_stall')),
    wording text NOT NULL,
    version integer NOT NULL,
    actor_id uuid NOT NULL CONSTRAINT fk_agreement_templates_actor REFERENCES accounts (id),
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_agreement_templates PRIMARY KEY (village_id, kind)
);

CREATE TABLE obligations (
    id uuid NOT NULL CONSTRAINT pk_obligations PRIMARY KEY,
    agreement_id uuid NOT NULL CONSTRAINT fk_obligations_agreement REFERENCES agreements (id),
    number integer NOT NULL,
    kind text NOT NULL CONSTRAINT ck_obligations_kind CHECK (kind IN ('delivery', 'payment')),
    subject text NOT NULL,
    owed_by uuid NOT NULL CONSTRAINT fk_obligations_owed_by REFERENCES enterprises (id),
    owed_to uuid NOT NULL CONSTRAINT fk_obligations_owed_to REFERENCES enterprises (id),
    due_on date NOT NULL,
    state text NOT NULL CONSTRAINT ck_obligations_state CHECK (state IN ('open', 'met', 'late', 'missed', 'released')),
    done_on date,
    days_late integer NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_obligations_kind_subject UNIQUE (kind, subject),
    CONSTRAINT ck_obligations_days_late CHECK (days_late >= 0 AND (state = 'late') = (days_late > 0))
);
CREATE INDEX ix_obligations_agreement ON obligations (agreement_id, id);

CREATE TABLE breaches (
    id uuid NOT NULL CONSTRAINT pk_breaches PRIMARY KEY,
    agreement_id uuid NOT NULL CONSTRAINT fk_breaches_agreement REFERENCES agreements (id),
    obligation_id uuid CONSTRAINT fk_breaches_obligation REFERENCES obligations (id),
    noted_by uuid NOT NULL CONSTRAINT fk_breaches_noted_by REFERENCES enterprises (id),
    note text NOT NULL,
    state text NOT NULL CONSTRAINT ck_breaches_state CHECK (state IN ('noted', 'replied', 'mediating', 'settled', 'withdrawn')),
    reply text,
    outcome text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX ix_breaches_agreement ON breaches (agreement_id, id);

CREATE TABLE breach_events (
    id uuid NOT NULL CONSTRAINT pk_breach_events PRIMARY KEY,
    breach_id uuid NOT NULL CONSTRAINT fk_breach_events_breach REFERENCES breaches (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor_id uuid NOT NULL CONSTRAINT fk_breach_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_breach_events_on_behalf_of REFERENCES enterprises (id),
    said text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_breach_events_breach ON breach_events (breach_id, id);
