ALTER TABLE supplier_payments DROP COLUMN reason;
ALTER TABLE supplier_payments DROP COLUMN settled_for;
ALTER TABLE supplier_payments DROP COLUMN settled_by;
ALTER TABLE supplier_order_events DROP COLUMN day;
