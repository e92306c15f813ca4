CREATE TABLE categories (
    code TEXT NOT NULL CONSTRAINT pk_categories PRIMARY KEY,
    name_id TEXT NOT NULL,
    name_su TEXT NOT NULL,
    name_en TEXT NOT NULL,
    position INTEGER NOT NULL
);
INSERT INTO categories (code, name_id, name_su, name_en, position) VALUES
    ('keripik_kerupuk', 'Keripik & kerupuk', 'Kiripik & kurupuk', 'Chips & crackers', 1),
    ('kue_kering', 'Kue kering', 'Kuéh garing', 'Dry cakes & biscuits', 2),
    ('kue_basah', 'Kue basah', 'Kuéh baseuh', 'Fresh cakes', 3),
    ('makanan_siap_saji', 'Makanan siap saji', 'Kadaharan siap tuang', 'Ready meals', 4),
    ('lauk_olahan', 'Lauk olahan', 'Lauk olahan', 'Prepared side dishes', 5),
    ('sambal_bumbu', 'Sambal & bumbu', 'Sambel & samara', 'Sambal & seasonings', 6),
    ('minuman', 'Minuman', 'Inuman', 'Drinks', 7),
    ('manisan_dodol', 'Manisan & dodol', 'Manisan & dodol', 'Sweets & dodol', 8),
    ('hasil_tani', 'Hasil tani', 'Hasil tatanén', 'Farm produce', 9),
    ('bahan_baku', 'Bahan baku', 'Bahan baku', 'Raw materials', 10);

CREATE TABLE products (
    id TEXT NOT NULL CONSTRAINT pk_products PRIMARY KEY,
    village_id TEXT NOT NULL CONSTRAINT fk_products_village REFERENCES villages (id),
    enterprise_id TEXT NOT NULL CONSTRAINT fk_products_enterprise REFERENCES enterprises (id),
    category_code TEXT NOT NULL CONSTRAINT fk_products_category REFERENCES categories (code),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    unit TEXT NOT NULL CONSTRAINT ck_products_unit CHECK (unit IN ('pack', 'kg', 'litre', 'piece', 'bottle', 'box', 'tray')),
    price BIGINT NOT NULL CONSTRAINT ck_products_price CHECK (price > 0),
    photos TEXT NOT NULL,
    pirt_number TEXT,
    pirt_expires_year INTEGER,
    halal_number TEXT,
    halal_scheme TEXT CONSTRAINT ck_products_halal_scheme CHECK (halal_scheme IN ('regular', 'self_declare')),
    halal_until DATE,
    state TEXT NOT NULL CONSTRAINT ck_products_state
        CHECK (state IN ('draft', 'submitted', 'published', 'returned', 'rejected', 'paused', 'suspended')),
    search_name TEXT NOT NULL,
    search_rest TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    published_at TEXT
);
CREATE INDEX ix_products_state ON products (state, id);
CREATE INDEX ix_products_state_price ON products (state, price, id);
CREATE INDEX ix_products_category ON products (category_code, state, id);
CREATE INDEX ix_products_enterprise ON products (enterprise_id, id);
CREATE INDEX ix_products_village ON products (village_id, state, id);

-- Trigrams of the normalised text; `kit/search.rs` decides the order of what is found here. The
-- numbers are kept in a table of their own because VACUUM may renumber the rows of `products`.
CREATE TABLE product_search_rows (
    row_number INTEGER NOT NULL CONSTRAINT pk_product_search_rows PRIMARY KEY,
    product_id TEXT NOT NULL CONSTRAINT uq_product_search_rows_product_id UNIQUE CONSTRAINT fk_product_search_rows_product REFERENCES products (id)
);
CREATE VIRTUAL TABLE product_search USING fts5 (words, tokenize = 'trigram');
CREATE TRIGGER tr_products_search_insert AFTER INSERT ON products BEGIN
    INSERT INTO product_search_rows (product_id) VALUES (new.id);
    INSERT INTO product_search (rowid, words)
        SELECT row_number, new.search_name || ' ' || new.search_rest FROM product_search_rows WHERE product_id = new.id;
END;
CREATE TRIGGER tr_products_search_update AFTER UPDATE OF search_name, search_rest ON products BEGIN
    UPDATE product_search SET words = new.search_name || ' ' || new.search_rest
        WHERE rowid = (SELECT row_number FROM product_search_rows WHERE product_id = new.id);
END;

CREATE TABLE product_events (
    id TEXT NOT NULL CONSTRAINT pk_product_events PRIMARY KEY,
    product_id TEXT NOT NULL CONSTRAINT fk_product_events_product REFERENCES products (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor_id TEXT NOT NULL CONSTRAINT fk_product_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_product_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_product_events_product ON product_events (product_id, id);

CREATE TABLE stock_items (
    product_id TEXT NOT NULL CONSTRAINT pk_stock_items PRIMARY KEY CONSTRAINT fk_stock_items_product REFERENCES products (id),
    on_hand BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT ck_stock_items_reserved CHECK (reserved >= 0 AND reserved <= on_hand)
);

CREATE TABLE order_groups (
    id TEXT NOT NULL CONSTRAINT pk_order_groups PRIMARY KEY,
    buyer_id TEXT NOT NULL CONSTRAINT fk_order_groups_buyer REFERENCES accounts (id),
    total BIGINT NOT NULL CONSTRAINT ck_order_groups_total CHECK (total > 0),
    placed_at TEXT NOT NULL
);

CREATE TABLE orders (
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
CREATE INDEX ix_orders_group ON orders (group_id, id);
CREATE INDEX ix_orders_seller ON orders (seller_id, id);
CREATE INDEX ix_orders_seller_state ON orders (seller_id, state, id);
CREATE INDEX ix_orders_buyer ON orders (buyer_id, id);

CREATE TABLE order_lines (
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
CREATE INDEX ix_order_lines_product ON order_lines (product_id);

CREATE TABLE order_events (
    id TEXT NOT NULL CONSTRAINT pk_order_events PRIMARY KEY,
    order_id TEXT NOT NULL CONSTRAINT fk_order_events_order REFERENCES orders (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor_id TEXT CONSTRAINT fk_order_events_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_order_events_on_behalf_of REFERENCES enterprises (id),
    reason TEXT,
    at TEXT NOT NULL
);
CREATE INDEX ix_order_events_order ON order_events (order_id, id);

CREATE TABLE payments (
    order_id TEXT NOT NULL CONSTRAINT pk_payments PRIMARY KEY CONSTRAINT fk_payments_order REFERENCES orders (id),
    method TEXT NOT NULL CONSTRAINT ck_payments_method CHECK (method IN ('cash_on_delivery', 'bank_transfer')),
    amount BIGINT NOT NULL CONSTRAINT ck_payments_amount CHECK (amount > 0),
    state TEXT NOT NULL CONSTRAINT ck_payments_state CHECK (state IN ('awaiting', 'claimed', 'confirmed', 'refused', 'void')),
    refund TEXT NOT NULL CONSTRAINT ck_payments_refund CHECK (refund IN ('none', 'due', 'sent')),
    updated_at TEXT NOT NULL
);

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
