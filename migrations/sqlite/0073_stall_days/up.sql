-- A day at a stall that two share: what the joiner took, and what she owes its holder for it.
CREATE TABLE stall_days (
    id TEXT NOT NULL CONSTRAINT pk_stall_days PRIMARY KEY,
    agreement_id TEXT NOT NULL CONSTRAINT fk_stall_days_agreement REFERENCES agreements (id),
    number INTEGER NOT NULL,
    provider_id TEXT NOT NULL CONSTRAINT fk_stall_days_provider REFERENCES enterprises (id),
    receiver_id TEXT NOT NULL CONSTRAINT fk_stall_days_receiver REFERENCES enterprises (id),
    day DATE NOT NULL,
    takings BIGINT NOT NULL CONSTRAINT ck_stall_days_takings CHECK (takings >= 0),
    share BIGINT NOT NULL CONSTRAINT ck_stall_days_share CHECK (share >= 0),
    cost_part BIGINT NOT NULL CONSTRAINT ck_stall_days_cost_part CHECK (cost_part >= 0),
    entry_id TEXT CONSTRAINT fk_stall_days_entry REFERENCES journal_entries (id),
    recorded_by TEXT NOT NULL CONSTRAINT fk_stall_days_recorded_by REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_stall_days_on_behalf_of REFERENCES enterprises (id),
    recorded_at TEXT NOT NULL,
    outcome TEXT CONSTRAINT ck_stall_days_outcome CHECK (outcome IN ('cash', 'transfer', 'withdrawn')),
    reason TEXT,
    settled_by TEXT CONSTRAINT fk_stall_days_settled_by REFERENCES accounts (id),
    settled_for TEXT CONSTRAINT fk_stall_days_settled_for REFERENCES enterprises (id),
    settled_at TEXT
);
CREATE INDEX ix_stall_days_agreement ON stall_days (agreement_id, id);
-- One a day; what was taken back leaves its day free.
CREATE UNIQUE INDEX uq_stall_days_agreement_id_day ON stall_days (agreement_id, day) WHERE outcome IS NULL OR outcome <> 'withdrawn';
