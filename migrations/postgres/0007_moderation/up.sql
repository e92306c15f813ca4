-- Whose changes need nobody's look.
ALTER TABLE enterprises ADD COLUMN trusted boolean NOT NULL DEFAULT FALSE;
ALTER TABLE enterprise_events ADD COLUMN trusted boolean;

-- What waits for a village admin, and what was decided: a new product, or a change of one that the public knows.
CREATE TABLE moderations (
    id uuid NOT NULL CONSTRAINT pk_moderations PRIMARY KEY,
    product_id uuid NOT NULL CONSTRAINT fk_moderations_product REFERENCES products (id),
    village_id uuid NOT NULL CONSTRAINT fk_moderations_village REFERENCES villages (id),
    subject text NOT NULL CONSTRAINT ck_moderations_subject CHECK (subject IN ('product', 'change')),
    differences jsonb NOT NULL,
    state text NOT NULL CONSTRAINT ck_moderations_state CHECK (state IN ('waiting', 'confirmed', 'returned', 'rejected', 'withdrawn')),
    asked_by uuid NOT NULL CONSTRAINT fk_moderations_asked_by REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_moderations_on_behalf_of REFERENCES enterprises (id),
    asked_at timestamptz NOT NULL,
    decided_by uuid CONSTRAINT fk_moderations_decided_by REFERENCES accounts (id),
    decided_at timestamptz,
    reason text,
    CONSTRAINT ck_moderations_decided_at CHECK ((state = 'waiting') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX uq_moderations_waiting ON moderations (product_id) WHERE state = 'waiting';
CREATE INDEX ix_moderations_product ON moderations (product_id, id);
CREATE INDEX ix_moderations_village ON moderations (village_id, state, asked_at, id);
CREATE INDEX ix_moderations_decided ON moderations (village_id, decided_at);
INSERT INTO moderations (id, product_id, village_id, subject, differences, state, asked_by, asked_at)
    SELECT p.id, p.id, p.village_id, 'product', '[]', 'waiting', e.actor_id, e.at FROM products p
    JOIN product_events e ON e.product_id = p.id
    WHERE p.state = 'submitted' AND e.at = (SELECT max(at) FROM product_events WHERE product_id = p.id AND to_state = 'submitted') AND e.to_state = 'submitted';
