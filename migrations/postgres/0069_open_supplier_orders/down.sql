DROP INDEX ix_supplier_orders_supplier_state;
DROP INDEX ix_supplier_orders_buyer_state;
ALTER TABLE supplier_orders DROP COLUMN judged;
