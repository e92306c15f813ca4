-- Whether a supplier is judged by what was promised: not by what a link promised for the very day.
ALTER TABLE supplier_orders ADD COLUMN judged boolean NOT NULL DEFAULT true;
-- What is still to come, of a buyer and of a supplier.
CREATE INDEX ix_supplier_orders_buyer_state ON supplier_orders (buyer_id, state);
CREATE INDEX ix_supplier_orders_supplier_state ON supplier_orders (supplier_id, state);
