-- The day that an answer is about, and who says whether money is there.
ALTER TABLE supplier_order_events ADD COLUMN day DATE;
ALTER TABLE supplier_payments ADD COLUMN settled_by TEXT CONSTRAINT fk_supplier_payments_settled_by REFERENCES accounts (id);
ALTER TABLE supplier_payments ADD COLUMN settled_for TEXT CONSTRAINT fk_supplier_payments_settled_for REFERENCES enterprises (id);
ALTER TABLE supplier_payments ADD COLUMN reason TEXT;
