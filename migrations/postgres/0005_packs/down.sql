-- Only what a product with one pack can hold is kept.
ALTER TABLE order_lines DROP COLUMN pack_id, DROP COLUMN pack_label, DROP COLUMN price_channel;
CREATE TEMPORARY TABLE stock_of_products ON COMMIT DROP AS
    SELECT p.product_id, sum(s.on_hand) AS on_hand, sum(s.reserved) AS reserved, max(s.updated_at) AS updated_at
    FROM stock_items s JOIN packs p ON p.id = s.pack_id GROUP BY p.product_id;
DELETE FROM stock_items;
ALTER TABLE stock_items DROP CONSTRAINT fk_stock_items_pack;
ALTER TABLE stock_items RENAME COLUMN pack_id TO product_id;
ALTER TABLE stock_items ADD CONSTRAINT fk_stock_items_product FOREIGN KEY (product_id) REFERENCES products (id);
INSERT INTO stock_items SELECT product_id, on_hand, reserved, updated_at FROM stock_of_products;
DROP TABLE stock_of_products;

ALTER TABLE products ADD COLUMN unit text NOT NULL DEFAULT 'pack'
    CONSTRAINT ck_products_unit CHECK (unit IN ('pack', 'kg', 'litre', 'piece', 'bottle', 'box', 'tray'));
ALTER TABLE products RENAME COLUMN price_from TO price;
DROP TABLE prices;
DROP TABLE packs;
