-- A product is the thing with its texts; a pack is what is sold and counted. Each product there is gets one pack, which
-- takes the product's id: the engines have no common way to make one.
CREATE TABLE packs (
    id TEXT NOT NULL CONSTRAINT pk_packs PRIMARY KEY,
    product_id TEXT NOT NULL CONSTRAINT fk_packs_product REFERENCES products (id),
    position INTEGER NOT NULL,
    label TEXT NOT NULL,
    unit TEXT NOT NULL CONSTRAINT ck_packs_unit CHECK (unit IN ('pack', 'kg', 'litre', 'piece', 'bottle', 'box', 'tray')),
    net_quantity BIGINT CONSTRAINT ck_packs_net_quantity CHECK (net_quantity > 0),
    net_unit TEXT CONSTRAINT ck_packs_net_unit CHECK (net_unit IN ('g', 'ml', 'piece')),
    active BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT uq_packs_product_id_label UNIQUE (product_id, label),
    CONSTRAINT ck_packs_net CHECK ((net_quantity IS NULL) = (net_unit IS NULL))
);
CREATE INDEX ix_packs_product ON packs (product_id, position, id);
INSERT INTO packs (id, product_id, position, label, unit, active, created_at)
    SELECT id, id, 1, CASE unit WHEN 'pack' THEN 'Bungkus' WHEN 'kg' THEN '1 kg' WHEN 'litre' THEN '1 liter' WHEN 'piece' THEN 'Buah'
        WHEN 'bottle' THEN 'Botol' WHEN 'box' THEN 'Dus' ELSE 'Baki' END, unit, TRUE, created_at FROM products;

-- What a pack costs and has cost; the price in force has no end.
CREATE TABLE prices (
    id TEXT NOT NULL CONSTRAINT pk_prices PRIMARY KEY,
    pack_id TEXT NOT NULL CONSTRAINT fk_prices_pack REFERENCES packs (id),
    channel TEXT NOT NULL CONSTRAINT ck_prices_channel CHECK (channel IN ('retail', 'warung', 'wholesale')),
    min_quantity BIGINT NOT NULL,
    amount BIGINT NOT NULL CONSTRAINT ck_prices_amount CHECK (amount > 0),
    valid_from TEXT NOT NULL,
    valid_until TEXT,
    actor_id TEXT CONSTRAINT fk_prices_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_prices_on_behalf_of REFERENCES enterprises (id),
    CONSTRAINT ck_prices_min_quantity CHECK (min_quantity = 1 OR (channel = 'wholesale' AND min_quantity > 1)),
    CONSTRAINT ck_prices_valid_until CHECK (valid_until >= valid_from)
);
CREATE INDEX ix_prices_pack ON prices (pack_id, id);
CREATE UNIQUE INDEX uq_prices_in_force ON prices (pack_id, channel, min_quantity) WHERE valid_until IS NULL;
INSERT INTO prices (id, pack_id, channel, min_quantity, amount, valid_from) SELECT id, id, 'retail', 1, price, updated_at FROM products;

-- The lowest retail price, kept on the product so that a list can be ordered by it.
ALTER TABLE products RENAME COLUMN price TO price_from;
ALTER TABLE products DROP COLUMN unit;

CREATE TABLE stock_items_of_packs (
    pack_id TEXT NOT NULL CONSTRAINT pk_stock_items PRIMARY KEY CONSTRAINT fk_stock_items_pack REFERENCES packs (id),
    on_hand BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT ck_stock_items_reserved CHECK (reserved >= 0 AND reserved <= on_hand)
);
INSERT INTO stock_items_of_packs SELECT product_id, on_hand, reserved, updated_at FROM stock_items;
DROP TABLE stock_items;
ALTER TABLE stock_items_of_packs RENAME TO stock_items;

CREATE TABLE order_lines_of_packs (
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
INSERT INTO order_lines_of_packs
    SELECT l.order_id, l.position, l.product_id, l.name, l.unit, l.unit_price, l.quantity, l.total, p.id, p.label, 'retail'
    FROM order_lines l JOIN packs p ON p.id = l.product_id;
DROP TABLE order_lines;
ALTER TABLE order_lines_of_packs RENAME TO order_lines;
CREATE INDEX ix_order_lines_product ON order_lines (product_id);
CREATE INDEX ix_order_lines_pack ON order_lines (pack_id);
