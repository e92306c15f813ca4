-- What was written down by hand. The books hold the money; what may name people stays here.
CREATE TABLE cash_rows (
    id TEXT NOT NULL CONSTRAINT pk_cash_rows PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_cash_rows_enterprise REFERENCES enterprises (id),
    entry_id TEXT NOT NULL CONSTRAINT uq_cash_rows_entry_id UNIQUE CONSTRAINT fk_cash_rows_entry REFERENCES journal_entries (id),
    client_id TEXT,
    kind TEXT NOT NULL CONSTRAINT ck_cash_rows_kind
        CHECK (kind IN ('sale', 'purchase', 'expense', 'draw', 'cash_in', 'debt_paid', 'debt_collected', 'loan_repaid')),
    amount BIGINT NOT NULL CONSTRAINT ck_cash_rows_amount CHECK (amount > 0),
    paid TEXT NOT NULL CONSTRAINT ck_cash_rows_paid CHECK (paid IN ('cash', 'bank', 'credit')),
    channel TEXT,
    source TEXT CONSTRAINT ck_cash_rows_source CHECK (source IN ('own', 'grant', 'loan', 'other')),
    partner_id TEXT CONSTRAINT fk_cash_rows_partner REFERENCES enterprises (id),
    day DATE NOT NULL,
    note TEXT,
    evidence TEXT NOT NULL CONSTRAINT ck_cash_rows_evidence CHECK (evidence IN ('recorded', 'estimate')),
    recorded_by TEXT NOT NULL CONSTRAINT fk_cash_rows_recorded_by REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_cash_rows_on_behalf_of REFERENCES enterprises (id),
    recorded_at TEXT NOT NULL,
    reversal_id TEXT CONSTRAINT fk_cash_rows_reversal REFERENCES journal_entries (id),
    reversed_by TEXT CONSTRAINT fk_cash_rows_reversed_by REFERENCES accounts (id),
    reversal_reason TEXT,
    CONSTRAINT uq_cash_rows_enterprise_id_client_id UNIQUE (enterprise_id, client_id)
);
CREATE INDEX ix_cash_rows_enterprise ON cash_rows (enterprise_id, id);

-- Cash that was counted, and what the books said then.
CREATE TABLE cash_counts (
    id TEXT NOT NULL CONSTRAINT pk_cash_counts PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_cash_counts_enterprise REFERENCES enterprises (id),
    holder TEXT NOT NULL CONSTRAINT ck_cash_counts_holder CHECK (holder IN ('seller', 'courier', 'warung')),
    counted BIGINT NOT NULL CONSTRAINT ck_cash_counts_counted CHECK (counted >= 0),
    expected BIGINT NOT NULL,
    entry_id TEXT CONSTRAINT fk_cash_counts_entry REFERENCES journal_entries (id),
    reason TEXT,
    counted_by TEXT NOT NULL CONSTRAINT fk_cash_counts_counted_by REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_cash_counts_on_behalf_of REFERENCES enterprises (id),
    counted_at TEXT NOT NULL
);
CREATE INDEX ix_cash_counts_enterprise ON cash_counts (enterprise_id, id);

-- Rows that come again and again.
CREATE TABLE cash_templates (
    id TEXT NOT NULL CONSTRAINT pk_cash_templates PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_cash_templates_enterprise REFERENCES enterprises (id),
    name TEXT NOT NULL,
    cash_row TEXT NOT NULL,
    made_at TEXT NOT NULL,
    CONSTRAINT uq_cash_templates_enterprise_id_name UNIQUE (enterprise_id, name)
);
