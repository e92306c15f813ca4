-- What the older tables cannot hold, sales without a buyer's account among it, is not kept.
DROP TABLE order_change_lines;
DROP TABLE order_changes;
DROP TABLE payment_events;
DROP TABLE payments;
CREATE TABLE payments (
    order_id TEXT NOT NULL CONSTRAINT pk_payments PRIMARY KEY CONSTRAINT fk_payments_order REFERENCES orders (id),
    method TEXT NOT NULL CONSTRAINT ck_payments_method CHECK (method IN ('cash_on_delivery', 'bank_transfer')),
    amount BIGINT NOT NULL CONSTRAINT ck_payments_amount CHECK (amount > 0),
    state TEXT NOT NULL CONSTRAINT ck_payments_state CHECK (state IN ('awaiting', 'claimed', 'confirmed', 'refused', 'void')),
    refund TEXT NOT NULL CONSTRAINT ck_payments_refund CHECK (refund IN ('none', 'due', 'sent')),
    updated_at TEXT NOT NULL
);
INSERT INTO payments
    SELECT b.order_id, CASE WHEN b.method IN ('bank_transfer', 'qris') THEN 'bank_transfer' ELSE 'cash_on_delivery' END, b.goods + coalesce(b.delivery, 0),
        CASE WHEN b.received > 0 THEN 'confirmed' WHEN b.claimed > 0 THEN 'claimed' WHEN b.void THEN 'void' ELSE 'awaiting' END,
        CASE WHEN b.owed_back > 0 THEN 'due' WHEN b.returned > 0 THEN 'sent' ELSE 'none' END, b.updated_at
    FROM bills b JOIN orders o ON o.id = b.order_id WHERE o.buyer_id IS NOT NULL AND b.goods + coalesce(b.delivery, 0) > 0;
CREATE TABLE payment_events (
    id TEXT NOT NULL CONSTRAINT pk_payment_events PRIMARY KEY,
    order_id TEXT NOT NULL CONSTRAINT fk_payment_events_order REFERENCES orders (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor_id TEXT CONSTRAINT fk_payment_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_payment_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_payment_events_order ON payment_events (order_id, id);

DELETE FROM order_events WHERE order_id IN (SELECT id FROM orders WHERE buyer_id IS NULL);
DELETE FROM order_lines WHERE quantity = 0 OR order_id IN (SELECT id FROM orders WHERE buyer_id IS NULL);
CREATE TABLE order_lines_old (
    order_id TEXT NOT NULL CONSTRAINT fk_order_lines_order REFERENCES orders (id),
    position INTEGER NOT NULL,
    product_id TEXT NOT NULL CONSTRAINT fk_order_lines_product REFERENCES products (id),
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    unit_price BIGINT NOT NULL CONSTRAINT ck_order_lines_unit_price CHECK (unit_price > 0),
    quantity BIGINT NOT NULL CONSTRAINT ck_order_lines_quantity CHECK (quantity > 0),
    total BIGINT NOT NULL,
    pack_id TEXT NOT NULL CONSTRAINT fk_order_lines_pack REFERENCES packs (id),
    pack_label TEXT NOT NULL,
    price_channel TEXT NOT NULL CONSTRAINT ck_order_lines_price_channel CHECK (price_channel IN ('retail', 'warung', 'wholesale')),
    CONSTRAINT pk_order_lines PRIMARY KEY (order_id, position),
    CONSTRAINT ck_order_lines_total CHECK (total = unit_price * quantity)
);
INSERT INTO order_lines_old SELECT order_id, position, product_id, name, unit, unit_price, quantity, total, pack_id, pack_label, price_channel FROM order_lines;
DROP TABLE order_lines;
ALTER TABLE order_lines_old RENAME TO order_lines;
CREATE INDEX ix_order_lines_product ON order_lines (product_id);
CREATE INDEX ix_order_lines_pack ON order_lines (pack_id);
CREATE TABLE orders_old (
    id TEXT NOT NULL CONSTRAINT pk_orders PRIMARY KEY,
    group_id TEXT NOT NULL CONSTRAINT fk_orders_group REFERENCES order_groups (id),
    number TEXT NOT NULL CONSTRAINT uq_orders_number UNIQUE,
    village_id TEXT NOT NULL CONSTRAINT fk_orders_village REFERENCES villages (id),
    seller_id TEXT NOT NULL CONSTRAINT fk_orders_seller REFERENCES enterprises (id),
    buyer_id TEXT NOT NULL CONSTRAINT fk_orders_buyer REFERENCES accounts (id),
    buyer_name TEXT NOT NULL,
    buyer_phone TEXT NOT NULL,
    fulfilment TEXT NOT NULL CONSTRAINT ck_orders_fulfilment CHECK (fulfilment IN ('pickup', 'seller_delivery')),
    address TEXT,
    note TEXT,
    channel TEXT NOT NULL CONSTRAINT ck_orders_channel CHECK (channel IN ('online')),
    total BIGINT NOT NULL CONSTRAINT ck_orders_total CHECK (total > 0),
    state TEXT NOT NULL CONSTRAINT ck_orders_state
        CHECK (state IN ('placed', 'accepted', 'preparing', 'ready', 'handed_over', 'completed', 'rejected', 'cancelled', 'expired')),
    version INTEGER NOT NULL,
    placed_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT ck_orders_address CHECK (fulfilment <> 'seller_delivery' OR address IS NOT NULL)
);
INSERT INTO orders_old
    SELECT o.id, group_id, number, village_id, seller_id, buyer_id, coalesce(buyer_name, '-'), buyer_phone, fulfilment, address, note, 'online',
        b.goods + coalesce(b.delivery, 0), CASE state WHEN 'claim_open' THEN 'handed_over' ELSE state END, version, placed_at, o.updated_at
    FROM orders o JOIN bills b ON b.order_id = o.id WHERE buyer_id IS NOT NULL AND b.goods + coalesce(b.delivery, 0) > 0;
DROP TABLE orders;
ALTER TABLE orders_old RENAME TO orders;
CREATE INDEX ix_orders_group ON orders (group_id, id);
CREATE INDEX ix_orders_seller ON orders (seller_id, id);
CREATE INDEX ix_orders_seller_state ON orders (seller_id, state, id);
CREATE INDEX ix_orders_buyer ON orders (buyer_id, id);
CREATE TABLE order_groups_old (
    id TEXT NOT NULL CONSTRAINT pk_order_groups PRIMARY KEY,
    buyer_id TEXT NOT NULL CONSTRAINT fk_order_groups_buyer REFERENCES accounts (id),
    total BIGINT NOT NULL CONSTRAINT ck_order_groups_total CHECK (total > 0),
    placed_at TEXT NOT NULL
);
INSERT INTO order_groups_old
    SELECT g.id, g.buyer_id, sum(o.total), g.placed_at FROM order_groups g JOIN orders o ON o.group_id = g.id GROUP BY g.id, g.buyer_id, g.placed_at;
DROP TABLE order_groups;
ALTER TABLE order_groups_old RENAME TO order_groups;
DROP TABLE refunds;
DROP TABLE bills;
