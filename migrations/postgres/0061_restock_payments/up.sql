-- What is owed for outright goods that came, and what of it is paid.
ALTER TABLE restocks ADD COLUMN owed bigint NOT NULL DEFAULT 0 CONSTRAINT ck_restocks_owed CHECK (owed >= 0);
ALTER TABLE restocks ADD COLUMN paid bigint NOT NULL DEFAULT 0 CONSTRAINT ck_restocks_paid CHECK (paid >= 0 AND paid <= owed);
UPDATE restocks SET owed = COALESCE((SELECT SUM(price * received) FROM restock_lines WHERE restock_id = restocks.id), 0)
    WHERE basis = 'outright' AND state = 'confirmed';
UPDATE restocks SET paid = owed WHERE payment IN ('cash', 'transfer');

CREATE TABLE restock_payments (
    id uuid NOT NULL CONSTRAINT pk_restock_payments PRIMARY KEY,
    restock_id uuid NOT NULL CONSTRAINT fk_restock_payments_restock REFERENCES restocks (id),
    amount bigint NOT NULL CONSTRAINT ck_restock_payments_amount CHECK (amount > 0),
    method text NOT NULL CONSTRAINT ck_restock_payments_method CHECK (method IN ('cash', 'transfer')),
    actor_id uuid NOT NULL CONSTRAINT fk_restock_payments_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_restock_payments_on_behalf_of REFERENCES enterprises (id),
    paid_at timestamptz NOT NULL
);
CREATE INDEX ix_restock_payments_restock ON restock_payments (restock_id, id);
