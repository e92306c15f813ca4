-- What belongs on a label, as its maker tells it.
ALTER TABLE products ADD COLUMN ingredients TEXT;
ALTER TABLE products ADD COLUMN allergens TEXT NOT NULL DEFAULT '[]';
ALTER TABLE products ADD COLUMN storage TEXT CONSTRAINT ck_products_storage CHECK (storage IN ('room', 'chilled', 'frozen'));
ALTER TABLE products ADD COLUMN shelf_life_days INTEGER CONSTRAINT ck_products_shelf_life_days CHECK (shelf_life_days > 0);
CREATE INDEX ix_products_halal_until ON products (halal_until);
CREATE INDEX ix_products_pirt_expires_year ON products (pirt_expires_year);

CREATE TABLE batches (
    id TEXT NOT NULL CONSTRAINT pk_batches PRIMARY KEY,
    pack_id TEXT NOT NULL CONSTRAINT fk_batches_pack REFERENCES packs (id),
    code TEXT NOT NULL,
    produced_on DATE NOT NULL,
    expires_on DATE,
    quantity BIGINT NOT NULL CONSTRAINT ck_batches_quantity CHECK (quantity > 0),
    actor_id TEXT NOT NULL CONSTRAINT fk_batches_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_batches_on_behalf_of REFERENCES enterprises (id),
    recorded_at TEXT NOT NULL,
    CONSTRAINT uq_batches_pack_id_code UNIQUE (pack_id, code),
    CONSTRAINT ck_batches_expires_on CHECK (expires_on >= produced_on)
);
CREATE INDEX ix_batches_pack ON batches (pack_id, id);
CREATE INDEX ix_batches_expires_on ON batches (expires_on);

-- Who has been told that something lapses, once for each number of days before.
CREATE TABLE lapse_warnings (
    product_id TEXT NOT NULL CONSTRAINT fk_lapse_warnings_product REFERENCES products (id),
    kind TEXT NOT NULL CONSTRAINT ck_lapse_warnings_kind CHECK (kind IN ('pirt', 'halal', 'batch')),
    subject TEXT NOT NULL,
    lapses_on DATE NOT NULL,
    days INTEGER NOT NULL,
    warned_at TEXT NOT NULL,
    CONSTRAINT pk_lapse_warnings PRIMARY KEY (product_id, kind, subject, lapses_on, days)
);
