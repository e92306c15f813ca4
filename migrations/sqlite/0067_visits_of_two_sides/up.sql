-- A device names its visits for its own side alone. What a warung says it paid waits for the maker's word.
CREATE TABLE consignment_visits_new (
    id TEXT NOT NULL CONSTRAINT pk_consignment_visits PRIMARY KEY,
    consignment_id TEXT NOT NULL CONSTRAINT fk_consignment_visits_consignment REFERENCES consignments (id),
    number INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    recorded_by TEXT NOT NULL CONSTRAINT ck_consignment_visits_recorded_by CHECK (recorded_by IN ('maker', 'warung')),
    state TEXT NOT NULL CONSTRAINT ck_consignment_visits_state CHECK (state IN ('submitted', 'confirmed', 'disputed', 'settled')),
    agreement_id TEXT NOT NULL CONSTRAINT fk_consignment_visits_agreement REFERENCES agreements (id),
    agreement_number INTEGER NOT NULL,
    visited_at TEXT NOT NULL,
    owed_before BIGINT NOT NULL,
    gross BIGINT NOT NULL,
    share BIGINT NOT NULL,
    due BIGINT NOT NULL,
    paid BIGINT NOT NULL CONSTRAINT ck_consignment_visits_paid CHECK (paid >= 0),
    due_through BIGINT NOT NULL,
    cleared BOOLEAN NOT NULL,
    postings INTEGER NOT NULL,
    next_visit_on DATE,
    note TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    entered_on DATE,
    told TEXT,
    claimed BIGINT NOT NULL CONSTRAINT ck_consignment_visits_claimed CHECK (claimed >= 0 AND (claimed = 0 OR paid = 0)),
    method TEXT CONSTRAINT ck_consignment_visits_method CHECK (method IN ('cash', 'transfer')),
    paid_disputed TEXT,
    said_paid BIGINT,
    CONSTRAINT uq_consignment_visits_consignment_id_recorded_by_client_id UNIQUE (consignment_id, recorded_by, client_id),
    CONSTRAINT uq_consignment_visits_consignment_id_number UNIQUE (consignment_id, number)
);
INSERT INTO consignment_visits_new
    SELECT id, consignment_id, number, client_id, recorded_by, state, agreement_id, agreement_number, visited_at, owed_before, gross, share, due, paid,
        due_through, cleared, postings, next_visit_on, note, version, created_at, updated_at, entered_on, NULL, 0,
        (SELECT method FROM consignment_payments WHERE visit_id = consignment_visits.id), NULL, NULL
    FROM consignment_visits;
DROP TABLE consignment_visits;
ALTER TABLE consignment_visits_new RENAME TO consignment_visits;

-- What the other side says was there of a disputed line.
ALTER TABLE consignment_visit_lines ADD COLUMN said_counted BIGINT;
ALTER TABLE consignment_visit_lines ADD COLUMN said_returned BIGINT;
ALTER TABLE consignment_visit_lines ADD COLUMN said_spoiled BIGINT;
ALTER TABLE consignment_visit_lines ADD COLUMN said_topped_up BIGINT;

-- Money that a visit had wrong is taken back.
CREATE TABLE consignment_payments_new (
    id TEXT NOT NULL CONSTRAINT pk_consignment_payments PRIMARY KEY,
    consignment_id TEXT NOT NULL CONSTRAINT fk_consignment_payments_consignment REFERENCES consignments (id),
    visit_id TEXT CONSTRAINT fk_consignment_payments_visit REFERENCES consignment_visits (id),
    amount BIGINT NOT NULL CONSTRAINT ck_consignment_payments_amount CHECK (amount > 0 OR (amount < 0 AND visit_id IS NOT NULL)),
    method TEXT NOT NULL CONSTRAINT ck_consignment_payments_method CHECK (method IN ('cash', 'transfer')),
    business_date DATE NOT NULL,
    actor_id TEXT NOT NULL CONSTRAINT fk_consignment_payments_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_consignment_payments_on_behalf_of REFERENCES enterprises (id),
    paid_at TEXT NOT NULL
);
INSERT INTO consignment_payments_new SELECT * FROM consignment_payments;
DROP TABLE consignment_payments;
ALTER TABLE consignment_payments_new RENAME TO consignment_payments;
CREATE INDEX ix_consignment_payments_consignment ON consignment_payments (consignment_id, business_date);
