-- A day at a stall that two share: what who joined it took, and what she owes its holder for it.
CREATE TABLE stall_days (
    id TEXT NOT NULL CONSTRAINT pk_stall_days PRIMARY KEY,
    agreement_id TEXT NOT NULL CONSTRAINT fk_stall_days_agreement REFERENCES agreements (id),
    agreement_number INTEGER NOT NULL,
    provider_id TEXT NOT NULL CONSTRAINT fk_stall_days_provider REFERENCES enterprises (id),
    receiver_id TEXT NOT NULL CONSTRAINT fk_stall_days_receiver REFERENCES enterprises (id),
    day DATE NOT NULL,
    takings BIGINT NOT NULL CONSTRAINT ck_stall_days_takings CHECK (takings >= 0),
    share BIGINT NOT NULL CONSTRAINT ck_stall_days_share CHECK (share >= 0),
    cost_part BIGINT NOT NULL CONSTRAINT ck_stall_days_cost_part CHECK (cost_part >= 0),
    state TEXT NOT NULL CONSTRAINT ck_stall_days_state CHECK (state IN ('proposed', 'owed', 'claimed', 'paid', 'settled', 'refused', 'withdrawn')),
    entry_id TEXT CONSTRAINT fk_stall_days_entry REFERENCES journal_entries (id),
    due_on DATE,
    method TEXT CONSTRAINT ck_stall_days_method CHECK (method IN ('cash', 'transfer')),
    paid_on DATE,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX ix_stall_days_agreement ON stall_days (agreement_id, id);
-- A day is told once; what was refused or taken back leaves it free.
CREATE UNIQUE INDEX uq_stall_days_provider_id_receiver_id_day ON stall_days (provider_id, receiver_id, day) WHERE state NOT IN ('refused', 'withdrawn');

CREATE TABLE stall_day_events (
    id TEXT NOT NULL CONSTRAINT pk_stall_day_events PRIMARY KEY,
    stall_day_id TEXT NOT NULL CONSTRAINT fk_stall_day_events_stall_day REFERENCES stall_days (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor_id TEXT NOT NULL CONSTRAINT fk_stall_day_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_stall_day_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_stall_day_events_stall_day ON stall_day_events (stall_day_id, id);
