-- What an order costs and what became of it; one for each order.
CREATE TABLE bills (
    order_id uuid NOT NULL CONSTRAINT pk_bills PRIMARY KEY CONSTRAINT fk_bills_order REFERENCES orders (id),
    method text NOT NULL CONSTRAINT ck_bills_method CHECK (method IN ('cash_on_delivery', 'cash_at_pickup', 'bank_transfer', 'qris')),
    goods bigint NOT NULL CONSTRAINT ck_bills_goods CHECK (goods >= 0),
    delivery bigint CONSTRAINT ck_bills_delivery CHECK (delivery >= 0),
    digits bigint NOT NULL CONSTRAINT ck_bills_digits CHECK (digits BETWEEN 0 AND 999),
    allowance bigint NOT NULL CONSTRAINT ck_bills_allowance CHECK (allowance >= 0),
    received bigint NOT NULL CONSTRAINT ck_bills_received CHECK (received >= 0),
    claimed bigint NOT NULL CONSTRAINT ck_bills_claimed CHECK (claimed >= 0),
    returned bigint NOT NULL CONSTRAINT ck_bills_returned CHECK (returned >= 0),
    owed_back bigint NOT NULL CONSTRAINT ck_bills_owed_back CHECK (owed_back >= 0),
    earned boolean NOT NULL,
    void boolean NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT ck_bills_returned_received CHECK (returned + owed_back <= received),
    CONSTRAINT ck_bills_void CHECK (NOT (earned AND void))
);
INSERT INTO bills
    SELECT p.order_id, p.method, o.total, 0, 0, 0, CASE WHEN p.state = 'confirmed' THEN p.amount ELSE 0 END,
        CASE WHEN p.state = 'claimed' THEN p.amount ELSE 0 END, CASE WHEN p.refund = 'sent' THEN p.amount ELSE 0 END,
        CASE WHEN p.refund = 'due' THEN p.amount ELSE 0 END, o.state IN ('handed_over', 'completed'),
        o.state IN ('rejected', 'cancelled', 'expired'), p.updated_at
    FROM payments p JOIN orders o ON o.id = p.order_id;

CREATE TABLE refunds (
    id uuid NOT NULL CONSTRAINT pk_refunds PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_refunds_order REFERENCES orders (id),
    amount bigint NOT NULL CONSTRAINT ck_refunds_amount CHECK (amount > 0),
    cause text NOT NULL CONSTRAINT ck_refunds_cause CHECK (cause IN ('called_off', 'overpaid', 'changed', 'claim')),
    state text NOT NULL CONSTRAINT ck_refunds_state CHECK (state IN ('due', 'sent', 'acknowledged', 'disputed', 'withdrawn')),
    proof_media_id uuid,
    reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX ix_refunds_order ON refunds (order_id, id);
INSERT INTO refunds (id, order_id, amount, cause, state, created_at, updated_at)
    SELECT order_id, order_id, amount, 'called_off', refund, updated_at, updated_at FROM payments WHERE refund <> 'none';

CREATE TABLE received_payments (
    id uuid NOT NULL CONSTRAINT pk_payments_new PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_payments_order REFERENCES orders (id),
    method text NOT NULL CONSTRAINT ck_payments_method CHECK (method IN ('cash_on_delivery', 'cash_at_pickup', 'bank_transfer', 'qris')),
    amount bigint NOT NULL CONSTRAINT ck_payments_amount CHECK (amount > 0),
    state text NOT NULL CONSTRAINT ck_payments_state CHECK (state IN ('claimed', 'confirmed', 'refused', 'reversed')),
    holder text NOT NULL CONSTRAINT ck_payments_holder CHECK (holder IN ('seller', 'courier', 'warung')),
    proof_media_id uuid,
    reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
INSERT INTO received_payments (id, order_id, method, amount, state, holder, created_at, updated_at)
    SELECT order_id, order_id, method, amount, state, 'seller', updated_at, updated_at FROM payments
    WHERE state IN ('claimed', 'confirmed', 'refused');

CREATE TABLE moved_payments (
    id uuid NOT NULL CONSTRAINT pk_payment_events_new PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_payment_events_order REFERENCES orders (id),
    payment_id uuid,
    refund_id uuid CONSTRAINT fk_payment_events_refund REFERENCES refunds (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    amount bigint NOT NULL,
    actor_id uuid CONSTRAINT fk_payment_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_payment_events_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL,
    CONSTRAINT ck_payment_events_of CHECK ((payment_id IS NULL) <> (refund_id IS NULL))
);
INSERT INTO moved_payments
    SELECT e.id, e.order_id, e.order_id, NULL, CASE WHEN e.from_state IN ('awaiting', 'void') THEN e.to_state ELSE e.from_state END,
        e.to_state, p.amount, e.actor_id, e.on_behalf_of, e.reason, e.at
    FROM payment_events e JOIN payments p ON p.order_id = e.order_id
    WHERE e.to_state IN ('claimed', 'confirmed', 'refused') AND p.state IN ('claimed', 'confirmed', 'refused');
DROP TABLE payment_events;
DROP TABLE payments;
ALTER TABLE received_payments RENAME TO payments;
ALTER TABLE moved_payments RENAME TO payment_events;
ALTER TABLE payments RENAME CONSTRAINT pk_payments_new TO pk_payments;
ALTER TABLE payment_events RENAME CONSTRAINT pk_payment_events_new TO pk_payment_events;
CREATE INDEX ix_payments_order ON payments (order_id, id);
CREATE INDEX ix_payment_events_order ON payment_events (order_id, id);

ALTER TABLE order_groups DROP COLUMN total;
ALTER TABLE order_groups ALTER COLUMN buyer_id DROP NOT NULL;
ALTER TABLE orders DROP COLUMN total;
ALTER TABLE orders ALTER COLUMN buyer_id DROP NOT NULL;
ALTER TABLE orders ALTER COLUMN buyer_name DROP NOT NULL;
ALTER TABLE orders ALTER COLUMN buyer_phone DROP NOT NULL;
ALTER TABLE orders DROP CONSTRAINT ck_orders_channel;
ALTER TABLE orders ADD CONSTRAINT ck_orders_channel CHECK (channel IN ('online', 'chat', 'phone', 'in_person'));
ALTER TABLE orders DROP CONSTRAINT ck_orders_state;
ALTER TABLE orders ADD CONSTRAINT ck_orders_state
    CHECK (state IN ('placed', 'accepted', 'preparing', 'ready', 'handed_over', 'claim_open', 'completed', 'rejected', 'cancelled', 'expired'));
ALTER TABLE orders
    ADD COLUMN area text,
    ADD COLUMN zone text,
    ADD COLUMN quote text NOT NULL DEFAULT 'not_needed' CONSTRAINT ck_orders_quote CHECK (quote IN ('not_needed', 'asked', 'quoted', 'agreed')),
    ADD COLUMN quoted_fee bigint CONSTRAINT ck_orders_quoted_fee CHECK (quoted_fee >= 0),
    ADD COLUMN ready_on date,
    ADD COLUMN answer_by timestamptz,
    ADD COLUMN pay_by timestamptz,
    ADD COLUMN hand_over_by timestamptz,
    ADD COLUMN handed_over_at timestamptz,
    ADD COLUMN complete_at timestamptz;
ALTER TABLE orders ALTER COLUMN quote DROP DEFAULT;
CREATE INDEX ix_orders_buyer_phone ON orders (buyer_phone) WHERE buyer_id IS NULL;

ALTER TABLE order_lines DROP CONSTRAINT ck_order_lines_quantity;
ALTER TABLE order_lines ADD CONSTRAINT ck_order_lines_quantity CHECK (quantity >= 0);
ALTER TABLE order_lines ADD COLUMN ordered bigint;
UPDATE order_lines SET ordered = quantity;
ALTER TABLE order_lines ALTER COLUMN ordered SET NOT NULL;
ALTER TABLE order_lines ADD COLUMN preorder_id uuid CONSTRAINT fk_order_lines_preorder REFERENCES preorder_windows (id);
CREATE INDEX ix_order_lines_preorder ON order_lines (preorder_id);

-- A change its seller proposes; the buyer has the word.
CREATE TABLE order_changes (
    id uuid NOT NULL CONSTRAINT pk_order_changes PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_order_changes_order REFERENCES orders (id),
    state text NOT NULL CONSTRAINT ck_order_changes_state CHECK (state IN ('proposed', 'agreed', 'declined', 'withdrawn')),
    reason text NOT NULL,
    goods bigint NOT NULL CONSTRAINT ck_order_changes_goods CHECK (goods > 0),
    proposed_by uuid NOT NULL CONSTRAINT fk_order_changes_proposed_by REFERENCES accounts (id),
    proposed_at timestamptz NOT NULL,
    decided_by uuid CONSTRAINT fk_order_changes_decided_by REFERENCES accounts (id),
    decided_at timestamptz
);
CREATE INDEX ix_order_changes_order ON order_changes (order_id, id);
CREATE UNIQUE INDEX uq_order_changes_order_id ON order_changes (order_id) WHERE state = 'proposed';
CREATE TABLE order_change_lines (
    change_id uuid NOT NULL CONSTRAINT fk_order_change_lines_change REFERENCES order_changes (id),
    position integer NOT NULL,
    quantity bigint NOT NULL CONSTRAINT ck_order_change_lines_quantity CHECK (quantity >= 0),
    replacement_pack_id uuid CONSTRAINT fk_order_change_lines_replacement_pack REFERENCES packs (id),
    replacement_quantity bigint NOT NULL CONSTRAINT ck_order_change_lines_replacement_quantity CHECK (replacement_quantity >= 0),
    CONSTRAINT pk_order_change_lines PRIMARY KEY (change_id, position),
    CONSTRAINT ck_order_change_lines_replacement CHECK ((replacement_pack_id IS NULL) = (replacement_quantity = 0))
);
