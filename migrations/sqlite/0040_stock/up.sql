CREATE TABLE stock_items_by_holder (
    pack_id TEXT NOT NULL CONSTRAINT fk_stock_items_pack REFERENCES packs (id),
    owner_id TEXT NOT NULL CONSTRAINT fk_stock_items_owner REFERENCES enterprises (id),
    holder_id TEXT NOT NULL CONSTRAINT fk_stock_items_holder REFERENCES enterprises (id),
    site TEXT NOT NULL CONSTRAINT ck_stock_items_site CHECK (site IN ('home', 'consigned', 'bought')),
    on_hand BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_stock_items PRIMARY KEY (pack_id, owner_id, holder_id),
    CONSTRAINT ck_stock_items_reserved CHECK (reserved >= 0 AND reserved <= on_hand),
    CONSTRAINT ck_stock_items_consigned CHECK ((site = 'consigned') = (owner_id <> holder_id))
);
INSERT INTO stock_items_by_holder
    SELECT s.pack_id, p.enterprise_id, p.enterprise_id, 'home', s.on_hand, s.reserved, s.updated_at
    FROM stock_items s JOIN packs k ON k.id = s.pack_id JOIN products p ON p.id = k.product_id;
DROP TABLE stock_items;
ALTER TABLE stock_items_by_holder RENAME TO stock_items;
-- A pack has one home: its maker's own shelf.
CREATE UNIQUE INDEX uq_stock_items_pack_id ON stock_items (pack_id) WHERE site = 'home';
CREATE INDEX ix_stock_items_owner ON stock_items (owner_id, pack_id, holder_id);
CREATE INDEX ix_stock_items_holder ON stock_items (holder_id, pack_id, owner_id);

-- What of a shelf is of a known batch; the rest is of none.
CREATE TABLE stock_lots (
    pack_id TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    holder_id TEXT NOT NULL,
    batch_id TEXT NOT NULL CONSTRAINT fk_stock_lots_batch REFERENCES batches (id),
    quantity BIGINT NOT NULL CONSTRAINT ck_stock_lots_quantity CHECK (quantity >= 0),
    CONSTRAINT pk_stock_lots PRIMARY KEY (pack_id, owner_id, holder_id, batch_id),
    CONSTRAINT fk_stock_lots_item FOREIGN KEY (pack_id, owner_id, holder_id) REFERENCES stock_items (pack_id, owner_id, holder_id)
);
CREATE INDEX ix_stock_lots_batch ON stock_lots (batch_id);

CREATE TABLE stock_movements (
    id TEXT NOT NULL CONSTRAINT pk_stock_movements PRIMARY KEY,
    pack_id TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    holder_id TEXT NOT NULL,
    batch_id TEXT CONSTRAINT fk_stock_movements_batch REFERENCES batches (id),
    movement TEXT NOT NULL CONSTRAINT ck_stock_movements_movement CHECK (movement IN
        ('produced', 'received', 'reserved', 'released', 'handed_over', 'moved', 'returned', 'spoiled', 'sampled', 'adjusted')),
    on_hand BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    cause TEXT CONSTRAINT ck_stock_movements_cause CHECK (cause IN ('opening', 'counted', 'corrected', 'lost')),
    note TEXT,
    reference TEXT NOT NULL,
    actor_id TEXT CONSTRAINT fk_stock_movements_actor REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_stock_movements_on_behalf_of REFERENCES enterprises (id),
    happened_at TEXT NOT NULL,
    business_date DATE NOT NULL,
    recorded_at TEXT NOT NULL,
    CONSTRAINT fk_stock_movements_item FOREIGN KEY (pack_id, owner_id, holder_id) REFERENCES stock_items (pack_id, owner_id, holder_id),
    CONSTRAINT ck_stock_movements_adjusted CHECK ((movement = 'adjusted') = (cause IS NOT NULL)),
    CONSTRAINT ck_stock_movements_some CHECK (on_hand <> 0 OR reserved <> 0)
);
CREATE INDEX ix_stock_movements_pack ON stock_movements (pack_id, id);
CREATE INDEX ix_stock_movements_shelf ON stock_movements (owner_id, holder_id, business_date);
INSERT INTO stock_movements
    SELECT pack_id, pack_id, owner_id, holder_id, NULL, 'adjusted', on_hand, reserved, 'opening', NULL, 'opening', NULL, NULL, updated_at, date(updated_at, '+7 hours'), updated_at
    FROM stock_items WHERE on_hand > 0;
CREATE TRIGGER tr_stock_movements_no_update BEFORE UPDATE ON stock_movements BEGIN
    SELECT RAISE(ABORT, 'stock_movements are never changed');
END;
CREATE TRIGGER tr_stock_movements_no_delete BEFORE DELETE ON stock_movements BEGIN
    SELECT RAISE(ABORT, 'stock_movements are never changed');
END;

CREATE TABLE stocktakes (
    id TEXT NOT NULL CONSTRAINT pk_stocktakes PRIMARY KEY,
    enterprise_id TEXT NOT NULL CONSTRAINT fk_stocktakes_enterprise REFERENCES enterprises (id),
    note TEXT,
    cost BIGINT NOT NULL,
    counted_by TEXT NOT NULL CONSTRAINT fk_stocktakes_counted_by REFERENCES accounts (id),
    on_behalf_of TEXT CONSTRAINT fk_stocktakes_on_behalf_of REFERENCES enterprises (id),
    counted_at TEXT NOT NULL
);
CREATE INDEX ix_stocktakes_enterprise ON stocktakes (enterprise_id, id);
CREATE TABLE stocktake_lines (
    stocktake_id TEXT NOT NULL CONSTRAINT fk_stocktake_lines_stocktake REFERENCES stocktakes (id),
    position INTEGER NOT NULL,
    pack_id TEXT NOT NULL CONSTRAINT fk_stocktake_lines_pack REFERENCES packs (id),
    expected BIGINT NOT NULL,
    counted BIGINT NOT NULL CONSTRAINT ck_stocktake_lines_counted CHECK (counted >= 0),
    cost BIGINT NOT NULL,
    CONSTRAINT pk_stocktake_lines PRIMARY KEY (stocktake_id, position),
    CONSTRAINT uq_stocktake_lines_stocktake_id_pack_id UNIQUE (stocktake_id, pack_id)
);
