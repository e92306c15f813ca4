-- Who made the link that a supplier order was answered by.
ALTER TABLE supplier_order_links ADD COLUMN made_by uuid CONSTRAINT fk_supplier_order_links_made_by REFERENCES accounts (id);
ALTER TABLE supplier_order_events ADD COLUMN link_made_by uuid CONSTRAINT fk_supplier_order_events_link_made_by REFERENCES accounts (id);
