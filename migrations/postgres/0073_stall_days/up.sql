-- A day at a stall that two share: what the joiner took, and what she owes its holder for it.
CREATE TABLE stall_days (
    id uuid NOT NULL CONSTRAINT pk_stall_days PRIMARY KEY,
    agreement_id uuid NOT NULL CONSTRAINT fk_stall_days_agreement REFERENCES agreements (id),
    number integer NOT NULL,
    provider_id uuid NOT NULL CONSTRAINT fk_stall_days_provider REFERENCES enterprises (id),
    receiver_id uuid NOT NULL CONSTRAINT fk_stall_days_receiver REFERENCES enterprises (id),
    day date NOT NULL,
    takings bigint NOT NULL CONSTRAINT ck_stall_days_takings CHECK (takings >= 0),
    share bigint NOT NULL CONSTRAINT ck_stall_days_share CHECK (share >= 0),
    cost_part bigint NOT NULL CONSTRAINT ck_stall_days_cost_part CHECK (cost_part >= 0),
    entry_id uuid CONSTRAINT fk_stall_days_entry REFERENCES journal_entries (id),
    recorded_by uuid NOT NULL CONSTRAINT fk_stall_days_recorded_by REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_stall_days_on_behalf_of REFERENCES enterprises (id),
    recorded_at timestamptz NOT NULL,
    outcome text CONSTRAINT ck_stall_days_outcome CHECK (outcome IN ('cash', 'transfer', 'withdrawn')),
    reason text,
    settled_by uuid CONSTRAINT fk_stall_days_settled_by REFERENCES accounts (id),
    settled_for uuid CONSTRAINT fk_stall_days_settled_for REFERENCES enterprises (id),
    settled_at timestamptz
);
CREATE INDEX ix_stall_days_agreement ON stall_days (agreement_id, id);
-- One a day; what was taken back leaves its day free.
CREATE UNIQUE INDEX uq_stall_days_agreement_id_day ON stall_days (agreement_id, day) WHERE outcome IS NULL OR outcome <> 'withdrawn';
