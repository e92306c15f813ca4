CREATE TABLE payment_details (
    enterprise_id TEXT NOT NULL CONSTRAINT pk_payment_details PRIMARY KEY
        CONSTRAINT fk_payment_details_enterprise REFERENCES enterprises (id),
    cash_on_delivery BOOLEAN NOT NULL,
    cash_at_pickup BOOLEAN NOT NULL,
    bank_transfer BOOLEAN NOT NULL,
    qris BOOLEAN NOT NULL,
    bank_name TEXT,
    account_number TEXT,
    account_holder TEXT,
    qris_code TEXT,
    version INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT ck_payment_details_account CHECK ((bank_name IS NULL) = (account_number IS NULL) AND (bank_name IS NULL) = (account_holder IS NULL)),
    CONSTRAINT ck_payment_details_bank_transfer CHECK (NOT bank_transfer OR bank_name IS NOT NULL),
    CONSTRAINT ck_payment_details_qris CHECK (NOT qris OR qris_code IS NOT NULL)
);

CREATE TABLE payment_details_events (
    id TEXT NOT NULL CONSTRAINT pk_payment_details_events PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_payment_details_events_enterprise REFERENCES enterprises (id),
    details TEXT NOT NULL,
    actor_id TEXT NOT NULL CONSTRAINT fk_payment_details_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_payment_details_events_on_behalf_of REFERENCES enterprises (id),
    at TEXT NOT NULL
);
CREATE INDEX ix_payment_details_events_enterprise ON payment_details_events (enterprise_id, id);
