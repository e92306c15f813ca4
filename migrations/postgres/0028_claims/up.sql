-- A buyer's claim about what was handed over, and what the two sides and the village made of it.
CREATE TABLE claims (
    id uuid NOT NULL CONSTRAINT pk_claims PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_claims_order REFERENCES orders (id),
    village_id uuid NOT NULL CONSTRAINT fk_claims_village REFERENCES villages (id),
    seller_id uuid NOT NULL CONSTRAINT fk_claims_seller REFERENCES enterprises (id),
    position integer NOT NULL,
    quantity bigint NOT NULL CONSTRAINT ck_claims_quantity CHECK (quantity > 0),
    batch_id uuid CONSTRAINT fk_claims_batch REFERENCES batches (id),
    batch_code text,
    text text NOT NULL,
    photos jsonb NOT NULL,
    wish text NOT NULL CONSTRAINT ck_claims_wish CHECK (wish IN ('refund_full', 'refund_part', 'replacement')),
    wished_amount bigint CONSTRAINT ck_claims_wished_amount CHECK (wished_amount > 0),
    state text NOT NULL CONSTRAINT ck_claims_state CHECK (state IN ('open', 'offered', 'refused', 'mediation', 'settled', 'dismissed', 'withdrawn')),
    remedy text CONSTRAINT ck_claims_remedy CHECK (remedy IN ('refund', 'replacement')),
    amount bigint CONSTRAINT ck_claims_amount CHECK (amount > 0),
    reason text,
    order_was text NOT NULL CONSTRAINT ck_claims_order_was CHECK (order_was IN ('handed_over', 'completed')),
    due_at timestamptz,
    mediation_since timestamptz,
    version integer NOT NULL,
    opened_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
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
    id uuid NOT NULL CONSTRAINT pk_claim_events PRIMARY KEY,
    claim_id uuid NOT NULL CONSTRAINT fk_claim_events_claim REFERENCES claims (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    remedy text,
    amount bigint,
    actor_id uuid CONSTRAINT fk_claim_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_claim_events_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_claim_events_claim ON claim_events (claim_id, id);
