-- What the older tables cannot hold, sales without a buyer's account among it, is not kept.
DROP TABLE order_change_lines;
DROP TABLE order_changes;
DROP TABLE payment_events;
DROP TABLE payments;
CREATE TABLE payments (
    order_id uuid NOT NULL CONSTRAINT pk_payments PRIMARY KEY CONSTRAINT fk_payments_order REFERENCES orders (id),
    method text NOT NULL CONSTRAINT ck_payments_method CHECK (method IN ('cash_on_delivery', 'bank_transfer')),
    amount bigint NOT NULL CONSTRAINT ck_payments_amount CHECK (amount > 0),
    state text NOT NULL CONSTRAINT ck_payments_state CHECK (state IN ('awaiting', 'claimed', 'confirmed', 'refused', 'void')),
    refund text NOT NULL CONSTRAINT ck_payments_refund CHECK (refund IN ('none', 'due', 'sent')),
    updated_at timestamptz NOT NULL
);
INSERT INTO payments
    SELECT b.order_id, CASE WHEN b.method IN ('bank_transfer', 'qris') THEN 'bank_transfer' ELSE 'cash_on_delivery' END, b.goods + coalesce(b.delivery, 0),
        CASE WHEN b.received > 0 THEN 'confirmed' WHEN b.claimed > 0 THEN 'claimed' WHEN b.void THEN 'void' ELSE 'awaiting' END,
        CASE WHEN b.owed_back > 0 THEN 'due' WHEN b.returned > 0 THEN 'sent' ELSE 'none' END, b.updated_at
    FROM bills b JOIN orders o ON o.id = b.order_id WHERE o.buyer_id IS NOT NULL AND b.goods + coalesce(b.delivery, 0) > 0;
CREATE TABLE payment_events (
    id uuid NOT NULL CONSTRAINT pk_payment_events PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT fk_payment_events_order REFERENCES orders (id),
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor_id uuid CONSTRAINT fk_payment_events_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_payment_events_on_behalf_of REFERENCES enterprises (id),
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_payment_events_order ON payment_events (order_id, id);

DELETE FROM order_events WHERE order_id IN (SELECT id FROM orders WHERE buyer_id IS NULL);
DELETE FROM order_lines WHERE quantity = 0 OR order_id IN (SELECT id FROM orders WHERE buyer_id IS NULL);
ALTER TABLE order_lines DROP COLUMN ordered, DROP COLUMN preorder_id, DROP CONSTRAINT ck_order_lines_quantity;
ALTER TABLE order_lines ADD CONSTRAINT ck_order_lines_quantity CHECK (quantity > 0);
DELETE FROM refunds WHERE order_id IN (SELECT id FROM orders WHERE buyer_id IS NULL);
DELETE FROM bills WHERE order_id IN (SELECT id FROM orders WHERE buyer_id IS NULL);
DELETE FROM orders WHERE buyer_id IS NULL;
DELETE FROM order_groups g WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.group_id = g.id);
UPDATE orders SET state = 'handed_over' WHERE state = 'claim_open';
UPDATE orders SET channel = 'online', buyer_name = coalesce(buyer_name, '-');
ALTER TABLE orders ADD COLUMN total bigint CONSTRAINT ck_orders_total CHECK (total > 0);
UPDATE orders SET total = (SELECT goods + coalesce(delivery, 0) FROM bills WHERE order_id = orders.id);
ALTER TABLE orders
    ALTER COLUMN total SET NOT NULL, ALTER COLUMN buyer_id SET NOT NULL, ALTER COLUMN buyer_name SET NOT NULL, ALTER COLUMN buyer_phone SET NOT NULL,
    DROP CONSTRAINT ck_orders_channel, DROP CONSTRAINT ck_orders_state, DROP COLUMN area, DROP COLUMN zone, DROP COLUMN quote, DROP COLUMN quoted_fee,
    DROP COLUMN ready_on, DROP COLUMN answer_by, DROP COLUMN pay_by, DROP COLUMN hand_over_by, DROP COLUMN handed_over_at, DROP COLUMN complete_at;
ALTER TABLE orders ADD CONSTRAINT ck_orders_channel CHECK (channel IN ('online'));
ALTER TABLE orders ADD CONSTRAINT ck_orders_state
    CHECK (state IN ('placed', 'accepted', 'preparing', 'ready', 'handed_over', 'completed', 'rejected', 'cancelled', 'expired'));
DROP INDEX ix_orders_buyer_phone;
ALTER TABLE order_groups ADD COLUMN total bigint CONSTRAINT ck_order_groups_total CHECK (total > 0);
UPDATE order_groups SET total = (SELECT sum(total) FROM orders WHERE group_id = order_groups.id);
ALTER TABLE order_groups ALTER COLUMN total SET NOT NULL, ALTER COLUMN buyer_id SET NOT NULL;
DROP TABLE refunds;
DROP TABLE bills;
