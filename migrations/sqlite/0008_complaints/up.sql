-- What buyers report about a product, and what the village made of it.
CREATE TABLE complaints (
    id TEXT NOT NULL CONSTRAINT pk_complaints PRIMARY KEY,
    product_id TEXT NOT NULL CONSTRAINT fk_complaints_product REFERENCES products (id),
    village_id TEXT NOT NULL CONSTRAINT fk_complaints_village REFERENCES villages (id),
    account_id TEXT NOT NULL CONSTRAINT fk_complaints_account REFERENCES accounts (id),
    cause TEXT NOT NULL CONSTRAINT ck_complaints_cause CHECK (cause IN ('unsafe', 'misleading', 'claims', 'forbidden', 'other')),
    text TEXT,
    state TEXT NOT NULL CONSTRAINT ck_complaints_state CHECK (state IN ('open', 'resolved')),
    outcome TEXT CONSTRAINT ck_complaints_outcome CHECK (outcome IN ('nothing_found', 'seller_advised', 'product_corrected', 'product_suspended')),
    note TEXT,
    made_at TEXT NOT NULL,
    resolved_by TEXT CONSTRAINT fk_complaints_resolved_by REFERENCES accounts (id),
    resolved_at TEXT,
    CONSTRAINT ck_complaints_resolved CHECK ((state = 'open') = (outcome IS NULL) AND (state = 'open') = (resolved_at IS NULL))
);
CREATE UNIQUE INDEX uq_complaints_open ON complaints (account_id, product_id) WHERE state = 'open';
CREATE INDEX ix_complaints_village ON complaints (village_id, state, id);
CREATE INDEX ix_complaints_account ON complaints (account_id, id);
