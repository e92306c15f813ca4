DROP TABLE stocktake_lines;
DROP TABLE stocktakes;
DROP TABLE stock_movements;
DROP TABLE stock_lots;
CREATE TABLE stock_items_of_packs (
    pack_id TEXT NOT NULL CONSTRAINT pk_stock_items PRIMARY KEY CONSTRAINT fk_stock_items_pack REFERENCES packs (id),
    on_hand BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT ck_stock_items_reserved CHECK (reserved >= 0 AND reserved <= on_hand)
);
INSERT INTO stock_items_of_packs SELECT pack_id, on_hand, reserved, updated_at FROM stock_items WHERE site = 'home';
DROP TABLE stock_items;
ALTER TABLE stock_items_of_packs RENAME TO stock_items;
