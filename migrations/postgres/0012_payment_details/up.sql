CREATE TABLE payment_details (
    enterprise_id uuid NOT NULL CONSTRAINT pk_payment_details PRIMARY KEY
        CONSTRAINT fk_payment_details_enterprise REFERENCES enterprises (id),
    cash_on_delivery boolean NOT NULL,
    cash_at_pickup boolean NOT NULL,
    bank_transfer boolean NOT NULL,
    qris boolean NOT NULL,
    bank_name text,
    account_number text,
    account_holder text,
    qris_code text,
    version integer NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT ck_payment_details_account CHECK ((bank_name IS NULL) = (account_number IS NULL) AND (bank_name IS NULL) = (account_holder IS NULL)),
    CONSTRAINT ck_payment_details_bank_transfer CHECK (NOT bank_transfer OR bank_name IS NOT NULL),
    CONSTRAINT ck_payment_details_qris CHECK (NOT qris OR qris_code IS NOT NULL)
);

CREATE TABLE payment_details_events (
    id uuid NOT NULL CONSTRAINT pk_payment_details_events PRIMARY KEY,
    enterprise_id uuid NOT NULL CONSTRAINT fk_payment_details_events_enterprise REFERENCES enterprises (id),
    details jsonb NOT NULL,
    actor_id uuid NOT NULL CONSTRAINT fk_payment_details_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_payment_details_events_on_behalf_of REFERENCES enterprises (id),
    at timestamptz NOT NULL
);
CREATE INDEX ix_payment_details_events_enterprise ON payment_details_events (enterprise_id, id);
