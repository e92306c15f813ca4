-- A buyer's claim about what was handed over, and what the two sides and the village made of it.
CREATE TABLE claims (
    id TEXT NOT NULL CONSTRAINT pk_claims PRIMARY KEY,
    order_id TEXT NOT NULL CONSTRAINT fk_claims_order REFERENCES orders (id),
    village_id TEXT NOT NULL CONSTRAINT fk_claims_village REFERENCES villages (id),
    seller_id TEXT NOT NULL CONSTRAINT fk_claims_seller REFERENCES enterprises (id),
    position INTEGER NOT NULL,
    quantity BIGINT NOT NULL CONSTRAINT ck_claims_quantity CHECK (quantity > 0),
    batch_id TEXT CONSTRAINT fk_claims_batch REFERENCES batches (id),
    batch_code TEXT,
    text TEXT NOT NULL,
    photos TEXT NOT NULL,
    wish TEXT NOT NULL CONSTRAINT ck_claims_wish CHECK (wish IN ('refund_full', 'refund_part', 'replacement')),
    wished_amount BIGINT CONSTRAINT ck_claims_wished_amount CHECK (wished_amount > 0),
    state TEXT NOT NULL CONSTRAINT ck_claims_state CHECK (state IN ('open', 'offered', 'refused', 'mediation', 'settled', 'dismissed', 'withdrawn')),
    remedy TEXT CONSTRAINT ck_claims_remedy CHECK (remedy IN ('refund', 'replacement')),
    amount BIGINT CONSTRAINT ck_claims_amount CHECK (amount > 0),
    reason TEXT,
    order_was TEXT NOT NULL CONSTRAINT ck_claims_order_was CHECK (order_was IN ('handed_over', 'completed')),
    due_at TEXT,
    mediation_since TEXT,
    version INTEGER NOT NULL,
    opened_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT fk_claims_line FOREIGN KEY (order_id, position) REFERENCES order_lines (order_id, position),
    CONSTRAINT ck_claims_wish_amount CHECK ((wish = 'refund_part') = (wished_amount IS NOT NULL)),
    CONSTRAINT ck_claims_remedy_amount CHECK (CASE WHEN remedy = 'refund' THEN amount IS NOT NULL ELSE amount IS NULL END),
    CONSTRAINT ck_claims_settled CHECK (state NOT IN ('offered', 'settled') OR remedy IS NOT NULL)
);
CREATE UNIQUE INDEX uq_claims_order_id ON claims (order_id) WHERE state IN ('open', 'offered', 'refused', 'mediation');
CREATE INDEX ix_claims_order ON claims (order_id, id);
CREATE INDEX ix_claims_seller ON claims (seller_id, state, id);
CREATE INDEX ix_claims_mediation ON claims (village_id, mediation_since, id) WHERE state = 'mediation';

CREATE TABLE claim_events (
    id TEXT NOT NULL CONSTRAINT pk_claim_events PRIMARY KEY,
    claim_id TEXT NOT NULL CONSTRAINT fk_claim_events_claim REFERENCES claims (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    remedy TEXT,
    amount BIGINT,
    actor_id TEXT CONSTRAINT fk_claim_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_claim_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_claim_events_claim ON claim_events (claim_id, id);
