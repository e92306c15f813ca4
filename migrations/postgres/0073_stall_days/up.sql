-- A day at a stall that two share: what who joined it took, and what she owes its holder for it.
CREATE TABLE stall_days (
    id uuid NOT NULL CONSTRAINT pk_stall_days PRIMARY KEY,
    agreement_id uuid NOT NULL CONSTRAINT fk_stall_days_agreement REFERENCES agreements (id),
    agreement_number integer NOT NULL,
    provider_id uuid NOT NULL CONSTRAINT fk_stall_days_provider REFERENCES enterprises (id),
    receiver_id uuid NOT NULL CONSTRAINT fk_stall_days_receiver REFERENCES enterprises (id),
    day date NOT NULL,
    takings bigint NOT NULL CONSTRAINT ck_stall_days_takings CHECK (takings >= 0),
    share bigint NOT NULL CONSTRAINT ck_stall_days_share CHECK (share >= 0),
    cost_part bigint NOT NULL CONSTRAINT ck_stall_days_cost_part CHECK (cost_part >= 0),
    state text NOT NULL CONSTRAINT ck_stall_days_state CHECK (state IN ('proposed', 'owed', 'claimed', 'paid', 'settled', 'refused', 'withdrawn')),
    entry_id uuid CONSTRAINT fk_stall_days_entry REFERENCES journal_entries (id),
    due_on date,
    method text CONSTRAINT ck_stall_days_method CHECK (method IN ('cash', 'transfer')),
    paid_on date,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX ix_stall_days_agreement ON stall_days (agreement_id, id);
-- A day is told once; what was refused or taken back leaves it free.
CREATE UNIQUE INDEX uq_stall_days_provider_id_receiver_id_day ON stall_days (provider_id, receiver_id, day) WHERE state NOT IN ('refused', 'withdrawn');

CREATE TABLE stall_day_events (
    id uuid NOT NULL CONSTRAINT pk_stall_day_events PRIMARY KEY,
    stall_day_id uuid NOT NULL CONSTRAINT fk_stall_day_events_stall_day REFERENCES stall_days (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor_id uuid NOT NULL CONSTRAINT fk_stall_day_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_stall_day_events_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_stall_day_events_stall_day ON stall_day_events (stall_day_id, id);
