-- What an order costs and what became of it; one for each order.
CREATE TABLE bills (
    order_id TEXT NOT NULL CONSTRAINT pk_bills PRIMARY KEY CONSTRAINT fk_bills_order REFERENCES orders (id),
    method TEXT NOT NULL CONSTRAINT ck_bills_method CHECK (method IN ('cash_on_delivery', 'cash_at_pickup', 'bank_transfer', 'qris')),
    goods BIGINT NOT NULL CONSTRAINT ck_bills_goods CHECK (goods >= 0),
    delivery BIGINT CONSTRAINT ck_bills_delivery CHECK (delivery >= 0),
    digits BIGINT NOT NULL CONSTRAINT ck_bills_digits CHECK (digits BETWEEN 0 AND 999),
    allowance BIGINT NOT NULL CONSTRAINT ck_bills_allowance CHECK (allowance >= 0),
    received BIGINT NOT NULL CONSTRAINT ck_bills_received CHECK (received >= 0),
    claimed BIGINT NOT NULL CONSTRAINT ck_bills_claimed CHECK (claimed >= 0),
    returned BIGINT NOT NULL CONSTRAINT ck_bills_returned CHECK (returned >= 0),
    owed_back BIGINT NOT NULL CONSTRAINT ck_bills_owed_back CHECK (owed_back >= 0),
    earned BOOLEAN NOT NULL,
    void BOOLEAN NOT NULL,
    updated_at TEXT NOT NULL,
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
    id TEXT NOT NULL CONSTRAINT pk_refunds PRIMARY KEY,
    order_id TEXT NOT NULL CONSTRAINT fk_refunds_order REFERENCES orders (id),
    amount BIGINT NOT NULL CONSTRAINT ck_refunds_amount CHECK (amount > 0),
    cause TEXT NOT NULL CONSTRAINT ck_refunds_cause CHECK (cause IN ('called_off', 'overpaid', 'changed', 'claim')),
    state TEXT NOT NULL CONSTRAINT ck_refunds_state CHECK (state IN ('due', 'sent', 'acknowledged', 'disputed', 'withdrawn')),
    proof_media_id TEXT,
    reason TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX ix_refunds_order ON refunds (order_id, id);
INSERT INTO refunds (id, order_id, amount, cause, state, created_at, updated_at)
    SELECT order_id, order_id, amount, 'called_off', refund, updated_at, updated_at FROM payments WHERE refund <> 'none';

CREATE TABLE received_payments (
    id TEXT NOT NULL CONSTRAINT pk_payments PRIMARY KEY,
    order_id TEXT NOT NULL CONSTRAINT fk_payments_order REFERENCES orders (id),
    method TEXT NOT NULL CONSTRAINT ck_payments_method CHECK (method IN ('cash_on_delivery', 'cash_at_pickup', 'bank_transfer', 'qris')),
    amount BIGINT NOT NULL CONSTRAINT ck_payments_amount CHECK (amount > 0),
    state TEXT NOT NULL CONSTRAINT ck_payments_state CHECK (state IN ('claimed', 'confirmed', 'refused', 'reversed')),
    holder TEXT NOT NULL CONSTRAINT ck_payments_holder CHECK (holder IN ('seller', 'courier', 'warung')),
    proof_media_id TEXT,
    reason TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
INSERT INTO received_payments (id, order_id, method, amount, state, holder, created_at, updated_at)
    SELECT order_id, order_id, method, amount, state, 'seller', updated_at, updated_at FROM payments
    WHERE state IN ('claimed', 'confirmed', 'refused');

CREATE TABLE moved_payments (
    id TEXT NOT NULL CONSTRAINT pk_payment_events PRIMARY KEY,
    order_id TEXT NOT NULL CONSTRAINT fk_payment_events_order REFERENCES orders (id),
    payment_id TEXT,
    refund_id TEXT CONSTRAINT fk_payment_events_refund REFERENCES refunds (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    amount BIGINT NOT NULL,
    actor_id TEXT CONSTRAINT fk_payment_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_payment_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL,
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
CREATE INDEX ix_payments_order ON payments (order_id, id);
CREATE INDEX ix_payment_events_order ON payment_events (order_id, id);

CREATE TABLE order_groups_new (
    id TEXT NOT NULL CONSTRAINT pk_order_groups PRIMARY KEY,
    buyer_id TEXT CONSTRAINT fk_order_groups_buyer REFERENCES accounts (id),
    placed_at TEXT NOT NULL
);
INSERT INTO order_groups_new SELECT id, buyer_id, placed_at FROM order_groups;
DROP TABLE order_groups;
ALTER TABLE order_groups_new RENAME TO order_groups;

CREATE TABLE orders_new (
    id TEXT NOT NULL CONSTRAINT pk_orders PRIMARY KEY,
    group_id TEXT NOT NULL CONSTRAINT fk_orders_group REFERENCES order_groups (id),
    number TEXT NOT NULL CONSTRAINT uq_orders_number UNIQUE,
    village_id TEXT NOT NULL CONSTRAINT fk_orders_village REFERENCES villages (id),
    seller_id TEXT NOT NULL CONSTRAINT fk_orders_seller REFERENCES enterprises (id),
    buyer_id TEXT CONSTRAINT fk_orders_buyer REFERENCES accounts (id),
    buyer_name TEXT,
    buyer_phone TEXT,
    fulfilment TEXT NOT NULL CONSTRAINT ck_orders_fulfilment CHECK (fulfilment IN ('pickup', 'seller_delivery')),
    address TEXT,
    note TEXT,
    channel TEXT NOT NULL CONSTRAINT ck_orders_channel CHECK (channel IN ('online', 'chat', 'phone', 'in_person')),
    state TEXT NOT NULL CONSTRAINT ck_orders_state
        CHECK (state IN ('placed', 'accepted', 'preparing', 'ready', 'handed_over', 'claim_open', 'completed', 'rejected', 'cancelled', 'expired')),
    version INTEGER NOT NULL,
    placed_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    area TEXT,
    zone TEXT,
    quote TEXT NOT NULL CONSTRAINT ck_orders_quote CHECK (quote IN ('not_needed', 'asked', 'quoted', 'agreed')),
    quoted_fee BIGINT CONSTRAINT ck_orders_quoted_fee CHECK (quoted_fee >= 0),
    ready_on DATE,
    answer_by TEXT,
    pay_by TEXT,
    hand_over_by TEXT,
    handed_over_at TEXT,
    complete_at TEXT,
    CONSTRAINT ck_orders_address CHECK (fulfilment <> 'seller_delivery' OR address IS NOT NULL)
);
INSERT INTO orders_new (id, group_id, number, village_id, seller_id, buyer_id, buyer_name, buyer_phone, fulfilment, address, note, channel, state, version, placed_at, updated_at, quote)
    SELECT id, group_id, number, village_id, seller_id, buyer_id, buyer_name, buyer_phone, fulfilment, address, note, channel, state, version, placed_at, updated_at, 'not_needed' FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
CREATE INDEX ix_orders_group ON orders (group_id, id);
CREATE INDEX ix_orders_seller ON orders (seller_id, id);
CREATE INDEX ix_orders_seller_state ON orders (seller_id, state, id);
CREATE INDEX ix_orders_buyer ON orders (buyer_id, id);
CREATE INDEX ix_orders_buyer_phone ON orders (buyer_phone) WHERE buyer_id IS NULL;

CREATE TABLE order_lines_new (
    order_id TEXT NOT NULL CONSTRAINT fk_order_lines_order REFERENCES orders (id),
    position INTEGER NOT NULL,
    product_id TEXT NOT NULL CONSTRAINT fk_order_lines_product REFERENCES products (id),
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    unit_price BIGINT NOT NULL CONSTRAINT ck_order_lines_unit_price CHECK (unit_price > 0),
    quantity BIGINT NOT NULL CONSTRAINT ck_order_lines_quantity CHECK (quantity >= 0),
    total BIGINT NOT NULL,
    pack_id TEXT NOT NULL CONSTRAINT fk_order_lines_pack REFERENCES packs (id),
    pack_label TEXT NOT NULL,
    price_channel TEXT NOT NULL CONSTRAINT ck_order_lines_price_channel CHECK (price_channel IN ('retail', 'warung', 'wholesale')),
    ordered BIGINT NOT NULL,
    preorder_id TEXT CONSTRAINT fk_order_lines_preorder REFERENCES preorder_windows (id),
    CONSTRAINT pk_order_lines PRIMARY KEY (order_id, position),
    CONSTRAINT ck_order_lines_total CHECK (total = unit_price * quantity)
);
INSERT INTO order_lines_new
    SELECT order_id, position, product_id, name, unit, unit_price, quantity, total, pack_id, pack_label, price_channel, quantity, NULL FROM order_lines;
DROP TABLE order_lines;
ALTER TABLE order_lines_new RENAME TO order_lines;
CREATE INDEX ix_order_lines_product ON order_lines (product_id);
CREATE INDEX ix_order_lines_pack ON order_lines (pack_id);
CREATE INDEX ix_order_lines_preorder ON order_lines (preorder_id);

-- A change its seller proposes; the buyer has the word.
CREATE TABLE order_changes (
    id TEXT NOT NULL CONSTRAINT pk_order_changes PRIMARY KEY,
    order_id TEXT NOT NULL CONSTRAINT fk_order_changes_order REFERENCES orders (id),
    state TEXT NOT NULL CONSTRAINT ck_order_changes_state CHECK (state IN ('proposed', 'agreed', 'declined', 'withdrawn')),
    reason TEXT NOT NULL,
    goods BIGINT NOT NULL CONSTRAINT ck_order_changes_goods CHECK (goods > 0),
    proposed_by TEXT NOT NULL CONSTRAINT fk_order_changes_proposed_by REFERENCES accounts (id),
    proposed_at TEXT NOT NULL,
    decided_by TEXT CONSTRAINT fk_order_changes_decided_by REFERENCES accounts (id),
    decided_at TEXT
);
CREATE INDEX ix_order_changes_order ON order_changes (order_id, id);
CREATE UNIQUE INDEX uq_order_changes_order_id ON order_changes (order_id) WHERE state = 'proposed';
CREATE TABLE order_change_lines (
    change_id TEXT NOT NULL CONSTRAINT fk_order_change_lines_change REFERENCES order_changes (id),
    position INTEGER NOT NULL,
    quantity BIGINT NOT NULL CONSTRAINT ck_order_change_lines_quantity CHECK (quantity >= 0),
    replacement_pack_id TEXT CONSTRAINT fk_order_change_lines_replacement_pack REFERENCES packs (id),
    replacement_quantity BIGINT NOT NULL CONSTRAINT ck_order_change_lines_replacement_quantity CHECK (replacement_quantity >= 0),
    CONSTRAINT pk_order_change_lines PRIMARY KEY (change_id, position),
    CONSTRAINT ck_order_change_lines_replacement CHECK ((replacement_pack_id IS NULL) = (replacement_quantity = 0))
);
