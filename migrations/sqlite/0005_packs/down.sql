-- Only what a product with one pack can hold is kept.
CREATE TABLE order_lines_of_products (
    order_id TEXT NOT NULL CONSTRAINT fk_order_lines_order REFERENCES orders (id),
    position INTEGER NOT NULL,
    product_id TEXT NOT NULL CONSTRAINT fk_order_lines_product REFERENCES products (id),
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    unit_price BIGINT NOT NULL CONSTRAINT ck_order_lines_unit_price CHECK (unit_price > 0),
    quantity BIGINT NOT NULL CONSTRAINT ck_order_lines_quantity CHECK (quantity > 0),
    total BIGINT NOT NULL,
    CONSTRAINT pk_order_lines PRIMARY KEY (order_id, position),
    CONSTRAINT ck_order_lines_total CHECK (total = unit_price * quantity)
);
INSERT INTO order_lines_of_products SELECT order_id, position, product_id, name, unit, unit_price, quantity, total FROM order_lines;
DROP TABLE order_lines;
ALTER TABLE order_lines_of_products RENAME TO order_lines;
CREATE INDEX ix_order_lines_product ON order_lines (product_id);

CREATE TABLE stock_items_of_products (
    product_id TEXT NOT NULL CONSTRAINT pk_stock_items PRIMARY KEY CONSTRAINT fk_stock_items_product REFERENCES products (id),
    on_hand BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT ck_stock_items_reserved CHECK (reserved >= 0 AND reserved <= on_hand)
);
INSERT INTO stock_items_of_products
    SELECT p.product_id, sum(s.on_hand), sum(s.reserved), max(s.updated_at) FROM stock_items s JOIN packs p ON p.id = s.pack_id GROUP BY p.product_id;
DROP TABLE stock_items;
ALTER TABLE stock_items_of_products RENAME TO stock_items;

ALTER TABLE products ADD COLUMN unit TEXT NOT NULL DEFAULT 'pack'
    CONSTRAINT ck_products_unit CHECK (unit IN ('pack', 'kg', 'litre', 'piece', 'bottle', 'box', 'tray'));
ALTER TABLE products RENAME COLUMN price_from TO price;
DROP TABLE prices;
DROP TABLE packs;
