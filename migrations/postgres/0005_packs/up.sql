-- A product is the thing with its texts; a pack is what is sold and counted. Each product there is gets one pack, which
-- takes the product's id: the engines have no common way to make one.
CREATE TABLE packs (
    id uuid NOT NULL CONSTRAINT pk_packs PRIMARY KEY,
    product_id uuid NOT NULL CONSTRAINT fk_packs_product REFERENCES products (id),
    position integer NOT NULL,
    label text NOT NULL,
    unit text NOT NULL CONSTRAINT ck_packs_unit CHECK (unit IN ('pack', 'kg', 'litre', 'piece', 'bottle', 'box', 'tray')),
    net_quantity bigint CONSTRAINT ck_packs_net_quantity CHECK (net_quantity > 0),
    net_unit text CONSTRAINT ck_packs_net_unit CHECK (net_unit IN ('g', 'ml', 'piece')),
    active boolean NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_packs_product_id_label UNIQUE (product_id, label),
    CONSTRAINT ck_packs_net CHECK ((net_quantity IS NULL) = (net_unit IS NULL))
);
CREATE INDEX ix_packs_product ON packs (product_id, position, id);
INSERT INTO packs (id, product_id, position, label, unit, active, created_at)
    SELECT id, id, 1, CASE unit WHEN 'pack' THEN 'Bungkus' WHEN 'kg' THEN '1 kg' WHEN 'litre' THEN '1 liter' WHEN 'piece' THEN 'Buah'
        WHEN 'bottle' THEN 'Botol' WHEN 'box' THEN 'Dus' ELSE 'Baki' END, unit, TRUE, created_at FROM products;

-- What a pack costs and has cost; the price in force has no end.
CREATE TABLE prices (
    id uuid NOT NULL CONSTRAINT pk_prices PRIMARY KEY,
    pack_id uuid NOT NULL CONSTRAINT fk_prices_pack REFERENCES packs (id),
    channel text NOT NULL CONSTRAINT ck_prices_channel CHECK (channel IN ('retail', 'warung', 'wholesale')),
    min_quantity bigint NOT NULL,
    amount bigint NOT NULL CONSTRAINT ck_prices_amount CHECK (amount > 0),
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    actor_id uuid CONSTRAINT fk_prices_actor REFERENCES accounts (id),
    on_behalf_of uuid CONSTRAINT fk_prices_on_behalf_of REFERENCES enterprises (id),
    CONSTRAINT ck_prices_min_quantity CHECK (min_quantity = 1 OR (channel = 'wholesale' AND min_quantity > 1)),
    CONSTRAINT ck_prices_valid_until CHECK (valid_until >= valid_from)
);
CREATE INDEX ix_prices_pack ON prices (pack_id, id);
CREATE UNIQUE INDEX uq_prices_in_force ON prices (pack_id, channel, min_quantity) WHERE valid_until IS NULL;
INSERT INTO prices (id, pack_id, channel, min_quantity, amount, valid_from) SELECT id, id, 'retail', 1, price, updated_at FROM products;

-- The lowest retail price, kept on the product so that a list can be ordered by it.
ALTER TABLE products RENAME COLUMN price TO price_from;
ALTER TABLE products DROP COLUMN unit;

ALTER TABLE stock_items DROP CONSTRAINT fk_stock_items_product;
ALTER TABLE stock_items RENAME COLUMN product_id TO pack_id;
ALTER TABLE stock_items ADD CONSTRAINT fk_stock_items_pack FOREIGN KEY (pack_id) REFERENCES packs (id);

ALTER TABLE order_lines
    ADD COLUMN pack_id uuid CONSTRAINT fk_order_lines_pack REFERENCES packs (id),
    ADD COLUMN pack_label text,
    ADD COLUMN price_channel text CONSTRAINT ck_order_lines_price_channel CHECK (price_channel IN ('retail', 'warung', 'wholesale'));
UPDATE order_lines SET pack_id = p.id, pack_label = p.label, price_channel = 'retail' FROM packs p WHERE p.id = order_lines.product_id;
ALTER TABLE order_lines ALTER COLUMN pack_id SET NOT NULL, ALTER COLUMN pack_label SET NOT NULL, ALTER COLUMN price_channel SET NOT NULL;
CREATE INDEX ix_order_lines_pack ON order_lines (pack_id);
